import { ModelBuilder, type Value } from "@rewright/onnx";
import { weights } from "./weights.ts";

/** The sizes of a NasRNN. */
export interface NasrnnOptions {
  readonly steps?: number;
  readonly hidden?: number;
  readonly batch?: number;
  readonly seed?: number;
}

/**
 * The recurrent cell that neural architecture search found (Zoph and Le, 2017), unrolled as TASO's and TENSAT's benchmarks have it, but with
 * one set of weights for all steps, as a recurrent net has: 8 products of the input and 8 of the state a step, combined by a tree of gates.
 */
export function nasrnn(options: NasrnnOptions = {}): Uint8Array {
  const { steps = 5, hidden = 512, batch = 1, seed = 1 } = options;
  const b = new ModelBuilder("nasrnn", { opset: 13 });
  const w = weights(seed);
  const square = (): Value => b.constant(w.normal([hidden, hidden]));
  const gates = Array.from({ length: 8 }, () => ({ input: square(), state: square() }));
  const unary = (op: string) => (x: Value) => b.node(op, [x]);
  const [relu, sigmoid, tanh] = [unary("Relu"), unary("Sigmoid"), unary("Tanh")] as const;
  const add = (x: Value, y: Value): Value => b.node("Add", [x, y]);
  const mul = (x: Value, y: Value): Value => b.node("Mul", [x, y]);
  let state = b.input("state", "f32", [batch, hidden]);
  for (let i = 0; i < steps; i++) {
    const x = b.input(`x${i}`, "f32", [batch, hidden]);
    const before = state;
    const [t0, t1, t2, t3, t4, t5, t6, t7] = gates.map((g) =>
      add(b.node("MatMul", [x, g.input]), b.node("MatMul", [before, g.state])),
    ) as [Value, Value, Value, Value, Value, Value, Value, Value];
    const m0 = add(relu(t0), sigmoid(t3));
    const m1 = add(sigmoid(t1), tanh(t2));
    const m2 = mul(sigmoid(t4), tanh(t5));
    const m3 = mul(sigmoid(t6), relu(t7));
    const m4 = add(sigmoid(m1), tanh(m2));
    const m5 = mul(tanh(m0), tanh(m3));
    state = tanh(mul(tanh(m4), tanh(m5)));
  }
  b.output("final", state);
  return b.bytes();
}
