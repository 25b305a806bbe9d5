/**
 * One direction of a rule: what its two sides must be to each other.
 *
 * @module
 */

import type { Condition, Root as ResolvedRoot, Span, Term, Variable } from "./ast.ts";
import { appending, type Diagnostic, error } from "./diagnostic.ts";
import { Resolver, type Root } from "./resolver.ts";
import { pairResults } from "./results.ts";
import type { Scope } from "./scope.ts";
import { inferGuard } from "./shapes/check.ts";
import { isSame, variablesOf } from "./structure.ts";
import type { Arg, Expr } from "./syntax.ts";
import { bind, Depths } from "./variables.ts";

/** A rule as written, abbreviations written out. */
export interface Written {
  /** The side that is matched, whichever side of the arrow it stands on. */
  readonly left: readonly Arg[];
  readonly right: readonly Arg[];
  /** Where `left` stands. */
  readonly matched: "left" | "right";
  readonly conditions: readonly {
    readonly kind: "when" | "assuming";
    readonly condition: Expr;
    readonly span: Span;
  }[];
  readonly arrowSpan: Span;
  /** The whole rule. */
  readonly span: Span;
  readonly expanding: boolean;
}

/** A direction resolved. */
export interface Direction {
  readonly left: readonly ResolvedRoot[];
  readonly right: readonly ResolvedRoot[];
  readonly conditions: readonly Condition[];
  readonly variables: ReadonlyMap<string, Variable>;
  readonly guard: readonly string[];
}

/** Resolves a rule from left to right. `undefined` when something is wrong with it, which has been reported. */
export function resolveDirection(
  rule: Written,
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): Direction | undefined {
  let failed = false;
  const fail = (diagnostic: Diagnostic): void => {
    failed = true;
    report(diagnostic);
  };
  const depths = new Depths(scope, fail);
  // What is nowhere spread is no list.
  if (scope.text.slice(rule.span.start, rule.span.end).includes("..."))
    for (const root of [...rule.left, ...rule.right]) depths.add(root);
  const bound = bind(rule.left, depths, scope, fail);
  const resolver = new Resolver(scope, bound, depths, rule.matched, fail);
  const left = rule.left.map((root) => resolver.root(root, "pattern"));
  if (failed) resolver.excuseNames();
  const right = rule.right.map((root) => resolver.root(root, "build"));
  const conditions = rule.conditions.map(({ kind, condition, span }): Condition | undefined => {
    const value = resolver.condition(condition);
    const text = onOneLine(scope.text.slice(condition.span.start, condition.span.end));
    return value && { kind, text, value, span };
  });
  if (failed || left.includes(undefined) || right.includes(undefined)) return undefined;
  checkRoots(left as readonly Root[], rule, bound.variables, fail);
  const sides = pairResults(left as readonly Root[], right as readonly Root[], rule, fail);
  if (sides?.left.every((root, i) => isSame(root, sides.right[i] as ResolvedRoot)))
    fail(error("R0308", rule.span, "both sides are the same"));
  if (!sides || failed) return undefined;
  const direction = {
    ...sides,
    conditions: conditions as readonly Condition[],
    variables: bound.variables,
  };
  const place = { arrowSpan: rule.arrowSpan, text: scope.text };
  const guard = resolver.isShaped ? inferGuard(direction, place, fail) : [];
  return failed ? undefined : { ...direction, guard };
}

function onOneLine(text: string): string {
  return /\s\s|[^\S ]/.test(text) ? text.replace(/\s+/g, " ") : text;
}

/** Reports left sides that match everything, or that are several patterns with nothing to do with each other. */
function checkRoots(
  roots: readonly Root[],
  rule: Written,
  variables: ReadonlyMap<string, Variable>,
  report: (diagnostic: Diagnostic) => void,
): void {
  const [only, another] = roots;
  if (only?.kind === "one" && only.term.kind === "apply" && !another) return;
  const terms = roots.map(termOf);
  // What is free in the elements of a list is different in each, and connects nothing.
  const names = terms.map((term, i) =>
    roots[i]?.kind === "list"
      ? new Set([...variablesOf(term)].filter((name) => variables.get(name)?.depth === 0))
      : variablesOf(term),
  );
  const uses = new Map<string, number>();
  for (const own of names) for (const name of own) uses.set(name, (uses.get(name) ?? 0) + 1);
  let anything = false;
  const isAllBare = terms.every((term) => term.kind === "variable");
  for (const term of terms) {
    const isList = roots[terms.indexOf(term)]?.kind === "list";
    const isBare =
      term.kind === "wildcard" ||
      (term.kind === "variable" && (isList || isAllBare || uses.get(term.name) === 1));
    if (isBare && !(rule.expanding && term.kind === "variable" && !isList))
      report(
        error("R0302", term.span, `the ${rule.matched}-hand side matches everything`, {
          hints: [
            rule.matched === "left"
              ? "turn it round, or mark it `expanding`"
              : "use `=>`, or mark it `expanding`",
          ],
          ...(term.kind === "variable" && { edit: appending(rule.span, "   expanding") }),
        }),
      );
    anything ||= isBare;
  }
  const stranger = firstUnconnected(names);
  const term = stranger === undefined ? undefined : terms[stranger];
  if (term && !anything)
    report(
      error("R0306", term.span, "the roots share no variable", {
        label: "no variable of the roots before it occurs here",
        related: terms.slice(0, stranger).map((root) => ({ span: root.span, label: "" })),
        hints: [
          "every pair in the graph would match: 200 of one and 200 of the other make 40,000 matches",
          "give them an operand in common",
        ],
      }),
    );
}

function termOf(root: Root): Term {
  if (root.kind === "one") return root.term;
  return root.kind === "all" ? root.apply : root.spread.element;
}

/** The first root that no chain of shared variables connects to the first one. */
function firstUnconnected(names: readonly ReadonlySet<string>[]): number | undefined {
  const parents = new Map<string, string>();
  const find = (name: string): string => {
    let root = name;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) {
      parents.set(name, up);
      root = up;
    }
    return root;
  };
  for (const own of names) {
    const [first] = own;
    for (const name of own) parents.set(find(name), find(first as string));
  }
  const groups = names.map((own) => {
    const [first] = own;
    return first === undefined ? undefined : find(first);
  });
  const stranger = groups.findIndex(
    (group, i) => i > 0 && (group === undefined || group !== groups[0]),
  );
  return stranger < 0 ? undefined : stranger;
}
