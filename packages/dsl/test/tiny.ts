/** A small dialect for tests: a dozen operators, with shapes and meaning. */

import type {
  Attrs,
  Dialect,
  Dim,
  DType,
  NdArray,
  OpDef,
  RuleFunction,
  TensorType,
} from "@rewright/plugin";

class ShapeError extends Error {
  override name = "ShapeError";
}

function fail(message: string): never {
  throw new ShapeError(message);
}

type Types = readonly (TensorType | undefined)[];

const first = (types: Types): TensorType => types[0] ?? fail("an operand is missing");
const size = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** An array from plain numbers. */
export function array(dtype: DType, shape: readonly number[], items: ArrayLike<number>): NdArray {
  if (dtype === "i64") {
    return { dtype, shape, data: BigInt64Array.from(Array.from(items), (item) => BigInt(item)) };
  }
  return { dtype, shape, data: dtype === "f32" ? Float32Array.from(items) : Array.from(items) };
}

/** The elements of an array as numbers. */
export function numbers(a: NdArray | undefined): number[] {
  return Array.from((a ?? fail("missing")).data as ArrayLike<number | bigint>, Number);
}

function broadcastShape(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    return x === 1 ? y : fail(`${x} and ${y} do not broadcast`);
  });
}

/** Row-major positions of every element of `shape`. */
function positions(shape: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const dim of shape) {
    all = all.flatMap((head) => Array.from({ length: dim }, (_, i) => [...head, i]));
  }
  return all;
}

function offset(shape: readonly number[], position: readonly number[]): number {
  const skip = position.length - shape.length;
  return shape.reduce(
    (at, dim, i) => at * dim + (dim === 1 ? 0 : (position[i + skip] as number)),
    0,
  );
}

interface Kind {
  readonly commutative?: boolean;
  /** Whole numbers are not taken. */
  readonly real?: boolean;
}

function elementwise(
  apply: (a: number, b: number) => number,
  { commutative = false, real }: Kind = {},
): OpDef {
  return {
    operands: [{ name: "a" }, { name: "b" }],
    commutative,
    infer(types) {
      const [a, b] = [first(types), types[1] ?? fail("an operand is missing")];
      if (a.dtype !== b.dtype) fail(`${a.dtype} and ${b.dtype}`);
      if (real && !a.dtype.startsWith("f")) fail("no floats");
      return [{ dtype: a.dtype, shape: broadcastShape(a.shape, b.shape) }];
    },
    evaluate([a, b]) {
      if (!a || !b) return fail("missing");
      const shape = broadcastShape(a.shape, b.shape) as number[];
      const [x, y] = [numbers(a), numbers(b)];
      const items = positions(shape).map((p) => {
        return apply(x[offset(a.shape, p)] as number, y[offset(b.shape, p)] as number);
      });
      return [array(a.dtype, shape, items)];
    },
  };
}

function unary(apply: (a: number) => number): OpDef {
  return {
    operands: [{ name: "x" }],
    infer: (types) => [{ dtype: first(types).dtype, shape: first(types).shape }],
    evaluate: ([x]) => [array(x?.dtype ?? "f32", x?.shape ?? [], numbers(x).map(apply))],
  };
}

const axisOf = (attrs: Attrs): number => attrs["axis"] as number;

function matmulShape(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  if (a.length !== 2 || b.length !== 2) fail("MatMul wants two matrices");
  if (a[1] !== b[0]) fail(`${a[1]} columns and ${b[0]} rows`);
  return [a[0] as Dim, b[1] as Dim];
}

function matmul(a: NdArray, b: NdArray): NdArray {
  const shape = matmulShape(a.shape, b.shape) as number[];
  const inner = a.shape[1] as number;
  const [x, y] = [numbers(a), numbers(b)];
  const items = positions(shape).map(([i, j]) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum +=
        (x[offset(a.shape, [i as number, k])] as number) *
        (y[offset(b.shape, [k, j as number])] as number);
    }
    return sum;
  });
  return array(a.dtype, shape, items);
}

