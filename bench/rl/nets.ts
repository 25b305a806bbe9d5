// Small nets drawn by chance, for a policy to practise on: attention, recurrent cells, convolutions, gated sums and chains of products.
import { gelu, layerNorm, linear, type Site, scalar, weights } from "@rewright/example-models";
import { ModelBuilder, type Value } from "@rewright/onnx";
import { dice } from "../../tools/dice.ts";

/** Chance below a bound, and what a net is built with. */
interface Draw extends Site {
  readonly roll: (bound: number) => number;
}

/** The net of a seed: the same each time. */
export function drawnNet(seed: number): Uint8Array {
  const roll = dice(seed * 7919 + 1);
  const b = new ModelBuilder(`drawn-${seed}`, { opset: 14 });
  const draw: Draw = { b, w: weights(seed), roll };
  const make = kinds[seed % kinds.length] as (typeof kinds)[number];
  make(draw);
  return b.bytes();
}

const pick = <T>({ roll }: Draw, items: readonly T[]): T => items[roll(items.length)] as T;

/** A projection with a bias, without one, or with a low-rank adapter. */
function project(draw: Draw, x: Value, from: number, to: number): Value {
  const { b, w, roll } = draw;
  const plain = (): Value => b.node("MatMul", [x, b.constant(w.normal([from, to]))]);
  switch (roll(4)) {
    case 0:
      return plain();
    case 1: {
      const down = b.node("MatMul", [x, b.constant(w.normal([from, 4]))]);
      const up = b.node("MatMul", [down, b.constant(w.normal([4, to]))]);
      return b.node("Add", [plain(), up]);
    }
    default:
      return linear(draw, x, from, to);
  }
}

function activation(draw: Draw, x: Value): Value {
  const { b, roll } = draw;
  if (roll(4) === 0) return gelu(draw, x);
  if (roll(4) === 0) return b.node("Mul", [x, b.node("Sigmoid", [x])]);
  return b.node(pick(draw, ["Relu", "Tanh", "Sigmoid"]), [x]);
}

function attention(draw: Draw): void {
  const { b, roll } = draw;
  const [rows, heads, width] = [
    pick(draw, [16, 64, 128]),
    pick(draw, [2, 4]),
    pick(draw, [16, 32]),
  ];
  const hidden = heads * width;
  const input = b.input("x", "f32", [rows, hidden]);
  let x: Value = input;
  if (roll(2)) x = layerNorm(draw, x, hidden);
  const split = (v: Value, perm: readonly number[]): Value => {
    const shape = {
      dtype: "i64",
      shape: [3],
      data: BigInt64Array.from([rows, heads, width], BigInt),
    };
    return b.node("Transpose", [b.node("Reshape", [v, b.constant(shape as never)])], { perm });
  };
  const query = split(project(draw, x, hidden, hidden), [1, 0, 2]);
  const key = split(project(draw, x, hidden, hidden), [1, 2, 0]);
  const value = split(project(draw, x, hidden, hidden), [1, 0, 2]);
  let scores = b.node("MatMul", [query, key]);
  if (roll(2)) scores = b.node("Div", [scores, b.constant(scalar(Math.sqrt(width)))]);
  const mixed = roll(4)
    ? b.node("MatMul", [b.node("Softmax", [scores], { axis: -1 }), value])
    : b.node("MatMul", [scores, value]);
  const flat = { dtype: "i64", shape: [2], data: BigInt64Array.from([rows, hidden], BigInt) };
  const merged = b.node("Reshape", [
    b.node("Transpose", [mixed], { perm: [1, 0, 2] }),
    b.constant(flat as never),
  ]);
  let out = b.node("Add", [project(draw, merged, hidden, hidden), input]);
  if (roll(2)) {
    const inner = activation(draw, project(draw, out, hidden, 2 * hidden));
    out = b.node("Add", [project(draw, inner, 2 * hidden, hidden), out]);
  }
  b.output("y", roll(2) ? layerNorm(draw, out, hidden) : out);
}

function recurrent(draw: Draw): void {
  const { b, w, roll } = draw;
  const [hidden, gates, steps] = [pick(draw, [64, 128, 256]), 2 + roll(4), 1 + roll(3)];
  const shared = roll(2) === 1;
  const square = (): Value => b.constant(w.normal([hidden, hidden]));
  const pair = () => ({ input: square(), state: square() });
  const fixed = Array.from({ length: gates }, pair);
  let state = b.input("state", "f32", [1, hidden]);
  for (let i = 0; i < steps; i++) {
    const x = b.input(`x${i}`, "f32", [1, hidden]);
    const before = state;
    const own = shared ? fixed : Array.from({ length: gates }, pair);
    const parts = own.map((g) => {
      const sum = b.node("Add", [
        b.node("MatMul", [x, g.input]),
        b.node("MatMul", [before, g.state]),
      ]);
      return b.node(pick(draw, ["Relu", "Tanh", "Sigmoid"]), [sum]);
    });
    state = parts.reduce((sum, part) => b.node(pick(draw, ["Add", "Mul"]), [sum, part]));
  }
  b.output("final", state);
}

