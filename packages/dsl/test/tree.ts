/** Trees of rule files, drawn at random: all that the grammar has, and names that are words elsewhere. */

import fc from "fast-check";
import type * as s from "../src/syntax.ts";

const span = { file: "f", start: 0, end: 0, line: 1, column: 1 };

/** Names, among them soft keywords and what every JavaScript object has. */
const name = fc.constantFrom(
  ...["x", "y", "Relu", "_", "μ_1", "__proto__", "constructor", "toString", "hasOwnProperty"],
  ...["op", "rules", "test", "given", "using", "prove", "refute", "reduce", "as", "is", "cost"],
  ...["import", "from", "sort", "schedule", "check", "e5", "within_", "nota"],
);
const identifier: fc.Arbitrary<s.Identifier> = name.map((text) => ({ name: text, span }));
const numberText = fc.oneof(
  fc.nat({ max: 1000 }).map(String),
  fc.constantFrom("0.5", "1.0", "1e-3", "2.5E+10", "007", "9223372036854775807"),
);
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('"', "\\", "\n\r\t", "// no comment", "\u2028", "🙂", "\uD800", "}"),
);
const number = numberText.map((digits): s.NumberExpr => ({ kind: "number", text: digits, span }));
const string = text.map((value): s.StringExpr => ({ kind: "string", value, span }));
const doc = fc
  .array(fc.constantFrom("Says what.", "", "/ one", "// two", "«é»"), { maxLength: 2 })
  .map((lines) => lines.join("\n"));
const few = <T>(of: fc.Arbitrary<T>, minLength = 0): fc.Arbitrary<T[]> =>
  fc.array(of, { minLength, maxLength: 3 });
/** A field that may be missing, and then is. */
const optional = <K extends string, T>(
  key: K,
  of: fc.Arbitrary<T>,
): fc.Arbitrary<{ readonly [P in K]?: T }> =>
  fc.option(of).map((value) => (value === null ? {} : ({ [key]: value } as { [P in K]: T })));
const merged = <A extends object, B extends object>(
  a: fc.Arbitrary<A>,
  b: fc.Arbitrary<B>,
): fc.Arbitrary<A & B> => fc.tuple(a, b).map(([x, y]) => ({ ...x, ...y }));

