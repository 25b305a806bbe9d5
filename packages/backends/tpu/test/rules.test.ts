import { describe, expect, test } from "vitest";
import { checkRule, compileRules } from "../../../dsl/src/index.ts";
import { onnx } from "../../../tensor/src/index.ts";
import { tpu } from "../src/index.ts";

const { rules, warnings } = compileRules(tpu().rules ?? [], { dialects: [onnx] });

test("the rules compile without a warning", () => {
  expect(warnings).toEqual([]);
  expect(rules.length).toBeGreaterThan(0);
});

describe("every rule holds on random samples", () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
    const result = checkRule(rule, { dialects: [onnx], samples: 20, seed: 5 });
    expect(["ok", "guarded"], result.message).toContain(result.verdict);
  });
});
