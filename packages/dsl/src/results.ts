/**
 * Which results of its applications a rule speaks of.
 *
 * @module
 */

import type { Apply, Result, Span, Term } from "./ast.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import type { Root } from "./resolver.ts";
import { keyOf } from "./structure.ts";

type Report = (diagnostic: Diagnostic) => void;

/** The two sides, one term a result, equally long; `undefined` where that cannot be. */
export function pairResults(
  left: readonly Root[],
  right: readonly Root[],
  rule: { readonly arrowSpan: Span; readonly matched: "left" | "right" },
  report: Report,
): { readonly left: readonly Term[]; readonly right: readonly Term[] } | undefined {
  const fixed = (roots: readonly Root[]): number =>
    roots.reduce((sum, root) => sum + (root.kind === "one" ? 1 : (root.count ?? 0)), 0);
  const open = [...left, ...right].filter(isOpen);
  const wanted = Math.max(fixed(left), fixed(right));
  const free = wanted - Math.min(fixed(left), fixed(right));
  const [first] = open;
  if (open.length > 1 && first) {
    report(
      error(
        "R0012",
        first.apply.span,
        "not supported yet: two applications that decide how many results there are",
        {
          hints: ["choose the results with `.0`, `.1`, …"],
        },
      ),
    );
    return undefined;
  }
  const shorter = fixed(left) < fixed(right) ? left : right;
  if (first ? free < 1 || !shorter.includes(first) : free > 0) {
    const [first, second] = rule.matched === "left" ? [left, right] : [right, left];
    report(
      error(
        "R0305",
        rule.arrowSpan,
        `${results(first, fixed(first))} on the left, ${counted(second, fixed(second))} on the right`,
        {
          hints: ["each root on the left is replaced by the result in the same place on the right"],
        },
      ),
    );
    return undefined;
  }
  const spread = (roots: readonly Root[]): readonly Term[] =>
    roots.flatMap((root) => {
      if (root.kind === "one") return [root.term];
      const count = root.count ?? free;
      return Array.from(
        { length: count },
        (_, index): Result => ({
          kind: "result",
          of: root.apply,
          index,
          count,
          span: root.apply.span,
        }),
      );
    });
  return { left: spread(left), right: settle(spread(right)) };
}

function isOpen(root: Root): root is Root & { readonly kind: "all" } {
  return root.kind === "all" && root.count === undefined;
}

function results(roots: readonly Root[], count: number): string {
  const number = counted(roots, count);
  return `${number} ${number === "1" ? "result" : "results"}`;
}

function counted(roots: readonly Root[], count: number): string {
  return roots.some(isOpen) ? `at least ${count + 1}` : String(count);
}

/** Terms that are built, each application with as many results as are asked of any equal one. */
function settle(terms: readonly Term[]): readonly Term[] {
  const asked = new Map<string, number>();
  let some = false;
  const visit = (term: Term): void => {
    if (term.kind === "result") {
      some = true;
      const key = keyOf(term.of);
      const least = typeof term.of.op.results === "number" ? term.of.op.results : 1;
      asked.set(key, Math.max(asked.get(key) ?? least, term.count ?? term.index + 1));
      visit(term.of);
    } else if (term.kind === "apply")
      for (const operand of term.operands)
        visit(operand.kind === "spread" ? operand.element : operand);
  };
  terms.forEach(visit);
  if (!some) return terms;
  const write = (term: Term): Term => {
    if (term.kind !== "result" && term.kind !== "apply") return term;
    const written = term.kind === "result" ? term.of : term;
    const count = asked.get(keyOf(written)) ?? 1;
    const of = inside(written);
    if (count === 1 && (of.op.results ?? 1) === 1) return of;
    const index = term.kind === "result" ? term.index : 0;
    return { kind: "result", of, index, count, span: term.span };
  };
  const inside = (apply: Apply): Apply => ({
    ...apply,
    operands: apply.operands.map((operand) => {
      if (operand.kind !== "spread") return write(operand);
      const { element } = operand;
      const isWhole = element.kind === "apply" && (element.op.results ?? 1) !== 1;
      return { ...operand, element: isWhole ? inside(element) : write(element) };
    }),
  });
  return terms.map(write);
}