/** Cuts `shape` along `axis` and gives the piece of `length` at `start`. */
function slice(a: NdArray, axis: number, start: number, length: number): NdArray {
  const shape = a.shape.map((dim, i) => (i === axis ? length : dim));
  const items = numbers(a);
  const found = positions(shape).map((p) => {
    return items[
      p.reduce((at, index, i) => at * (a.shape[i] as number) + index + (i === axis ? start : 0), 0)
    ] as number;
  });
  return array(a.dtype, shape, found);
}

const ops: Readonly<Record<string, OpDef>> = {
  Add: elementwise((a, b) => a + b, { commutative: true }),
  Mul: elementwise((a, b) => a * b, { commutative: true }),
  Sub: elementwise((a, b) => a - b),
  Div: elementwise((a, b) => a / b, { real: true }),
  Pow: elementwise((a, b) => a ** b, { real: true }),
  Relu: unary((x) => Math.max(x, 0)),
  Neg: unary((x) => -x),
  Sqrt: {
    ...unary(Math.sqrt),
    infer: ([x]) => [
      x?.dtype.startsWith("f") ? { dtype: x.dtype, shape: x.shape } : fail("no floats"),
    ],
  },
  MatMul: {
    operands: [{ name: "A" }, { name: "B" }],
    infer: ([a, b]) => {
      if (!a || !b || a.dtype !== b.dtype) return fail("two tensors of one type");
      return [{ dtype: a.dtype, shape: matmulShape(a.shape, b.shape) }];
    },
    evaluate: ([a, b]) => [matmul(a ?? fail("A"), b ?? fail("B"))],
  },
  Transpose: {
    operands: [{ name: "x" }],
    attrs: { perm: { type: "ints", required: true } },
    infer(types, attrs) {
      const { dtype, shape } = first(types);
      const perm = attrs["perm"] as readonly number[];
      const sorted = [...perm].sort((a, b) => a - b);
      if (perm.length !== shape.length || sorted.some((p, i) => p !== i))
        fail("perm is no permutation");
      return [{ dtype, shape: perm.map((p) => shape[p] as Dim) }];
    },
    evaluate([x], attrs) {
      if (!x) return fail("x");
      const perm = attrs["perm"] as readonly number[];
      const shape = perm.map((p) => x.shape[p] as number);
      const items = numbers(x);
      const found = positions(shape).map((p) => {
        const source = Array.from(x.shape, (_, i) => p[perm.indexOf(i)] as number);
        return items[
          source.reduce((at, index, i) => at * (x.shape[i] as number) + index, 0)
        ] as number;
      });
      return [array(x.dtype, shape, found)];
    },
  },
  Concat: {
    operands: [{ name: "inputs", variadic: true }],
    attrs: { axis: { type: "axis", required: true } },
    infer(types, attrs) {
      const { dtype, shape } = first(types);
      const axis = axisOf(attrs);
      if (axis >= shape.length) fail("axis out of range");
      let sum = 0;
      for (const type of types) {
        if (!type || type.dtype !== dtype || type.shape.length !== shape.length)
          return fail("unequal operands");
        for (const [i, dim] of type.shape.entries()) {
          if (i !== axis && dim !== shape[i]) fail(`${dim} and ${shape[i]}`);
        }
        const dim = type.shape[axis];
        if (typeof dim !== "number") return fail("a symbolic dimension");
        sum += dim;
      }
      return [{ dtype, shape: shape.map((dim, i) => (i === axis ? sum : dim)) }];
    },
    evaluate(arrays, attrs) {
      const given = arrays as readonly NdArray[];
      const { dtype, shape } = given[0] as NdArray;
      const axis = axisOf(attrs);
      const outer = positions(shape.slice(0, axis)).length;
      const items: number[] = [];
      const parts = given.map((a) => ({ all: numbers(a), row: size(a.shape.slice(axis)) }));
      for (let i = 0; i < outer; i++) {
        for (const { all, row } of parts) items.push(...all.slice(i * row, (i + 1) * row));
      }
      const sum = given.reduce((total, a) => total + (a.shape[axis] as number), 0);
      return [
        array(
          dtype,
          shape.map((dim, i) => (i === axis ? sum : dim)),
          items,
        ),
      ];
    },
  },
  Split: {
    operands: [{ name: "input" }, { name: "split" }],
    attrs: { axis: { type: "axis", default: 0 } },
    results: "variadic",
    infer(types, attrs, count) {
      const { dtype, shape } = first(types);
      const axis = axisOf(attrs);
      const sizes = types[1]?.value;
      if (sizes?.length !== count || axis >= shape.length) fail("sizes do not fit");
      const known = sizes as readonly number[];
      if (
        known.some((length) => length < 0) ||
        size([known.reduce((a, b) => a + b, 0)]) !== shape[axis]
      )
        fail("sizes do not add up");
      return known.map((length) => ({
        dtype,
        shape: shape.map((dim, i) => (i === axis ? length : dim)),
      }));
    },
    evaluate([x, sizes], attrs) {
      let start = 0;
      return numbers(sizes).map((length) => {
        start += length;
        return slice(x ?? fail("x"), axisOf(attrs), start - length, length);
      });
    },
  },
  Reshape: {
    operands: [{ name: "data" }, { name: "shape" }],
    infer(types) {
      const { dtype, shape } = first(types);
      const wanted = types[1]?.value;
      if (types[1]?.dtype !== "i64" || !wanted) fail("the shape is not known");
      const known = (wanted as readonly number[]).map((dim, i) =>
        dim === 0 ? (shape[i] as number) : dim,
      );
      const total = size(shape as number[]);
      const rest = known.filter((dim) => dim >= 0).reduce((a, b) => a * b, 1);
      const full = known.map((dim) => (dim === -1 ? total / rest : dim));
      if (size(full) !== total || full.some((dim) => !Number.isInteger(dim))) fail("unequal sizes");
      return [{ dtype, shape: full }];
    },
    evaluate([data, shape]) {
      if (!data) return fail("data");
      const value = numbers(shape);
      const type: TensorType = { dtype: "i64", shape: [value.length], value };
      const [result] = (ops["Reshape"] as OpDef).infer([data, type], {}, 1);
      return [{ ...data, shape: (result as TensorType).shape as number[] }];
    },
  },
  ReduceMean: {
    operands: [{ name: "data" }, { name: "axes", optional: true }],
    attrs: { keepdims: { type: "int", default: 1 } },
    infer(types, attrs) {
      const { dtype, shape } = first(types);
      if (!dtype.startsWith("f")) fail("no floats");
      const axes = types[1] ? types[1].value : shape.map((_, i) => i);
      if (!axes) return fail("the axes are not known");
      const gone = (axes as readonly number[]).map((axis) =>
        axis < 0 ? axis + shape.length : axis,
      );
      if (gone.some((axis) => axis < 0 || axis >= shape.length)) fail("axis out of range");
      const kept = shape.map((dim, i): Dim => (gone.includes(i) ? 1 : dim));
      return [
        {
          dtype,
          shape: attrs["keepdims"] === 1 ? kept : shape.filter((_, i) => !gone.includes(i)),
        },
      ];
    },
    evaluate([data, axes], attrs) {
      if (!data) return fail("data");
      const gone = axes
        ? numbers(axes).map((axis) => (axis < 0 ? axis + data.shape.length : axis))
        : data.shape.map((_, i) => i);
      const kept = data.shape.map((dim, i) => (gone.includes(i) ? 1 : dim));
      const sums: number[] = Array(size(kept)).fill(0);
      const items = numbers(data);
      for (const [i, p] of positions(data.shape).entries()) {
        const at = offset(kept, p);
        sums[at] = (sums[at] as number) + (items[i] as number);
      }
      const share = size(data.shape) / size(kept);
      const shape = attrs["keepdims"] === 1 ? kept : data.shape.filter((_, i) => !gone.includes(i));
      return [
        array(
          data.dtype,
          shape,
          sums.map((sum) => sum / share),
        ),
      ];
    },
  },
  Gemm: {
    operands: [{ name: "A" }, { name: "B" }, { name: "C", optional: true }],
    attrs: {
      alpha: { type: "float", default: 1 },
      transB: { type: "int", default: 0 },
    },
    infer([a, b, c], attrs) {
      if (!a || !b) return fail("an operand is missing");
      const other = attrs["transB"] === 1 ? [...b.shape].reverse() : b.shape;
      const shape = matmulShape(a.shape, other);
      if (c && broadcastShape(c.shape, shape).join() !== shape.join()) fail("C is too large");
      return [{ dtype: a.dtype, shape }];
    },
    evaluate([a, b, c], attrs) {
      if (!a || !b) return fail("an operand is missing");
      const turned =
        attrs["transB"] === 1
          ? (ops["Transpose"] as OpDef).evaluate?.([b], { perm: [1, 0] }, 1)[0]
          : b;
      const product = matmul(a, turned as NdArray);
      const scaled = numbers(product).map((x) => x * (attrs["alpha"] as number));
      const result = array(product.dtype, product.shape, scaled);
      return c ? ((ops["Add"] as OpDef).evaluate?.([result, c], {}, 1) as NdArray[]) : [result];
    },
  },
  Clip: {
    operands: [{ name: "x" }, { name: "min", optional: true }, { name: "max", optional: true }],
    infer: (types) => [{ dtype: first(types).dtype, shape: first(types).shape }],
    evaluate([x, min, max]) {
      const low = min ? (numbers(min)[0] as number) : Number.NEGATIVE_INFINITY;
      const high = max ? (numbers(max)[0] as number) : Number.POSITIVE_INFINITY;
      const items = numbers(x).map((item) => Math.min(Math.max(item, low), high));
      return [array(x?.dtype ?? "f32", x?.shape ?? [], items)];
    },
  },
  Softmax: {
    operands: [{ name: "x" }],
    attrs: { axis: { type: "axis", default: -1 } },
    infer: (types) => [{ dtype: first(types).dtype, shape: first(types).shape }],
  },
  /** Its second result, the number of elements, is optional. */
  Count: {
    operands: [{ name: "x" }],
    results: 1,
    infer(types, _attrs, count) {
      const { dtype, shape } = first(types);
      return [
        { dtype, shape },
        { dtype: "i64" as const, shape: [] },
      ].slice(0, count);
    },
    evaluate: ([x], _attrs, count) => {
      return [x as NdArray, array("i64", [], [size(x?.shape ?? [])])].slice(0, count);
    },
  },
  Shape: {
    operands: [{ name: "x" }],
    infer(types) {
      const { shape } = first(types);
      return [{ dtype: "i64", shape: [shape.length], value: shape }];
    },
    evaluate: ([x]) => [array("i64", [x?.shape.length ?? 0], x?.shape ?? [])],
  },
  Random: {
    operands: [],
    attrs: { shape: { type: "ints", required: true } },
    impure: true,
    infer: (_types, attrs) => [{ dtype: "f32", shape: attrs["shape"] as number[] }],
  },
};

const compose: RuleFunction = (p, q) => {
  if (!Array.isArray(p) || !Array.isArray(q)) return undefined;
  return q.map((axis) => p[axis]);
};

/** The dialect. */
export const tiny: Dialect = {
  kind: "dialect",
  spec: 1,
  name: "tiny",
  ops,
  functions: { compose },
};
