import { describe, expect, test } from "vitest";
import { checkRule, compileRules } from "../../../dsl/src/index.ts";
import { onnx } from "../../../tensor/src/index.ts";
import { cpuFunctions } from "../src/dialect/functions.ts";
import { microsoft } from "../src/dialect/microsoft.ts";
import { cpu } from "../src/index.ts";

/** Blocks of 4 channels: as narrow as the shapes that are drawn. */
const dialects = [onnx, microsoft, cpuFunctions(4)];
const { rules, warnings } = compileRules(cpu().rules ?? [], { dialects });

test("the rules compile without a warning", () => {
  expect(warnings).toEqual([]);
});

describe("every rule holds on random samples", () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
    const result = checkRule(rule, { dialects, samples: 8, attempts: 2500, seed: 3 });
    expect(["ok", "guarded"], result.message).toContain(result.verdict);
    expect(result.samples).toBeGreaterThanOrEqual(4);
  });
});
