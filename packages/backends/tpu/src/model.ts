import {
  bytesOf,
  type Contraction,
  contraction,
  countWork,
  readContraction,
  type Work,
} from "@rewright/costmodel";
import type { CostModel, CostParts, DType, NodeView } from "@rewright/plugin";
import { paddedBytes } from "./padding.ts";
import type { TpuPart } from "./parts.ts";

/** Seconds that a step of a program takes to begin: fitted to 754 measured tile configurations of 15 kernels (TpuGraphs). */
const step = 0.35e-6;

/** The vector unit does about a fortieth of what the matrix units do in bf16: 8 × 128 lanes beside 128 × 128 multiply-adds a cycle, with several issued. */
const vectorShare = 1 / 40;

function roundUp(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}

/**
 * The time a step takes, in µs: systolic arrays multiply whole tiles, so sizes are rounded up to the array's side (rows to 8), and
 * memory holds whole tiles, so traffic is of padded tensors.
 */
export function tpuCostModel(part: TpuPart): CostModel {
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  const shape: Contraction = contraction();
  const bandwidth = part.bandwidth * 1e9;
  const vector = part.bf16 * 1e12 * vectorShare;

  function peakOf(dtype: DType): number {
    if (dtype === "bf16" || dtype === "f16") return part.bf16 * 1e12;
    if (dtype === "i8" || dtype === "u8") return (part.int8 ?? part.bf16) * 1e12;
    if (dtype.startsWith("f8")) return (part.fp8 ?? part.bf16) * 1e12;
    // f32 as the sum of bf16 parts: three products.
    return dtype === "f64" ? vector / 20 : (part.bf16 * 1e12) / 3;
  }

  function products(node: NodeView): number {
    const { batch, m, n, k } = shape;
    const work = 2 * batch * roundUp(m, 8) * roundUp(n, part.side) * roundUp(k, part.side);
    return work / peakOf(node.operands[0]?.dtype ?? "f32");
  }

  /** Seconds of arithmetic of the node that has been counted. */
  function arithmetic(node: NodeView): number {
    const { flops, matrixFlops } = counted;
    const matrix = matrixFlops > 0 && readContraction(node, shape) ? products(node) : 0;
    return matrix + (flops - matrixFlops) / vector;
  }

  return {
    unit: "µs",
    cost(node: NodeView): number {
      countWork(node, counted);
      const { flops, bytes } = counted;
      if (flops === 0 && bytes === 0) return 0;
      return 1e6 * (step + Math.max(arithmetic(node), paddedTraffic(node, bytes) / bandwidth));
    },
    parts(node: NodeView): CostParts {
      countWork(node, counted);
      const { flops, bytes } = counted;
      return {
        launch: flops === 0 && bytes === 0 ? 0 : 1e6 * step,
        arithmetic: 1e6 * arithmetic(node),
        memory: (1e6 * paddedTraffic(node, bytes)) / bandwidth,
      };
    },
  };
}

/** Traffic grown by the share that padding adds to the tensors touched. */
function paddedTraffic(node: NodeView, bytes: number): number {
  let padded = 0;
  let dense = 0;
  for (let i = 0; i < node.operands.length + node.results.length; i++) {
    const type =
      i < node.operands.length ? node.operands[i] : node.results[i - node.operands.length];
    padded += paddedBytes(type);
    dense += bytesOf(type);
  }
  return dense === 0 ? 0 : bytes * (padded / dense);
}
