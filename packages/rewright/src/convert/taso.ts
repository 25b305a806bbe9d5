/**
 * TASO's generated rules, `graph_subst.pb` (Jia et al., "TASO", SOSP 2019; `rules.proto` and `ops.h` of its sources).
 *
 * A collection holds rules; a rule the operators of its two sides and which results of one stand for which of the other; an operator
 * its type, its operands and its parameters. An operand is a result of an earlier operator, or, where its number is negative, a
 * variable. What is read is written in TENSAT's notation, which says the same in words.
 *
 * @module
 */

import {
  type ForeignFile,
  type ForeignRule,
  MalformedError,
  type Term,
  type Unreadable,
} from "./foreign.ts";
import { type Field, fieldsOf } from "./protobuf.ts";

/** The operators of `ops.h` that rules are made of, by their numbers. */
const OPERATORS: Readonly<Record<number, string>> = {
  3: "conv2d",
  4: "dropout",
  6: "poolmax",
  7: "poolavg",
  8: "relu",
  9: "sigmoid",
  10: "tanh",
  11: "batchnorm",
  12: "concat",
  13: "split",
  14: "reshape",
  15: "transpose",
  16: "ewadd",
  17: "ewmul",
  18: "matmul",
  19: "smul",
  20: "enlarge",
  21: "merge",
};

/** Parameters, by their numbers. */
const NUM_INPUTS = 1;
const NUM_OUTPUTS = 2;
const STRIDE_H = 6;
const STRIDE_W = 7;
const PAD = 8;
const ACTIVATION = 9;
const RANK = 10;
const AXIS = 11;
const MERGE_COUNT = 14;

/** The parameters that come before the operands in TENSAT's notation. */
const PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  conv2d: [STRIDE_H, STRIDE_W, PAD, ACTIVATION],
  matmul: [ACTIVATION],
  concat: [AXIS, RANK],
  split: [AXIS],
};

/** The one that comes behind them. */
const LAST: Readonly<Record<string, number>> = { merge: MERGE_COUNT };

interface Operator {
  readonly name: string;
  readonly inputs: readonly { readonly operator: number; readonly result: number }[];
  readonly parameters: ReadonlyMap<number, number>;
  readonly at: number;
}

/** As large as the rule language has terms: results that are used twice are written twice. */
const LARGEST = 10_000;
const DEEPEST = 200;
/** Operators whose parameters no rule of TASO's shows. */
const UNKNOWN = /^(?:operator|pool|batchnorm|reshape|transpose)/;

/**
 * Reads a collection.
 * @throws MalformedError
 */
export function readTaso(bytes: Uint8Array): ForeignFile {
  const rules = fieldsOf(bytes, 0).map((field, i) => {
    if (field.number !== 1 || !("bytes" in field))
      throw new MalformedError({ byte: field.at }, "a rule is expected here (field 1, a message)");
    return readRule(fieldsOf(field.bytes, field.at), i, field.at);
  });
  return { rules, others: new Map() };
}

function readRule(
  fields: readonly Field[],
  index: number,
  start: number,
): ForeignRule | Unreadable {
  const at = { rule: index };
  const sides = [1, 2].map((number) =>
    messages(fields, number).map(({ fields: inner, at: place }) => readOperator(inner, place)),
  ) as [Operator[], Operator[]];
  const outputs = messages(fields, 3).map(({ fields: inner }) => ({
    left: { operator: required(inner, 1, start), result: required(inner, 3, start) },
    right: { operator: required(inner, 2, start), result: required(inner, 4, start) },
  }));
  if (outputs.length === 0)
    throw new MalformedError(
      { byte: start },
      `rule ${index} says of no result what it is equal to`,
    );
  const name = `rule_${index}`;
  const left = new Side(sides[0], at);
  const right = new Side(sides[1], at);
  const roots = {
    left: outputs.map((output) => left.term(output.left.operator, output.left.result, start)),
    right: outputs.map((output) => right.term(output.right.operator, output.right.result, start)),
  };
  const reason = left.reason ?? right.reason;
  if (reason) return { kind: "unreadable", name, at, reason };
  return { kind: "rule", name, at, ...roots, twoWay: false, conditions: [], subsume: false };
}

