import type { Dialect, OpDef, TensorType } from "@rewright/plugin";

function like(operands: readonly (TensorType | undefined)[]): readonly TensorType[] {
  return [operands[0] ?? { dtype: "f32", shape: [] }];
}

function op(names: readonly string[], rest: Partial<OpDef> = {}): OpDef {
  const operands = names.map((name) => ({
    name: name.replace(/^\.\.\.|\?$/g, ""),
    ...(name.startsWith("...") && { variadic: true }),
    ...(name.endsWith("?") && { optional: true }),
  }));
  return { operands, infer: like, ...rest };
}

/** Operators as the front end sees them: declarations without shapes or meaning, one for every kind of operand and attribute. */
export const sketch: Dialect = {
  kind: "dialect",
  spec: 1,
  name: "sketch",
  ops: {
    Add: op(["a", "b"], { commutative: true }),
    Sub: op(["a", "b"]),
    Mul: op(["a", "b"], { commutative: true }),
    Div: op(["a", "b"]),
    Pow: op(["a", "b"]),
    Neg: op(["a"]),
    Sqrt: op(["a"]),
    Relu: op(["a"]),
    MatMul: op(["a", "b"]),
    Reshape: op(["x", "shape"]),
    ReduceMean: op(["x", "axes?"], { attrs: { keepdims: { type: "int", default: 1 } } }),
    Transpose: op(["x"], { attrs: { perm: { type: "ints" } } }),
    Concat: op(["...xs"], { attrs: { axis: { type: "axis", required: true } } }),
    Sum: op(["a", "...xs"]),
    Slice: op(["x", "starts", "ends", "axes?", "steps?"]),
    Split: op(["x", "sizes?"], {
      results: "variadic",
      attrs: { axis: { type: "axis", default: 0 } },
    }),
    Halves: op(["x"], { results: 2, resultNames: ["low", "high"] }),
    Gelu: op(["x"], { attrs: { approximate: { type: ["none", "tanh"], default: "none" } } }),
    Gemm: op(["a", "b", "c?"], {
      attrs: {
        transA: { type: "int", default: 0 },
        transB: { type: "int" },
        alpha: { type: "float", default: 1 },
      },
    }),
    LayerNorm: op(["x", "scale", "bias?"], {
      attrs: { axis: { type: "axis", default: -1 }, epsilon: { type: "float", default: 1e-5 } },
    }),
    "com.example.SkipLayerNorm": op(["x", "skip", "scale", "bias?"], {
      attrs: { epsilon: { type: "float", default: 1e-5 } },
    }),
  },
  functions: {
    varies: Object.assign((): boolean => true, { hint: true }),
    compose: (p, q) =>
      Array.isArray(p) && Array.isArray(q) ? q.map((at) => p[Number(at)] ?? -1) : undefined,
  },
};
