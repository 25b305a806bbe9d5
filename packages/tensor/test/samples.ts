/** Random well-shaped applications of every operator, small enough to be evaluated by the hundred. */

import type { Attr, Attrs, DType, NdArray, OpDef } from "@rewright/plugin";
import { sizeOf, tensor } from "../src/array.ts";
import { onnx } from "../src/dialect.ts";
import { ShapeError } from "../src/typing.ts";
import { typeOf } from "../src/value.ts";

/** An application of an operator. */
export interface Sample {
  readonly operands: readonly (NdArray | undefined)[];
  readonly attrs: Attrs;
  readonly count: number;
}

/** Uniform numbers from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  int(least: number, greatest: number): number {
    return least + Math.floor(this.next() * (greatest - least + 1));
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  list<T>(length: number, element: (i: number) => T): T[] {
    return Array.from({ length }, (_, i) => element(i));
  }

  shape(rank: number = this.int(0, 4)): number[] {
    return this.list(rank, () => this.pick([1, 2, 2, 3, 3, 4]));
  }

  permutation(n: number): number[] {
    const p = this.list(n, (i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(0, i);
      [p[i], p[j]] = [p[j] as number, p[i] as number];
    }
    return p;
  }
}

function elements(random: Random, dtype: DType, count: number): (number | bigint | string)[] {
  return random.list(count, () => {
    if (dtype === "bool") return random.int(0, 1);
    if (dtype === "string") return random.pick(["a", "bc", ""]);
    if (/^u/.test(dtype)) return random.int(0, 3);
    if (/^i/.test(dtype)) return random.int(-3, 3);
    return Math.round((random.next() * 4 - 2) * 64) / 64;
  });
}

/** A tensor of random elements: small integers, or sixty-fourths between -2 and 2. */
function randomTensor(random: Random, shape: readonly number[], dtype: DType = "f32"): NdArray {
  return tensor(dtype, shape, elements(random, dtype, sizeOf(shape)));
}

const ANY: readonly DType[] = ["f32", "f32", "f64", "f16", "i64", "i32", "u8", "bool"];

/** A list of 64-bit integers. */
function i64(values: readonly number[]): NdArray {
  return tensor("i64", [values.length], values);
}

function scalar(value: number, dtype: DType = "i64"): NdArray {
  return tensor(dtype, [], [value]);
}

// ── Attributes ───────────────────────────────────────────────────────────────

function randomAttr(
  random: Random,
  type: NonNullable<OpDef["attrs"]>[string]["type"],
  rank: number,
): Attr {
  if (typeof type !== "string") return random.pick(type);
  switch (type) {
    case "axis":
      return random.int(-rank, Math.max(0, rank - 1));
    case "axes":
      return random.permutation(rank).slice(0, random.int(0, rank));
    case "int":
      return random.int(0, 1);
    case "float":
      return random.pick([0.5, 1, 0.25, 1.5]);
    case "ints":
      return random.list(random.int(1, 4), () => random.int(1, 2));
    case "floats":
      return random.list(random.int(1, 4), () => random.next());
    case "dtype":
      return random.pick(["f32", "f64", "i64", "i32", "u8", "bool"]);
    case "tensor":
      return tensor(random.pick(["f32", "i64"]), [1], [random.int(0, 5)]);
    default:
      return "";
  }
}

function randomAttrs(random: Random, def: OpDef, rank: number): Record<string, Attr> {
  const attrs: Record<string, Attr> = {};
  for (const [name, { type, required }] of Object.entries(def.attrs ?? {}))
    if (required === true || random.chance(0.5)) attrs[name] = randomAttr(random, type, rank);
  return attrs;
}

// ── Operands ─────────────────────────────────────────────────────────────────

function narrowed(random: Random, shape: readonly number[]): number[] {
  const cut = random.chance(0.3) ? random.int(0, shape.length) : 0;
  return shape.slice(cut).map((dim) => (random.chance(0.2) ? 1 : dim));
}

