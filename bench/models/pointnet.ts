import { ints, type Site, weights } from "@rewright/example-models";
import { ModelBuilder, type Value } from "@rewright/onnx";

/** The sizes of a PointNet. */
export interface PointnetOptions {
  /** Points of a cloud. */
  readonly points?: number;
  /** Parts that points are sorted into. */
  readonly parts?: number;
  /** Share of the published channels (default 1). */
  readonly width?: number;
  /** Transform the features by a net of their own, too: published, and left out unless asked for by its PyTorch form. */
  readonly features?: boolean;
  readonly batch?: number;
  readonly seed?: number;
}

/**
 * PointNet's segmentation net (Qi et al., 2017, figure 2), as its PyTorch form is exported: convolutions one wide over the points, batch normalisation
 * folded into them, and the global feature repeated (Expand, Tile) for each point and joined with the point's own.
 */
export function pointnet(options: PointnetOptions = {}): Uint8Array {
  const { points = 2048, parts = 4, width = 1, features = false, batch = 1, seed = 1 } = options;
  const b = new ModelBuilder("pointnet-segmentation", { opset: 13 });
  const site: Site = { b, w: weights(seed) };
  const { w } = site;
  const wide = (channels: number): number => Math.max(1, Math.round(channels * width));
  const conv = (x: Value, from: number, to: number): Value =>
    b.node(
      "Conv",
      [
        x,
        b.constant(w.normal([to, from, 1], Math.sqrt(2 / from))),
        b.constant(w.normal([to], 0.1)),
      ],
      { dilations: [1], group: 1, kernel_shape: [1], pads: [0, 0], strides: [1] },
    );
  const relu = (x: Value): Value => b.node("Relu", [x]);
  const turn = (x: Value): Value => b.node("Transpose", [x], { perm: [0, 2, 1] });
  const most = (x: Value, channels: number): Value =>
    b.node("Reshape", [
      b.node("ReduceMax", [x], { axes: [2], keepdims: 1 }),
      b.constant(ints(-1, channels)),
    ]);
  /** Batch normalisation behind a linear layer, which the exporter leaves apart. */
  const dense = (x: Value, from: number, to: number): Value => {
    const operands = [x, b.constant(w.normal([to, from], Math.sqrt(2 / from)))];
    const product = b.node("Gemm", [...operands, b.constant(w.normal([to], 0.1))], {
      ...{ alpha: 1, beta: 1, transB: 1 },
    });
    const statistics = [w.nearOne([to]), w.normal([to], 0.1), w.normal([to], 0.1), w.nearOne([to])];
    return relu(
      b.node("BatchNormalization", [product, ...statistics.map((s) => b.constant(s))], {
        ...{ epsilon: 1e-5, momentum: 0.9 },
      }),
    );
  };
  /** The net that finds the transformation of `k` coordinates: a matrix for each cloud. */
  const transformation = (x: Value, k: number): Value => {
    const [c64, c128, c1024, c512, c256] = [wide(64), wide(128), wide(1024), wide(512), wide(256)];
    let y = relu(conv(x, k, c64));
    y = relu(conv(y, c64, c128));
    y = most(relu(conv(y, c128, c1024)), c1024);
    y = dense(dense(y, c1024, c512), c512, c256);
    y = b.node(
      "Gemm",
      [y, b.constant(w.normal([k * k, c256], 0.01)), b.constant(w.normal([k * k], 0.01))],
      { alpha: 1, beta: 1, transB: 1 },
    );
    const unit = Float32Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? 1 : 0));
    y = b.node("Add", [y, b.constant({ dtype: "f32", shape: [1, k * k], data: unit })]);
    return b.node("Reshape", [y, b.constant(ints(-1, k, k))]);
  };
  const transformed = (x: Value, k: number): Value =>
    turn(b.node("MatMul", [turn(x), transformation(x, k)]));

  const cloud = b.input("points", "f32", [batch, 3, points]);
  const [c64, c128, c1024] = [wide(64), wide(128), wide(1024)];
  let own = relu(conv(transformed(cloud, 3), 3, c64));
  if (features) own = transformed(own, c64);
  const deep = conv(relu(conv(own, c64, c128)), c128, c1024);
  const column = b.node("Reshape", [most(deep, c1024), b.constant(ints(-1, c1024, 1))]);
  const repeated = b.node("Tile", [
    b.node("Expand", [column, b.constant(ints(1, 1, 1))]),
    b.constant(ints(1, 1, points)),
  ]);
  let y = b.node("Concat", [repeated, own], { axis: 1 });
  let channels = c1024 + c64;
  for (const to of [wide(512), wide(256), c128]) {
    y = relu(conv(y, channels, to));
    channels = to;
  }
  const rows = b.node("Reshape", [turn(conv(y, channels, parts)), b.constant(ints(-1, parts))]);
  const scores = b.node("LogSoftmax", [rows], { axis: -1 });
  b.output("scores", b.node("Reshape", [scores, b.constant(ints(batch, points, parts))]));
  return b.bytes();
}
