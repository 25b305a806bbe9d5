// What each README says of its package's weight. Sizes are compared where packages are packed; here, what comes with them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dependencies, outdated, sentence, stated } from "../tools/footprint.ts";
import { completed, published } from "../tools/manifests.ts";

const root = join(import.meta.dirname, "..");

describe.each([...published(root)])("%s", (folder, manifest) => {
  test("its README says how large it is, and what comes with it", () => {
    const said = stated(readFileSync(join(root, folder, "README.md"), "utf8"));
    expect(said).toMatchObject(dependencies(join(root, folder)));
    expect(said?.packed).toBeGreaterThan(0);
    expect(said?.unpacked).toBeGreaterThanOrEqual(said?.packed ?? Number.POSITIVE_INFINITY);
  });

  test("its manifest says what all manifests say", () => {
    expect(manifest).toEqual(completed(folder, manifest));
    expect(manifest).toMatchObject({ license: "MIT", engines: { node: ">=22.12" } });
  });
});

test("what was stated is told from what is", () => {
  const is = { packed: 120_000, unpacked: 400_000, direct: 1, all: 3 };
  expect(sentence(is)).toBe("Packed 120 kB, unpacked 400 kB; 1 dependency, 3 packages in all.");
  expect(stated(`# x\n\n${sentence(is)}\n`)).toEqual(is);
  const none = { packed: 1_234_567, unpacked: 2_000_000, direct: 0, all: 0 };
  expect(sentence(none)).toBe("Packed 1,235 kB, unpacked 2,000 kB; no dependencies.");
  expect(stated(sentence(none))).toEqual({ ...none, packed: 1_235_000 });
  expect(outdated(is, { ...is, packed: 130_000 })).toBeUndefined();
  expect(outdated(is, { ...is, packed: 300_000 })).toMatch(/“Packed 120 kB.*“Packed 300 kB/);
  expect(outdated(is, { ...is, all: 4 })).toMatch(/4 packages in all/);
  expect(outdated(stated("nothing"), is)).toMatch(/does not say/);
});
