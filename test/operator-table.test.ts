import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { page, withTable } from "../tools/operator-table.ts";

const text = readFileSync(page, "utf8");

test("the table of operators is what the vocabulary has: else run `node tools/operator-table.ts`", () => {
  expect(text).toBe(withTable(text));
});

test("it tells what is understood, and since when", () => {
  expect(text).toContain("| Relu | 1, 6, 13, 14 | all | yes |");
  expect(text).toContain("| Squeeze | 1, 11, 13, 21, 23, 24, 25 | all | yes |");
  expect(text).toMatch(/^\| Loop \| [\d, ]+ \| opaque \|/m);
  expect(Number(/(\d+) operators are modelled/.exec(text)?.[1])).toBeGreaterThanOrEqual(120);
});
