/**
 * What has to be assumed for a rule to hold.
 *
 * @module
 */

import type * as ast from "../ast.ts";
import { type CheckOptions, checkRule } from "./check.ts";

/** Variables that something is assumed of, at most, one at a time. */
const VARIABLES = 4;
/** How thoroughly each assumption is tried, and once more where it seems to do. */
const TRIALS = [
  { samples: 50, attempts: 1500 },
  { samples: 1000, attempts: 20_000, seed: 1 },
  { samples: 1000, attempts: 20_000, seed: 2 },
] as const;

/**
 * The clause with which a rule that has a counterexample holds, as far as can be told: that one of its variables is not negative, or is
 * positive. Of tensors of several elements such a condition is unknown, and helps nothing. `undefined` where none helps, or where the
 * rule assumes something already.
 */
export function findRemedy(rule: ast.Rule, options: CheckOptions = {}): string | undefined {
  if (rule.lossy > 0 || rule.conditions.some(({ kind }) => kind === "assuming")) return undefined;
  const names = [...rule.variables.values()]
    .filter(({ kind, depth }) => kind === "term" && depth === 0)
    .map(({ name }) => name)
    .slice(0, VARIABLES);
  for (const operator of [">=", ">"] as const)
    for (const name of names) {
      const condition = sign(name, operator, rule.span);
      const mended = { ...rule, conditions: [...rule.conditions, condition] };
      const holds = TRIALS.every((trial) => {
        const { verdict, samples } = checkRule(mended, { ...options, ...trial });
        return ["ok", "guarded"].includes(verdict) && samples >= trial.samples / 2;
      });
      if (holds) return `assuming ${condition.text}`;
    }
  return undefined;
}

/** `assuming name >= 0`. */
function sign(name: string, operator: ">=" | ">", span: ast.Span): ast.Condition {
  const left = { kind: "variable", name, span } as const;
  const right = { kind: "number", value: 0, integer: true, span } as const;
  const value = { kind: "binary", operator, left, right, span } as const;
  return { kind: "assuming", text: `${name} ${operator} 0`, value, span };
}
