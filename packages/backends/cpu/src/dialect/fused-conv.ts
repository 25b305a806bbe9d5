import type { Attrs, Dim, NdArray, OpDef, TensorType } from "@rewright/plugin";
import { tensorLike } from "./rows.ts";
import { ShapeError } from "./shape-error.ts";

function ints(attrs: Attrs, name: string, count: number, otherwise: number): readonly number[] {
  const value = attrs[name];
  if (!Array.isArray(value) || value.length === 0) return new Array<number>(count).fill(otherwise);
  if (value.length !== count)
    throw new ShapeError(`\`${name}\` has ${value.length} entries, not ${count}`);
  return value.map(Number);
}

/** The window along one axis. */
interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

function axesOf(attrs: Attrs, kernel: readonly Dim[]): readonly Axis[] {
  if (attrs["auto_pad"] !== undefined && attrs["auto_pad"] !== "NOTSET") {
    throw new ShapeError(`auto_pad "${attrs["auto_pad"]}" is not modelled: write \`pads\``);
  }
  const count = kernel.length;
  const strides = ints(attrs, "strides", count, 1);
  const dilations = ints(attrs, "dilations", count, 1);
  const pads = ints(attrs, "pads", 2 * count, 0);
  return kernel.map((size, i) => {
    if (typeof size !== "number") throw new ShapeError(`the kernel's size ${size} is not known`);
    return {
      kernel: size,
      stride: strides[i] as number,
      dilation: dilations[i] as number,
      before: pads[i] as number,
      after: pads[i + count] as number,
    };
  });
}

/** How many positions a window has along an axis: unchanged where stride and padding keep it so, else known for known sizes only. */
function positions(dim: Dim, axis: Axis): Dim {
  const spare = axis.before + axis.after - axis.dilation * (axis.kernel - 1);
  if (typeof dim === "number") {
    const size = Math.floor((dim + spare - 1) / axis.stride) + 1;
    if (size < 0) throw new ShapeError(`a window of ${axis.kernel} does not fit into ${dim}`);
    return size;
  }
  return spare === 0 && axis.stride === 1 ? dim : "?window";
}

function shapeOf(x: readonly Dim[], w: readonly Dim[], attrs: Attrs): readonly Dim[] {
  if (x.length < 3 || w.length !== x.length) {
    throw new ShapeError(`[${w}] are no kernels for [${x}]`);
  }
  const group = Number(attrs["group"]);
  const [inputs, each] = [x[1], w[1]];
  if (typeof inputs === "number" && typeof each === "number" && inputs !== each * group) {
    throw new ShapeError(`${inputs} channels are not ${group} groups of ${each}`);
  }
  const spatial = axesOf(attrs, w.slice(2)).map((axis, i) => positions(x[i + 2] as Dim, axis));
  return [x[0] as Dim, w[0] as Dim, ...spatial];
}

/** Sizes that are both known must be equal. */
function checkShape(found: readonly Dim[], wanted: readonly Dim[], what: string): void {
  const fits = (dim: Dim, i: number): boolean =>
    dim === wanted[i] || typeof dim === "string" || typeof wanted[i] === "string";
  if (found.length !== wanted.length || !found.every(fits)) {
    throw new ShapeError(`${what} is [${found}], not [${wanted}]`);
  }
}

const activations: Readonly<Record<string, (x: number, a: number, b: number) => number>> = {
  "": (x) => x,
  Relu: (x) => Math.max(x, 0),
  Tanh: Math.tanh,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  LeakyRelu: (x, a) => (x < 0 ? a * x : x),
  Clip: (x, a, b) => Math.min(Math.max(x, a), b),
  HardSigmoid: (x, a, b) => Math.min(Math.max(a * x + b, 0), 1),
};

