// The nine nets of TENSAT's and tensor-eqs-mcts's experiments: batch 1, no biases, at the sizes of their code.
import type { Graph } from "@rewright/plugin";
import { mobilenetStages } from "../models/mobilenet.ts";
import { NetBuilder, type Value } from "./net-builder.ts";

/** How a window slides. */
interface Sliding {
  readonly stride?: number;
  readonly valid?: boolean;
  readonly groups?: number;
  readonly act?: boolean;
}
type Kernel = number | readonly [number, number];

const channels = ({ type }: Value): number => type.shape[1] as number;
const side = ({ type }: Value): number => type.shape[2] as number;

/** A net of convolutions. */
class Net extends NetBuilder {
  relu(x: Value): Value {
    return this.node("Relu", [x]);
  }

  add(x: Value, y: Value): Value {
    return this.node("Add", [x, y]);
  }

  mul(x: Value, y: Value): Value {
    return this.node("Mul", [x, y]);
  }

  matmul(x: Value, y: Value): Value {
    return this.node("MatMul", [x, y]);
  }

  reshape(x: Value, ...shape: number[]): Value {
    return this.node("Reshape", [x, this.integers(...shape)]);
  }

  concat(...parts: readonly Value[]): Value {
    return this.node("Concat", parts, { axis: 1 });
  }

  /** A convolution, "same" and followed by Relu unless said. */
  conv(x: Value, out: number, kernel: Kernel, options: Sliding = {}): Value {
    const { groups = 1, act = true } = options;
    const kernel_shape = typeof kernel === "number" ? [kernel, kernel] : [...kernel];
    const weight = this.weight(out, channels(x) / groups, ...kernel_shape);
    const attrs = { kernel_shape, group: groups, ...sliding(x, kernel_shape, options) };
    const made = this.node("Conv", [x, weight], attrs);
    return act ? this.relu(made) : made;
  }

  pool(x: Value, kind: "Max" | "Average", kernel: number, options: Sliding = {}): Value {
    const kernel_shape = [kernel, kernel];
    return this.node(`${kind}Pool`, [x], { kernel_shape, ...sliding(x, kernel_shape, options) });
  }
}

/** Strides and the padding that makes ⌈size / stride⌉ positions, or none. */
function sliding(
  x: Value,
  kernel: readonly number[],
  { stride = 1, valid = false }: Sliding,
): { strides: number[]; pads: number[] } {
  const size = side(x);
  const total = kernel.map((k) =>
    valid ? 0 : Math.max(0, (Math.ceil(size / stride) - 1) * stride + k - size),
  );
  const begin = total.map((t) => t >> 1);
  return {
    strides: [stride, stride],
    pads: [...begin, ...total.map((t, i) => t - (begin[i] as number))],
  };
}

function bert(): Graph {
  const net = new Net();
  let x = net.relu(net.input(64, 1024));
  const outputs: Value[] = [];
  for (let layer = 0; layer < 8; layer++) {
    const head = (): Value => {
      const projected = net.matmul(x, net.weight(1024, 1024));
      return net.node("Transpose", [net.reshape(projected, 64, 16, 64)], { perm: [1, 0, 2] });
    };
    const [q, k, v] = [head(), head(), head()];
    const mixed = net.node("Transpose", [net.matmul(net.matmul(q, k), v)], { perm: [1, 0, 2] });
    outputs.push(net.reshape(mixed, 64, 1024));
    x = net.matmul(x, net.weight(1024, 1024));
  }
  return net.graph(...outputs, x);
}

function nasrnn(): Graph {
  const net = new Net();
  const unary = (op: string) => (x: Value) => net.node(op, [x]);
  const [sigmoid, tanh] = [unary("Sigmoid"), unary("Tanh")];
  let state = net.weight(1, 512);
  for (let step = 0; step < 5; step++) {
    const x = net.input(1, 512);
    const square = (): Value => net.weight(512, 512);
    const before = state;
    const t = Array.from({ length: 8 }, () =>
      net.add(net.matmul(x, square()), net.matmul(before, square())),
    ) as [Value, Value, Value, Value, Value, Value, Value, Value];
    const m0 = net.add(net.relu(t[0]), sigmoid(t[3]));
    const m1 = net.add(sigmoid(t[1]), tanh(t[2]));
    const m2 = net.mul(sigmoid(t[4]), tanh(t[5]));
    const m3 = net.mul(sigmoid(t[6]), net.relu(t[7]));
    const m4 = net.add(sigmoid(m1), tanh(m2));
    const m5 = net.mul(tanh(m0), tanh(m3));
    state = tanh(net.mul(tanh(m4), tanh(m5)));
  }
  return net.graph(state);
}