/** Operands of one element type whose shapes broadcast, the first being of full rank. */
function alike(random: Random, def: OpDef): (NdArray | undefined)[] {
  const dtype = random.pick(ANY);
  const shape = random.shape();
  const same = random.chance(0.5);
  return def.operands.flatMap((operand, i) => {
    if (operand.optional === true && random.chance(0.5)) return [undefined];
    const times = operand.variadic === true ? random.int(1, 3) : 1;
    return random.list(times, () =>
      randomTensor(random, same || i === 0 ? shape : narrowed(random, shape), dtype),
    );
  });
}

type Maker = (random: Random, def: OpDef) => Omit<Sample, "count"> & { readonly count?: number };

/** The first operand is any tensor of rank `least` at least; `rest` gives the others for it. */
function on(
  least: number,
  rest: (random: Random, data: NdArray, attrs: Record<string, Attr>) => (NdArray | undefined)[],
  dtypes: readonly DType[] = ANY,
): Maker {
  return (random, def) => {
    const shape = random.shape(random.int(least, 4));
    const data = randomTensor(random, shape, random.pick(dtypes));
    const attrs = randomAttrs(random, def, shape.length);
    return { operands: [data, ...rest(random, data, attrs)], attrs };
  };
}

/** Shape of the same size, with other factors. */
function refactored(random: Random, shape: readonly number[]): number[] {
  const factors = shape.flatMap((dim) => (dim === 4 ? [2, 2] : [dim]));
  const result: number[] = random.chance(0.2) ? [1] : [];
  for (const factor of factors)
    if (result.length > 0 && random.chance(0.4)) result.push((result.pop() as number) * factor);
    else result.push(factor);
  return result.length === 0 && random.chance(0.5) ? [1] : result;
}

function someAxes(random: Random, rank: number): number[] {
  const axes = random.permutation(rank).slice(0, random.int(0, rank));
  return axes.map((axis) => (random.chance(0.3) ? axis - rank : axis));
}

function axisIn(attrs: Attrs, rank: number, fallback: number): number {
  const axis = Number(attrs["axis"] ?? fallback);
  return axis < 0 ? axis + rank : axis;
}

const reduction: Maker = on(0, (random, data) =>
  random.chance(0.3) ? [] : [i64(someAxes(random, data.shape.length))],
);

const FLOATS: readonly DType[] = ["f32", "f32", "f64"];

function convolution(transposed: boolean): Maker {
  return (random, def) => {
    const spatial = random.int(1, 3);
    const group = random.pick([1, 1, 2]);
    const [inputs, outputs] = [random.int(1, 2), random.int(1, 2)];
    const kernel = random.list(spatial, () => random.int(1, 3));
    const x = randomTensor(random, [
      random.int(1, 2),
      inputs * group,
      ...random.list(spatial, () => random.int(3, 6)),
    ]);
    const weights = transposed
      ? [inputs * group, outputs, ...kernel]
      : [outputs * group, inputs, ...kernel];
    const bias = random.chance(0.5) ? [randomTensor(random, [outputs * group])] : [];
    const attrs: Record<string, Attr> = { group, ...windowAttrs(random, def, spatial) };
    delete attrs["kernel_shape"];
    if (transposed && random.chance(0.3)) delete attrs["auto_pad"];
    return { operands: [x, randomTensor(random, weights), ...bias], attrs };
  };
}

function windowAttrs(random: Random, def: OpDef, spatial: number): Record<string, Attr> {
  const has = (name: string) => def.attrs !== undefined && name in def.attrs;
  const attrs: Record<string, Attr> = {};
  if (has("kernel_shape")) attrs["kernel_shape"] = random.list(spatial, () => random.int(1, 3));
  if (random.chance(0.5)) attrs["strides"] = random.list(spatial, () => random.int(1, 2));
  if (has("dilations") && random.chance(0.3))
    attrs["dilations"] = random.list(spatial, () => random.int(1, 2));
  if (random.chance(0.3)) attrs["auto_pad"] = random.pick(["SAME_UPPER", "SAME_LOWER", "VALID"]);
  else if (random.chance(0.5)) attrs["pads"] = random.list(2 * spatial, () => random.int(0, 1));
  for (const name of ["ceil_mode", "count_include_pad"])
    if (has(name) && random.chance(0.3)) attrs[name] = 1;
  return attrs;
}

