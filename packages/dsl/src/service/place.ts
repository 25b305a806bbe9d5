/**
 * What stands at an offset of a file.
 *
 * @module
 */

import type { DocumentFile } from "../document-file.ts";
import type * as s from "../syntax.ts";
import { parts } from "../traversal.ts";

/** The declaration at an offset, and what of it is there. */
export interface Place {
  readonly decl: s.Declaration;
  readonly rule?: s.RuleDecl;
  readonly statement?: s.TestStatement;
  /** The expressions around the offset, the outermost first. */
  readonly exprs: readonly s.Expr[];
}

/** What stands at an offset, or right before it; `undefined` between declarations, and in what could not be read. */
export function placeAt({ module }: DocumentFile, offset: number): Place | undefined {
  const decl = at(module.declarations, offset);
  if (!decl) return undefined;
  if (decl.kind === "rules") {
    const rule = at(decl.rules, offset);
    return { decl, ...(rule && { rule }), exprs: rule ? around(expressionsOf(rule), offset) : [] };
  }
  if (decl.kind === "test") {
    const statement = at(decl.statements, offset);
    const exprs = statement ? around(sidesOf(statement), offset) : [];
    return { decl, ...(statement && { statement }), exprs };
  }
  const exprs =
    decl.kind === "op"
      ? [decl.definition, decl.notation].filter((one) => typeof one === "object")
      : decl.kind === "schedule"
        ? decl.steps
        : [];
  return { decl, exprs: around(exprs, offset) };
}

/** The expressions of a rule: its sides, its conditions, and what its abbreviations stand for. */
function expressionsOf(rule: s.RuleDecl): readonly s.Expr[] {
  return [
    ...[...rule.left, ...rule.right].map(({ value }) => value),
    ...rule.clauses.flatMap((clause) => {
      if (clause.kind === "where") return clause.bindings.map(({ body }) => body);
      return clause.kind === "when" || clause.kind === "assuming" ? [clause.condition] : [];
    }),
  ];
}

/** The two terms of a statement, and what its abbreviations stand for. */
function sidesOf({ expr, to, bindings }: s.TestStatement): readonly s.Expr[] {
  const isEquation = !to && expr.kind === "binary" && expr.operator === "==";
  const sides = isEquation ? [expr.left, expr.right] : [expr, ...(to ? [to] : [])];
  return [...sides, ...bindings.map(({ body }) => body)];
}

function around(roots: readonly s.Expr[], offset: number): readonly s.Expr[] {
  const found: s.Expr[] = [];
  for (let next = at(roots, offset); next; next = at(parts(next), offset)) found.push(next);
  return found;
}

/** The last of some things that contains an offset: where two touch, what begins there. */
function at<T extends { readonly span: { readonly start: number; readonly end: number } }>(
  things: readonly T[],
  offset: number,
): T | undefined {
  return things.findLast(({ span }) => span.start <= offset && offset <= span.end);
}
