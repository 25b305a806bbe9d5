/**
 * Values and conditions, three-valued: what cannot be known yet is `undefined`, and a connective knows as much as its parts
 * allow (`false and unknown` is false). An expression is compiled once to closures; a `Scope` says what its names stand for.
 *
 * @module
 */

import type { Attr, Term } from "@rewright/plugin";
import type * as ast from "./ast.ts";
import { builtins, equal, isTerm, termValue } from "./functions.ts";
import { listVariables, openLists } from "./occurrence.ts";

/** What an expression may denote. A list variable, given to a function directly, is a list of terms. */
export type Denoted = Attr | Term | readonly Term[] | undefined;

/** An expression ready to run. `item` is the position in the list variables of the spread around it, if there is one. */
export type Compiled = (item: number) => Denoted;

/** Says how to read the names of an expression. Read at every run: what they stand for may change in between. */
export interface Scope {
  readonly variables: ReadonlyMap<string, ast.Variable>;
  /** A term variable; an item of it, for one of depth 1. */
  term(name: string): (item: number) => Term | undefined;
  /** A value variable; an item of it, for one of depth 1. */
  value(name: string): (item: number) => Attr | undefined;
  /** The number of items of a variable of depth 1. */
  length(name: string): () => number | undefined;
  /** A composite term. */
  composite(term: ast.Term): (item: number) => Term | undefined;
  /** Reads the class of a term variable, where there are classes. */
  class?(name: string): (item: number) => number;
  /** Take pruning hints as true: what they keep a rule from may be done all the same, only for no gain. */
  readonly unpruned?: boolean;
}

/** Compiles an expression. */
export function compileValue(value: ast.Value, scope: Scope): Compiled {
  switch (value.kind) {
    case "number":
    case "string": {
      const constant = value.value;
      return () => constant;
    }
    case "list":
      return list(value.elements, scope);
    case "variable":
      return contents(variable(value.name, scope));
    case "wildcard":
      return () => undefined;
    case "term":
      return contents(scope.composite(value.term));
    case "call":
      return call(value, scope);
    case "unary":
      return unary(value, scope);
    case "binary":
      return binary(value, scope);
    case "index": {
      const of = compileValue(value.of, scope);
      const index = compileValue(value.index, scope);
      return (item) => {
        const items = of(item);
        const at = index(item);
        return Array.isArray(items) && typeof at === "number" ? items.at(at) : undefined;
      };
    }
    case "slice":
      return slice(value, scope);
  }
}

/**
 * Compiles a condition: `true`, `false`, or `undefined` when unknown. Where it speaks of lists outside of every spread it must
 * hold for each of their items.
 */
export function compileCondition(value: ast.Value, scope: Scope): () => boolean | undefined {
  const compiled = compileValue(value, scope);
  const lists = openLists(value, scope.variables).map((name) => scope.length(name));
  if (lists.length === 0) return () => truth(compiled(-1));
  return () => {
    const count = lists[0]?.();
    if (count === undefined || lists.some((length) => length() !== count)) return undefined;
    let known: boolean | undefined = true;
    for (let item = 0; item < count; item++) {
      const holds = truth(compiled(item));
      if (holds === false) return false;
      if (holds === undefined) known = undefined;
    }
    return known;
  };
}

function truth(value: Denoted): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === 1 || value === 0 ? value === 1 : undefined;
}

function variable(name: string, scope: Scope): Compiled {
  const kind = scope.variables.get(name);
  if (kind?.depth === 1) {
    const length = scope.length(name);
    const at = kind.kind === "term" ? scope.term(name) : scope.value(name);
    return (item) => {
      if (item >= 0) return at(item);
      const count = length();
      if (count === undefined) return undefined;
      const items = Array.from({ length: count }, (_, i) => at(i));
      return items.includes(undefined) ? undefined : (items as readonly Term[]);
    };
  }
  return kind?.kind === "term" ? scope.term(name) : scope.value(name);
}

/** A term stands for its contents wherever it is not handed to a function. */
function contents(compiled: Compiled): Compiled {
  return (item) => {
    const denoted = compiled(item);
    return isTerm(denoted) ? termValue(denoted) : denoted;
  };
}

function list(elements: ast.ListValue["elements"], scope: Scope): Compiled {
  const parts = elements.map((element) => {
    if (element.kind !== "spread")
      return { each: compileValue(element, scope), length: undefined, isSpliced: false };
    const each = compileValue(element.element, scope);
    if (listVariables(element.element, scope.variables).length === 0)
      return { each, length: undefined, isSpliced: true };
    return { each, length: spreadLength(element.element, scope), isSpliced: false };
  });
  return (item) => {
    const items: Attr[] = [];
    for (const { each, length, isSpliced } of parts) {
      if (isSpliced) {
        const denoted = each(item);
        if (!Array.isArray(denoted)) return undefined;
        items.push(...denoted);
        continue;
      }
      const count = length ? length() : 1;
      if (count === undefined) return undefined;
      for (let i = 0; i < count; i++) {
        const denoted = each(length ? i : item);
        if (denoted === undefined || isTerm(denoted)) return undefined;
        items.push(denoted as Attr);
      }
    }
    return items;
  };
}

