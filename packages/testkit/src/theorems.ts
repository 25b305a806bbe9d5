/**
 * Five theorems that plain saturation proves, for scoring strategies.
 *
 * @module
 */

import { compileRules, type Rule } from "@rewright/dsl";
import type { Dialect, Graph, NdArray, OpDef, Source, TensorType } from "@rewright/plugin";
import { GraphDraft } from "./graph-draft.ts";

/** Arithmetic on tensors of one type: enough to reason in, and nothing that a strategy could know from elsewhere. */
const algebra: Dialect = {
  kind: "dialect",
  spec: 1,
  name: "algebra",
  ops: {
    Add: elementwise(2, (a, b) => a + b),
    Mul: elementwise(2, (a, b) => a * b),
    Neg: elementwise(1, (a) => -a),
    Flip: elementwise(1, (a) => a),
    Zero: elementwise(1, () => 0),
    Dot: elementwise(2, (a, b) => a * b),
  },
};

function elementwise(arity: number, compute: (a: number, b: number) => number): OpDef {
  return {
    operands: Array.from({ length: arity }, (_, i) => ({ name: `x${i}` })),
    infer(operands): readonly TensorType[] {
      const [first] = operands;
      if (operands.length === arity && first) return [{ dtype: first.dtype, shape: first.shape }];
      throw Object.assign(new Error(`takes ${arity} operands`), { name: "ShapeError" });
    },
    evaluate([a, b = a]): readonly NdArray[] {
      const { dtype, shape, data } = a as NdArray;
      const other = (b as NdArray).data as ArrayLike<number>;
      const compute1 = (x: number, i: number): number => compute(x, other[i] as number);
      return [{ dtype, shape, data: Array.from(data as ArrayLike<number>, compute1) }];
    },
  };
}

/** Two expressions, and rules by which they are equal. */
export interface Theorem {
  readonly name: string;
  readonly graph: Graph;
  readonly rules: readonly Rule[];
  readonly dialects: readonly Dialect[];
}

const laws: Readonly<Record<string, string>> = {
  associative: "add_associative: Add(Add(x, y), z) <=> Add(x, Add(y, z))",
  commutative: "add_commutative: Add(x, y) => Add(y, x)",
  distributive: "distributive: Mul(x, Add(y, z)) <=> Add(Mul(x, y), Mul(x, z))",
  products: "mul_commutative: Mul(x, y) => Mul(y, x)",
  flips: "flip_twice: Flip(Flip(x)) => x\n  flip_dot: Flip(Dot(x, y)) <=> Dot(Flip(y), Flip(x))",
  dots: "dot_associative: Dot(Dot(x, y), z) <=> Dot(x, Dot(y, z))",
  inverse:
    "neg_add: Neg(Add(x, y)) <=> Add(Neg(x), Neg(y))\n  neg_twice: Neg(Neg(x)) => x\n  cancel: Add(x, Neg(x)) => Zero(x)\n  zero: Add(x, Zero(y)) => x",
};

type Build = (d: GraphDraft) => readonly [Source, Source];

function theorem(name: string, used: readonly string[], build: Build): Theorem {
  const draft = new GraphDraft([algebra]);
  return {
    name,
    graph: draft.graph(...build(draft)),
    rules: algebraRules(used.map((law) => laws[law]).join("\n  ")),
    dialects: [algebra],
  };
}

/** Rules about sums, products, negations and flips. */
function algebraRules(text: string): readonly Rule[] {
  const source = `import algebra from "dialect:algebra"\nrules laws {\n  ${text}\n}\n`;
  return compileRules([{ file: "laws.rules", text: source }], { dialects: [algebra] }).rules;
}

const x = (d: GraphDraft): Source => d.input([4]);
const add = (d: GraphDraft, a: Source, b: Source): Source => d.node("Add", [a, b]);

/** The five theorems. */
export function theorems(): readonly Theorem[] {
  return [
    theorem("a sum in any order", ["associative", "commutative"], (d) => {
      const [a, b, c, e] = [x(d), x(d), x(d), x(d)];
      return [add(d, add(d, a, b), add(d, c, e)), add(d, add(d, e, b), add(d, c, a))];
    }),
    theorem(
      "a product of sums",
      ["distributive", "products", "associative", "commutative"],
      (d) => {
        const [a, b, c, e] = [x(d), x(d), x(d), x(d)];
        const mul = (l: Source, r: Source): Source => d.node("Mul", [l, r]);
        const left = add(d, mul(a, c), add(d, mul(b, c), add(d, mul(a, e), mul(b, e))));
        return [left, mul(add(d, a, b), add(d, c, e))];
      },
    ),
    theorem("flips of a chain of products", ["flips", "dots"], (d) => {
      const [a, b, c] = [x(d), x(d), x(d)];
      const dot = (l: Source, r: Source): Source => d.node("Dot", [l, r]);
      const flip = (y: Source): Source => d.node("Flip", [y]);
      return [flip(dot(dot(flip(c), flip(b)), flip(a))), dot(a, dot(b, c))];
    }),
    theorem("what is added and taken away", ["inverse", "associative", "commutative"], (d) => {
      const [a, b] = [x(d), x(d)];
      const neg = (y: Source): Source => d.node("Neg", [y]);
      return [add(d, neg(add(d, a, neg(b))), a), b];
    }),
    theorem("a chain of products, bracketed otherwise", ["dots"], (d) => {
      const all = Array.from({ length: 5 }, () => x(d));
      const dot = (l: Source, r: Source): Source => d.node("Dot", [l, r]);
      return [all.reduce(dot), all.reduceRight((right, left) => dot(left, right))];
    }),
  ];
}

/** Sums that grow without end: every term is that term and nothing besides. */
export function exploding(): Theorem {
  return {
    ...theorem("exploding", ["associative", "commutative"], (d) => {
      const all = Array.from({ length: 6 }, () => x(d));
      return [all.reduce((a, b) => add(d, a, b)), all[0] as Source];
    }),
    rules: [
      ...algebraRules(`${laws["associative"]}\n  ${laws["commutative"]}`),
      ...algebraRules("nothing: Add(x, y) => Add(Add(x, y), Zero(x))   expanding"),
    ],
  };
}
