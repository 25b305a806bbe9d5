/**
 * Operators of ONNX Runtime's own domain, as its optimiser leaves them in files that it saved: elementwise activations and
 * the normalisations that add first. Meanings: ONNX Runtime, `docs/ContribOperators.md`.
 */
import type { Attrs, Dialect, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { fusedConv } from "./fused-conv.ts";
import { fusedMatMul } from "./fused-matmul.ts";
import { normalCdf } from "./normal.ts";
import { rowsOf, tensorLike } from "./rows.ts";
import { ShapeError } from "./shape-error.ts";

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ShapeError(`${what} is missing`);
  return value;
}

function number(attrs: Attrs, name: string): number {
  return Number(attrs[name]);
}

function float(type: TensorType): TensorType {
  if (!/^(f64|f32|f16|bf16)$/.test(type.dtype)) {
    throw new ShapeError(`${type.dtype} is no floating-point type`);
  }
  return { dtype: type.dtype, shape: type.shape };
}

/** The last dimension of `x` and the length of a vector beside it must not be two different numbers. */
function checkVector(x: TensorType, vector: TensorType | undefined, what: string): void {
  if (vector === undefined) return;
  const width = x.shape.at(-1);
  const length = vector.shape[0];
  const differ = typeof width === "number" && typeof length === "number" && width !== length;
  if (vector.shape.length !== 1 || vector.dtype !== x.dtype || width === undefined || differ) {
    throw new ShapeError(
      `${what} is ${vector.dtype}[${vector.shape}], beside ${x.dtype}[${x.shape}]`,
    );
  }
}

/** An activation of x, or of x + bias along the last axis. */
function activation(
  bias: "none" | "optional" | "required",
  attrs: NonNullable<OpDef["attrs"]>,
  f: (x: number, attrs: Attrs) => number,
): OpDef {
  const biased = bias === "none" ? [] : [{ name: "bias", optional: bias === "optional" }];
  return {
    operands: [{ name: "x" }, ...biased],
    attrs,
    infer([x, b]) {
      const type = float(need(x, "the operand"));
      if (bias === "required") need(b, "the bias");
      checkVector(type, b, "the bias");
      return [type];
    },
    evaluate([x, b], given) {
      const from = need(x, "the operand");
      const data = from.data as ArrayLike<number>;
      const shift = b?.data as ArrayLike<number> | undefined;
      const width = shift?.length ?? 1;
      return [
        tensorLike(from, (i) =>
          f((data[i] as number) + ((shift?.[i % width] as number) ?? 0), given),
        ),
      ];
    },
  };
}

const gelu = (x: number): number => x * normalCdf(x);
const fastGelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** What is added has the operand's shape, or lacks its batch, or has a batch of 1. */
function checkSkip(x: TensorType, skip: TensorType): void {
  const batch = x.shape.length - skip.shape.length;
  const fits = skip.shape.every((dim, i) => {
    const mine = x.shape[i + batch];
    const same = dim === mine || (typeof dim === "string") !== (typeof mine === "string");
    return same || (batch === 0 && i === 0 && dim === 1);
  });
  if (batch < 0 || batch > 1 || !fits || x.shape.length < 2) {
    throw new ShapeError(`[${skip.shape}] cannot be added to [${x.shape}]`);
  }
}

/** x + skip + bias, normalised over the last axis; results: y, mean, inverse deviation, and the sum itself. */
function skipNormalization(centred: boolean): OpDef {
  const last = centred ? ["gamma", "beta", "bias"] : ["gamma", "bias"];
  return {
    operands: [
      { name: "x" },
      { name: "skip" },
      ...last.map((name) => ({ name, optional: name !== "gamma" })),
    ],
    attrs: { epsilon: { type: "float", default: 1e-12 } },
    infer([x, skip, ...vectors], _, count) {
      const type = float(need(x, "the operand"));
      const other = need(skip, "the skipped operand");
      if (other.dtype !== type.dtype) throw new ShapeError("the operands' types differ");
      checkSkip(type, other);
      need(vectors[0], "gamma");
      vectors.forEach((vector, i) => {
        checkVector(type, vector, last[i] as string);
      });
      const rows: TensorType = { dtype: "f32", shape: [...type.shape.slice(0, -1), 1] };
      return [type, rows, rows, type].slice(0, count);
    },
    evaluate([x, skip, ...vectors], attrs, count) {
      const from = need(x, "the operand");
      const [gamma, beta, bias] = (centred ? vectors : [vectors[0], undefined, vectors[1]]).map(
        (vector) => vector?.data as ArrayLike<number> | undefined,
      );
      const other = need(skip, "the skipped operand").data as ArrayLike<number>;
      const data = from.data as ArrayLike<number>;
      const width = from.shape.at(-1) ?? 1;
      const sum = tensorLike(
        from,
        (i) =>
          (data[i] as number) +
          (other[i % other.length] as number) +
          ((bias?.[i % width] as number) ?? 0),
      );
      const rows = rowsOf(sum, centred, number(attrs, "epsilon"));
      const summed = sum.data as ArrayLike<number>;
      const y = tensorLike(from, (i) => {
        const row = Math.floor(i / width);
        const mean = rows.mean[row] as number;
        const scaled = ((summed[i] as number) - mean) * (rows.inverse[row] as number);
        return (
          scaled * ((gamma?.[i % width] as number) ?? 1) + ((beta?.[i % width] as number) ?? 0)
        );
      });
      const shape = [...from.shape.slice(0, -1), 1];
      const statistic = (values: Float64Array): NdArray => ({
        dtype: "f32",
        shape,
        data: Float32Array.from(values),
      });
      return [y, statistic(rows.mean), statistic(rows.inverse), sum].slice(0, count);
    },
  };
}

/** ONNX Runtime's fused operators that rules speak of, and that files contain. */
export const microsoft: Dialect = {
  kind: "dialect",
  spec: 1,
  name: "com.microsoft",
  ops: {
    "com.microsoft.Gelu": activation("none", {}, gelu),
    "com.microsoft.BiasGelu": activation("required", {}, gelu),
    "com.microsoft.FastGelu": activation("optional", {}, fastGelu),
    "com.microsoft.QuickGelu": activation(
      "none",
      { alpha: { type: "float", default: 1.702 } },
      (x, attrs) => x / (1 + Math.exp(-number(attrs, "alpha") * x)),
    ),
    "com.microsoft.FusedConv": fusedConv,
    "com.microsoft.FusedMatMul": fusedMatMul,
    "com.microsoft.SkipLayerNormalization": skipNormalization(true),
    "com.microsoft.SkipSimplifiedLayerNormalization": skipNormalization(false),
  },
};