function readOperator(fields: readonly Field[], at: number): Operator {
  const type = required(fields, 1, at);
  return {
    name: OPERATORS[type] ?? `operator ${type}`,
    inputs: messages(fields, 2).map(({ fields: inner, at: place }) => ({
      operator: required(inner, 1, place),
      result: required(inner, 2, place),
    })),
    parameters: new Map(
      messages(fields, 3).map(({ fields: inner, at: place }) => [
        required(inner, 1, place),
        required(inner, 2, place),
      ]),
    ),
    at,
  };
}

function messages(
  fields: readonly Field[],
  number: number,
): readonly { readonly fields: readonly Field[]; readonly at: number }[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return [];
    if (!("bytes" in field))
      throw new MalformedError(
        { byte: field.at },
        `field ${number} must be a message, not a number`,
      );
    return [{ fields: fieldsOf(field.bytes, field.at), at: field.at }];
  });
}

function required(fields: readonly Field[], number: number, at: number): number {
  const field = fields.findLast((one) => one.number === number);
  if (!field) throw new MalformedError({ byte: at }, `a message lacks its field ${number}`);
  if (!("value" in field))
    throw new MalformedError({ byte: field.at }, `field ${number} must be a number`);
  return field.value;
}

/** One side of a rule. */
class Side {
  /** Why it cannot be told in words. */
  reason: string | undefined;
  readonly #operators: readonly Operator[];
  readonly #at: { readonly rule: number };
  #size = 0;

  constructor(operators: readonly Operator[], at: { readonly rule: number }) {
    this.#operators = operators;
    this.#at = at;
  }

  /** A result of an operator; operands come before what uses them. */
  term(
    index: number,
    result: number,
    byte: number,
    before: number = this.#operators.length,
    depth = 0,
  ): Term {
    const at = this.#at;
    if (index < 0) return { kind: "variable", name: `input_${-index}`, at };
    const operator = this.#operators[index];
    if (!operator || index >= before)
      throw new MalformedError(
        { byte },
        `an operand is operator ${index}, which does not come before`,
      );
    const { name, inputs, parameters } = operator;
    if (++this.#size > LARGEST) this.reason = `it has more than ${LARGEST} terms`;
    if (depth > DEEPEST) this.reason = `it is nested more than ${DEEPEST} deep`;
    if (UNKNOWN.test(name)) this.reason ??= `${name} is not known here`;
    if (this.reason) return { kind: "wildcard", at };
    const count = parameters.get(NUM_INPUTS);
    if (count !== undefined && count !== inputs.length)
      this.reason ??= `${name} says that it has ${count} operands, and has ${inputs.length}`;
    const outputs = parameters.get(NUM_OUTPUTS);
    if (name === "split" && outputs !== 2)
      this.reason ??= `a split in ${outputs ?? "an unknown number of parts"}`;
    const last = LAST[name];
    const number = (key: number): Term => {
      const value = parameters.get(key);
      if (value === undefined) this.reason ??= `${name} lacks its parameter ${key}`;
      return { kind: "number", text: String(value), at };
    };
    const args: Term[] = (PARAMETERS[name] ?? []).map(number);
    for (const input of inputs)
      args.push(this.term(input.operator, input.result, operator.at, index, depth + 1));
    if (last !== undefined) args.push(number(last));
    const term: Term = { kind: "apply", operator: name, args, at };
    if (name === "split") return { kind: "apply", operator: `split_${result}`, args: [term], at };
    if (result !== 0) this.reason ??= `${name} has no result ${result}`;
    return term;
  }
}
