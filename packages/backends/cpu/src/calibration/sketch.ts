import { ModelBuilder, type Value } from "@rewright/onnx";
import type { Attrs, NdArray } from "@rewright/plugin";
import { Random } from "../runtime/random.ts";

/** A tensor of a program that is being drawn, and its sizes. */
export interface Drawn {
  readonly value: Value;
  readonly shape: readonly number[];
}

/** Weights are slices of these: drawing millions of numbers anew would take longer than timing. */
const pool: Float32Array = (() => {
  const random = new Random(7);
  return Float32Array.from({ length: 2 ** 16 }, () => random.normal());
})();

/** A random program in the making: operators by their shapes, weights of a size at which nothing overflows. */
export class Sketch {
  readonly random: Random;
  readonly #builder: ModelBuilder;
  #outputs = 0;

  constructor(name: string, random: Random) {
    this.random = random;
    this.#builder = new ModelBuilder(name, { opset: 20 });
  }

  /** The program's input. */
  input(shape: readonly number[], name = "x"): Drawn {
    return { value: this.#builder.input(name, "f32", shape), shape };
  }

  /** Normal weights of deviation 1/√fan, `fan` being the product of all sizes but the first unless given. */
  weights(shape: readonly number[], fan: number = product(shape.slice(1))): Drawn {
    const length = product(shape);
    const data = new Float32Array(length);
    const scale = 1 / Math.sqrt(Math.max(1, fan));
    const from = this.random.integer(0, pool.length - 1);
    for (let i = 0; i < length; i++) data[i] = scale * (pool[(from + i) % pool.length] as number);
    return this.constant({ dtype: "f32", shape, data });
  }

  constant(array: NdArray): Drawn {
    return { value: this.#builder.constant(array), shape: array.shape };
  }

  integers(...values: readonly number[]): Drawn {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant({ dtype: "i64", shape: [values.length], data });
  }

  scalar(value: number): Drawn {
    return this.constant({ dtype: "f32", shape: [], data: Float32Array.of(value) });
  }

  /** An operator of one result of that shape: its first operand's, unless said. */
  op(
    op: string,
    operands: readonly Drawn[],
    attrs: Attrs = {},
    shape: readonly number[] = (operands[0] as Drawn).shape,
  ): Drawn {
    const values = operands.map(({ value }) => value);
    return { value: this.#builder.node(op, values, attrs), shape };
  }

  /** Equal parts along an axis. */
  split(x: Drawn, parts: number, axis: number): readonly Drawn[] {
    const shape = x.shape.map((size, i) => (i === axis ? size / parts : size));
    const sizes = this.integers(...Array.from({ length: parts }, () => shape[axis] as number));
    return this.#builder
      .node("Split", [x.value, sizes.value], { axis }, { outputs: parts })
      .map((value) => ({ value, shape }));
  }

  concat(parts: readonly Drawn[], axis: number): Drawn {
    const first = parts[0] as Drawn;
    const whole = parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
    const shape = first.shape.map((size, i) => (i === axis ? whole : size));
    return this.op("Concat", parts, { axis }, shape);
  }

  reshape(x: Drawn, shape: readonly number[]): Drawn {
    return this.op("Reshape", [x, this.integers(...shape)], {}, shape);
  }

  transpose(x: Drawn, perm: readonly number[]): Drawn {
    return this.op(
      "Transpose",
      [x],
      { perm },
      perm.map((axis) => x.shape[axis] as number),
    );
  }

  /** A convolution of square windows over images, "same" padding, with or without a bias; of rows where x has three dimensions. */
  convolution(
    x: Drawn,
    outputs: number,
    window = 1,
    { stride = 1, group = 1, bias = true }: ConvolutionOptions = {},
  ): Drawn {
    const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]];
    const spatial = sizes.map(() => window);
    const pad = window >> 1;
    const kernel = this.weights([outputs, channels / group, ...spatial]);
    const operands = bias ? [x, kernel, this.weights([outputs], 16)] : [x, kernel];
    const attrs = {
      kernel_shape: spatial,
      pads: [...spatial, ...spatial].map(() => pad),
      strides: spatial.map(() => stride),
      group,
    };
    const after = sizes.map((size) => Math.floor((size + 2 * pad - window) / stride) + 1);
    return this.op("Conv", operands, attrs, [batch, outputs, ...after]);
  }

  /** x · W along the last axis, with a bias on top unless there is to be none. */
  linear(x: Drawn, outputs: number, bias = true): Drawn {
    const inputs = x.shape.at(-1) as number;
    const shape = [...x.shape.slice(0, -1), outputs];
    const y = this.op("MatMul", [x, this.weights([inputs, outputs], inputs)], {}, shape);
    return bias ? this.op("Add", [y, this.weights([outputs], 16)]) : y;
  }

  /** The product of two results. */
  matmul(a: Drawn, b: Drawn): Drawn {
    const batch = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
    return this.op("MatMul", [a, b], {}, [
      ...batch,
      a.shape.at(-2) as number,
      b.shape.at(-1) as number,
    ]);
  }

  layerNorm(x: Drawn): Drawn {
    const width = x.shape.at(-1) as number;
    return this.op("LayerNormalization", [x, this.weights([width], 1), this.weights([width], 16)], {
      axis: -1,
    });
  }

  /** Square windows over images. */
  pool(x: Drawn, op: "MaxPool" | "AveragePool", window: number, stride: number): Drawn {
    const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]];
    const pad = window >> 1;
    const after = sizes.map((size) => Math.floor((size + 2 * pad - window) / stride) + 1);
    const spatial = sizes.map(() => window);
    return this.op(
      op,
      [x],
      {
        kernel_shape: spatial,
        pads: [...spatial, ...spatial].map(() => pad),
        strides: spatial.map(() => stride),
      },
      [batch, channels, ...after],
    );
  }

  /** Each pixel several times, as `scales` say. */
  resize(x: Drawn, scales: Drawn, shape: readonly number[]): Drawn {
    const attrs = {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    };
    return {
      value: this.#builder.node("Resize", [x.value, undefined, scales.value], attrs),
      shape,
    };
  }

  /** One of these. */
  pick<T>(values: readonly T[]): T {
    return values[this.random.integer(0, values.length - 1)] as T;
  }

  output(x: Drawn): void {
    this.#builder.output(`y${this.#outputs++}`, x.value);
  }

  bytes(): Uint8Array {
    return this.#builder.bytes();
  }
}

/** What a convolution may be told. */
export interface ConvolutionOptions {
  readonly stride?: number;
  readonly group?: number;
  readonly bias?: boolean;
}

/** The product of sizes. */
function product(sizes: readonly number[]): number {
  return sizes.reduce((value, size) => value * size, 1);
}
