/**
 * The resolved rule: what the compiler hands to the matcher. Every name is bound to its operator or function, `where`
 * bindings are written out, infix notation is gone, and each direction of a two-way rule is a rule of its own.
 *
 * The tree as written is in `syntax.ts`.
 *
 * @module
 */

import type { OpDef, RuleFunction } from "@rewright/plugin";

/** A stretch of a rule file. Lines and columns count from 1, columns and offsets in UTF-16 code units of the text. */
export interface Span {
  readonly file: string;
  /** Offset of the first character. */
  readonly start: number;
  /** Offset after the last character; never less than `start`. */
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

// ── Terms: what denotes a class of the e-graph ───────────────────────────────

/** A term: on the left it is matched, on the right it is built. */
export type Term = TermVariable | Wildcard | Apply | Result | Constant | Absent;

/** A root of a side: one class; or a list of them. */
export type Root = Term | Spread | Results;

/**
 * All results of an application that decides itself how many it has, in order. Opposite another such root both have equally
 * many; opposite a spread, as many as the lists of that have items.
 */
export interface Results {
  readonly kind: "results";
  readonly of: Apply;
  readonly span: Span;
}

/** `x` where an operand stands: a class of the e-graph. Its depth is in `Rule.variables`. */
export interface TermVariable {
  readonly kind: "variable";
  readonly name: string;
  readonly span: Span;
}

/** `_`: anything, left side only. Two of them are two things. */
export interface Wildcard {
  readonly kind: "wildcard";
  readonly span: Span;
}

/** `absent`: an optional operand that is left out, although others follow it. */
export interface Absent {
  readonly kind: "absent";
  readonly span: Span;
}

/** An operator application. */
export interface Apply {
  readonly kind: "apply";
  /** The operator's key in its dialect's `ops`, domain included; in an `op` declaration, the declared name. */
  readonly name: string;
  readonly op: OpDef;
  /**
   * By position. Fewer than `op.operands` means that the rest is absent. A `Spread` stands only where the declaration is
   * variadic; terms may stand before it and after it. On the left there is at most one in a list, on the right any number.
   */
  readonly operands: readonly (Term | Spread)[];
  /**
   * The attributes mentioned, in the order written, each at most once, all declared by `op`. An attribute not mentioned
   * has its default, or is absent where it has none, or is covered by `rest`.
   */
  readonly attrs: readonly AttrEntry[];
  /**
   * `...p` after the semicolon: all attributes that `attrs` does not mention. On the left it binds them as one record, on
   * the right it supplies them. Named `_` where nobody asks for them (left side only).
   */
  readonly rest?: { readonly name: string; readonly span: Span };
  readonly span: Span;
}

/** `name = value` after the semicolon. On the left: a bare variable binds, `_` is anything, all else is evaluated and compared. */
export interface AttrEntry {
  readonly name: string;
  readonly value: Value;
  readonly span: Span;
}

/**
 * One result of an operator with several. An application whose operator has one result, or whose further results are
 * optional and not asked for, stands for that result itself, without this node.
 */
export interface Result {
  readonly kind: "result";
  readonly of: Apply;
  /** Which one, from 0. */
  readonly index: number;
  /**
   * How many results the application has in all. On the right always known: the largest index that the rule asks of an
   * equal application, plus one, or the operator's own number where that is more. On the left it is known where the
   * application stood alone for all of its results, and `undefined` where one was chosen with `.i`: then any number will do.
   */
  readonly count?: number;
  readonly span: Span;
}

/**
 * A value where an operand stands: a constant tensor.
 * On the left `value` is a number, or a list whose elements are numbers, variables (bound here, or compared), wildcards and
 * at most one spread of a variable (the elements in between); or any other value, which is computed and compared. On the
 * right it is any value expression.
 */
export interface Constant {
  readonly kind: "constant";
  readonly value: Value;
  readonly span: Span;
}

/**
 * `...element`: `element` once for each item of its list variables (depth 1), in order; variables of depth 0 are the same in each.
 * As a root of the left side it gathers: all classes that match the element with the same variables of depth 0, at least two.
 */
export interface Spread {
  readonly kind: "spread";
  /** For plain `...xs`: a variable. An application whose operator has several results: those results, in order, once. */
  readonly element: Term;
  readonly span: Span;
}

// ── Values: attributes, list elements, conditions ────────────────────────────

/** An expression that denotes a value (an attribute's), computed at match time. Unknown operands make it unknown. */
export type Value =
  | NumberValue
  | StringValue
  | ListValue
  | VariableValue
  | Wildcard
  | TermValue
  | CallValue
  | UnaryValue
  | BinaryValue
  | IndexValue
  | SliceValue;

/** A number, sign included. An integer beyond the safe ones is a bigint. */
export interface NumberValue {
  readonly kind: "number";
  readonly value: number | bigint;
  /** Written without a point or an exponent: compared exactly. */
  readonly integer: boolean;
  readonly span: Span;
}

/** A string. */
export interface StringValue {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

/** `[a, b, ...c]`. */
export interface ListValue {
  readonly kind: "list";
  readonly elements: readonly (Value | ValueSpread)[];
  readonly span: Span;
}

/** `...element` in a list of values: once for each item of its list variables; without any, the items of the list it denotes. */
export interface ValueSpread {
  readonly kind: "spread";
  readonly element: Value;
  readonly span: Span;
}

/**
 * A variable. `Rule.variables` says which kind: a `value` variable denotes its value; a `term` variable denotes the term
 * itself as a direct argument of a call, and anywhere else the contents of its constant (rank 0: a number, rank 1: a list).
 */
export interface VariableValue {
  readonly kind: "variable";
  readonly name: string;
  readonly span: Span;
}

/** A composite term as an argument of a function: `rank(a @ b)`. Never a bare variable. */
export interface TermValue {
  readonly kind: "term";
  readonly term: Term;
  readonly span: Span;
}

/** A function call. */
export interface CallValue {
  readonly kind: "call";
  readonly name: string;
  /** A dialect's function, or one of the language's own, which `functions.ts` exports as `builtins`. A dialect's wins. */
  readonly fn: RuleFunction;
  readonly args: readonly Value[];
  readonly span: Span;
}

/** `-a`, `not a`. */
export interface UnaryValue {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Value;
  readonly span: Span;
}

/** The operators of value expressions. */
export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "^"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or";

/** Arithmetic, comparison (lists element by element), three-valued connectives. */
export interface BinaryValue {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Value;
  readonly right: Value;
  readonly span: Span;
}

/** `of[index]`; negative counts from the end. */
export interface IndexValue {
  readonly kind: "index";
  readonly of: Value;
  readonly index: Value;
  readonly span: Span;
}

/** `of[from:to]`, either bound may be left out; negative counts from the end, bounds are clamped. */
export interface SliceValue {
  readonly kind: "slice";
  readonly of: Value;
  readonly from?: Value;
  readonly to?: Value;
  readonly span: Span;
}

// ── The rule ─────────────────────────────────────────────────────────────────

/** What a variable of a rule stands for. */
export interface Variable {
  readonly name: string;
  /** `term`: a class. `value`: an attribute's value or an element of a constant. `attributes`: the record that `...p` binds. */
  readonly kind: "term" | "value" | "attributes";
  /** 0: one. 1: a list of them, bound by a spread. */
  readonly depth: 0 | 1;
  /** Where the left side first mentions it. */
  readonly span: Span;
}

/** A clause that must hold for the rule to apply. */
export interface Condition {
  /** `when`: fires where the value is true. `assuming`: fires unless it is false, and is recorded. */
  readonly kind: "when" | "assuming";
  /** As written, on one line. */
  readonly text: string;
  readonly value: Value;
  readonly span: Span;
}

/** One direction of one rule, resolved. */
export interface Rule {
  /** `ruleset.label`; the second direction of a two-way rule has a trailing `⁻¹`. Unique in a rule set. */
  readonly name: string;
  readonly label: string;
  readonly ruleset: string;
  /** The ruleset's and the rule's own, without the `#`. */
  readonly tags: readonly string[];
  /** The text of the `///` lines before it, else of those before its ruleset, else "". */
  readonly doc: string;
  readonly file: string;
  readonly line: number;
  /** Marked `expanding`: it can be applied without end. */
  readonly expanding: boolean;
  /** Marked `expanding`, or a direction of a two-way rule that does not make the term smaller. */
  readonly growing: boolean;
  /** What one application may change the result by (`within`); 0 for an exact rule. */
  readonly lossy: number;
  /** Matched nodes are taken out of further matching and extraction. */
  readonly subsume: boolean;
  /** The roots matched; as many as `right`. Connected by shared variables; at most one of them is a list. */
  readonly left: readonly Root[];
  /** Root i of the left is united with root i of the right. Every variable here is in `variables`. */
  readonly right: readonly Root[];
  /** All must hold. One that speaks of a list outside of every spread must hold for each item of it. */
  readonly conditions: readonly Condition[];
  /** What the right side asks of shapes beyond the left, as conditions: inferred, and seen to at every match. */
  readonly guard: readonly string[];
  /** Every variable that the left side binds, in order of occurrence. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** The whole rule as written, its label to its last clause. */
  readonly span: Span;
}
