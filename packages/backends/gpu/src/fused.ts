/**
 * What a graphics processor does in one kernel that ONNX says in several operators.
 *
 * @module
 */

import type { Dialect, Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";

/** Rejects an application as ill-shaped. */
function refuse(why: string): never {
  throw Object.assign(new Error(why), { name: "ShapeError" });
}

const unary: Readonly<Record<string, (x: number) => number>> = {
  none: (x) => x,
  Relu: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: Math.tanh,
  Exp: Math.exp,
  Sqrt: Math.sqrt,
  Abs: Math.abs,
  Neg: (x) => -x,
};
const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
};
/** What the numbers in a chain stand for: numbers, so that rules about chains can be tried on random ones. */
const links: readonly string[] = [
  ...["Relu", "Add", "Mul", "Sigmoid", "Sub", "Div", "Tanh", "Exp", "Sqrt", "Abs", "Neg"],
];
const activations = ["none", "Relu", "Sigmoid", "Tanh"] as const;

function float(type: TensorType | undefined): TensorType {
  if (!type || !/^(f64|f32|f16|bf16)$/.test(type.dtype)) refuse("takes floats");
  return type;
}

const differ = (a: Dim | undefined, b: Dim | undefined): boolean =>
  typeof a === "number" && typeof b === "number" ? a !== b : a === undefined || b === undefined;

function undeclared(attrs: object, declared: readonly string[]): void {
  for (const name of Object.keys(attrs))
    if (!declared.includes(name)) refuse(`there is no attribute '${name}'`);
}

/** Rows of `x` by the matrix `w`, with a bias and an activation. */
const product: OpDef = {
  operands: [{ name: "x" }, { name: "w" }, { name: "bias", optional: true }],
  attrs: { activation: { type: [...activations], default: "none" } },
  infer([x, w, bias], attrs) {
    undeclared(attrs, ["activation"]);
    if (!activations.includes((attrs["activation"] ?? "none") as "none"))
      refuse(`activation must be one of ${activations.join(", ")}`);
    const [left, right] = [float(x), float(w)];
    const [k, n] = right.shape;
    if (left.shape.length < 2 || right.shape.length !== 2) refuse("takes rows and a matrix");
    if (left.dtype !== right.dtype || (bias && bias.dtype !== left.dtype))
      refuse("takes operands of one element type");
    if (differ(left.shape.at(-1), k)) refuse("the rows are not as long as the matrix is high");
    if (bias && (bias.shape.length !== 1 || differ(bias.shape[0], n)))
      refuse("the bias is not as long as the matrix is wide");
    return [{ dtype: left.dtype, shape: [...left.shape.slice(0, -1), n as Dim] }];
  },
  evaluate([x, w, bias], attrs) {
    const { dtype, shape, data } = x as NdArray;
    const [k = 0, n = 0] = (w as NdArray).shape;
    const act = unary[String(attrs["activation"] ?? "none")] as (x: number) => number;
    const rows = shape.slice(0, -1).reduce((count, dim) => count * dim, 1);
    const result = new Float64Array(rows * n);
    const [a, b, c] = [data, (w as NdArray).data, bias?.data] as ArrayLike<number>[];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < n; j++) {
        let sum = c ? (c[j] as number) : 0;
        for (let l = 0; l < k; l++) sum += (a?.[i * k + l] as number) * (b?.[l * n + j] as number);
        result[i * n + j] = act(sum);
      }
    }
    return [rounded(dtype, [...shape.slice(0, -1), n], result)];
  },
};

/** A chain of element-wise operators on `x`, by their numbers; each that takes two operands takes its second from `more`, in order. */
const pointwise: OpDef = {
  operands: [{ name: "x" }, { name: "more", variadic: true, optional: true }],
  attrs: { links: { type: "ints", required: true } },
  infer([x, ...more], attrs) {
    undeclared(attrs, ["links"]);
    const { dtype, shape } = float(x);
    const ops = chainOf(attrs["links"]);
    if (more.length !== ops.filter((op) => Object.hasOwn(binary, op)).length)
      refuse(`${ops.join(", ")} take another number of operands`);
    for (const other of more)
      if (!other || other.dtype !== dtype || String(other.shape) !== String(shape))
        refuse("takes operands of one type");
    return [{ dtype, shape }];
  },
  evaluate([x, ...more], attrs) {
    const { dtype, shape, data } = x as NdArray;
    const result = Float64Array.from(data as ArrayLike<number>);
    let at = 0;
    for (const op of chainOf(attrs["links"])) {
      const f = unary[op];
      const g = binary[op];
      const other = g && (more[at++]?.data as ArrayLike<number>);
      for (let i = 0; i < result.length; i++)
        result[i] = f
          ? f(result[i] as number)
          : (g?.(result[i] as number, other?.[i] as number) ?? 0);
    }
    return [rounded(dtype, shape, result)];
  },
};

function chainOf(numbers: unknown): readonly string[] {
  if (!Array.isArray(numbers) || numbers.length === 0) refuse("links is a list, not an empty one");
  return numbers.map((number) => {
    return links[number] ?? refuse(`a link is a number below ${links.length}, not ${number}`);
  });
}

function rounded(dtype: NdArray["dtype"], shape: readonly number[], data: Float64Array): NdArray {
  return { dtype, shape, data: dtype === "f64" ? data : Float32Array.from(data) };
}

const domain = "rewright.gpu";

/** Products with what follows them, and chains of element-wise operators, each a kernel. */
export const fusedOperators: Dialect = {
  kind: "dialect",
  spec: 1,
  name: domain,
  ops: { [`${domain}.Product`]: product, [`${domain}.Pointwise`]: pointwise },
};
