import { Random } from "../runtime/random.ts";
import type { Draw } from "./families.ts";
import { type Drawn, Sketch } from "./sketch.ts";

/** Gates over rows of channels, dilated stack by stack as in WaveNet, here without dilation. */
function gates(s: Sketch): Drawn {
  const width = s.pick([16, 32, 48, 64]);
  let x = s.convolution(s.input([1, 8, s.pick([128, 256, 512, 1024])]), width, 3);
  for (let i = s.random.integer(1, 4); i > 0; i--) {
    const gate = s.op("Sigmoid", [s.convolution(x, width, 3)]);
    const value = s.op("Tanh", [s.convolution(x, width, 3)]);
    x = s.op("Add", [x, s.convolution(s.op("Mul", [gate, value]), width, 1)]);
  }
  return s.op("Relu", [x]);
}

/** Down and up again, with what was seen on the way down put beside it. */
function hourglass(s: Sketch): Drawn {
  const width = s.pick([8, 16, 32]);
  const size = s.pick([32, 48, 64]);
  let x = s.op("Relu", [s.convolution(s.input([1, 3, size, size]), width, 3)]);
  const seen: Drawn[] = [];
  const depth = s.random.integer(1, 3);
  for (let i = 1; i <= depth; i++) {
    seen.push(x);
    x = s.op("Relu", [s.convolution(x, width << i, 3, { stride: 2 })]);
    x = s.op("Relu", [s.convolution(x, width << i, 3)]);
  }
  for (let i = depth - 1; i >= 0; i--) {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const scales = s.constant({ dtype: "f32", shape: [4], data: Float32Array.of(1, 1, 2, 2) });
    const up = s.resize(x, scales, [n, c, 2 * h, 2 * w]);
    x = s.concat([s.convolution(up, width << i, 1), seen[i] as Drawn], 1);
    x = s.op("Relu", [s.convolution(x, width << i, 3)]);
  }
  return s.op("Softmax", [s.transpose(s.convolution(x, 4, 1), [0, 2, 3, 1])], { axis: -1 });
}

/** Products along tokens and along channels by turns. */
function mixer(s: Sketch): Drawn {
  const [tokens, width] = [s.pick([16, 49, 64, 196]), s.pick([32, 64, 128, 256])];
  let x = s.input([1, tokens, width]);
  for (let i = s.random.integer(1, 3); i > 0; i--) {
    const turned = s.transpose(s.layerNorm(x), [0, 2, 1]);
    const mixed = s.linear(s.op("Gelu", [s.linear(turned, 2 * tokens)]), tokens);
    x = s.op("Add", [x, s.transpose(mixed, [0, 2, 1])]);
    const wide = s.linear(s.layerNorm(x), 2 * width);
    x = s.op("Add", [x, s.linear(s.op("Gelu", [wide]), width)]);
  }
  return s.op("ReduceMean", [x, s.integers(1)], { keepdims: 0 }, [1, width]);
}

/** A graph's dense adjacency between products with weights. */
function graphNetwork(s: Sketch): Drawn {
  const [nodes, width] = [s.pick([32, 64, 128, 256]), s.pick([16, 32, 64])];
  const adjacency = s.weights([nodes, nodes], nodes);
  let x = s.input([nodes, width]);
  for (let i = s.random.integer(1, 4); i > 0; i--) {
    const spread = s.op("MatMul", [adjacency, x], {}, x.shape);
    const both = s.concat([x, spread], 1);
    x = s.op(s.pick(["Relu", "Tanh"]), [s.linear(both, width)]);
  }
  return s.op("Softmax", [s.linear(x, 8)], { axis: -1 });
}

/** A gated recurrent unit, unrolled. */
function cells(s: Sketch): Drawn {
  const [width, inputs] = [s.pick([32, 64, 128]), s.pick([16, 64])];
  const steps = s.random.integer(2, 6);
  const batch = s.pick([1, 4, 8]);
  const x = s.input([batch, steps * inputs]);
  let h = s.constant({
    dtype: "f32",
    shape: [batch, width],
    data: new Float32Array(batch * width),
  });
  for (const step of s.split(x, steps, 1)) {
    const both = s.concat([step, h], 1);
    const [update, reset] = s.split(s.op("Sigmoid", [s.linear(both, 2 * width)]), 2, 1) as [
      Drawn,
      Drawn,
    ];
    const kept = s.op("Mul", [reset, h]);
    const value = s.op("Tanh", [s.linear(s.concat([step, kept], 1), width)]);
    const difference = s.op("Sub", [value, h]);
    h = s.op("Add", [h, s.op("Mul", [update, difference])]);
  }
  return h;
}

const architectures = [gates, hourglass, mixer, graphNetwork, cells] as const;

/** Architectures of other kinds than those that coefficients are fitted to: what tells how far the fit carries. */
export const unseen: Draw = (seed) => {
  const sketch = new Sketch("unseen", new Random(seed));
  const body = architectures[seed % architectures.length] as (typeof architectures)[number];
  sketch.output(body(sketch));
  return sketch.bytes();
};
