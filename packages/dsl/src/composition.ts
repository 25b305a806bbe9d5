/**
 * From calls and infix notation to applications of operators, whichever side they stand on.
 *
 * @module
 */

import {
  checkAttributes,
  checkOperands,
  checkRemainder,
  checkSorts,
  type Side,
  type Sorts,
} from "./application.ts";
import type * as ast from "./ast.ts";
import { NEGATION } from "./declaration.ts";
import { appending, replacing } from "./diagnostic.ts";
import type { Names } from "./names.ts";
import { enumerate, quote } from "./quotation.ts";
import { DIALECT_NOTATION, type Operator } from "./scope.ts";
import type * as s from "./syntax.ts";
import { ABSENT, calledOperator, isMultiple } from "./variables.ts";

/** Reads the parts of an application. */
export interface Reader {
  /** A term, in a pattern or to be built. */
  term(expr: s.Expr, side: Side): ast.Term | undefined;
  value(expr: s.Expr): ast.Value | undefined;
}

/** Composes the applications of one direction of a rule. What cannot be composed is `undefined`, and has been reported. */
export class Composer {
  private readonly names: Names;
  private readonly reader: Reader;
  private sorts: Sorts | undefined;
  /** Whether any operator that was met has a declaration that speaks of shapes. */
  isShaped = false;

  constructor(names: Names, reader: Reader) {
    this.names = names;
    this.reader = reader;
  }

  /** A call of an operator. */
  application(call: s.CallExpr, operator: Operator, side: Side): ast.Apply | undefined {
    const operands = call.args.map((arg, i) => this.operand(arg, operator, i, side));
    // What is left out at the end is not there at all.
    while (operands.at(-1)?.kind === "absent") operands.pop();
    return this.apply(operator, operands, call, side);
  }

  private operand(
    arg: s.Arg,
    operator: Operator,
    index: number,
    side: Side,
  ): ast.Term | ast.Spread | undefined {
    const { value, spread, span } = arg;
    if (spread) {
      this.names.depths.checkSpread(arg);
      const element = this.spreadElement(value, side);
      return element && { kind: "spread", element, span };
    }
    if (value.kind !== "name" || value.name !== ABSENT) return this.reader.term(value, side);
    const declared = operator.def.operands;
    return this.absent(arg, operator, declared[Math.min(index, declared.length - 1)]);
  }

  private absent(
    { span }: s.Arg,
    operator: Operator,
    place: Operator["def"]["operands"][number] | undefined,
  ): ast.Absent | undefined {
    if (place?.optional) return { kind: "absent", span };
    return this.names.fail(
      "R0201",
      span,
      place
        ? `\`${place.name}\` of ${quote(operator.key)} cannot be left out`
        : `${quote(operator.key)} takes no operands`,
    );
  }

  /** What is repeated; the results of an operator with several are a list already. */
  private spreadElement(expr: s.Expr, side: Side): ast.Term | undefined {
    const operator = calledOperator(expr, this.names.scope);
    if (operator && isMultiple(operator))
      return this.application(expr as s.CallExpr, operator, side);
    return this.reader.term(expr, side);
  }

  private apply(
    operator: Operator,
    operands: readonly (ast.Term | ast.Spread | undefined)[],
    call: Pick<s.CallExpr, "attrs" | "span">,
    side: Side,
  ): ast.Apply | undefined {
    const { report, scope } = this.names;
    const attrs: (ast.AttrEntry | undefined)[] = [];
    let rest: ast.Apply["rest"];
    for (const attr of call.attrs) {
      if (attr.kind === "rest") rest = { name: attr.name.name, span: attr.span };
      else {
        const value =
          side === "pattern" ? this.attrPattern(attr.value) : this.reader.value(attr.value);
        attrs.push(value && { name: attr.name.name, value, span: attr.span });
      }
    }
    if (rest && !this.checkRest(rest, operator, side)) return undefined;
    if (!isComplete(operands) || !isComplete(attrs)) return undefined;
    const { key: name, def: op } = operator;
    if (operator.signature?.isShaped) this.isShaped = true;
    const { span } = call;
    const apply: ast.Apply = rest
      ? { kind: "apply", name, op, operands, attrs, rest, span }
      : { kind: "apply", name, op, operands, attrs, span };
    checkOperands(apply, operator, side, report);
    checkAttributes(call, apply, operator, side, scope.speller, report);
    if (scope.isSorted) {
      this.sorts ??= new Map();
      checkSorts(apply, operator, this.sorts, report);
    }
    return apply;
  }

  private attrPattern(expr: s.Expr): ast.Value | undefined {
    if (expr.kind === "name" && expr.name === "_") return { kind: "wildcard", span: expr.span };
    return this.solved(expr);
  }

