/**
 * Variables that nobody uses: `_` says so.
 *
 * @module
 */

import { type Diagnostic, replacing, warning } from "../diagnostic.ts";
import { visitVariables } from "../occurrence.ts";
import { quote } from "../quotation.ts";
import type { Subject } from "./subject.ts";

/**
 * Reports variables that occur once in a rule (R0901). A name that begins with `_` is left alone, and so is `...p`: it is how one
 * says that the other attributes do not matter. Where the right side uses no variable at all, as in `a * 0 => 0`, nobody expects one.
 */
export function lintUnused(
  { rules, text }: Subject,
  report: (diagnostic: Diagnostic) => void,
): void {
  const [rule, ...more] = rules;
  if (!rule || more.length > 0) return; // each variable of a two-way rule is on both sides
  const built = new Set<string>();
  for (const root of rule.right) visitVariables(root, (name) => built.add(name));
  // Nearly always all are on both sides.
  if (built.size === 0 || built.size === rule.variables.size) return;
  const uses = new Map<string, number>();
  const note = (name: string): void => {
    if (!built.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
  };
  for (const root of rule.left) visitVariables(root, note);
  for (const { value } of rule.conditions) visitVariables(value, note);
  for (const { name, kind, depth, span } of rule.variables.values()) {
    if (uses.get(name) !== 1 || depth === 1 || name.startsWith("_")) continue;
    if (rule.left.some((root) => root.kind === "variable" && root.name === name)) continue;
    if (kind === "attributes" || text.slice(span.start, span.end) !== name) continue;
    report(
      warning("R0901", span, `${quote(name)} is used nowhere else`, {
        hints: ["write `_`, which matches anything"],
        edit: replacing(span, "_"),
      }),
    );
  }
}