const pooling: Maker = (random, def) => {
  const spatial = random.int(1, 3);
  const x = randomTensor(random, [
    random.int(1, 2),
    random.int(1, 3),
    ...random.list(spatial, () => random.int(3, 6)),
  ]);
  return { operands: [x], attrs: windowAttrs(random, def, spatial) };
};

/** [batch, channels, …] and operands of one number a channel. */
function channelwise(count: number): Maker {
  return (random, def) => {
    const shape = [random.int(1, 2), random.int(1, 4), ...random.shape(random.int(1, 2))];
    const positive = (array: NdArray) =>
      tensor(
        "f32",
        array.shape,
        Array.from(array.data as ArrayLike<number>, (x) => x * x + 0.5),
      );
    const rest = random.list(count, () => positive(randomTensor(random, [shape[1] as number])));
    const attrs = randomAttrs(random, def, shape.length);
    delete attrs["training_mode"];
    return { operands: [randomTensor(random, shape), ...rest], attrs };
  };
}

/** Operands over the trailing axes from `axis` on. */
function trailing(count: number): Maker {
  return (random, def) => {
    const shape = random.shape(random.int(1, 4));
    const attrs = randomAttrs(random, def, shape.length);
    delete attrs["stash_type"];
    const axis = axisIn(attrs, shape.length, -1);
    const rest = random.list(count, () => randomTensor(random, shape.slice(axis)));
    return { operands: [randomTensor(random, shape), ...rest], attrs };
  };
}

function quantized(random: Random, def: OpDef, x: NdArray, zeros: DType) {
  const attrs = randomAttrs(random, def, x.shape.length);
  for (const name of ["output_dtype", "precision", "block_size", "saturate"]) delete attrs[name];
  const axis = axisIn(attrs, x.shape.length, 1);
  const blocked = random.chance(0.2) && axis < x.shape.length;
  if (blocked) attrs["block_size"] = 2;
  const shape = blocked
    ? x.shape.with(axis, Math.ceil((x.shape[axis] as number) / 2))
    : random.chance(0.5)
      ? []
      : [x.shape[axis] ?? 1];
  const scale = tensor(
    "f32",
    shape,
    random.list(sizeOf(shape), () => random.pick([0.25, 0.1, 1])),
  );
  const zero = random.chance(0.5) ? [randomTensor(random, shape, zeros)] : [];
  return { operands: [x, scale, ...zero], attrs };
}

const rows: Maker = (random) => {
  const [m, k, n] = [random.int(1, 4), random.int(1, 4), random.int(1, 4)];
  const batch = random.shape(random.int(0, 2));
  const left = random.chance(0.15) ? [k] : [...narrowed(random, batch), m, k];
  const right = random.chance(0.15) ? [k] : [...narrowed(random, batch), k, n];
  return { operands: [randomTensor(random, left), randomTensor(random, right)], attrs: {} };
};

