/**
 * `test`, `schedule` and `check` declarations, their names resolved.
 *
 * @module
 */

import type { TensorType } from "@rewright/plugin";
import { Abbreviations } from "../abbreviation.ts";
import type { Span, Term, Variable } from "../ast.ts";
import { type Diagnostic, error } from "../diagnostic.ts";
import { enumerate, quote } from "../quotation.ts";
import { Resolver } from "../resolver.ts";
import type { Scope } from "../scope.ts";
import { scalarOf } from "../signature.ts";
import type {
  CheckDecl,
  Expr,
  Identifier,
  ScheduleDecl,
  TestDecl,
  TestStatement,
  TypeExpr,
} from "../syntax.ts";
import { Depths } from "../variables.ts";

type Report = (diagnostic: Diagnostic) => void;

/** A `test` block. */
export interface Test {
  readonly title: string;
  readonly given: readonly { readonly name: string; readonly type: TensorType }[];
  /** The rulesets whose rules may be used. */
  readonly using: readonly string[];
  readonly statements: readonly Statement[];
  readonly span: Span;
}

/** A line of a `test` block. */
export interface Statement {
  /** `prove`: both sides are equal. `refute`: the rules do not make them equal. `reduce`: the right is the cheapest form of the left. */
  readonly kind: "prove" | "refute" | "reduce";
  readonly left: Term;
  readonly right: Term;
  /** As written, on one line. */
  readonly text: string;
  readonly rightText: string;
  /** The place of the right side. */
  readonly rightSpan: Span;
  readonly span: Span;
}

/** A step of a schedule: rulesets applied together until nothing changes, or so many times. */
interface ScheduleStep {
  readonly rulesets: readonly string[];
  /** `undefined`: until nothing changes. */
  readonly times: number | undefined;
}

/** Advice about the order of rulesets. */
export interface Schedule {
  readonly name: string;
  readonly steps: readonly ScheduleStep[];
  readonly span: Span;
}

/** Resolves a `test` block; `undefined` when something is wrong with it, which has been reported. */
export function resolveTest(decl: TestDecl, scope: Scope, report: Report): Test | undefined {
  let failed = false;
  const fail = (diagnostic: Diagnostic): void => {
    failed = true;
    report(diagnostic);
  };
  scope.speller.renew();
  const using = namesOf(decl.using, scope, fail);
  const variables = new Map<string, Variable>();
  const given = decl.given.flatMap(({ name: { name, span }, type }) => {
    const first = variables.get(name);
    if (first)
      fail(
        error("R0103", span, `${quote(name)} is given twice`, {
          related: [{ span: first.span, label: "the first" }],
        }),
      );
    variables.set(name, { name, kind: "term", depth: 0, span });
    const known = typeOf(type, fail);
    return known ? [{ name, type: known }] : [];
  });
  const statements = decl.statements.map((statement) =>
    resolveStatement(statement, variables, scope, fail),
  );
  if (failed) return undefined;
  return {
    title: decl.title,
    given,
    using,
    statements: statements.filter((statement) => statement !== undefined),
    span: decl.span,
  };
}

function resolveStatement(
  statement: TestStatement,
  variables: ReadonlyMap<string, Variable>,
  scope: Scope,
  report: Report,
): Statement | undefined {
  const { kind, expr, to, span } = statement;
  const abbreviations = new Abbreviations(statement.bindings, report);
  if (abbreviations.isCyclic) return undefined;
  let sides: readonly [Expr, Expr] | undefined = to && [expr, to];
  if (kind !== "reduce" && expr.kind === "binary" && expr.operator === "==")
    sides = [expr.left, expr.right];
  if (!sides) {
    report(
      error("R0010", expr.span, `\`${kind}\` is about two terms`, {
        hints: [kind === "reduce" ? "`reduce a + 0 => a`" : `\`${kind} a + b == b + a\``],
      }),
    );
    return undefined;
  }
  const [left, right] = sides.map((side) => {
    const value = abbreviations.expand(side);
    const depths = new Depths(scope, report);
    depths.add({ spread: false, value, span: value.span });
    const bound = { variables, remainders: new Map() };
    return new Resolver(scope, bound, depths, "test", report).build(value);
  });
  if (!left || !right) return undefined;
  const between = (start: number, end: number): string =>
    scope.text.slice(start, end).replace(/\s+/g, " ");
  const [first, { span: rightSpan }] = sides;
  return {
    kind,
    left,
    right,
    text: between(first.span.start, rightSpan.end),
    rightText: between(rightSpan.start, rightSpan.end),
    rightSpan,
    span,
  };
}

/** The type of something given: a number of a sort, or a tensor whose sizes are numbers, or names of any size. */
function typeOf(type: TypeExpr, report: Report): TensorType | undefined {
  const scalar = scalarOf(type.name.name);
  if (scalar) return { dtype: scalar, shape: [] };
  const shape = type.shape?.map(({ spread, value }) => {
    if (spread) return undefined;
    if (value.kind === "number") return Number(value.text);
    return value.kind === "name" ? value.name : undefined;
  });
  if (shape && !shape.includes(undefined))
    return { dtype: "f32", shape: shape.filter((dim) => dim !== undefined) };
  report(
    error("R0010", type.span, "a tensor that is given has sizes", {
      hints: ["numbers, or names for sizes that are open: `x: Tensor[batch, 768]`"],
    }),
  );
  return undefined;
}

/** Resolves a `schedule`. */
export function resolveSchedule(
  { name, steps, span }: ScheduleDecl,
  scope: Scope,
  report: Report,
): Schedule {
  scope.speller.renew();
  return {
    name: name.name,
    span,
    steps: steps.map((step) => {
      const { names, times } = scheduled(step, report);
      return { rulesets: namesOf(names, scope, report), times };
    }),
  };
}

/** The rulesets that a `check` names. */
export function resolveCheck(decl: CheckDecl, scope: Scope, report: Report): readonly string[] {
  scope.speller.renew();
  return namesOf(decl.rulesets, scope, report);
}

function namesOf(names: readonly Identifier[], scope: Scope, report: Report): readonly string[] {
  for (const { name, span } of names)
    if (!scope.rulesets.has(name))
      report(
        error("R0107", span, `no ruleset called ${quote(name)}`, {
          ...scope.speller.correction(name, scope.rulesets, span),
        }),
      );
  return names.map(({ name }) => name);
}

/** The rulesets that a step of a schedule names, and how often it is taken. */
function scheduled(
  step: Expr,
  report: Report,
): { readonly names: readonly Identifier[]; readonly times: number | undefined } {
  if (step.kind === "call" && ["saturate", "repeat"].includes(step.callee.name)) {
    const isRepeat = step.callee.name === "repeat";
    const args = step.args.map((arg) => arg.value);
    const sets = isRepeat ? args.slice(1) : args;
    const [count] = args;
    const times =
      isRepeat && count?.kind === "number" && /^[1-9]\d*$/.test(count.text)
        ? Number(count.text)
        : undefined;
    const names = sets.filter((set) => set.kind === "name");
    const isWhole = names.length === sets.length && names.length > 0 && step.attrs.length === 0;
    if (isWhole && isRepeat === (times !== undefined)) return { names, times };
  }
  report(
    error(
      "R0010",
      step.span,
      `a schedule is made of ${enumerate(["`saturate(a, b)`", "`repeat(4, a, b)`"])}`,
    ),
  );
  return { names: [], times: undefined };
}
