import { index, ints, layerNorm, scalar, weights } from "@rewright/example-models";
import { ModelBuilder, type Value } from "@rewright/onnx";

/** The sizes of a GPT-2. */
export interface Gpt2Options {
  readonly layers?: number;
  readonly hidden?: number;
  readonly heads?: number;
  readonly batch?: number;
  readonly sequence?: number;
  /** Of the last position only, logits over this many words; all hidden states unless given. */
  readonly vocabulary?: number;
  readonly seed?: number;
}

/**
 * Blocks of GPT-2 (Radford et al., 2019) as Hugging Face's are exported: `Conv1D` as Reshape, Gemm, Reshape; a causal mask by Where; GELU by its
 * tanh formula. The defaults are one block of the smallest published model.
 */
export function gpt2(options: Gpt2Options = {}): Uint8Array {
  const { layers = 1, hidden = 768, heads = 12, batch = 1, sequence = 64, seed = 1 } = options;
  const { vocabulary } = options;
  const b = new ModelBuilder("gpt2", { opset: 13 });
  const site = { b, w: weights(seed) };
  const { w } = site;
  const each = hidden / heads;

  const linear = (x: Value, from: number, to: number): Value => {
    const flat = b.node("Reshape", [x, b.constant(ints(-1, from))]);
    const operands = [flat, b.constant(w.normal([from, to])), b.constant(w.normal([to], 0.1))];
    const product = b.node("Gemm", operands, { alpha: 1, beta: 1 });
    return b.node("Reshape", [product, b.constant(ints(batch, sequence, to))]);
  };
  const causal = b.constant({
    dtype: "bool",
    shape: [1, 1, sequence, sequence],
    data: Uint8Array.from({ length: sequence * sequence }, (_, i) =>
      i % sequence <= Math.floor(i / sequence) ? 1 : 0,
    ),
  });
  const attention = (x: Value): Value => {
    const parts = b.node(
      "Split",
      [linear(x, hidden, 3 * hidden), b.constant(ints(hidden, hidden, hidden))],
      { axis: 2 },
      { outputs: 3 },
    );
    const [query, key, value] = parts.map((part, i) =>
      b.node(
        "Transpose",
        [b.node("Reshape", [part, b.constant(ints(batch, sequence, heads, each))])],
        { perm: i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] },
      ),
    ) as [Value, Value, Value];
    const scores = b.node("Div", [
      b.node("MatMul", [query, key]),
      b.constant(scalar(Math.sqrt(each))),
    ]);
    const masked = b.node("Where", [causal, scores, b.constant(scalar(-3.4028234663852886e38))]);
    const context = b.node("MatMul", [b.node("Softmax", [masked], { axis: -1 }), value]);
    const rows = b.node("Transpose", [context], { perm: [0, 2, 1, 3] });
    return linear(
      b.node("Reshape", [rows, b.constant(ints(batch, sequence, hidden))]),
      hidden,
      hidden,
    );
  };
  const gelu = (x: Value): Value => {
    const cube = b.node("Mul", [
      b.node("Pow", [x, b.constant(scalar(3))]),
      b.constant(scalar(0.044715)),
    ]);
    const inner = b.node("Mul", [
      b.node("Add", [x, cube]),
      b.constant(scalar(Math.sqrt(2 / Math.PI))),
    ]);
    const gate = b.node("Add", [b.node("Tanh", [inner]), b.constant(scalar(1))]);
    return b.node("Mul", [b.node("Mul", [x, b.constant(scalar(0.5))]), gate]);
  };
  let x = b.input("hidden_states", "f32", [batch, sequence, hidden]);
  for (let i = 0; i < layers; i++) {
    x = b.node("Add", [attention(layerNorm(site, x, hidden, 1e-5)), x]);
    const inner = gelu(linear(layerNorm(site, x, hidden, 1e-5), hidden, 4 * hidden));
    x = b.node("Add", [x, linear(inner, 4 * hidden, hidden)]);
  }
  if (vocabulary === undefined) b.output("output", x);
  else {
    const normal = layerNorm(site, x, hidden, 1e-5);
    const last = b.node("Gather", [normal, b.constant(index(-1))], { axis: 1 });
    b.output("logits", b.node("MatMul", [last, b.constant(w.normal([hidden, vocabulary]))]));
  }
  return b.bytes();
}
