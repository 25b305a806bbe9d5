import type { CostModel, CostParts, DType, NodeView } from "@rewright/plugin";
import { countWork, type Work } from "./work.ts";

/** A machine as a roofline sees it (Williams, Waterman and Patterson 2009). */
export interface Part {
  /** For messages. */
  readonly name: string;
  /** Peak arithmetic outside matrix units, in operations per second. */
  readonly flops: number;
  /** Peak of matrix products by element type, in operations per second (a multiply-add is two). A type not listed runs at `flops`. */
  readonly matrixFlops?: Partial<Readonly<Record<DType, number>>>;
  /** Memory bandwidth, in bytes per second. */
  readonly bandwidth: number;
  /** What starting any operator takes, in seconds. */
  readonly overhead: number;
}

/**
 * Costs in µs: what starting an operator takes, plus the longer of its arithmetic and its traffic at the part's peaks.
 * Operators that only rename their operand (Reshape, Squeeze …) cost nothing.
 *
 * @throws RangeError when a figure of the part is not a positive number.
 */
export function roofline(part: Part): CostModel {
  for (const key of ["flops", "bandwidth"] as const) {
    if (!(part[key] > 0 && part[key] < Infinity)) {
      throw new RangeError(`${part.name}: \`${key}\` is ${part[key]}: give a positive number`);
    }
  }
  if (!(part.overhead >= 0 && part.overhead < Infinity)) {
    throw new RangeError(`${part.name}: \`overhead\` is ${part.overhead}: give seconds, 0 or more`);
  }
  const matrixFlops = part.matrixFlops ?? {};
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  const isFree = (): boolean => counted.flops === 0 && counted.bytes === 0;
  /** Seconds of what has been counted. */
  const arithmetic = (node: NodeView): number => {
    const dtype = node.operands[0]?.dtype ?? "f32";
    return (
      (counted.flops - counted.matrixFlops) / part.flops +
      counted.matrixFlops / (matrixFlops[dtype] ?? part.flops)
    );
  };
  return {
    unit: "µs",
    cost(node: NodeView): number {
      countWork(node, counted);
      if (isFree()) return 0;
      return 1e6 * (part.overhead + Math.max(arithmetic(node), counted.bytes / part.bandwidth));
    },
    parts(node: NodeView): CostParts {
      countWork(node, counted);
      return {
        launch: isFree() ? 0 : 1e6 * part.overhead,
        arithmetic: 1e6 * arithmetic(node),
        memory: (1e6 * counted.bytes) / part.bandwidth,
      };
    },
  };
}