/** The common length of the list variables in the element of a spread. */
function spreadLength(element: ast.Value, scope: Scope): () => number | undefined {
  const lists = listVariables(element, scope.variables).map((name) => scope.length(name));
  return () => {
    const lengths = lists.map((length) => length());
    return lengths.every((length) => length === lengths[0]) ? lengths[0] : undefined;
  };
}

function call({ fn, args }: ast.CallValue, scope: Scope): Compiled {
  if (fn.hint && scope.unpruned) return () => true;
  const classes = fn === builtins["distinct"] && args.length === 2 && distinctClasses(args, scope);
  if (classes) return classes;
  const compiled = args.map((arg) => {
    if (arg.kind === "variable") return variable(arg.name, scope);
    return arg.kind === "term" ? scope.composite(arg.term) : compileValue(arg, scope);
  });
  return (item) => {
    const values: (Attr | Term)[] = [];
    for (const argument of compiled) {
      const denoted = argument(item);
      if (denoted === undefined) return undefined;
      values.push(denoted as Attr | Term);
    }
    return fn(...values);
  };
}

/** `distinct(a, b)` of variables: whether they are in two classes. */
function distinctClasses([a, b]: readonly ast.Value[], scope: Scope): Compiled | undefined {
  const isClass = (value: ast.Value | undefined): value is ast.VariableValue =>
    value?.kind === "variable" && scope.variables.get(value.name)?.kind === "term";
  if (!scope.class || !isClass(a) || !isClass(b)) return undefined;
  const [one, other] = [scope.class(a.name), scope.class(b.name)];
  return (item) => one(item) !== other(item);
}

function unary({ operator, operand }: ast.UnaryValue, scope: Scope): Compiled {
  const compiled = compileValue(operand, scope);
  if (operator === "not") {
    return (item) => {
      const known = truth(compiled(item));
      return known === undefined ? undefined : !known;
    };
  }
  return (item) => {
    const number = compiled(item);
    return typeof number === "number" || typeof number === "bigint" ? -number : undefined;
  };
}

function binary({ operator, left, right }: ast.BinaryValue, scope: Scope): Compiled {
  const a = compileValue(left, scope);
  const b = compileValue(right, scope);
  switch (operator) {
    case "and":
    case "or": {
      const decisive = operator === "or";
      return (item) => {
        const first = truth(a(item));
        if (first === decisive) return decisive;
        const second = truth(b(item));
        if (second === decisive) return decisive;
        return first === undefined || second === undefined ? undefined : !decisive;
      };
    }
    case "==":
    case "!=": {
      const wanted = operator === "==";
      return (item) => {
        const x = a(item);
        const y = b(item);
        if (x === undefined || y === undefined) return undefined;
        const same = equal(x as Attr, y as Attr);
        return same === undefined ? undefined : same === wanted;
      };
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return (item) => compare(operator, a(item), b(item));
    default:
      return (item) => arithmetic(operator, a(item), b(item));
  }
}

type Comparison = "<" | "<=" | ">" | ">=";

/** Lists compare element by element: the comparison must hold for every pair. */
function compare(operator: Comparison, a: Denoted, b: Denoted): boolean | undefined {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return undefined;
    let known: boolean | undefined = true;
    for (let i = 0; i < a.length; i++) {
      const holds = compare(operator, a[i], b[i]);
      if (holds === false) return false;
      if (holds === undefined) known = undefined;
    }
    return known;
  }
  if (!isNumber(a) || !isNumber(b)) return undefined;
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

function isNumber(value: Denoted): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function arithmetic(operator: string, a: Denoted, b: Denoted): Attr | undefined {
  if (!isNumber(a) || !isNumber(b)) return undefined;
  if (operator === "/" || operator === "^" || !isWhole(a) || !isWhole(b)) {
    const result = real(operator, Number(a), Number(b));
    return Number.isFinite(result) ? result : undefined;
  }
  const exact = real(operator, Number(a), Number(b));
  if (Number.isSafeInteger(exact) && typeof a === "number" && typeof b === "number") return exact;
  const result = whole(operator, BigInt(a), BigInt(b));
  const number = Number(result);
  return Number.isSafeInteger(number) ? number : result;
}

function isWhole(value: number | bigint): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

function real(operator: string, a: number, b: number): number {
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  return operator === "/" ? a / b : a ** b;
}

function whole(operator: string, a: bigint, b: bigint): bigint {
  if (operator === "+") return a + b;
  return operator === "-" ? a - b : a * b;
}

function slice({ of, from, to }: ast.SliceValue, scope: Scope): Compiled {
  const items = compileValue(of, scope);
  const first = from && compileValue(from, scope);
  const last = to && compileValue(to, scope);
  return (item) => {
    const whole = items(item);
    const start = first ? first(item) : 0;
    const end = last ? last(item) : Array.isArray(whole) ? whole.length : 0;
    if (!Array.isArray(whole) || typeof start !== "number" || typeof end !== "number")
      return undefined;
    return whole.slice(start, end);
  };
}
