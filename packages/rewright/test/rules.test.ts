// Every shipped rule against the reference semantics of its operators, on random shapes, attributes and values.
import { cpu } from "@rewright/backend-cpu";
import { gpu } from "@rewright/backend-gpu";
import { tpu } from "@rewright/backend-tpu";
import { checkRule, compileRules } from "@rewright/dsl";
import type { Dialect, RuleFile } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { describe, expect, test } from "vitest";
import { defaultRules } from "../src/index.ts";

/** Rules that cannot be run against reference semantics, each with the reason. */
const unchecked: ReadonlyMap<string, string> = new Map([]);

const sets: readonly (readonly [string, readonly RuleFile[], readonly Dialect[]])[] = [
  ["shipped", defaultRules, [onnx]],
  ...[cpu(), gpu(), tpu()].map(
    (b) => [b.name, b.rules ?? [], [onnx, ...(b.dialects ?? [])]] as const,
  ),
];

describe.each(sets)("%s", (_, files, dialects) => {
  const { rules, warnings } = compileRules(files, { dialects });
  test("the files compile without a warning", () => {
    expect(warnings.map((w) => `${w.code} ${w.span.file}:${w.span.line} ${w.message}`)).toEqual([]);
  });
  test.each(rules.map((r) => [r.name, r] as const))("%s", (name, rule) => {
    const result = checkRule(rule, { dialects, seed: 7, samples: 50 });
    const said = unchecked.get(name);
    expect(result.verdict, JSON.stringify(result)).toBeOneOf(
      said === undefined ? ["ok", "guarded"] : ["unchecked"],
    );
  });
});
