import { describe, expect, test } from "vitest";
import { checkRule, compileRules } from "../../../dsl/src/index.ts";
import { onnx } from "../../../tensor/src/index.ts";
import { cpu } from "../src/index.ts";

const backend = cpu();
const dialects = [onnx, ...(backend.dialects ?? [])];
const { rules, warnings } = compileRules(backend.rules ?? [], { dialects });

test("the rules compile without a warning", () => {
  expect(warnings).toEqual([]);
});

/** Their conditions ask for more channels than random shapes have; `preference.test.ts` runs them. */
const large = /^(grouped|depthwise)\./;

describe("every rule holds on random samples", () => {
  const within = rules.filter((rule) => !large.test(rule.name));
  test.each(within.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
    const result = checkRule(rule, { dialects, samples: 8, attempts: 2500, seed: 3 });
    expect(["ok", "guarded"], result.message).toContain(result.verdict);
    expect(result.samples).toBeGreaterThanOrEqual(4);
  });
});
