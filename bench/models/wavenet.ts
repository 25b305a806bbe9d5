import { ints, scalar, weights } from "@rewright/example-models";
import { ModelBuilder, type Value } from "@rewright/onnx";

/** The sizes of a WaveNet. */
export interface WavenetOptions {
  /** Layers of a stack, whose dilations double from 1 on. */
  readonly layers?: number;
  readonly stacks?: number;
  /** Channels of the residual path, of the skip path, and values of a sample. */
  readonly channels?: number;
  readonly skip?: number;
  readonly levels?: number;
  /** Samples of sound. */
  readonly samples?: number;
  readonly batch?: number;
  readonly seed?: number;
}

/**
 * WaveNet (van den Oord et al., 2016, figure 4) as a PyTorch module is exported: causal dilated convolutions in one dimension, padded on the left, a
 * filter and a gate apart, 1x1 convolutions to the residual and to the skip path.
 */
export function wavenet(options: WavenetOptions = {}): Uint8Array {
  const { layers = 8, stacks = 2, channels = 32, skip = 64, levels = 64 } = options;
  const { samples = 2048, batch = 1, seed = 1 } = options;
  const b = new ModelBuilder("wavenet", { opset: 13 });
  const w = weights(seed);
  const conv = (x: Value, from: number, to: number, kernel = 1, dilation = 1): Value => {
    const scale = 1 / Math.sqrt(from * kernel);
    const operands = [
      x,
      b.constant(w.normal([to, from, kernel], scale)),
      b.constant(w.normal([to], 0.1)),
    ];
    return b.node("Conv", operands, {
      ...{ dilations: [dilation], group: 1, kernel_shape: [kernel], pads: [0, 0], strides: [1] },
    });
  };
  const padded = (x: Value, by: number): Value =>
    b.node("Pad", [x, b.constant(ints(0, 0, by, 0, 0, 0)), b.constant(scalar(0))], {
      mode: "constant",
    });
  const sound = b.input("sound", "f32", [batch, levels, samples]);
  let x = conv(padded(sound, 1), levels, channels, 2);
  let skips: Value | undefined;
  for (let i = 0; i < layers * stacks; i++) {
    const dilation = 2 ** (i % layers);
    const earlier = padded(x, dilation);
    const filter = b.node("Tanh", [conv(earlier, channels, channels, 2, dilation)]);
    const gate = b.node("Sigmoid", [conv(earlier, channels, channels, 2, dilation)]);
    const gated = b.node("Mul", [filter, gate]);
    const side = conv(gated, channels, skip);
    skips = skips === undefined ? side : b.node("Add", [skips, side]);
    if (i + 1 < layers * stacks) x = b.node("Add", [conv(gated, channels, channels), x]);
  }
  let y = b.node("Relu", [skips as Value]);
  y = b.node("Relu", [conv(y, skip, skip)]);
  b.output("levels", conv(y, skip, levels));
  return b.bytes();
}