  /** A value in a pattern: computed, and compared with what is found there. */
  solved(expr: s.Expr): ast.Value | undefined {
    this.names.solving = expr;
    const value = this.reader.value(expr);
    this.names.solving = undefined;
    return value;
  }

  private checkRest(rest: NonNullable<ast.Apply["rest"]>, operator: Operator, side: Side): boolean {
    const { bound, report } = this.names;
    if (rest.name === "_") {
      if (side === "pattern") return true;
      this.names.fail("R0301", rest.span, "`_` stands for nothing that could be used");
      return false;
    }
    const variable = bound.variables.get(rest.name);
    const remainder = bound.remainders.get(rest.name);
    if (!variable) this.names.unbound(rest.name, rest.span);
    else if (variable.kind !== "attributes" || !remainder)
      this.names.fail(
        "R0303",
        rest.span,
        `${quote(rest.name)} stands for attributes here and for one value there`,
        {
          related: [{ span: variable.span, label: "one value" }],
        },
      );
    else {
      checkRemainder(rest, remainder, operator, report);
      return true;
    }
    return false;
  }

  // ── Results ────────────────────────────────────────────────────────────────

  /** An application where one result is needed. */
  single(apply: ast.Apply | undefined, operator: Operator): ast.Term | undefined {
    if (!apply || !isMultiple(operator)) return apply;
    return this.names.fail("R0206", apply.span, "a list of results where one is needed", {
      hints: ["choose one with `.0`, or spread them with `...`"],
      edit: appending(apply.span, ".0"),
    });
  }

  /** A result that is chosen by number or by name. */
  result(expr: s.FieldExpr, side: Side): ast.Term | undefined {
    const { scope } = this.names;
    const operator = calledOperator(expr.of, scope);
    if (!operator) {
      if (expr.of.kind === "call" && !scope.functions.has(expr.of.callee.name))
        return this.names.unknownCall(expr.of.callee, true);
      return this.names.fail(
        "R0205",
        expr.fieldSpan,
        "only an application of an operator has results to choose from",
      );
    }
    const apply = this.application(expr.of as s.CallExpr, operator, side);
    if (!apply) return undefined;
    const index = typeof expr.field === "string" ? this.named(expr, operator) : expr.field;
    if (index === undefined) return undefined;
    if (operator.signature && operator.def.results !== "variadic" && index > 0)
      return this.names.fail(
        "R0205",
        expr.fieldSpan,
        `${quote(operator.key)} has no result ${index}`,
        { hints: ["it has one: `.0`"], edit: replacing(expr.fieldSpan, "0") },
      );
    return { kind: "result", of: apply, index, span: expr.span };
  }

  /** The number of the result that goes by a name. */
  private named({ field, fieldSpan }: s.FieldExpr, operator: Operator): number | undefined {
    const name = String(field);
    const names = operator.def.resultNames ?? [];
    const index = names.indexOf(name);
    if (index >= 0) return index;
    return this.names.fail(
      "R0205",
      fieldSpan,
      `${quote(operator.key)} has no result called ${quote(name)}`,
      this.names.scope.speller.correction(name, names, fieldSpan, [
        names.length > 0
          ? `it has ${enumerate(names.map((known) => `\`.${known}\``))}`
          : "its results have no names: `.0` is the first",
      ]),
    );
  }

  // ── Notation ───────────────────────────────────────────────────────────────

  /** Infix, prefix or postfix notation between expressions. */
  infix(
    token: string,
    tokenSpan: ast.Span,
    operands: readonly s.Expr[],
    span: ast.Span,
    side: Side,
  ): ast.Term | undefined {
    const terms = operands.map((operand) => this.reader.term(operand, side));
    return this.notation(token, tokenSpan, terms, span, side);
  }

  /** The same between terms. */
  notation(
    token: string,
    tokenSpan: ast.Span,
    operands: readonly (ast.Term | undefined)[],
    span: ast.Span,
    side: Side,
  ): ast.Term | undefined {
    const key = token === "-" && operands.length === 1 ? NEGATION : token;
    const name = DIALECT_NOTATION.get(key);
    const operator =
      this.names.scope.notations.get(key) ??
      (name === undefined ? undefined : this.names.operator(name, tokenSpan));
    if (operator)
      return this.single(this.apply(operator, operands, { attrs: [], span }, side), operator);
    const hint =
      key === "'"
        ? "name the axes: `Transpose(x; perm = [1, 0])`, or declare an operator `as a'`"
        : name === undefined
          ? "conditions stand behind `when`"
          : `import a dialect that has \`${name}\`, or declare an operator with this notation`;
    return this.names.fail("R0203", tokenSpan, `${quote(token)} means nothing between terms here`, {
      hints: [hint],
    });
  }
}

/** Whether nothing is missing from a list. */
export function isComplete<T>(items: readonly (T | undefined)[]): items is readonly T[] {
  return !items.includes(undefined);
}
