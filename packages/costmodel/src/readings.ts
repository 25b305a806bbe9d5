import type { NodeView } from "@rewright/plugin";
import type { Contraction } from "./contraction.ts";
import { einsumContraction } from "./einsum.ts";
import { dimension, elements } from "./size.ts";

function number(node: NodeView, name: string, otherwise: number): number {
  const value = node.attrs[name];
  return typeof value === "number" ? value : otherwise;
}

type Reading = (node: NodeView, into: Contraction) => void;

const matrixProduct =
  (left: number, right: number): Reading =>
  (node, into) => {
    const a = node.operands[left];
    const b = node.operands[right];
    const out = Math.max(1, elements(node.results[0]));
    const isVector = (b?.shape.length ?? 0) === 1;
    into.k = dimension(a, -1);
    into.n = isVector ? 1 : dimension(b, -1);
    // A right operand without a batch sees all rows of the left one as one tall matrix.
    const rows = out / into.n;
    const shared = (b?.shape.length ?? 0) <= 2;
    into.m = shared ? rows : (a?.shape.length ?? 0) < 2 ? 1 : dimension(a, -2);
    into.batch = shared ? 1 : rows / into.m;
  };

const gemm: Reading = (node, into) => {
  const transA = number(node, "transA", 0) !== 0;
  const transB = number(node, "transB", 0) !== 0;
  into.batch = 1;
  into.m = dimension(node.operands[0], transA ? 1 : 0);
  into.k = dimension(node.operands[0], transA ? 0 : 1);
  into.n = dimension(node.operands[1], transB ? 0 : 1);
};

/** Kernels [outputs, inputs/group, …window]. */
const convolution =
  (kernel: number): Reading =>
  (node, into) => {
    const weight = node.operands[kernel];
    const outputs = Math.max(1, dimension(weight, 0));
    const group = number(node, "group", 1);
    into.batch = group;
    into.n = outputs / group;
    into.k = elements(weight) / outputs;
    into.m = elements(node.results[0]) / outputs;
  };

/** Kernels [inputs, outputs/group, …window]; each input pixel is multiplied with all of its window. */
const transposedConvolution: Reading = (node, into) => {
  const weight = node.operands[1];
  const inputs = Math.max(1, dimension(weight, 0));
  const group = number(node, "group", 1);
  into.batch = group;
  into.k = inputs / group;
  into.n = elements(weight) / inputs;
  into.m = elements(node.operands[0]) / inputs;
};

/** Gates × hidden units over inputs and hidden state, step after step. */
const recurrent: Reading = (node, into) => {
  const x = node.operands[0];
  into.batch = dimension(x, 0);
  into.m = dimension(x, 1);
  into.n = dimension(node.operands[1], 1) * dimension(node.operands[1], 0);
  into.k = dimension(node.operands[1], 2) + dimension(node.operands[2], 2);
};

/** Q·Kᵀ and P·V, as one product of the summed depth. Operands [batch, heads, length, depth] or [batch, length, heads·depth]. */
const attention: Reading = (node, into) => {
  const q = node.operands[0];
  const k = node.operands[1];
  const past = dimension(node.operands[4], -2);
  const length = dimension(k, -2) + (node.operands[4] === undefined ? 0 : past);
  const heads = (q?.shape.length ?? 0) === 4 ? dimension(q, 1) : number(node, "q_num_heads", 1);
  into.batch = dimension(q, 0) * heads;
  into.m = dimension(q, -2);
  into.n = length;
  const depth = elements(q) + elements(node.results[0]);
  into.k = depth / Math.max(1, into.batch * into.m);
};

const readings: Readonly<Record<string, Reading>> = {
  MatMul: matrixProduct(0, 1),
  MatMulInteger: matrixProduct(0, 1),
  QLinearMatMul: matrixProduct(0, 3),
  Gemm: gemm,
  Conv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  DeformConv: convolution(1),
  ConvTranspose: transposedConvolution,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  Attention: attention,
  Einsum: einsumContraction,
  "com.microsoft.FusedConv": convolution(1),
  "com.microsoft.FusedGemm": gemm,
  "com.microsoft.FusedMatMul": fusedMatrixProduct,
};

/** FusedMatMul transposes its operands on the way. */
function fusedMatrixProduct(node: NodeView, into: Contraction): void {
  const [a, b] = node.operands;
  const out = Math.max(1, elements(node.results[0]));
  into.k = dimension(a, number(node, "transA", 0) ? -2 : -1);
  into.n = dimension(b, number(node, "transB", 0) ? -2 : -1);
  into.m = dimension(a, number(node, "transA", 0) ? -1 : -2);
  into.batch = out / Math.max(1, into.m * into.n);
}

/** Reads a node as matrix products into `into`; false for a node that multiplies no matrices. */
export function readContraction(node: NodeView, into: Contraction): boolean {
  const reading = readings[node.op];
  if (reading === undefined) return false;
  reading(node, into);
  into.batch = sane(into.batch);
  into.m = sane(into.m);
  into.n = sane(into.n);
  into.k = sane(into.k);
  return true;
}

/** Empty tensors divide nothing by nothing. */
function sane(size: number): number {
  return size > 0 && size < Infinity ? size : 0;
}
