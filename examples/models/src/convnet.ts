import { ModelBuilder, type Value } from "@rewright/onnx";
import { weights } from "./weights.ts";

/** The sizes of a residual convolutional net. */
export interface ConvnetOptions {
  /** Channels of each stage. */
  readonly stages?: readonly number[];
  /** Residual blocks a stage. */
  readonly blocks?: number;
  /** Height and width of the image. */
  readonly size?: number;
  readonly batch?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/**
 * A small ResNet (He et al., 2015), batch normalisation apart from the convolutions, as an export in training form leaves it,
 * averaged and classified at the end.
 */
export function convnet(options: ConvnetOptions = {}): Uint8Array {
  const {
    stages = [16, 32, 64],
    blocks = 2,
    size = 32,
    batch = 1,
    classes = 10,
    seed = 1,
  } = options;
  const b = new ModelBuilder("convnet", { opset: 13 });
  const w = weights(seed);
  const normed = (x: Value, from: number, to: number, kernel: number, stride: number): Value => {
    const half = (kernel - 1) / 2;
    const scale = 1 / Math.sqrt(from * kernel * kernel);
    const conv = b.node("Conv", [x, b.constant(w.normal([to, from, kernel, kernel], scale))], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [half, half, half, half],
    });
    return b.node("BatchNormalization", [
      conv,
      b.constant(w.nearOne([to])),
      b.constant(w.normal([to], 0.1)),
      b.constant(w.normal([to], 0.1)),
      b.constant(w.nearOne([to])),
    ]);
  };
  let channels = stages[0] ?? 16;
  let x = b.node("Relu", [
    normed(b.input("image", "f32", [batch, 3, size, size]), 3, channels, 3, 1),
  ]);
  for (const [s, width] of stages.entries()) {
    for (let i = 0; i < blocks; i++) {
      const stride = s > 0 && i === 0 ? 2 : 1;
      const inner = b.node("Relu", [normed(x, channels, width, 3, stride)]);
      const outer = normed(inner, width, width, 3, 1);
      const past = stride > 1 || channels !== width ? normed(x, channels, width, 1, stride) : x;
      x = b.node("Relu", [b.node("Add", [outer, past])]);
      channels = width;
    }
  }
  const flat = b.node("Flatten", [b.node("GlobalAveragePool", [x])]);
  const head = b.constant(w.normal([classes, channels], 1 / Math.sqrt(channels)));
  b.output(
    "logits",
    b.node("Gemm", [flat, head, b.constant(w.normal([classes], 0.1))], { transB: 1 }),
  );
  return b.bytes();
}
