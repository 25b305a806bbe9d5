// A few of ONNX's own node tests through reading, optimising and writing, as the list of them says. All of them: pnpm node-tests.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RuntimeError } from "../packages/backends/cpu/src/index.ts";
import { readSample } from "../packages/onnx/test/node-test.ts";
import { examine } from "../tools/verify/examination.ts";
import { type Listed, letters } from "../tools/verify/node-test-list.ts";
import { Oracle } from "../tools/verify/oracle.ts";

const file = new URL("../packages/onnx/test/node-tests.json", import.meta.url);
const { tests: list } = JSON.parse(readFileSync(file, "utf8")) as Listed;
const oracle = new Oracle();
let absent = false;

beforeAll(async () => {
  await oracle.version().catch((error: unknown) => {
    absent = error instanceof RuntimeError && error.failure === "absent";
    if (!absent) throw error;
  });
});
afterAll(() => oracle.close());

test("all that ONNX Runtime runs pass", () => {
  const said = Object.values(list);
  expect(said.length).toBe(1765);
  expect(said.filter((letters) => letters.startsWith("R")).length).toBeGreaterThan(1480);
  expect(said.filter((letters) => !letters.endsWith("P"))).toEqual([]);
});

test.each(readSample().map((one) => [one.name, one] as const))("%s", async (name, one) => {
  if (absent) return;
  const found = await examine(one, oracle);
  expect(found.faults).toEqual([]);
  expect(letters(found)).toBe(list[name]);
  expect(found.programs).toBeGreaterThan(0);
});
