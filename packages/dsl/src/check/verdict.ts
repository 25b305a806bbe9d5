/**
 * What a check found, as a diagnostic about the rule.
 *
 * @module
 */

import type { Rule } from "../ast.ts";
import { appending, type Diagnostic, error, note, warning } from "../diagnostic.ts";
import { quote } from "../quotation.ts";
import type { CheckResult } from "./check.ts";

/**
 * What there is to say about a rule after a check; `undefined` where it holds. `remedy`: clauses with which it would, as `findRemedy`
 * finds them.
 */
export function verdictDiagnostic(
  rule: Rule,
  result: CheckResult,
  remedy?: string,
): Diagnostic | undefined {
  const { verdict, message, counterexample: found, blame } = result;
  const name = quote(rule.name);
  const { span } = rule;
  if (verdict === "unchecked")
    return note("R0505", span, message, {
      hints: ["give it a meaning: `evaluate` in its dialect, or a definition behind `:=`"],
    });
  if (verdict === "vacuous") {
    const code = { conditions: "R0504", left: "R0210", right: "R0211", lists: "R0506" } as const;
    return warning(code[blame?.part ?? "left"], blame?.span ?? span, message, {
      hints: ["a rule that never applies says nothing: look for a condition too many"],
    });
  }
  if (!found) return undefined;
  const where = `sample ${found.attempt}, seed ${found.seed}`;
  const hints = [
    ...found.variables.map((variable) => `with ${variable}`),
    `the left side is ${found.left}`,
    `the right side is ${found.right}`,
    `found in ${where}`,
  ];
  if (result.hinted)
    return error("R0507", span, `${name} holds only where its pruning hints do`, {
      hints: [...hints, "say in a condition that cannot change what the rule needs"],
    });
  if (found.kind === "undefined")
    return error("R0502", span, `${name} is defined on the left, undefined on the right`, {
      hints: [
        ...hints,
        remedy !== undefined
          ? `a guard keeps it from firing there: \`${remedy}\``
          : rule.conditions.length > 0
            ? "its conditions hold there: ask for more"
            : "a guard keeps it from firing there: `when`, or `assuming`",
      ],
      ...(remedy !== undefined && { edit: appending(span, `   ${remedy}`) }),
    });
  if (rule.lossy > 0)
    return error(
      "R0503",
      span,
      `${name} differs by ${found.difference.toPrecision(2)}; \`within\` says ${rule.lossy}`,
      { hints: [...hints, `write \`within ${above(found.difference)}\`, or more`] },
    );
  const isAssuming = rule.conditions.some(({ kind }) => kind === "assuming");
  return error("R0501", span, `${name} does not hold`, {
    hints: [
      ...hints,
      isAssuming
        ? "what it assumes does not exclude that: assume more, or mend a side"
        : `if that cannot happen, say so: \`${remedy ?? "assuming"}\``,
    ],
    ...(remedy !== undefined && { edit: appending(span, `   ${remedy}`) }),
  });
}

/** A number of two digits that is not less. */
function above(difference: number): number {
  const unit = 10 ** (Math.floor(Math.log10(difference)) - 1);
  return Number((Math.ceil(difference / unit) * unit).toPrecision(2));
}