const infix = fc.constantFrom(
  ...(["+", "-", "*", "/", "@", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or"] as const),
);

/** Expressions. */
const expression: fc.Arbitrary<s.Expr> = fc.letrec<{ expr: s.Expr; arg: s.Arg }>((tie) => ({
  arg: fc
    .tuple(fc.boolean(), tie("expr"))
    .map(([spread, value]): s.Arg => ({ spread, value, span })),
  expr: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    number,
    name.map((text): s.Expr => ({ kind: "name", name: text, span })),
    string,
    few(tie("arg")).map((elements): s.Expr => ({ kind: "list", elements, span })),
    fc
      .tuple(
        identifier,
        few(tie("arg")),
        few(
          fc.oneof(
            identifier.map((of): s.AttrArg => ({ kind: "rest", name: of, span })),
            fc
              .tuple(identifier, tie("expr"))
              .map(([of, value]): s.AttrArg => ({ kind: "attr", name: of, value, span })),
          ),
        ),
      )
      .map(([callee, args, attrs]): s.Expr => ({ kind: "call", callee, args, attrs, span })),
    fc
      .tuple(fc.constantFrom("-" as const, "not" as const), tie("expr"))
      .map(([operator, operand]): s.Expr => ({ kind: "unary", operator, operand, span })),
    fc.tuple(infix, tie("expr"), tie("expr")).map(
      ([operator, left, right]): s.Expr => ({
        kind: "binary",
        operator,
        left,
        right,
        operatorSpan: span,
        span,
      }),
    ),
    tie("expr").map((operand): s.Expr => ({ kind: "transpose", operand, span })),
    fc
      .tuple(tie("expr"), fc.oneof(name, fc.nat({ max: 9 })))
      .map(([of, field]): s.Expr => ({ kind: "field", of, field, fieldSpan: span, span })),
    fc
      .tuple(tie("expr"), tie("expr"))
      .map(([of, index]): s.Expr => ({ kind: "index", of, index, span })),
    merged(
      tie("expr").map((of) => ({ kind: "slice" as const, of, span })),
      merged(optional("from", tie("expr")), optional("to", tie("expr"))),
    ),
  ),
})).expr;

const arg = fc
  .tuple(fc.boolean(), expression)
  .map(([spread, value]): s.Arg => ({ spread, value, span }));
const type: fc.Arbitrary<s.TypeExpr> = merged(
  identifier.map((of) => ({ kind: "type" as const, name: of, span })),
  optional("shape", few(arg)),
);
const binding: fc.Arbitrary<s.Binding> = merged(
  fc.tuple(identifier, expression).map(([of, body]) => ({ name: of, body, span })),
  optional("params", few(identifier, 1)),
);
const clause: fc.Arbitrary<s.Clause> = fc.oneof(
  fc
    .tuple(fc.constantFrom("when" as const, "assuming" as const), expression)
    .map(([kind, condition]): s.Clause => ({ kind, condition, span })),
  few(binding, 1).map((bindings): s.Clause => ({ kind: "where", bindings, span })),
  fc
    .constantFrom("expanding" as const, "subsume" as const)
    .map((kind): s.Clause => ({ kind, span })),
  number.map((bound): s.Clause => ({ kind: "within", bound, span })),
  name.map((tag): s.Clause => ({ kind: "tag", name: tag, span })),
);
const rule: fc.Arbitrary<s.RuleDecl> = fc.record({
  kind: fc.constant("rule" as const),
  label: identifier,
  left: few(arg, 1),
  arrow: fc.constantFrom("=>" as const, "<=>" as const, "~>" as const, "<~>" as const),
  arrowSpan: fc.constant(span),
  right: few(arg, 1),
  clauses: few(clause),
  doc,
  span: fc.constant(span),
});
const operand: fc.Arbitrary<s.OperandDecl> = fc.record({
  name: identifier,
  variadic: fc.boolean(),
  type,
  span: fc.constant(span),
});
const attribute: fc.Arbitrary<s.AttrDecl> = merged(
  fc.record({
    name: identifier,
    alternatives: few(fc.oneof(string, type), 1),
    span: fc.constant(span),
  }),
  optional("default", expression),
);
const op: fc.Arbitrary<s.OpDecl> = merged(
  fc.record({
    kind: fc.constant("op" as const),
    name: identifier,
    operands: few(operand),
    attrs: few(attribute),
    variadicResult: fc.boolean(),
    result: type,
    properties: few(identifier),
    doc,
    span: fc.constant(span),
  }),
  merged(
    merged(optional("definition", expression), optional("cost", number)),
    optional("notation", fc.oneof(fc.constant("literal" as const), expression)),
  ),
);
const statement: fc.Arbitrary<s.TestStatement> = fc.oneof(
  fc
    .tuple(fc.constantFrom("prove" as const, "refute" as const), expression, few(binding))
    .map(([kind, expr, bindings]) => ({ kind, expr, bindings, span })),
  fc
    .tuple(expression, expression, few(binding))
    .map(([expr, to, bindings]) => ({ kind: "reduce" as const, expr, to, bindings, span })),
);
const declaration: fc.Arbitrary<s.Declaration> = fc.oneof(
  fc
    .tuple(
      fc.oneof(
        fc.constant({}),
        identifier.map((as) => ({ as })),
        few(identifier, 1).map((names) => ({ names })),
      ),
      string,
    )
    .map(([what, from]): s.ImportDecl => ({ kind: "import", ...what, from, span })),
  fc
    .tuple(identifier, doc)
    .map(([of, text]): s.SortDecl => ({ kind: "sort", name: of, doc: text, span })),
  op,
  fc.tuple(identifier, few(identifier), few(rule), doc).map(
    ([of, tags, rules, text]): s.RulesDecl => ({
      kind: "rules",
      name: of,
      tags,
      rules,
      doc: text,
      span,
    }),
  ),
  fc
    .tuple(identifier, few(expression, 1))
    .map(([of, steps]): s.ScheduleDecl => ({ kind: "schedule", name: of, steps, span })),
  fc.tuple(text, few(fc.record({ name: identifier, type })), few(identifier), few(statement)).map(
    ([title, given, using, statements]): s.TestDecl => ({
      kind: "test",
      title,
      given,
      using,
      statements,
      span,
    }),
  ),
  few(identifier, 1).map((rulesets): s.CheckDecl => ({ kind: "check", rulesets, span })),
);

/** Whole files. All places are the beginning of the file. */
export const module: fc.Arbitrary<s.Module> = few(declaration).map((declarations) => ({
  file: "f",
  declarations,
}));

/** A tree without its places. */
export function withoutPlaces(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, value: unknown) => (/span$/i.test(key) ? undefined : value)),
  );
}
