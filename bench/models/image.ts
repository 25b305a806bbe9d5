// The parts of an image classifier, spelt as PyTorch's exporter spells torchvision's models in evaluation form: batch normalisation folded into the
// convolution before it, every attribute written out.
import { type Site, weights } from "@rewright/example-models";
import { ModelBuilder, type Value } from "@rewright/onnx";

/** How a convolution is asked for. */
interface Convolution {
  /** Height and width of the kernel, or both at once (default 1). */
  readonly kernel?: number | readonly [number, number];
  readonly stride?: number;
  /** Padding on all sides, or that of height and of width (default 0). */
  readonly pad?: number | readonly [number, number];
  readonly group?: number;
  /** Of the standard deviation of what comes out to that of what goes in, a rectifier between (default 1). */
  readonly gain?: number;
}

/** Channels that a tensor has, along with the tensor. */
export interface Maps {
  readonly value: Value;
  readonly channels: number;
}

/** Builds an image model: the nodes, the weights, and the operators that such models share. */
export class ImageModel {
  readonly site: Site;
  readonly image: Maps;

  constructor(name: string, options: { size: number; batch: number; seed: number }) {
    const { size, batch, seed } = options;
    const b = new ModelBuilder(name, { opset: 13 });
    this.site = { b, w: weights(seed) };
    this.image = { value: b.input("input", "f32", [batch, 3, size, size]), channels: 3 };
  }

  /** A convolution with bias. */
  conv({ value, channels }: Maps, to: number, how: Convolution = {}): Maps {
    const { b, w } = this.site;
    const { kernel = 1, stride = 1, pad = 0, group = 1, gain = 1 } = how;
    const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
    const [top, left] = typeof pad === "number" ? [pad, pad] : pad;
    const shape = [to, channels / group, height, width];
    const scale = gain * Math.sqrt((2 * group) / (channels * height * width));
    const attributes = {
      ...{ dilations: [1, 1], group, kernel_shape: [height, width] },
      ...{ pads: [top, left, top, left], strides: [stride, stride] },
    };
    const operands = [value, b.constant(w.normal(shape, scale)), b.constant(w.normal([to], 0.1))];
    return { value: b.node("Conv", operands, attributes), channels: to };
  }

  /** Batch normalisation with the statistics of training, as it stays where no convolution precedes it. */
  norm({ value, channels }: Maps): Maps {
    const { b, w } = this.site;
    const operands = [
      value,
      b.constant(w.nearOne([channels])),
      b.constant(w.normal([channels], 0.1)),
      b.constant(w.normal([channels], 0.1)),
      b.constant(w.nearOne([channels])),
    ];
    const attributes = { epsilon: 1e-5, momentum: 0.9 };
    return { value: b.node("BatchNormalization", operands, attributes), channels };
  }

  /** An operator of one operand that leaves the channels alone. */
  each(op: string, { value, channels }: Maps, attributes = {}): Maps {
    return { value: this.site.b.node(op, [value], attributes), channels };
  }

  relu(x: Maps): Maps {
    return this.each("Relu", x);
  }

  /** `relu(conv(x))`. */
  convRelu(x: Maps, to: number, how: Convolution = {}): Maps {
    return this.relu(this.conv(x, to, how));
  }

  /** Clip to 0 ... 6 with bounds as operands, as ReLU6 is exported. */
  relu6({ value, channels }: Maps): Maps {
    const { b } = this.site;
    const bound = (x: number): Value =>
      b.constant({ dtype: "f32", shape: [], data: Float32Array.of(x) });
    return { value: b.node("Clip", [value, bound(0), bound(6)]), channels };
  }

  maxPool(x: Maps, kernel: number, stride: number, pad = 0): Maps {
    return this.each("MaxPool", x, {
      ...{ ceil_mode: 0, kernel_shape: [kernel, kernel] },
      ...{ pads: [pad, pad, pad, pad], strides: [stride, stride] },
    });
  }

  add(x: Maps, y: Maps): Maps {
    return { value: this.site.b.node("Add", [x.value, y.value]), channels: x.channels };
  }

  concat(...parts: readonly Maps[]): Maps {
    const value = this.site.b.node(
      "Concat",
      parts.map((part) => part.value),
      { axis: 1 },
    );
    return { value, channels: parts.reduce((sum, part) => sum + part.channels, 0) };
  }

  /** Average over all positions, flattened, and a linear layer: the model as a file. */
  classified(x: Maps, classes: number): Uint8Array {
    const { b, w } = this.site;
    const flat = b.node("Flatten", [b.node("GlobalAveragePool", [x.value])], { axis: 1 });
    const weight = b.constant(w.normal([classes, x.channels], 1 / Math.sqrt(x.channels)));
    const operands = [flat, weight, b.constant(w.normal([classes], 0.1))];
    b.output("output", b.node("Gemm", operands, { alpha: 1, beta: 1, transB: 1 }));
    return b.bytes();
  }
}