function convolutions(draw: Draw): void {
  const { b, w, roll } = draw;
  const size = pick(draw, [8, 14, 28]);
  const conv = (x: Value, from: number, to: number, kernel: number): Value => {
    const half = (kernel - 1) / 2;
    const scale = 1 / Math.sqrt(from * kernel * kernel);
    const operands = [x, b.constant(w.normal([to, from, kernel, kernel], scale))];
    if (roll(2)) operands.push(b.constant(w.normal([to], 0.1)));
    const out = b.node("Conv", operands, {
      kernel_shape: [kernel, kernel],
      pads: [half, half, half, half],
    });
    if (roll(2)) return out;
    return b.node("BatchNormalization", [
      out,
      b.constant(w.nearOne([to])),
      b.constant(w.normal([to], 0.1)),
      b.constant(w.normal([to], 0.1)),
      b.constant(w.nearOne([to])),
    ]);
  };
  const relu = (x: Value): Value => b.node("Relu", [x]);
  let channels = pick(draw, [16, 32, 64]);
  let x = b.input("image", "f32", [1, channels, size, size]);
  for (let i = 0, blocks = 1 + roll(2); i < blocks; i++) {
    const wide = pick(draw, [16, 32, 64]);
    if (roll(2)) {
      // Branches side by side, as in Inception and SqueezeNet.
      const squeezed = roll(2) ? relu(conv(x, channels, 16, 1)) : x;
      const from = squeezed === x ? channels : 16;
      const kernels = Array.from({ length: 2 + roll(2) }, () => pick(draw, [1, 3]));
      const branches = kernels.map((kernel) => conv(squeezed, from, wide, kernel));
      const early = roll(2);
      const joined = b.node("Concat", early ? branches.map(relu) : branches, { axis: 1 });
      x = early ? joined : relu(joined);
      channels = wide * kernels.length;
    } else {
      const outer = conv(relu(conv(x, channels, wide, 3)), wide, channels, 3);
      const past = roll(2) ? conv(x, channels, channels, 1) : x;
      x = relu(b.node("Add", [outer, past]));
    }
  }
  b.output("y", x);
}

function gated(draw: Draw): void {
  const { b, w, roll } = draw;
  const [rows, from, to] = [pick(draw, [1, 16, 64]), pick(draw, [64, 128]), pick(draw, [64, 128])];
  const x = b.input("x", "f32", [rows, from]);
  const parts = Array.from({ length: 2 + roll(3) }, () => {
    const part = project(draw, x, from, to);
    return roll(2) ? activation(draw, part) : part;
  });
  let sum = parts.reduce((a, part) => b.node(pick(draw, ["Add", "Add", "Mul"]), [a, part]));
  if (roll(2)) sum = b.node("Mul", [sum, b.constant(scalar(0.5))]);
  if (roll(2)) {
    const turned = b.node("Transpose", [sum], { perm: [1, 0] });
    const by = b.node("MatMul", [b.constant(w.normal([32, to])), turned]);
    sum = b.node("Transpose", [by], { perm: [1, 0] });
  } else sum = project(draw, sum, to, to);
  b.output("y", activation(draw, sum));
}

function chain(draw: Draw): void {
  const { b, w, roll } = draw;
  const sizes = Array.from({ length: 4 + roll(2) }, () => pick(draw, [8, 32, 128, 256]));
  const [first, ...others] = sizes as [number, ...number[]];
  let x = b.input("x", "f32", [pick(draw, [4, 64, 256]), first]);
  let width = first;
  for (const [i, next] of others.entries()) {
    const by = roll(3)
      ? b.constant(w.normal([width, next]))
      : b.input(`m${i}`, "f32", [width, next]);
    x = b.node("MatMul", [x, by]);
    if (roll(4) === 0) x = b.node("Add", [x, b.constant(w.normal([next], 0.1))]);
    if (roll(5) === 0) x = b.node("Relu", [x]);
    width = next;
  }
  if (roll(2)) x = b.node("Add", [x, b.node("Mul", [x, b.constant(scalar(2))])]);
  b.output("y", x);
}

const kinds = [attention, recurrent, convolutions, gated, chain] as const;
