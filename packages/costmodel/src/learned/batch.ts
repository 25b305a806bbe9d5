import type { Feeds } from "@rewright/autodiff";
import { type Encoding, encodeConfigs, encodeNodes } from "./encoding.ts";
import { neighbourhood } from "./neighbourhood.ts";
import { type Architecture, type BatchShape, edgeWeights } from "./network.ts";
import { configLength, type Samples } from "./samples.ts";

/** Graphs side by side, to be scored at once. */
export interface Batch {
  readonly shape: BatchShape;
  /** Configurations are of items as a whole. */
  readonly perItem: boolean;
  /** What does not change from one run to the next. */
  readonly fixed: Feeds;
  /** The configurations of these samples, one an item. */
  configs(rows: ArrayLike<number>): Feeds;
}

/** Rows that a batch has at most: fewer items are taken of large graphs. */
const MOST_ROWS = 24_000;

/** How many configurations of a program go into a batch: as many as asked for, where there are so many and memory holds them. */
export function itemsOf(samples: Samples, { hops }: Architecture, wanted: number): number {
  const nodes = neighbourhood(samples, hops).nodes.length;
  const held = Math.max(4, Math.floor(MOST_ROWS / nodes));
  return Math.max(1, Math.min(wanted, held, samples.times.length));
}

/** One program in as many configurations as there are items. */
export function configBatch(
  samples: Samples,
  architecture: Architecture,
  encoding: Encoding,
  items: number,
): Batch {
  const near = neighbourhood(samples, architecture.hops);
  const [nodes, edges] = [near.nodes.length, near.from.length];
  const positions = near.configurable.length;
  const perItem = positions === 0;
  const { graph } = samples;
  const features = new Float32Array(nodes * graph.width);
  for (const [i, node] of near.nodes.entries())
    features.set(
      graph.features.subarray(node * graph.width, (node + 1) * graph.width),
      i * graph.width,
    );
  const rows = items * nodes;
  /** The same for each item, with numbers shifted to its rows. */
  const each = (list: Int32Array, by: number): Int32Array => {
    const all = new Int32Array(items * list.length);
    for (let item = 0; item < items; item++)
      for (const [i, x] of list.entries()) all[item * list.length + i] = item * by + x;
    return all;
  };
  const weights = edgeWeights(architecture.network, near.from, near.to, nodes);
  const itemOf = Int32Array.from({ length: rows }, (_, r) => Math.floor(r / nodes));
  const length = configLength(samples);
  const gathered = new Float32Array(items * length);
  return {
    shape: { items, nodes, rows, edges: items * edges, configs: items * Math.max(1, positions) },
    perItem,
    fixed: {
      x: encodeNodes({ ...graph, nodes, features }, encoding),
      opcode: Int32Array.from(near.nodes, (node) => graph.opcodes[node] as number),
      node: each(
        Int32Array.from({ length: nodes }, (_, i) => i),
        0,
      ),
      item: itemOf,
      share: new Float32Array(rows).fill(1 / nodes),
      ...(edges > 0 && {
        from: each(near.from, nodes),
        to: each(near.to, nodes),
        weight: Float32Array.from(
          { length: items * edges },
          (_, e) => weights[e % edges] as number,
        ),
      }),
      ...(perItem ? { of: itemOf } : { at: each(near.configurable, nodes) }),
    },
    configs(chosen) {
      for (let i = 0; i < items; i++) {
        const from = (chosen[i] as number) * length;
        gathered.set(samples.configs.subarray(from, from + length), i * length);
      }
      return { c: encodeConfigs(gathered, encoding) };
    },
  };
}

/** Programs side by side, each as it is. */
export function programBatch(
  programs: readonly Samples[],
  architecture: Architecture,
  encoding: Encoding,
  /** Nodes of a typical program: what a row's share is measured by, so that sums grow with a program. */
  typical: number,
): Batch {
  const opcode: number[] = [];
  const item: number[] = [];
  const [from, to, weight]: [number[], number[], number[]] = [[], [], []];
  const features: number[] = [];
  for (const [i, program] of programs.entries()) {
    const near = neighbourhood(program, 0);
    const begin = opcode.length;
    for (const x of program.graph.opcodes) opcode.push(x);
    for (const x of encodeNodes(program.graph, encoding)) features.push(x);
    for (let n = 0; n < program.graph.nodes; n++) item.push(i);
    for (const x of near.from) from.push(begin + x);
    for (const x of near.to) to.push(begin + x);
    for (const x of edgeWeights(architecture.network, near.from, near.to, program.graph.nodes))
      weight.push(x);
  }
  const rows = opcode.length;
  return {
    shape: { items: programs.length, nodes: rows, rows, edges: from.length, configs: 0 },
    perItem: true,
    fixed: {
      x: features,
      opcode,
      node: Int32Array.from({ length: rows }, (_, i) => i),
      item,
      share: new Float32Array(rows).fill(1 / typical),
      ...(from.length > 0 && { from, to, weight }),
    },
    configs: () => ({}),
  };
}
