import { bytesOf, dimension, elements, extent } from "@rewright/costmodel";
import type { NodeView, TensorType } from "@rewright/plugin";
import * as kernels from "./kernels.ts";
import type { CpuPart } from "./parts.ts";

/** How many elements the kernel's figure is to be multiplied with. */
export function countOf(node: NodeView): number {
  if (kernels.perOperand[node.op] !== undefined) return elements(node.operands[0]);
  if (node.op === "Split") return elements(node.operands[0]);
  const size = elements(node.results[0]);
  const window = kernels.poolWindow[node.op] === undefined ? 1 : windowOf(node);
  // Sum, Max, Min and Mean pass over the result once for each operand after the first.
  const passes = variadic.has(node.op) ? Math.max(1, node.operands.length - 1) : 1;
  return size * window * passes;
}

const variadic: ReadonlySet<string> = new Set(["Sum", "Max", "Min", "Mean"]);

function windowOf(node: NodeView): number {
  const shape = node.attrs["kernel_shape"];
  let size = 1;
  if (Array.isArray(shape)) for (let i = 0; i < shape.length; i++) size *= Number(shape[i]);
  return size;
}

/** The kernel that ONNX Runtime takes for a node, by its operator, attributes and shapes. */
export function kernelOf(
  node: NodeView,
  { l2, block }: Pick<CpuPart, "l2" | "block">,
): kernels.Kernel {
  const { op } = node;
  switch (op) {
    case "Softmax":
    case "LogSoftmax":
    case "Hardmax":
      return isLastAxis(node) ? (kernels.perOperand[op] ?? kernels.plain) : kernels.stridedSoftmax;
    case "Transpose":
      return transposeKernel(node);
    case "Slice":
      return isStepped(node) ? kernels.steppedSlice : kernels.plainSlice;
    case "Concat":
      return isNarrow(node, node.operands[0])
        ? kernels.narrowConcat
        : (kernels.perResult[op] ?? kernels.plain);
    case "Split":
      return isNarrow(node, node.results[0])
        ? kernels.narrowSplit
        : (kernels.perResult[op] ?? kernels.plain);
    case "Resize":
    case "Upsample":
      return node.attrs["mode"] === undefined || node.attrs["mode"] === "nearest"
        ? kernels.nearestResize
        : (kernels.perResult[op] ?? kernels.plain);
  }
  if (op.startsWith("Reduce")) {
    const first = firstAxis(node);
    if (first >= 0) return reductionKernel(node, first, l2 * 2 ** 20);
  }
  const inRows = fillsBlocks(node, block) ? undefined : kernels.rowPoolWindow[op];
  return (
    kernels.perOperand[op] ??
    kernels.perResult[op] ??
    inRows ??
    kernels.poolWindow[op] ??
    kernels.plain
  );
}

/** Whether an image's channels fill the blocks of the runtime's layout for convolutions: what pools over images are fast on. */
export function fillsBlocks(node: NodeView, block: number): boolean {
  const x = node.operands[0];
  return block > 0 && x?.shape.length === 4 && x.dtype === "f32" && dimension(x, 1) % block === 0;
}

function isLastAxis(node: NodeView): boolean {
  const axis = node.attrs["axis"];
  const rank = node.operands[0]?.shape.length ?? 0;
  return axis === undefined || Number(axis) === -1 || Number(axis) === rank - 1;
}

/** The first axis that a reduction runs over, where it leaves the last one; -1 where it does not, or its axes are not known. */
function firstAxis(node: NodeView): number {
  const axes = node.operands[1]?.value;
  if (axes === undefined || axes.length === 0) return -1;
  const rank = node.operands[0]?.shape.length ?? 0;
  let first = rank;
  for (let i = 0; i < axes.length; i++) {
    const axis = Number(axes[i]);
    const positive = axis < 0 ? axis + rank : axis;
    if (!(positive < rank - 1)) return -1;
    first = Math.min(first, positive);
  }
  return first;
}

function reductionKernel(node: NodeView, first: number, l2: number): kernels.Kernel {
  const shape = node.operands[0]?.shape ?? [];
  let outer = 1;
  for (let i = 0; i < first; i++) outer *= extent(shape[i]);
  if (outer > 1) return kernels.middleReduction;
  if (first === 0) {
    return node.op === "ReduceSum" || node.op === "ReduceMean"
      ? kernels.rowSum
      : kernels.rowReduction;
  }
  return bytesOf(node.operands[0]) > l2 ? kernels.scatteredReduction : kernels.stridedReduction;
}

/** Whether fewer than 16 elements of a part are copied at a time. */
function isNarrow(node: NodeView, part: TensorType | undefined): boolean {
  const axis = Number(node.attrs["axis"] ?? 0);
  const shape = part?.shape ?? [];
  let run = dimension(part, axis);
  for (let i = (axis < 0 ? axis + shape.length : axis) + 1; i < shape.length; i++) {
    run *= extent(shape[i]);
  }
  return run < 16;
}

function isStepped(node: NodeView): boolean {
  const steps = node.operands[4]?.value;
  if (steps === undefined) return node.operands[4] !== undefined;
  for (let i = 0; i < steps.length; i++) if (steps[i] !== 1) return true;
  return false;
}

/** Fast where the last axis stays, or where taking one axis out of the permutation leaves the others in order. */
function transposeKernel(node: NodeView): kernels.Kernel {
  const perm = node.attrs["perm"];
  const shape = node.operands[0]?.shape ?? [];
  const rank = shape.length;
  if (!Array.isArray(perm) || perm.length !== rank) {
    return rank <= 2 ? kernels.blockTranspose : kernels.elementTranspose;
  }
  if (perm[rank - 1] === rank - 1 || onlyOnesMove(perm, shape)) return kernels.blockTranspose;
  for (let out = 0; out < rank; out++) {
    let last = -1;
    let sorted = true;
    for (let i = 0; i < rank && sorted; i++) {
      if (i === out) continue;
      sorted = Number(perm[i]) > last;
      last = Number(perm[i]);
    }
    if (sorted) return kernels.blockTranspose;
  }
  return kernels.elementTranspose;
}

/** Whether only dimensions of size 1 pass others: then nothing is transposed. Elsewhere ONNX Runtime counts them like all others. */
function onlyOnesMove(
  perm: readonly unknown[],
  shape: NodeView["results"][number]["shape"],
): boolean {
  let last = -1;
  for (let i = 0; i < perm.length; i++) {
    const axis = Number(perm[i]);
    if (shape[axis] === 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}