function residual(net: Net, from: Value, width: number, stride: number, groups: number): Value {
  const out = groups === 1 ? 4 * width : 2 * width;
  const inner = net.conv(net.conv(from, width, 1), width, 3, { stride, groups });
  const long = net.conv(inner, out, 1, { act: false });
  const isSame = stride === 1 && channels(from) === out;
  return net.relu(net.add(long, isSame ? from : net.conv(from, out, 1, { stride })));
}

const STAGES = [3, 4, 6, 3];

function residuals(net: Net, from: Value, width: number, groups: number): Graph {
  let x = from;
  for (const [stage, blocks] of STAGES.entries())
    for (let block = 0; block < blocks; block++)
      x = residual(net, x, width << stage, stage > 0 && block === 0 ? 2 : 1, groups);
  return net.graph(x);
}

function resnet50(): Graph {
  const net = new Net();
  return residuals(net, net.input(1, 64, 56, 56), 64, 1);
}

function resnext50(): Graph {
  const net = new Net();
  const stem = net.conv(net.input(1, 3, 224, 224), 64, 7, { stride: 2 });
  return residuals(net, net.pool(stem, "Max", 3, { stride: 2 }), 128, 32);
}

function nasnetA(): Graph {
  const net = new Net();
  const linear = { act: false };
  const separable = (x: Value, n: number, kernel: number, stride = 1): Value => {
    const deep = net.conv(x, channels(x), kernel, { stride, groups: channels(x), ...linear });
    return net.conv(deep, n, 1, linear);
  };
  const squeeze = (prev: Value, cur: Value, n: number): readonly [Value, Value] => [
    side(prev) === side(cur) ? net.conv(prev, n, 1) : net.conv(prev, n, 3, { stride: 2 }),
    net.conv(cur, n, 1),
  ];
  const normal = (before: Value, input: Value, n: number): Value => {
    const [prev, cur] = squeeze(before, input, n);
    const sep = (x: Value): Value => separable(x, n, 3);
    const average = (x: Value): Value => net.pool(x, "Average", 3);
    return net.concat(
      net.add(sep(cur), cur),
      net.add(sep(prev), sep(cur)),
      net.add(average(cur), prev),
      net.add(average(prev), average(prev)),
      net.add(sep(prev), sep(prev)),
    );
  };
  const reduction = (before: Value, input: Value, n: number): Value => {
    const [prev, cur] = squeeze(before, input, n);
    const sep = (x: Value, kernel: number): Value => separable(x, n, kernel, 2);
    const pool = (kind: "Max" | "Average"): Value => net.pool(cur, kind, 3, { stride: 2 });
    const o0 = net.add(sep(prev, 7), sep(cur, 5));
    const o1 = net.add(pool("Max"), sep(prev, 7));
    const o2 = net.add(pool("Average"), sep(prev, 5));
    const o3 = net.add(pool("Max"), separable(o0, n, 3));
    const o4 = net.add(net.pool(o0, "Average", 3), o1);
    return net.concat(o0, o1, o2, o3, o4);
  };
  let cur = net.pool(net.conv(net.input(1, 3, 224, 224), 64, 7, { stride: 2 }), "Max", 3, {
    stride: 2,
  });
  let prev = cur;
  for (const n of [128, 256, 512]) {
    for (let cell = 0; cell < 5; cell++) [prev, cur] = [cur, normal(prev, cur, n)];
    [prev, cur] = [cur, reduction(prev, cur, 2 * n)];
  }
  return net.graph(cur);
}

function squeezenet(): Graph {
  const net = new Net();
  const pool = (x: Value): Value => net.pool(x, "Max", 3, { stride: 2, valid: true });
  const fire = (from: Value, squeeze: number, expand: number): Value => {
    const x = net.conv(from, squeeze, 1);
    return net.concat(net.conv(x, expand, 1), net.conv(x, expand, 3));
  };
  let x = pool(net.conv(net.input(1, 3, 224, 224), 64, 3, { stride: 2, valid: true }));
  for (const n of [16, 16]) x = fire(x, n, 4 * n);
  x = pool(x);
  for (const n of [32, 32]) x = fire(x, n, 4 * n);
  x = pool(x);
  for (const n of [48, 48, 64, 64]) x = fire(x, n, 4 * n);
  const last = net.pool(net.conv(x, 1000, 1), "Average", 13, { valid: true });
  return net.graph(net.reshape(last, 1, 1000));
}

