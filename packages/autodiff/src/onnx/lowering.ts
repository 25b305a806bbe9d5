import type { Attributes, Operator, Value } from "../value.ts";

/**
 * As much of a writer of ONNX files as is needed, so that this package needs none: `ModelBuilder` of @rewright/onnx is one.
 * It is to be of opset 18 at least.
 */
export interface OnnxWriter<Written> {
  input(name: string, dtype: "f32" | "f64" | "i32", shape: readonly number[]): Written;
  constant(array: {
    readonly dtype: "f32" | "f64" | "i64";
    readonly shape: readonly number[];
    readonly data: Float32Array | Float64Array | BigInt64Array;
  }): Written;
  node(
    op: string,
    inputs: readonly (Written | undefined)[],
    attrs?: Readonly<Record<string, number | string>>,
  ): Written;
  output(
    name: string,
    value: Written,
    type: { readonly dtype: "f32" | "f64"; readonly shape: readonly number[] },
  ): void;
  bytes(): Uint8Array;
}

/** ONNX's numbers of element types. */
const TYPES = { f32: 1, f64: 11, i64: 7 } as const;

/** Writes values as operators of ONNX's. */
export interface Lowering<Written> {
  /** The value, of operands that have been written. */
  of(value: Value, operands: readonly Written[]): Written;
}

const GELU_SLOPE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

/** A lowering to a writer; elements are of that precision. */
export function lowering<Written>(
  writer: OnnxWriter<Written>,
  dtype: "f32" | "f64",
): Lowering<Written> {
  type Rule = (value: Value, operands: readonly Written[]) => Written;
  const scalar = (x: number): Written =>
    writer.constant({
      dtype,
      shape: [1, 1],
      data: dtype === "f32" ? Float32Array.of(x) : Float64Array.of(x),
    });
  const whole = (...list: readonly number[]): Written =>
    writer.constant({ dtype: "i64", shape: [list.length], data: BigInt64Array.from(list, BigInt) });
  const { node } = { node: writer.node.bind(writer) };
  const plain =
    (op: string): Rule =>
    (_, operands) =>
      node(op, operands);
  const mul = (a: Written, b: Written): Written => node("Mul", [a, b]);
  const plus = (a: Written, b: Written): Written => node("Add", [a, b]);
  const times = (x: Written, factor: number): Written => mul(x, scalar(factor));
  const [x, y] = [0, 1] as const;
  const expand = (of: Written, { rows, columns }: Value): Written =>
    node("Expand", [of, whole(rows, columns)]);
  /** Along which sides a matrix comes down to a shape. */
  const reduce =
    (op: string): Rule =>
    ({ rows, columns, operands: [from] }, operands) => {
      const axes = [0, 1].filter((axis) =>
        axis === 0 ? rows !== from?.rows : columns !== from?.columns,
      );
      return node(op, [operands[x], whole(...axes)], { keepdims: 1 });
    };
  const summed = (value: Value, at: Written, rows: Written): Written => {
    const numbers = node("Unsqueeze", [node("Cast", [at], { to: TYPES.i64 }), whole(1)]);
    return node("ScatterND", [expand(scalar(0), value), numbers, rows], { reduction: "add" });
  };
  /** tanh of what gelu takes it of. */
  const bent = (of: Written): Written =>
    node("Tanh", [times(plus(of, times(mul(mul(of, of), of), GELU_CUBIC)), GELU_SLOPE)]);
  const rules: Readonly<Record<Exclude<Operator, "input" | "index">, Rule>> = {
    fill: (value) => {
      const one = scalar(value.attributes.factor as number);
      return value.rows === 1 && value.columns === 1 ? one : expand(one, value);
    },
    add: plain("Add"),
    subtract: plain("Sub"),
    multiply: plain("Mul"),
    divide: plain("Div"),
    minimum: plain("Min"),
    scale: (value, operands) => times(operands[x] as Written, value.attributes.factor as number),
    relu: plain("Relu"),
    step: (_, operands) =>
      node("Cast", [node("Greater", [operands[x], scalar(0)])], { to: TYPES[dtype] }),
    gelu: (_, operands) => {
      const of = operands[x] as Written;
      return mul(times(of, 0.5), plus(bent(of), scalar(1)));
    },
    geluSlope: (_, operands) => {
      const of = operands[x] as Written;
      const t = bent(of);
      const rise = times(plus(scalar(1), times(mul(of, of), 3 * GELU_CUBIC)), GELU_SLOPE);
      const steep = mul(mul(times(of, 0.5), node("Sub", [scalar(1), mul(t, t)])), rise);
      return plus(times(plus(t, scalar(1)), 0.5), steep);
    },
    tanh: plain("Tanh"),
    sigmoid: plain("Sigmoid"),
    exp: plain("Exp"),
    log: plain("Log"),
    sqrt: plain("Sqrt"),
    matmul: (value, operands) => {
      const [transA, transB] = (value.attributes.transposed as [boolean, boolean]).map(Number) as [
        number,
        number,
      ];
      return node("Gemm", operands, { transA, transB });
    },
    sum: reduce("ReduceSum"),
    peak: reduce("ReduceMax"),
    stretch: (value, operands) => expand(operands[x] as Written, value),
    gather: (_, operands) => node("Gather", operands, { axis: 0 }),
    scatter: (value, operands) => summed(value, operands[y] as Written, operands[x] as Written),
    propagate: (value, [from, source, target, weights]) => {
      const along = node("Gather", [from, source], { axis: 0 });
      return summed(value, target as Written, weights === undefined ? along : mul(along, weights));
    },
    join: (_, operands) => node("Concat", operands, { axis: 1 }),
    part: ({ attributes, columns }, operands) => {
      const from = begin(attributes);
      return node("Slice", [operands[x], whole(from), whole(from + columns), whole(1)]);
    },
    place: ({ attributes, columns, operands: [of] }, operands) => {
      const from = begin(attributes);
      const after = columns - from - (of as Value).columns;
      return node("Pad", [operands[x], whole(0, from, 0, after)]);
    },
  };
  return {
    of: (value, operands) => rules[value.op as keyof typeof rules](value, operands),
  };
}

const begin = ({ from }: Attributes): number => from as number;
