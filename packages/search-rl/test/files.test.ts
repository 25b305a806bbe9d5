import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { loadPolicy, Policy, PolicyError, readPolicy, rl, writePolicy } from "../src/index.ts";
import { WordSession } from "./words.ts";

const session = new WordSession("akbda");
const observation = session.observe(session.moves());
const policy = Policy.fresh(observation, { layers: 1, hidden: 4, head: 4, encoder: "gat" }, 9);
const bytes = writePolicy(policy);

test("what is written reads back, bit by bit", () => {
  const read = readPolicy(bytes);
  expect(read.description).toEqual(policy.description);
  expect(read.weights).toEqual(policy.weights);
  expect(read.judge(observation)).toEqual(policy.judge(observation));
  expect(writePolicy(read)).toEqual(bytes);
});

test("a file says in its first lines what it is", () => {
  const text = new TextDecoder().decode(bytes.subarray(0, 400));
  expect(text).toMatch(
    /^rewright policy 1 \d+\n\{"features":"words\/1","nodeWidth":5,"moveWidth":10,/,
  );
});

test("a file that is cut off anywhere is told from a whole one", () => {
  for (let length = 0; length < bytes.length; length++) {
    expect(() => readPolicy(bytes.slice(0, length), "a.policy"), `${length}`).toThrow(PolicyError);
  }
  expect(() => readPolicy(bytes.slice(0, 1000), "a.policy")).toThrow(
    /^a\.policy is cut off: \d+ numbers are announced, and \d+ are there: copy it again, or train anew$/,
  );
});

test("damage is noticed", () => {
  for (let i = 0; i < bytes.length; i += 5) {
    const damaged = bytes.slice();
    damaged[i] = (damaged[i] as number) ^ 0x10;
    let read: Policy | undefined;
    try {
      read = readPolicy(damaged, "a.policy");
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
    }
    // Where a letter of the header changed, the weights are still those.
    if (read) expect(read.weights).toEqual(policy.weights);
  }
});

test("what is something else says so, and how to mend it", () => {
  const text = (string: string): Uint8Array => new TextEncoder().encode(string);
  expect(() => readPolicy(text("hello\n"), "a.policy")).toThrow(
    "a.policy is no policy: it does not begin as one. Is it the right file?",
  );
  const version = text(new TextDecoder().decode(bytes.subarray(0, 30)).replace(" 1 ", " 7 "));
  expect(() => readPolicy(version, "a.policy")).toThrow(
    "a.policy is of version 7, and this program reads version 1: use the release that wrote it, or train anew",
  );
  expect(() => readPolicy(text("rewright checkpoint 1 2\n{}"), "a.policy")).toThrow(
    "a.policy is a checkpoint, and a policy is needed",
  );
});

test("a policy is loaded from a path and from a URL", async () => {
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "a.policy");
  writeFileSync(file, bytes);
  expect((await loadPolicy(file)).weights).toEqual(policy.weights);
  expect((await loadPolicy(pathToFileURL(file))).weights).toEqual(policy.weights);
  await expect(loadPolicy(join(folder, "b.policy"))).rejects.toThrow(
    /^the policy .*b\.policy cannot be read \(ENOENT.*\): name a file that training has written$/,
  );
});

test("the policy that comes with the package loads, is small, and says how it was made", async () => {
  const file = new URL("../policies/rewrite.policy", import.meta.url);
  expect(statSync(file).size).toBeLessThan(300_000);
  const { description } = await loadPolicy(file);
  expect(description).toMatchObject({ features: "rewright-program-1" });
  // It knows other features than the words here.
  await expect(rl().search(new WordSession("aka"))).rejects.toThrow(
    'the policy was trained on features "rewright-program-1"',
  );
});

test("a header that says nothing is damage", () => {
  for (const header of ["null", "{}", "[]", '{"words":-1}'])
    expect(() =>
      readPolicy(new TextEncoder().encode(`rewright policy 1 ${header.length}\n${header}`)),
    ).toThrow(new PolicyError("the policy has a damaged header: copy it again, or train anew"));
});