function vgg19(): Graph {
  const net = new Net();
  let x = net.input(1, 3, 224, 224);
  for (const [width, layers] of [
    [64, 2],
    [128, 2],
    [256, 4],
    [512, 4],
    [512, 4],
  ] as const) {
    for (let layer = 0; layer < layers; layer++) x = net.conv(x, width, 3);
    x = net.pool(x, "Max", 2, { stride: 2, valid: true });
  }
  const dense = (from: Value, out: number): Value => {
    const weight = net.weight(out, from.type.shape[1] as number);
    return net.matmul(from, net.node("Transpose", [weight], { perm: [1, 0] }));
  };
  const flat = net.reshape(x, 1, 25_088);
  return net.graph(dense(net.relu(dense(net.relu(dense(flat, 4096)), 4096)), 1000));
}

function mobilenetV2(): Graph {
  const net = new Net();
  const norm = (x: Value): Value => {
    const each = Array.from({ length: 4 }, () => net.weight(channels(x)));
    return net.node("BatchNormalization", [x, ...each]);
  };
  const layer = (x: Value, out: number, kernel: number, options: Sliding = {}): Value => {
    const made = norm(net.conv(x, out, kernel, { ...options, act: false }));
    return options.act === false ? made : net.relu(made);
  };
  let x = layer(net.input(1, 3, 224, 224), 32, 3, { stride: 2 });
  for (const [expand, out, count, first] of mobilenetStages)
    for (let i = 0; i < count; i++) {
      const stride = i === 0 ? first : 1;
      const wide = channels(x) * expand;
      const deep = layer(layer(x, wide, 1), wide, 3, { stride, groups: wide });
      const made = layer(deep, out, 1, { act: false });
      x = stride === 1 && channels(x) === out ? net.add(x, made) : made;
    }
  const last = net.pool(layer(x, 1280, 1), "Average", 7, { valid: true });
  return net.graph(net.conv(last, 1000, 1, { act: false }));
}

function inceptionV3(): Graph {
  const net = new Net();
  const valid = { stride: 2, valid: true };
  const joined = (...parts: readonly Value[]): Value =>
    parts.reduce((all, part) => net.concat(all, part));
  const chain = (x: Value, ...layers: readonly (readonly [number, Kernel, Sliding?])[]): Value =>
    layers.reduce((y, [out, kernel, options]) => net.conv(y, out, kernel, options), x);
  const a = (x: Value, pooled: number): Value =>
    joined(
      chain(x, [64, 1]),
      chain(x, [48, 1], [64, 5]),
      chain(x, [64, 1], [96, 3], [96, 3]),
      chain(net.pool(x, "Average", 3), [pooled, 1]),
    );
  const c = (x: Value, n: number): Value =>
    joined(
      chain(x, [192, 1]),
      chain(x, [n, 1], [n, [1, 7]], [192, [7, 1]]),
      chain(x, [n, 1], [n, [7, 1]], [n, [1, 7]], [n, [7, 1]], [192, [1, 7]]),
      chain(net.pool(x, "Average", 3), [192, 1]),
    );
  const e = (x: Value): Value => {
    const fork = (y: Value): Value => joined(chain(y, [384, [1, 3]]), chain(y, [384, [3, 1]]));
    return joined(
      chain(x, [320, 1]),
      fork(chain(x, [384, 1])),
      fork(chain(x, [448, 1], [384, 3])),
      chain(net.pool(x, "Max", 3), [192, 1]),
    );
  };
  let x = chain(net.input(1, 3, 299, 299), [32, 3, valid], [32, 3, { valid: true }], [64, 3]);
  x = chain(net.pool(x, "Max", 3, valid), [80, 1], [192, 3, { valid: true }]);
  x = net.pool(x, "Max", 3, valid);
  for (const pooled of [32, 64, 64]) x = a(x, pooled);
  x = joined(
    chain(x, [384, 3, valid]),
    chain(x, [64, 1], [96, 3], [96, 3, valid]),
    net.pool(x, "Average", 3, valid),
  );
  for (const n of [128, 160, 160, 192]) x = c(x, n);
  x = joined(
    chain(x, [192, 1], [320, 3, valid]),
    chain(x, [192, 1], [192, [1, 7]], [192, [7, 1]], [192, 3, valid]),
    net.pool(x, "Max", 3, valid),
  );
  x = e(e(x));
  return net.graph(net.pool(x, "Average", 8, { valid: true }));
}

/** The nets by name, built when called for. */
export const nets: Readonly<Record<string, () => Graph>> = {
  ...{ bert, nasrnn, resnet50, resnext50, "nasnet-a": nasnetA },
  ...{ squeezenet, vgg19, "mobilenet-v2": mobilenetV2, "inception-v3": inceptionV3 },
};
