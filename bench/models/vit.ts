import { gelu, index, ints, layerNorm, linear, scalar, weights } from "@rewright/example-models";
import { ModelBuilder, type Value } from "@rewright/onnx";

/** The sizes of a vision transformer. */
export interface VitOptions {
  readonly layers?: number;
  readonly hidden?: number;
  readonly heads?: number;
  /** Height and width of the image, and of a patch of it. */
  readonly size?: number;
  readonly patch?: number;
  readonly batch?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/**
 * A vision transformer (Dosovitskiy et al., 2021), of the sizes of ViT-Ti/16 (Touvron et al., "DeiT", table 1), as timm's is exported: one product for
 * queries, keys and values, normalisation before each part, the first row classified.
 */
export function vit(options: VitOptions = {}): Uint8Array {
  const { layers = 12, hidden = 192, heads = 3, size = 224, patch = 16 } = options;
  const { batch = 1, classes = 1000, seed = 1 } = options;
  const b = new ModelBuilder("vit", { opset: 14 });
  const site = { b, w: weights(seed) };
  const { w } = site;
  const each = hidden / heads;
  const side = size / patch;
  const tokens = side * side + 1;
  const conv = b.node(
    "Conv",
    [
      b.input("input", "f32", [batch, 3, size, size]),
      b.constant(w.normal([hidden, 3, patch, patch], 1 / Math.sqrt(3 * patch * patch))),
      b.constant(w.normal([hidden], 0.1)),
    ],
    {
      ...{ dilations: [1, 1], group: 1, kernel_shape: [patch, patch] },
      ...{ pads: [0, 0, 0, 0], strides: [patch, patch] },
    },
  );
  const flat = b.node("Reshape", [conv, b.constant(ints(batch, hidden, side * side))]);
  const patches = b.node("Transpose", [flat], { perm: [0, 2, 1] });
  const first = b.node("Expand", [
    b.constant(w.normal([1, 1, hidden], 0.5)),
    b.constant(ints(batch, 1, hidden)),
  ]);
  const rows = b.node("Concat", [first, patches], { axis: 1 });
  let x = b.node("Add", [rows, b.constant(w.normal([1, tokens, hidden], 0.5))]);

  const attention = (y: Value): Value => {
    const all = b.node(
      "Transpose",
      [
        b.node("Reshape", [
          linear(site, y, hidden, 3 * hidden),
          b.constant(ints(batch, tokens, 3, heads, each)),
        ]),
      ],
      { perm: [2, 0, 3, 1, 4] },
    );
    const [query, key, value] = [0, 1, 2].map((i) =>
      b.node("Gather", [all, b.constant(index(i))], { axis: 0 }),
    ) as [Value, Value, Value];
    const turned = b.node("Transpose", [key], { perm: [0, 1, 3, 2] });
    const scores = b.node("Mul", [
      b.node("MatMul", [query, turned]),
      b.constant(scalar(each ** -0.5)),
    ]);
    const context = b.node("MatMul", [b.node("Softmax", [scores], { axis: -1 }), value]);
    const merged = b.node("Reshape", [
      b.node("Transpose", [context], { perm: [0, 2, 1, 3] }),
      b.constant(ints(batch, tokens, hidden)),
    ]);
    return linear(site, merged, hidden, hidden);
  };
  for (let i = 0; i < layers; i++) {
    x = b.node("Add", [x, attention(layerNorm(site, x, hidden, 1e-6))]);
    const inner = gelu(site, linear(site, layerNorm(site, x, hidden, 1e-6), hidden, 4 * hidden));
    x = b.node("Add", [x, linear(site, inner, 4 * hidden, hidden)]);
  }
  const normal = layerNorm(site, x, hidden, 1e-6);
  const chosen = b.node("Gather", [normal, b.constant(index(0))], { axis: 1 });
  const head = b.constant(w.normal([classes, hidden], 1 / Math.sqrt(hidden)));
  const operands = [chosen, head, b.constant(w.normal([classes], 0.1))];
  b.output("output", b.node("Gemm", operands, { alpha: 1, beta: 1, transB: 1 }));
  return b.bytes();
}
