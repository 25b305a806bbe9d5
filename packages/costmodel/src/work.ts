import type { NodeView } from "@rewright/plugin";
import { type Contraction, contraction } from "./contraction.ts";
import {
  elementwise,
  gathering,
  interpolating,
  moving,
  scattering,
  sorting,
  spreading,
  views,
  windowed,
} from "./operators.ts";
import { readContraction } from "./readings.ts";
import { bytesOf, elements } from "./size.ts";

/** What one application of an operator asks of a machine. */
export interface Work {
  /** Arithmetic operations; a multiply-add counts as two. */
  flops: number;
  /** Those of them that are multiply-adds of matrix products, which matrix units can take. */
  matrixFlops: number;
  /** Memory traffic in bytes: operands read once, results written once. */
  bytes: number;
}

type Count = (node: NodeView, into: Work) => void;

/** How an operator is counted, looked up once for each name. */
const counts = new Map<string, Count>();
const product: Contraction = contraction();

function sumOfOperands(node: NodeView, from: number): number {
  let bytes = 0;
  for (let i = from; i < node.operands.length; i++) bytes += bytesOf(node.operands[i]);
  return bytes;
}

function sumOfResults(node: NodeView): number {
  let bytes = 0;
  for (let i = 0; i < node.results.length; i++) bytes += bytesOf(node.results[i]);
  return bytes;
}

function allTraffic(node: NodeView): number {
  return sumOfOperands(node, 0) + sumOfResults(node);
}

const matrix: Count = (node, into) => {
  readContraction(node, product);
  into.matrixFlops = 2 * product.batch * product.m * product.n * product.k;
  // The bias, an activation, the softmax of an attention.
  const scores = node.op === "Attention" ? 14 * product.batch * product.m * product.n : 0;
  into.flops = into.matrixFlops + elements(node.results[0]) + scores;
  into.bytes = allTraffic(node);
};

const viewed: Count = (_, into) => {
  into.flops = 0;
  into.bytes = 0;
};

const moved: Count = (node, into) => {
  into.flops = 0;
  const written = sumOfResults(node);
  const isJoin = node.op === "Concat";
  into.bytes = 2 * written + (isJoin ? 0 : sumOfOperands(node, 1));
};

const spread: Count = (node, into) => {
  into.flops = 0;
  into.bytes = allTraffic(node);
};

const scattered: Count = (node, into) => {
  into.flops = elements(node.operands[2]);
  into.bytes = 2 * bytesOf(node.results[0]) + sumOfOperands(node, 1) + bytesOf(node.operands[2]);
};

const pooled: Count = (node, into) => {
  const kernel = node.attrs["kernel_shape"];
  let window = 1;
  if (Array.isArray(kernel)) for (let i = 0; i < kernel.length; i++) window *= Number(kernel[i]);
  into.flops = window * elements(node.results[0]);
  into.bytes = allTraffic(node);
};

const sorted: Count = (node, into) => {
  const size = elements(node.operands[0]);
  into.flops = size * Math.log2(size + 2);
  into.bytes = allTraffic(node);
};

const inverted: Count = (node, into) => {
  const size = elements(node.operands[0]);
  const shape = node.operands[0]?.shape ?? [];
  const side = Number(shape[shape.length - 1]) || 1;
  into.flops = (2 / 3) * size * side;
  into.bytes = allTraffic(node);
};

/** Sum, Max, Min and Mean take any number of operands: one operation for each after the first. */
const accumulated: Count = (node, into) => {
  into.flops = Math.max(1, node.operands.length - 1) * elements(node.results[0]);
  into.bytes = allTraffic(node);
};

const perResult =
  (weight: number): Count =>
  (node, into) => {
    into.flops = weight * elements(node.results[0]);
    into.bytes = allTraffic(node);
  };

const perOperand =
  (weight: number): Count =>
  (node, into) => {
    into.flops = weight * elements(node.operands[0]);
    into.bytes = allTraffic(node);
  };

/** A cast to the type a tensor already has is none. */
const cast: Count = (node, into) => {
  if (node.operands[0]?.dtype === node.results[0]?.dtype) viewed(node, into);
  else perResult(1)(node, into);
};

function isMatrix(node: NodeView): boolean {
  return readContraction(node, product);
}

function countOf(node: NodeView): Count {
  const { op } = node;
  if (isMatrix(node)) return matrix;
  if (op === "Cast") return cast;
  if (op === "Det") return inverted;
  if (op === "Sum" || op === "Max" || op === "Min" || op === "Mean") return accumulated;
  if (views.has(op)) return viewed;
  if (moving.has(op)) return moved;
  if (spreading.has(op)) return spread;
  if (scattering.has(op)) return scattered;
  if (windowed.has(op)) return pooled;
  if (sorting.has(op)) return sorted;
  const gathered = gathering[op];
  if (gathered !== undefined) return perOperand(gathered);
  return perResult(interpolating[op] ?? elementwise[op] ?? 1);
}

/** Counts a node's work into `into`, leaving no garbage: the inner loop of cost models. */
export function countWork(node: NodeView, into: Work): void {
  let count = counts.get(node.op);
  if (count === undefined) {
    count = countOf(node);
    counts.set(node.op, count);
  }
  into.matrixFlops = 0;
  count(node, into);
}

/**
 * Arithmetic and memory traffic of one application of an operator: ONNX's by name, any other as if it computed each element
 * of its result by itself. Never negative, never NaN; grows with every dimension.
 */
export function work(node: NodeView): Work {
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  countWork(node, counted);
  return counted;
}
