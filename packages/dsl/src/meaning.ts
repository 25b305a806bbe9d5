/**
 * What the operators that a rule file declares mean: by a module that has operators of the same names, by a definition in
 * operators already known, or, as far as types go, by the declaration itself.
 *
 * @module
 */

import type { OpDef } from "@rewright/plugin";
import type { Root, Variable } from "./ast.ts";
import { Definition } from "./definition.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import { quote } from "./quotation.ts";
import { Resolver } from "./resolver.ts";
import type { Scope, Undefined } from "./scope.ts";
import { Signature } from "./signature.ts";
import type { Arg, OpDecl } from "./syntax.ts";
import { Depths } from "./variables.ts";

type Report = (diagnostic: Diagnostic) => void;

/** Gives declared operators their inference and reference semantics, those first that others are defined by. */
export function giveMeaning(operators: readonly Undefined[], report: Report): void {
  const byDef = new Map<OpDef, Undefined>(operators.map((operator) => [operator.def, operator]));
  const state = new Map<Undefined, "begun" | "done">();
  const give = (operator: Undefined): void => {
    state.set(operator, "begun");
    const { decl, def, scope, module } = operator;
    scope.speller.renew();
    delete def.evaluate;
    const signature = signatureOf(operator, report);
    const definition = decl.definition && define(decl, scope, report);
    for (const use of definition?.uses ?? []) {
      const other = byDef.get(use);
      if (!other || state.get(other) === "done") continue;
      if (!state.has(other)) give(other);
      else
        report(
          error("R0307", decl.name.span, `${quote(decl.name.name)} is defined by itself`, {
            related:
              other === operator
                ? []
                : [{ span: other.decl.name.span, label: "and back, through this" }],
            hints: ["a definition may use only operators that it does not define"],
          }),
        );
    }
    const meaning = definition ?? module;
    def.infer = (operands, attrs, count) => {
      if (!meaning) return signature.infer(operands, attrs, count);
      signature.check(operands);
      return meaning.infer(operands, attrs, count);
    };
    const isComputable = definition
      ? definition.uses.every((use) => use.evaluate && !use.impure)
      : module?.evaluate !== undefined;
    if (meaning?.evaluate && isComputable)
      def.evaluate = (operands, attrs, count) => meaning.evaluate?.(operands, attrs, count) ?? [];
    state.set(operator, "done");
  };
  for (const operator of operators) if (!state.has(operator)) give(operator);
}

/** The types that a declaration spells out. */
function signatureOf({ decl, scope }: Undefined, report: Report): Signature {
  const variables = new Map<string, Variable>();
  const add = (name: string, span: Arg["span"], depth: 0 | 1 = 0): void => {
    if (!variables.has(name)) variables.set(name, { name, kind: "value", depth, span });
  };
  for (const { type } of decl.operands)
    for (const { spread, value, span } of type.shape ?? [])
      if (value.kind === "name") add(value.name, span, spread ? 1 : 0);
  for (const { name, span } of [...decl.operands, ...decl.attrs]) add(name.name, span);
  const { shape, span } = decl.result;
  if (!shape?.length || decl.result.name.name !== "Tensor")
    return new Signature(decl, undefined, variables);
  const list = { kind: "list", elements: shape, span } as const;
  const depths = new Depths(scope, report);
  depths.add({ spread: false, value: list, span });
  const bound = { variables, remainders: new Map() };
  const result = new Resolver(scope, bound, depths, "declaration", report).value(list);
  return new Signature(decl, result, variables);
}

function define(decl: OpDecl, scope: Scope, report: Report): Definition | undefined {
  const variables = new Map<string, Variable>();
  for (const { name, variadic, span } of decl.operands)
    variables.set(name.name, { name: name.name, kind: "term", depth: variadic ? 1 : 0, span });
  for (const { name, span } of decl.attrs)
    variables.set(name.name, { name: name.name, kind: "value", depth: 0, span });
  const value = decl.definition as NonNullable<OpDecl["definition"]>;
  const root: Arg = { spread: false, value, span: value.span };
  const depths = new Depths(scope, report);
  depths.add(root);
  const bound = { variables, remainders: new Map() };
  const body = new Resolver(scope, bound, depths, "declaration", report).root(root, "build");
  if (!body) return undefined;
  const { span } = value;
  const resolved: Root =
    body.kind === "one"
      ? body.term
      : body.kind === "all"
        ? { kind: "results", of: body.apply, span }
        : body.spread;
  return new Definition(decl, resolved, variables);
}
