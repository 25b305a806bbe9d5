/**
 * The tree of a rule file as written. Plain data: `JSON.stringify` gives its stable form.
 *
 * @module
 */

import type { Span } from "./ast.ts";

// ── Expressions ──────────────────────────────────────────────────────────────

/** An expression, before anybody has asked whether it is a term, a value or a shape. */
export type Expr =
  | NumberExpr
  | StringExpr
  | NameExpr
  | ListExpr
  | CallExpr
  | UnaryExpr
  | BinaryExpr
  | TransposeExpr
  | FieldExpr
  | IndexExpr
  | SliceExpr;

/** A number as written, without a sign. */
export interface NumberExpr {
  readonly kind: "number";
  readonly text: string;
  readonly span: Span;
}

/** A string, its escapes resolved. */
export interface StringExpr {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

/** A bare name: a variable, or an abbreviation. */
interface NameExpr {
  readonly kind: "name";
  readonly name: string;
  readonly span: Span;
}

/** `[a, ...b]`. */
export interface ListExpr {
  readonly kind: "list";
  readonly elements: readonly Arg[];
  readonly span: Span;
}

/** `f(a, ...b; c = d, ...e)`: an operator, an abbreviation or a function. */
export interface CallExpr {
  readonly kind: "call";
  readonly callee: Identifier;
  readonly args: readonly Arg[];
  readonly attrs: readonly AttrArg[];
  readonly span: Span;
}

/** `-a`, `not a`. */
export interface UnaryExpr {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expr;
  readonly span: Span;
}

/** The infix operators. */
export type InfixOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "@"
  | "^"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or";

/** `a + b`. */
export interface BinaryExpr {
  readonly kind: "binary";
  readonly operator: InfixOperator;
  readonly left: Expr;
  readonly right: Expr;
  /** The operator's own place. */
  readonly operatorSpan: Span;
  readonly span: Span;
}

/** `a'`. */
interface TransposeExpr {
  readonly kind: "transpose";
  readonly operand: Expr;
  readonly span: Span;
}

/** `a.0`, `a.name`. */
export interface FieldExpr {
  readonly kind: "field";
  readonly of: Expr;
  readonly field: string | number;
  readonly fieldSpan: Span;
  readonly span: Span;
}

/** `a[i]`. */
interface IndexExpr {
  readonly kind: "index";
  readonly of: Expr;
  readonly index: Expr;
  readonly span: Span;
}

/** `a[i:j]`; without either bound, `a[]` and `a[:]`. */
interface SliceExpr {
  readonly kind: "slice";
  readonly of: Expr;
  readonly from?: Expr;
  readonly to?: Expr;
  readonly span: Span;
}

/** An element of an argument list, perhaps spread. */
export interface Arg {
  readonly spread: boolean;
  readonly value: Expr;
  readonly span: Span;
}

/** `name = value`, or `...name`. */
export type AttrArg =
  | {
      readonly kind: "attr";
      readonly name: Identifier;
      readonly value: Expr;
      readonly span: Span;
    }
  | { readonly kind: "rest"; readonly name: Identifier; readonly span: Span };

/** A name and its place. */
export interface Identifier {
  readonly name: string;
  readonly span: Span;
}

// ── Declarations ─────────────────────────────────────────────────────────────

/** A rule file. What could not be read is missing from it; the diagnostics say what. */
export interface Module {
  readonly file: string;
  readonly declarations: readonly Declaration[];
}

/** What stands at the top level of a file. */
export type Declaration =
  | ImportDecl
  | SortDecl
  | OpDecl
  | RulesDecl
  | ScheduleDecl
  | TestDecl
  | CheckDecl;

/** `import onnx from "dialect:onnx"`. */
export interface ImportDecl {
  readonly kind: "import";
  /** The name before `from`. */
  readonly as?: Identifier;
  /** The names in braces; without them, all. */
  readonly names?: readonly Identifier[];
  readonly from: StringExpr;
  readonly span: Span;
}

/** `sort Real`. */
export interface SortDecl {
  readonly kind: "sort";
  readonly name: Identifier;
  readonly doc: string;
  readonly span: Span;
}

/** `op add(a: Real, b: Real) -> Real as a + b is commutative cost 2`. */
export interface OpDecl {
  readonly kind: "op";
  readonly name: Identifier;
  readonly operands: readonly OperandDecl[];
  readonly attrs: readonly AttrDecl[];
  /** `-> ...type`: a list of results. */
  readonly variadicResult: boolean;
  readonly result: TypeExpr;
  /** `:= expression`. */
  readonly definition?: Expr;
  /** `as literal`, or the notation as an expression over the operands' names. */
  readonly notation?: "literal" | Expr;
  /** `is commutative`. */
  readonly properties: readonly Identifier[];
  readonly cost?: NumberExpr;
  readonly doc: string;
  readonly span: Span;
}

/** `...xs: Tensor[m]`. */
export interface OperandDecl {
  readonly name: Identifier;
  readonly variadic: boolean;
  readonly type: TypeExpr;
  readonly span: Span;
}

/** `pad: "same" | "valid" = "same"`. */
export interface AttrDecl {
  readonly name: Identifier;
  readonly alternatives: readonly (StringExpr | TypeExpr)[];
  readonly default?: Expr;
  readonly span: Span;
}

/** `Tensor[m, ...s]`; `shape` is missing where there are no brackets. */
export interface TypeExpr {
  readonly kind: "type";
  readonly name: Identifier;
  readonly shape?: readonly Arg[];
  readonly span: Span;
}

/** `rules name #tag { … }`. */
export interface RulesDecl {
  readonly kind: "rules";
  readonly name: Identifier;
  readonly tags: readonly Identifier[];
  readonly rules: readonly RuleDecl[];
  readonly doc: string;
  readonly span: Span;
}

/** The arrows: rewritten to, equal, and both again within a bound. */
export type ArrowText = "=>" | "<=>" | "~>" | "<~>";

/** `label: left => right when …`. */
export interface RuleDecl {
  readonly kind: "rule";
  readonly label: Identifier;
  /** Each root, perhaps gathering (`...root`). */
  readonly left: readonly Arg[];
  readonly arrow: ArrowText;
  readonly arrowSpan: Span;
  readonly right: readonly Arg[];
  readonly clauses: readonly Clause[];
  readonly doc: string;
  readonly span: Span;
}

/** What follows the two sides of a rule. */
export type Clause =
  | { readonly kind: "when" | "assuming"; readonly condition: Expr; readonly span: Span }
  | { readonly kind: "where"; readonly bindings: readonly Binding[]; readonly span: Span }
  | { readonly kind: "expanding" | "subsume"; readonly span: Span }
  | { readonly kind: "within"; readonly bound: NumberExpr; readonly span: Span }
  | { readonly kind: "tag"; readonly name: string; readonly span: Span };

/** `mean(t) = ReduceMean(t)`; without parameters an abbreviation. */
export interface Binding {
  readonly name: Identifier;
  readonly params?: readonly Identifier[];
  readonly body: Expr;
  readonly span: Span;
}

/** `schedule name: saturate(a, b), repeat(4, c)`. */
export interface ScheduleDecl {
  readonly kind: "schedule";
  readonly name: Identifier;
  readonly steps: readonly Expr[];
  readonly span: Span;
}

/** `test "title" { … }`. */
export interface TestDecl {
  readonly kind: "test";
  readonly title: string;
  readonly given: readonly { readonly name: Identifier; readonly type: TypeExpr }[];
  readonly using: readonly Identifier[];
  readonly statements: readonly TestStatement[];
  readonly span: Span;
}

/** One line of a test. */
export interface TestStatement {
  readonly kind: "prove" | "refute" | "reduce";
  readonly expr: Expr;
  /** What `reduce` must arrive at. */
  readonly to?: Expr;
  readonly bindings: readonly Binding[];
  readonly span: Span;
}

/** `check a, b`. */
export interface CheckDecl {
  readonly kind: "check";
  readonly rulesets: readonly Identifier[];
  readonly span: Span;
}
