// Every shipped rule against the reference semantics of its operators, on random shapes, attributes and values. A backend's own are
// tested where they are.
import { checkRule, compileRules } from "@rewright/dsl";
import { onnx } from "@rewright/tensor";
import { expect, test } from "vitest";
import { defaultRules } from "../src/index.ts";

const dialects = [onnx];
const { rules, warnings } = compileRules(defaultRules, { dialects });

test("the files compile without a warning", () => {
  expect(warnings.map((w) => `${w.code} ${w.span.file}:${w.span.line} ${w.message}`)).toEqual([]);
});

test.each(rules.map((r) => [r.name, r] as const))("%s", (_, rule) => {
  const result = checkRule(rule, { dialects, seed: 7, samples: 50 });
  expect(result.verdict, result.message).toBeOneOf(["ok", "guarded"]);
});