/** A convolution, something added, and an activation, in one: what ONNX Runtime's optimiser leaves in the files it saves. */
export const fusedConv: OpDef = {
  operands: [
    { name: "X" },
    { name: "W" },
    { name: "B", optional: true },
    { name: "Z", optional: true },
  ],
  attrs: {
    activation: { type: Object.keys(activations), default: "" },
    activation_params: { type: "floats", default: [] },
    auto_pad: { type: ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"], default: "NOTSET" },
    dilations: { type: "ints" },
    group: { type: "int", default: 1 },
    kernel_shape: { type: "ints" },
    pads: { type: "ints" },
    strides: { type: "ints" },
  },
  infer([x, w, b, z], attrs): readonly TensorType[] {
    if (x === undefined || w === undefined) throw new ShapeError("FusedConv needs X and W");
    if (x.dtype !== w.dtype) throw new ShapeError(`${w.dtype} kernels for ${x.dtype}`);
    if (!/^b?f\d/.test(x.dtype)) throw new ShapeError(`FusedConv takes floats, not ${x.dtype}`);
    const shape = shapeOf(x.shape, w.shape, attrs);
    if (b !== undefined) checkShape(b.shape, [shape[1] as Dim], "the bias");
    if (z !== undefined) checkShape(z.shape, shape, "what is added");
    return [{ dtype: x.dtype, shape }];
  },
  evaluate([x, w, b, z], attrs) {
    if (x === undefined || w === undefined) throw new ShapeError("FusedConv needs X and W");
    const shape = shapeOf(x.shape, w.shape, attrs) as readonly number[];
    const size = shape.reduce((product, dim) => product * dim, 1);
    const blank: NdArray = { dtype: x.dtype, shape, data: { length: size } };
    const [p = 0, q = 0] = (attrs["activation_params"] as readonly number[] | undefined) ?? [];
    const activate = activations[String(attrs["activation"] ?? "")];
    if (activate === undefined) throw new ShapeError(`no activation "${attrs["activation"]}"`);
    const sum = convolution(x, w, shape, attrs);
    const pixels = shape.slice(2).reduce((product, dim) => product * dim, 1);
    const bias = b?.data as ArrayLike<number> | undefined;
    const added = z?.data as ArrayLike<number> | undefined;
    return [
      tensorLike(blank, (i) => {
        const channel = Math.floor(i / pixels) % (shape[1] as number);
        return activate(sum(i) + (bias?.[channel] ?? 0) + (added?.[i] ?? 0), p, q);
      }),
    ];
  },
};

/** The convolution's element at a position of its result. */
function convolution(
  x: NdArray,
  w: NdArray,
  shape: readonly number[],
  attrs: Attrs,
): (index: number) => number {
  const axes = axesOf(attrs, w.shape.slice(2));
  const source = x.shape.slice(2);
  const target = shape.slice(2);
  const each = w.shape[1] as number;
  const outputs = shape[1] as number;
  const perGroup = outputs / Number(attrs["group"]);
  const taps = axes.reduce((product, axis) => product * axis.kernel, 1);
  const area = source.reduce((product, dim) => product * dim, 1);
  const values = x.data as ArrayLike<number>;
  const weights = w.data as ArrayLike<number>;

  /** Where a tap falls in the input's plane; -1 in the padding. */
  function place(position: number, tap: number): number {
    let offset = 0;
    let scale = 1;
    for (let i = axes.length - 1; i >= 0; i--) {
      const axis = axes[i] as Axis;
      const at =
        (position % (target[i] as number)) * axis.stride -
        axis.before +
        (tap % axis.kernel) * axis.dilation;
      position = Math.floor(position / (target[i] as number));
      tap = Math.floor(tap / axis.kernel);
      if (at < 0 || at >= (source[i] as number)) return -1;
      offset += at * scale;
      scale *= source[i] as number;
    }
    return offset;
  }

  const plane = target.reduce((product, dim) => product * dim, 1);
  return (index) => {
    const position = index % plane;
    const channel = Math.floor(index / plane) % outputs;
    const image = Math.floor(index / (plane * outputs));
    const first = Math.floor(channel / perGroup) * each;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const offset = place(position, tap);
      if (offset < 0) continue;
      for (let c = 0; c < each; c++) {
        const value = values[
          (image * (x.shape[1] as number) + first + c) * area + offset
        ] as number;
        sum += value * (weights[(channel * each + c) * taps + tap] as number);
      }
    }
    return sum;
  };
}
