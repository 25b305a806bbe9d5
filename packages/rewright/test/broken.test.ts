// Rules that are wrong get the verdict that stands above each of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkRule, compileRules, verdictDiagnostic } from "@rewright/dsl";
import { onnx } from "@rewright/tensor";
import { expect, test } from "vitest";

const file = join(import.meta.dirname, "rules/broken.rules");
const { rules } = compileRules([{ file, text: readFileSync(file, "utf8") }], {
  dialects: [onnx],
});
const verdicts = { refuted: "counterexample", guard: "guarded", vacuous: "vacuous" } as const;

test("there are as many as there should be", () => {
  const count = (word: string): number => rules.filter(({ doc }) => doc.startsWith(word)).length;
  expect([count("refuted"), count("guard"), count("vacuous")]).toEqual([16, 4, 1]);
});

test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  const [word = ""] = /^\w+/.exec(rule.doc) ?? [];
  const result = checkRule(rule, { dialects: [onnx], seed: 11, samples: 120 });
  expect(result.verdict, result.message).toBe(verdicts[word as keyof typeof verdicts]);
  if (!result.counterexample) return;
  // It is shown, small, with what it takes to find it again.
  const said = verdictDiagnostic(rule, result);
  expect(said?.code).toMatch(/^R050[123]$/);
  expect(said?.hints.join("\n")).toContain("seed 11");
  expect(result.counterexample.variables.join().length).toBeLessThan(600);
});