/** Operators that random operands of one kind would hardly ever suit. */
const makers: Readonly<Record<string, Maker>> = {
  // Structure.
  Reshape: on(0, (random, data, attrs) => {
    const shape = refactored(random, data.shape);
    delete attrs["allowzero"];
    const target = shape.map((dim, i) => (dim === data.shape[i] && random.chance(0.3) ? 0 : dim));
    if (random.chance(0.5) && shape.length > 0) target[random.int(0, shape.length - 1)] = -1;
    return [i64(target)];
  }),
  Squeeze: on(0, (random, data) => {
    const ones = data.shape.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
    const some = ones.filter(() => random.chance(0.7));
    // Of an empty list, standard and runtimes make different things.
    return some.length === 0 ? [] : [i64(some)];
  }),
  Unsqueeze: on(0, (random, data) => {
    const count = random.int(0, 2);
    return [i64(random.permutation(data.shape.length + count).slice(0, count))];
  }),
  Transpose: (random) => {
    const shape = random.shape();
    const perm = random.chance(0.8) ? { perm: random.permutation(shape.length) } : {};
    return { operands: [randomTensor(random, shape, random.pick(ANY))], attrs: perm };
  },
  Concat: (random, def) => {
    const shape = random.shape(random.int(1, 4));
    const attrs = randomAttrs(random, def, shape.length);
    const axis = axisIn(attrs, shape.length, 0);
    const dtype = random.pick(ANY);
    const operands = random.list(random.int(1, 3), () =>
      randomTensor(random, shape.with(axis, random.int(0, 3)), dtype),
    );
    return { operands, attrs };
  },
  Split: (random, def) => {
    const shape = random.shape(random.int(1, 3));
    const attrs = randomAttrs(random, def, shape.length);
    delete attrs["num_outputs"];
    const axis = axisIn(attrs, shape.length, 0);
    const sizes = random.list(random.int(1, 3), () => random.int(0, 2));
    const count = sizes.length;
    const given = random.chance(0.5);
    const total = given ? sizes.reduce((a, b) => a + b, 0) : count * random.int(1, 3);
    if (!given) attrs["num_outputs"] = count;
    const data = randomTensor(random, shape.with(axis, total), random.pick(ANY));
    return { operands: given ? [data, i64(sizes)] : [data], attrs, count };
  },
  Slice: on(1, (random, data) => {
    const axes = someAxes(random, data.shape.length);
    const bounds = () => i64(axes.map(() => random.pick([-9, -2, -1, 0, 1, 2, 3, 9, 2 ** 40])));
    const steps = i64(axes.map(() => random.pick([1, 1, 1, 2, -1, -2])));
    const rest = random.chance(0.2) ? [undefined] : random.chance(0.3) ? [] : [steps];
    if (random.chance(0.2)) return [i64([random.int(-3, 1)]), i64([random.int(-1, 3)])];
    return [bounds(), bounds(), i64(axes), ...rest];
  }),
  Expand: on(0, (random, data) => {
    const shape = data.shape.map((dim) => (dim === 1 && random.chance(0.6) ? 3 : dim));
    const asked = shape.map((dim) => (random.chance(0.2) ? 1 : dim));
    return [i64(random.chance(0.3) ? [2, ...asked] : asked.slice(random.int(0, asked.length)))];
  }),
  Tile: on(0, (random, data) => [i64(data.shape.map(() => random.int(0, 2)))]),
  Pad: on(1, (random, data) => {
    const axes = random.chance(0.5) ? undefined : someAxes(random, data.shape.length);
    const count = axes?.length ?? data.shape.length;
    const pads = random.list(2 * count, () => random.pick([0, 0, 1, 1, 2, -1]));
    const fill = random.chance(0.5) ? randomTensor(random, [], data.dtype) : undefined;
    return [i64(pads), fill, ...(axes === undefined ? [] : [i64(axes)])];
  }),
  Gather: on(1, (random, data, attrs) => {
    const size = data.shape[axisIn(attrs, data.shape.length, 0)] as number;
    const shape = random.shape(random.int(0, 2));
    const at = random.list(sizeOf(shape), () => random.int(-size, size - 1));
    return [tensor(random.pick(["i64", "i32"]), shape, at)];
  }),
  GatherElements: on(1, (random, data, attrs) => {
    const axis = axisIn(attrs, data.shape.length, 0);
    const size = data.shape[axis] as number;
    const shape = data.shape.with(axis, random.int(1, 3));
    return [
      tensor(
        "i64",
        shape,
        random.list(sizeOf(shape), () => random.int(-size, size - 1)),
      ),
    ];
  }),
  GatherND: on(1, (random, data, attrs) => {
    const batch = random.int(0, Math.min(1, data.shape.length - 1));
    attrs["batch_dims"] = batch;
    const depth = random.int(1, data.shape.length - batch);
    const shape = [...data.shape.slice(0, batch), ...random.shape(random.int(0, 1)), depth];
    const at = random.list(sizeOf(shape), (i) => {
      const size = data.shape[batch + (i % depth)] as number;
      return random.int(-size, size - 1);
    });
    return [tensor("i64", shape, at)];
  }),
  ScatterElements: on(1, (random, data, attrs) => {
    const axis = axisIn(attrs, data.shape.length, 0);
    const size = data.shape[axis] as number;
    if (data.dtype === "bool") attrs["reduction"] = "none";
    const shape = data.shape.with(axis, random.int(1, size));
    // Distinct positions along the axis, since the order of writes is nobody's business.
    const order = random.permutation(size);
    const inner = sizeOf(shape.slice(axis + 1));
    const at = random.list(
      sizeOf(shape),
      (i) => order[Math.floor(i / inner) % (shape[axis] as number)] as number,
    );
    return [tensor("i64", shape, at), randomTensor(random, shape, data.dtype)];
  }),
  ScatterND: on(1, (random, data, attrs) => {
    if (data.dtype === "bool") attrs["reduction"] = "none";
    const size = data.shape[0] as number;
    const order = random.permutation(size).slice(0, random.int(1, size));
    const updates = [order.length, ...data.shape.slice(1)];
    return [tensor("i64", [order.length, 1], order), randomTensor(random, updates, data.dtype)];
  }),
  OneHot: (random, def) => {
    const indices = randomTensor(random, random.shape(random.int(1, 3)), "i64");
    const values = randomTensor(random, [2], random.pick(["f32", "i64"]));
    const attrs = randomAttrs(random, def, indices.shape.length + 1);
    return { operands: [indices, scalar(random.int(1, 5)), values], attrs };
  },
  Compress: on(1, (random, data, attrs) => {
    const size =
      attrs["axis"] === undefined
        ? sizeOf(data.shape)
        : (data.shape[axisIn(attrs, data.shape.length, 0)] as number);
    return [randomTensor(random, [random.int(0, size)], "bool")];
  }),
  ReverseSequence: (random) => {
    const shape = random.shape(random.int(2, 4));
    const time = random.int(0, 1);
    const [length, batch] = [shape[time], shape[1 - time]] as [number, number];
    const lengths = i64(random.list(batch, () => random.int(1, length)));
    const attrs = { time_axis: time, batch_axis: 1 - time };
    return { operands: [randomTensor(random, shape), lengths], attrs };
  },
  ConstantOfShape: (random, def) => ({
    operands: [i64(random.list(random.int(0, 3), () => random.int(0, 4)))],
    attrs: randomAttrs(random, def, 0),
  }),
  Range: (random) => {
    const dtype = random.pick<DType>(["i64", "i32", "f32"]);
    const bounds = [random.int(-3, 3), random.int(-3, 6), random.pick([1, 1, 2, -1, -2])];
    return { operands: bounds.map((x) => scalar(x, dtype)), attrs: {} };
  },
  Trilu: on(2, (random) => (random.chance(0.5) ? [] : [scalar(random.int(-2, 2))])),
  EyeLike: (random, def) => ({
    operands: [randomTensor(random, random.shape(2))],
    attrs: randomAttrs(random, def, 2),
  }),
  DepthToSpace: (random, def) => {
    const channels = random.pick([4, 8]);
    const shape = [random.int(1, 2), channels, random.int(1, 3), random.int(1, 3)];
    const attrs = { ...randomAttrs(random, def, 4), blocksize: 2 };
    return { operands: [randomTensor(random, shape)], attrs };
  },
  SpaceToDepth: (random) => ({
    operands: [randomTensor(random, [random.int(1, 2), random.int(1, 3), 4, 2])],
    attrs: { blocksize: random.int(1, 2) },
  }),
  ImageScaler: (random) => ({
    operands: [randomTensor(random, [random.int(1, 2), 2, random.int(1, 3), random.int(1, 3)])],
    attrs: { bias: [0.5, -1], scale: random.pick([1, 2]) },
  }),
  Crop: (random) => {
    const border = Array.from({ length: 4 }, () => random.int(0, 2));
    const attrs: Attrs = random.chance(0.5) ? { border } : { border, scale: [1, 2] };
    return { operands: [randomTensor(random, [random.int(1, 2), 2, 5, 4])], attrs };
  },
  Resize: (random, def) => {
    const shape = [1, random.int(1, 2), random.int(2, 4), random.int(2, 4)];
    const { mode = "nearest", nearest_mode, ...rest } = randomAttrs(random, def, 4);
    const attrs: Record<string, Attr> = {
      mode: mode === "cubic" ? "linear" : mode,
      nearest_mode: nearest_mode ?? "floor",
      coordinate_transformation_mode: random.pick([
        "half_pixel",
        "half_pixel_symmetric",
        "pytorch_half_pixel",
        "align_corners",
        "asymmetric",
      ]),
    };
    const x = randomTensor(random, shape);
    if (random.chance(0.5)) {
      const scales = [1, 1, random.pick([0.5, 1, 2, 1.5]), random.pick([0.5, 1, 2, 3])];
      return { operands: [x, undefined, tensor("f32", [4], scales)], attrs };
    }
    const policy = rest["keep_aspect_ratio_policy"] ?? "stretch";
    attrs["axes"] = [2, 3];
    attrs["keep_aspect_ratio_policy"] = policy;
    const sizes = i64([random.int(1, 6), random.int(1, 6)]);
    return { operands: [x, undefined, undefined, sizes], attrs };
  },
  QuantizeLinear: (random, def) => {
    const x = randomTensor(random, random.shape(random.int(1, 3)));
    return quantized(random, def, x, random.pick<DType>(["u8", "i8"]));
  },
  DequantizeLinear: (random, def) => {
    const dtype = random.pick<DType>(["u8", "i8"]);
    const x = randomTensor(random, random.shape(random.int(1, 3)), dtype);
    return quantized(random, def, x, dtype);
  },
  DynamicQuantizeLinear: (random) => ({
    operands: [randomTensor(random, random.shape())],
    attrs: {},
    count: 3,
  }),

  // Numbers.
  Where: (random) => {
    const shape = random.shape();
    const dtype = random.pick(ANY);
    const part = () => narrowed(random, shape);
    return {
      operands: [
        randomTensor(random, part(), "bool"),
        randomTensor(random, shape, dtype),
        randomTensor(random, part(), dtype),
      ],
      attrs: {},
    };
  },
  Clip: on(0, (random, { dtype }) => [
    random.chance(0.7) ? randomTensor(random, [], dtype) : undefined,
    ...(random.chance(0.7) ? [randomTensor(random, [], dtype)] : []),
  ]),
  CumSum: on(1, (random, data) => [scalar(random.int(0, data.shape.length - 1), "i32")]),
  TopK: on(1, (random, data, attrs) => {
    const size = data.shape[axisIn(attrs, data.shape.length, -1)] as number;
    return [i64([random.int(0, size)])];
  }),
  MatMul: rows,
  MatMulInteger: (random) => {
    const [m, k, n] = [random.int(1, 4), random.int(1, 4), random.int(1, 4)];
    const operands = [randomTensor(random, [m, k], "u8"), randomTensor(random, [k, n], "i8")];
    const zeros = [randomTensor(random, [], "u8"), randomTensor(random, [], "i8")];
    return { operands: random.chance(0.5) ? operands : [...operands, ...zeros], attrs: {} };
  },
  Gemm: (random, def) => {
    const [m, k, n] = [random.int(1, 4), random.int(1, 4), random.int(1, 4)];
    const [transA, transB] = [random.int(0, 1), random.int(0, 1)];
    const a = randomTensor(random, transA ? [k, m] : [m, k]);
    const b = randomTensor(random, transB ? [n, k] : [k, n]);
    const c = random.chance(0.5) ? [randomTensor(random, narrowed(random, [m, n]))] : [];
    return { operands: [a, b, ...c], attrs: { ...randomAttrs(random, def, 2), transA, transB } };
  },
  Det: (random) => {
    const n = random.int(1, 3);
    return { operands: [randomTensor(random, [...random.shape(1), n, n])], attrs: {} };
  },
  Einsum: (random) => {
    const [i, j, k, b] = random.shape(4) as [number, number, number, number];
    const [equation, shapes] = random.pick<[string, number[][]]>([
      [
        "ij,jk->ik",
        [
          [i, j],
          [j, k],
        ],
      ],
      [
        "bij,bjk->bik",
        [
          [b, i, j],
          [b, j, k],
        ],
      ],
      ["ij->ji", [[i, j]]],
      ["ij->", [[i, j]]],
      ["i,j->ij", [[i], [j]]],
      ["ii->i", [[i, i]]],
      [
        "...ij,...kj->...ik",
        [
          [b, i, j],
          [b, k, j],
        ],
      ],
      [
        "ij,jk",
        [
          [i, j],
          [j, k],
        ],
      ],
    ]);
    return { operands: shapes.map((shape) => randomTensor(random, shape)), attrs: { equation } };
  },
  Conv: convolution(false),
  ConvTranspose: convolution(true),
  MaxPool: (random, def) => ({ ...pooling(random, def), count: random.int(1, 2) }),
  AveragePool: pooling,
  LpPool: pooling,
  BatchNormalization: channelwise(4),
  InstanceNormalization: channelwise(2),
  GroupNormalization: (random, def) => {
    const sample = channelwise(2)(random, def);
    const channels = (sample.operands[0] as NdArray).shape[1] as number;
    return { ...sample, attrs: { num_groups: channels % 2 === 0 ? 2 : 1 } };
  },
  LayerNormalization: (random, def) => trailing(random.int(1, 2))(random, def),
  RMSNormalization: trailing(1),
  Attention: (random) => {
    const [b, h, q, kv, d] = random.shape(5) as [number, number, number, number, number];
    const key = randomTensor(random, [b, h, kv, d]);
    const mask = random.chance(0.3) ? [randomTensor(random, [q, kv])] : [];
    const attrs: Attrs = random.chance(0.3) ? { is_causal: 1 } : {};
    const query = randomTensor(random, [b, h, q, d]);
    return { operands: [query, key, randomTensor(random, [b, h, kv, d]), ...mask], attrs };
  },
  Dropout: on(0, (random) => (random.chance(0.5) ? [] : [scalar(0.5, "f32")]), FLOATS),
  BitShift: (random) => {
    const shape = random.shape();
    const operands = random.list(2, () => randomTensor(random, shape, "u8"));
    return { operands, attrs: { direction: random.pick(["LEFT", "RIGHT"]) } };
  },
};

const generic: Maker = (random, def) => {
  const operands = alike(random, def);
  return { operands, attrs: randomAttrs(random, def, operands[0]?.shape.length ?? 0) };
};

/** Random applications that `infer` takes, at most `count`, from a bounded number of attempts. */
export function samplesOf(op: string, count: number, seed = 1): Sample[] {
  const def = onnx.ops[op] as OpDef;
  const random = new Random(seed);
  const make = op.startsWith("Reduce") ? reduction : (makers[op] ?? generic);
  const found: Sample[] = [];
  for (let attempt = 0; attempt < 40 * count && found.length < count; attempt++) {
    const made = make(random, def);
    const least = typeof def.results === "number" ? def.results : 1;
    const sample = { count: least, ...made };
    try {
      def.infer(
        sample.operands.map((array) => array && typeOf(array)),
        sample.attrs,
        sample.count,
      );
    } catch (error) {
      if (error instanceof ShapeError) continue;
      throw error;
    }
    found.push(sample);
  }
  return found;
}
