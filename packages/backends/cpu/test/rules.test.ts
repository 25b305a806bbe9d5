import type { Dialect } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { checkRule, compileRules } from "../../../dsl/src/index.ts";
import { onnx } from "../../../tensor/src/index.ts";
import { cpuFunctions } from "../src/dialect/functions.ts";
import { microsoft } from "../src/dialect/microsoft.ts";
import { cpu } from "../src/index.ts";

const { rules: files = [] } = cpu();

/** The widths of the blocks are those of shapes small enough to be drawn at random. */
function dialects(block: number): readonly Dialect[] {
  return [onnx, microsoft, cpuFunctions(block)];
}

const { rules, warnings } = compileRules(files, { dialects: dialects(4) });

test("the rules compile without a warning", () => {
  expect(warnings).toEqual([]);
});

describe("every rule holds on random samples", () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
    const block = name.startsWith("depthwise") ? 2 : 4;
    const fitted = compileRules(files, { dialects: dialects(block) }).rules;
    const own = fitted.find((other) => other.name === name) ?? rule;
    const result = checkRule(own, {
      dialects: dialects(block),
      samples: 10,
      attempts: 4000,
      seed: 3,
    });
    expect(result.message).toMatch(/agreed/);
    expect(["ok", "guarded"]).toContain(result.verdict);
  });
});
