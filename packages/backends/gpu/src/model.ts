import {
  type Contraction,
  contraction,
  countWork,
  readContraction,
  type Work,
} from "@rewright/costmodel";
import type { CostModel, CostParts, NodeView } from "@rewright/plugin";
import type { GpuPart } from "./parts.ts";

/** Seconds from one kernel to the next: between 1 µs in a captured graph and 5 µs from a stream. */
const launch = 2e-6;

/** The share of its peaks that a part sustains: power and clocks, refresh, and the end of every pipeline. */
const sustained = 0.85;

/** A block of threads computes a tile of the result; an operand step along k is this long. */
const tile = { rows: 128, columns: 128, depth: 32 };

/** Sums are not cut shorter than this along k. */
const shortest = 256;

/**
 * The time a kernel takes, in µs. Matrix products run tile by tile in waves: a wave takes as long with one tile as with one for
 * every multiprocessor. Where tiles are few, their sums are cut along k to occupy more of the part (split-K, Stream-K: Osama et
 * al. 2023). All else is bound by memory, or by the cache where its data fits there.
 */
export function gpuCostModel(part: GpuPart): CostModel {
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  const shape: Contraction = contraction();
  const vector = part.f32 * 1e12 * sustained;
  const double = part.f64 * 1e12 * sustained;
  const bandwidth = part.bandwidth * 1e9 * sustained;
  const cache = part.l2 * 2 ** 20;

  function traffic(bytes: number): number {
    // XLA's model takes the second-level cache to be 2.5 times as fast as memory; half of it is left to one kernel.
    return bytes / (bytes <= cache / 2 ? 2.5 * bandwidth : bandwidth);
  }

  function products(node: NodeView): number {
    const { batch, m, n, k } = shape;
    const dtype = node.operands[0]?.dtype ?? "f32";
    const peak = (part.tensor[dtype] ?? (dtype === "f64" ? part.f64 : part.f32)) * 1e12 * sustained;
    const depth = Math.ceil(k / tile.depth) * tile.depth;
    // Few rows or columns get narrower tiles, down to what one instruction computes.
    const rows = Math.min(tile.rows, Math.max(16, 2 ** Math.ceil(Math.log2(m))));
    const columns = Math.min(tile.columns, Math.max(16, 2 ** Math.ceil(Math.log2(n))));
    const tiles = batch * Math.ceil(m / rows) * Math.ceil(n / columns);
    const shares = Math.max(1, Math.floor(part.multiprocessors / tiles));
    const perBlock = Math.max(depth / shares, Math.min(depth, shortest));
    const waves = shares > 1 ? 1 : Math.ceil(tiles / part.multiprocessors);
    return (waves * 2 * rows * columns * perBlock) / (peak / part.multiprocessors);
  }

  // Costs are asked a million times a second, and leave no garbage: one node stands for whichever product is asked about.
  const asMatMul: { -readonly [K in "op" | "attrs" | "operands" | "results"]: NodeView[K] } = {
    ...{ op: "MatMul", attrs: {}, operands: [], results: [] },
  };

  /** The node as ONNX would say it, apart from what follows the product and costs next to nothing. */
  function spelled(node: NodeView): NodeView {
    if (node.op !== "rewright.gpu.Product") return node;
    asMatMul.operands = node.operands;
    asMatMul.results = node.results;
    return asMatMul;
  }

  /** Seconds of arithmetic of the node that has been counted. */
  function arithmetic(node: NodeView): number {
    const { flops, matrixFlops } = counted;
    const matrix = matrixFlops > 0 && readContraction(node, shape) ? products(node) : 0;
    const rest = flops - matrixFlops;
    return matrix + rest / (node.operands[0]?.dtype === "f64" ? double : vector);
  }

  return {
    unit: "µs",
    cost(given: NodeView): number {
      const node = spelled(given);
      countWork(node, counted);
      const { flops, bytes } = counted;
      if (flops === 0 && bytes === 0) return 0;
      return 1e6 * (launch + Math.max(arithmetic(node), traffic(bytes)));
    },
    parts(given: NodeView): CostParts {
      const node = spelled(given);
      countWork(node, counted);
      const { flops, bytes } = counted;
      return {
        launch: flops === 0 && bytes === 0 ? 0 : 1e6 * launch,
        arithmetic: 1e6 * arithmetic(node),
        memory: 1e6 * traffic(bytes),
      };
    },
  };
}
