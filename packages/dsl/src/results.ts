/**
 * Which results of its applications a rule speaks of.
 *
 * @module
 */

import type * as ast from "./ast.ts";
import type { Apply, Result, Span, Term } from "./ast.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import type { Root } from "./resolver.ts";
import { keyOf } from "./structure.ts";

type Report = (diagnostic: Diagnostic) => void;

/** The two sides, one root a result or list of results, equally long; `undefined` where that cannot be. */
export function pairResults(
  left: readonly Root[],
  right: readonly Root[],
  rule: { readonly arrowSpan: Span; readonly matched: "left" | "right" },
  report: Report,
): { readonly left: readonly ast.Root[]; readonly right: readonly ast.Root[] } | undefined {
  if (left.length === right.length && left.every(isOne) && right.every(isOne))
    return { left: left.map(termOf), right: settle(right.map(termOf)) };
  const crowded = [left, right].flatMap((side) => side.filter(isPlural).slice(1))[0];
  if (crowded) {
    report(
      error("R0305", spanOf(crowded), "a second list of results on one side", {
        label: "which result belongs to which list is open",
        hints: ["choose the results of one of them with `.0`, `.1`, …"],
      }),
    );
    return undefined;
  }
  const [one, other] = [left, right].map((side) => side.find(isPlural));
  // Two lists stand opposite each other, whatever their length; one takes up what the other side has more.
  const isListed = one !== undefined && other !== undefined;
  const free = isListed ? 0 : Math.abs(fixed(left) - fixed(right));
  const shorter = fixed(left) < fixed(right) ? left : right;
  const list = one ?? other;
  const fits = isListed
    ? fixed(left) === fixed(right) &&
      fixed(left.slice(0, left.indexOf(one))) === fixed(right.slice(0, right.indexOf(other)))
    : list
      ? list.kind === "all" && free > 0 && shorter.includes(list)
      : free === 0;
  if (!fits) {
    report(unequal(left, right, rule));
    return undefined;
  }
  const spread = (roots: readonly Root[]): readonly ast.Root[] =>
    roots.flatMap((root): readonly ast.Root[] => {
      if (root.kind === "one") return [root.term];
      if (root.kind === "list") return [root.spread];
      const { apply, count = free } = root;
      const { span } = apply;
      if (isListed && isPlural(root)) return [{ kind: "results", of: apply, span }];
      return Array.from(
        { length: count },
        (_, index): Result => ({ kind: "result", of: apply, index, count, span }),
      );
    });
  return { left: spread(left), right: settle(spread(right)) };
}

/** A root that is a term: nearly all are. */
type One = Root & { readonly kind: "one" };

function isOne(root: Root): root is One {
  return root.kind === "one";
}

function termOf({ term }: One): Term {
  return term;
}

/** Whether the match decides how many results a root stands for. */
function isPlural(root: Root): boolean {
  return root.kind === "list" || (root.kind === "all" && root.count === undefined);
}

/** How many results the other roots stand for. */
function fixed(roots: readonly Root[]): number {
  return roots.reduce(
    (sum, root) => sum + (root.kind === "one" ? 1 : root.kind === "all" ? (root.count ?? 0) : 0),
    0,
  );
}

function spanOf(root: Root): Span {
  if (root.kind === "one") return root.term.span;
  return root.kind === "all" ? root.apply.span : root.spread.span;
}

function unequal(
  left: readonly Root[],
  right: readonly Root[],
  { arrowSpan, matched }: { readonly arrowSpan: Span; readonly matched: "left" | "right" },
): Diagnostic {
  const [first, second] = matched === "left" ? [left, right] : [right, left];
  return error(
    "R0305",
    arrowSpan,
    `${counted(first, true)} on the left, ${counted(second, false)} on the right`,
    {
      hints: [
        [...left, ...right].some((root) => root.kind === "list")
          ? "a list of roots is replaced by a list in the same place: `...f(xs)`, or an operator with as many results"
          : "each root on the left is replaced by the result in the same place on the right",
      ],
    },
  );
}

function counted(roots: readonly Root[], isNamed: boolean): string {
  const count = fixed(roots);
  const open = roots.some((root) => root.kind === "all" && isPlural(root));
  const listed = roots.some((root) => root.kind === "list");
  if (listed && count === 0) return "a list";
  const number = open ? `at least ${count + 1}` : String(count);
  const noun = isNamed ? (number === "1" ? " result" : " results") : "";
  return `${number}${noun}${listed ? " and a list" : ""}`;
}

/** Whether one of several results is asked for in a term. */
function hasResult(term: ast.Root): boolean {
  if (term.kind === "apply") return term.operands.some(hasResult);
  if (term.kind === "spread") return hasResult(term.element);
  return term.kind === "result" || (term.kind === "results" && hasResult(term.of));
}

/** Roots that are built, each application with as many results as are asked of any equal one. */
function settle(roots: readonly ast.Root[]): readonly ast.Root[] {
  if (!roots.some(hasResult)) return roots;
  const asked = new Map<string, number>();
  const visit = (term: ast.Root): void => {
    if (term.kind === "result") {
      const key = keyOf(term.of);
      const least = typeof term.of.op.results === "number" ? term.of.op.results : 1;
      asked.set(key, Math.max(asked.get(key) ?? least, term.count ?? term.index + 1));
      visit(term.of);
    } else if (term.kind === "apply") for (const operand of term.operands) visit(operand);
    else if (term.kind === "spread") visit(term.element);
    else if (term.kind === "results") visit(term.of);
  };
  roots.forEach(visit);
  const write = (term: Term): Term => {
    if (term.kind !== "result" && term.kind !== "apply") return term;
    const written = term.kind === "result" ? term.of : term;
    const count = asked.get(keyOf(written)) ?? 1;
    const of = inside(written);
    if (count === 1 && (of.op.results ?? 1) === 1) return of;
    const index = term.kind === "result" ? term.index : 0;
    return { kind: "result", of, index, count, span: term.span };
  };
  const spread = (operand: ast.Spread): ast.Spread => {
    const { element } = operand;
    const isWhole = element.kind === "apply" && (element.op.results ?? 1) !== 1;
    return { ...operand, element: isWhole ? inside(element) : write(element) };
  };
  const inside = (apply: Apply): Apply => ({
    ...apply,
    operands: apply.operands.map((operand) =>
      operand.kind === "spread" ? spread(operand) : write(operand),
    ),
  });
  return roots.map((root) => {
    if (root.kind === "spread") return spread(root);
    return root.kind === "results" ? { ...root, of: inside(root.of) } : write(root);
  });
}
