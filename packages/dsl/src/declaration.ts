/**
 * Operators declared in a rule file.
 *
 * @module
 */

import type { Attr, AttrType, OpDef, TensorType } from "@rewright/plugin";
import { match, P } from "ts-pattern";
import { type Diagnostic, error } from "./diagnostic.ts";
import { quote } from "./quotation.ts";
import { noteDeclaration } from "./signature.ts";
import type { Speller } from "./spelling.ts";
import type { AttrDecl, Expr, OpDecl, TypeExpr } from "./syntax.ts";

/** The sorts of an operator's operands and result. */
export interface Signature {
  readonly operands: readonly string[];
  readonly result: string;
  /** Whether it speaks of shapes. */
  readonly isShaped: boolean;
}

/** A declared operator. */
export interface Declared {
  /** Its inference and its reference semantics are yet to be given: see `Meanings`. */
  readonly def: { -readonly [K in keyof OpDef]: OpDef[K] };
  readonly signature: Signature;
  /** The infix, prefix (`neg`) or postfix (`'`) token it is written with. */
  readonly notation?: string;
}

/** The sorts every file knows. */
export const BUILT_IN_SORTS: readonly string[] = ["Bool", "Float", "Int", "String", "Tensor"];

/** The token under which a prefix minus is bound. */
export const NEGATION = "neg";

/** What a declaration declares. What the compiler cannot honour is reported. */
export function declare(
  decl: OpDecl,
  sorts: ReadonlySet<string>,
  speller: Speller,
  report: (diagnostic: Diagnostic) => void,
): Declared {
  const types = [...decl.operands.map((operand) => operand.type), decl.result];
  for (const type of types) checkSort(type, sorts, speller, report);
  let commutative = false;
  for (const property of decl.properties) {
    if (property.name === "commutative") commutative = true;
    else
      report(
        error("R0010", property.span, `${quote(property.name)} is not a property of operators`, {
          hints: ["there is one: `is commutative`"],
        }),
      );
  }
  const names = new Set<string>();
  for (const { name } of [...decl.operands, ...decl.attrs]) {
    if (names.has(name.name))
      report(error("R0103", name.span, `${quote(name.name)} is defined twice`));
    names.add(name.name);
  }
  const notation = decl.notation && decl.notation !== "literal" && notationOf(decl, decl.notation);
  if (notation && "code" in notation) report(notation);
  const def: Declared["def"] = {
    operands: decl.operands.map((operand) => ({
      name: operand.name.name,
      ...(operand.variadic && { variadic: true }),
    })),
    attrs: Object.fromEntries(
      decl.attrs.map((attr) => [attr.name.name, attribute(attr, report)] as const),
    ),
    ...(decl.variadicResult && { results: "variadic" as const }),
    ...(commutative && { commutative }),
    infer: (_, __, count) => Array.from({ length: count }, () => UNKNOWN),
  };
  noteDeclaration(def, decl);
  return {
    def,
    signature: {
      operands: decl.operands.map((operand) => operand.type.name.name),
      result: decl.result.name.name,
      isShaped: types.some(({ shape }) => shape !== undefined),
    },
    ...(notation && "token" in notation && { notation: notation.token }),
  };
}

/** Until its meaning is known, nothing is known of its results. */
const UNKNOWN: TensorType = { dtype: "unknown", shape: [] };

function checkSort(
  type: TypeExpr,
  sorts: ReadonlySet<string>,
  speller: Speller,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (!sorts.has(type.name.name))
    report(
      error("R0102", type.name.span, `no sort called ${quote(type.name.name)}`, {
        ...speller.correction(type.name.name, sorts, type.name.span),
      }),
    );
}

function notationOf(decl: OpDecl, expr: Expr): { readonly token: string } | Diagnostic {
  const names = decl.operands.map((operand) => operand.name.name);
  const written = match(expr)
    .with(
      { kind: "binary", left: { kind: "name" }, right: { kind: "name" } },
      ({ operator, left, right }) => ({
        token: operator as string,
        names: [left.name, right.name],
      }),
    )
    .with({ kind: "unary", operator: "-", operand: { kind: "name" } }, ({ operand }) => ({
      token: NEGATION,
      names: [operand.name],
    }))
    .with({ kind: "transpose", operand: { kind: "name" } }, ({ operand }) => ({
      token: "'",
      names: [operand.name],
    }))
    .otherwise(() => undefined);
  const fits =
    written &&
    ["+", "-", "*", "/", "@", "^", NEGATION, "'"].includes(written.token) &&
    written.names.length === names.length &&
    written.names.every((name, i) => name === names[i]) &&
    decl.operands.every((operand) => !operand.variadic);
  if (fits) return { token: written.token };
  return error("R0010", expr.span, "a notation is the operands in their order with one token", {
    hints: ["the tokens: `a + b`, `a - b`, `a * b`, `a / b`, `a @ b`, `a ^ b`, `-a`, `a'`"],
  });
}

type AttrDef = NonNullable<OpDef["attrs"]>[string];

function attribute(decl: AttrDecl, report: (diagnostic: Diagnostic) => void): AttrDef {
  const strings = decl.alternatives.flatMap((alternative) =>
    alternative.kind === "string" ? [alternative.value] : [],
  );
  const types = decl.alternatives.filter((alternative) => alternative.kind === "type");
  const first = types[0];
  const type: AttrType | undefined =
    first === undefined
      ? strings
      : strings.length === 0 && types.length === 1
        ? named(first)
        : undefined;
  if (type === undefined)
    report(
      error("R0010", (first as TypeExpr).span, "an attribute cannot have this type", {
        hints: [
          'the types are `Int`, `Float`, `String`, lists of them (`Int[]`), and strings (`"a" | "b"`)',
        ],
      }),
    );
  const initial = decl.default && constant(decl.default);
  if (decl.default && initial === undefined)
    report(error("R0010", decl.default.span, "a default is a number, a string, or a list of them"));
  return {
    type: type ?? "int",
    ...(initial === undefined ? { required: true } : { default: initial }),
  };
}

function named(type: TypeExpr): AttrType | undefined {
  const list = type.shape !== undefined;
  if (type.shape && type.shape.length > 0) return undefined;
  return match(type.name.name)
    .with("Int", (): AttrType => (list ? "ints" : "int"))
    .with("Float", (): AttrType => (list ? "floats" : "float"))
    .with("String", (): AttrType => (list ? "strings" : "string"))
    .otherwise(() => undefined);
}

function constant(expr: Expr): Attr | undefined {
  return match(expr)
    .with({ kind: "number" }, ({ text }): Attr | undefined => Number(text))
    .with({ kind: "string" }, ({ value }): Attr | undefined => value)
    .with(
      { kind: "unary", operator: "-", operand: { kind: "number", text: P.select() } },
      (text) => -Number(text),
    )
    .with({ kind: "list" }, ({ elements }): Attr | undefined => {
      const values = elements.map((element) =>
        element.spread ? undefined : constant(element.value),
      );
      return values.every((value) => value !== undefined) ? values : undefined;
    })
    .otherwise(() => undefined);
}
