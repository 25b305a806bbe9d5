import {
  type Contraction,
  contraction,
  countWork,
  elementBytes,
  elements,
  readContraction,
  type Work,
} from "@rewright/costmodel";
import type { CostModel, NodeView } from "@rewright/plugin";
import { type Core, convolutionTime, matrixTime } from "./contraction-time.ts";
import * as kernels from "./kernels.ts";
import type { CpuPart } from "./parts.ts";

/** The core on which the kernels were measured: its operations per nanosecond, and its clock. */
const reference = { flops: 117.4, clock: 3.67 };

/** What a node costs apart from its data, in ns: choosing and starting a kernel. */
const start = { plain: 700, heavy: 1800 };

/**
 * The time ONNX Runtime takes for a node, in µs: matrix products and convolutions by their shapes, all else by measured
 * kernels and the memory they touch.
 */
export function cpuCostModel(part: CpuPart, threads: number): CostModel {
  const core = coreOf(part, threads);
  const vectorScale = reference.flops / (part.flopsPerCycle * part.clock);
  const scalarScale = reference.clock / part.clock;
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  const shape: Contraction = contraction();

  function kernelTime([nanoseconds, style]: kernels.Kernel): number {
    return nanoseconds * (style === "vector" ? vectorScale : scalarScale);
  }

  function nanoseconds(node: NodeView): number {
    if (readContraction(node, shape)) return contractionTime(node, shape, core) + start.heavy;
    countWork(node, counted);
    if (counted.bytes === 0) return 0;
    const width = Math.max(1, elementBytes(node.results[0]?.dtype ?? "f32") / 4);
    const arithmetic = kernelTime(kernelOf(node)) * countOf(node) * width;
    return Math.max(arithmetic, core.traffic(counted.bytes)) + start.plain;
  }

  return {
    unit: "µs",
    cost(node: NodeView): number {
      const single = nanoseconds(node);
      // Work is shared among threads, which takes some 2 µs to arrange, and evens out to nine tenths.
      const shared = threads === 1 ? single : Math.min(single, 2000 + single / (0.9 * threads));
      return shared / 1000;
    },
  };
}

function coreOf(part: CpuPart, threads: number): Core {
  const peak = part.flopsPerCycle * part.clock;
  const dram = Math.min(part.coreBandwidth, part.socketBandwidth / threads);
  const l2 = part.l2 * 2 ** 20;
  const l3 = part.l3 * 2 ** 20;
  // A core draws about 20 bytes a cycle from its second level and 13 from the last, measured.
  const l2Bandwidth = 20 * part.clock;
  const l3Bandwidth = Math.max(dram, 13 * part.clock);
  return {
    part,
    flops: 0.95 * peak,
    traffic(bytes: number): number {
      if (bytes <= l2) return bytes / l2Bandwidth;
      return bytes / (bytes <= l3 ? l3Bandwidth : dram);
    },
  };
}

function contractionTime(node: NodeView, shape: Contraction, core: Core): number {
  const dtype = node.operands[0]?.dtype;
  const width = dtype === "f64" ? 2 : dtype === "i8" || dtype === "u8" ? 1 / core.part.int8 : 1;
  return width * timeByOperator(node, shape, core);
}

function timeByOperator(node: NodeView, shape: Contraction, core: Core): number {
  switch (node.op) {
    case "Conv":
    case "ConvInteger":
    case "com.microsoft.FusedConv":
      return convolutionTime(node, shape, core);
    case "ConvTranspose":
      return matrixTime(node, shape, core) + 0.15 * shape.batch * shape.m * shape.n;
    case "Attention":
      return 1.05 * matrixTime(node, shape, core) + 0.8 * shape.batch * shape.m * shape.n;
    case "LSTM":
    case "GRU":
    case "RNN":
      // Gates are computed one by one, and each layer sets up its own buffers.
      return matrixTime(node, shape, core) + 2 * shape.batch * shape.m * shape.n + 20_000;
    case "Einsum":
      // Operands are transposed to fit a product first.
      return matrixTime(node, shape, core) + 0.5 * operandElements(node);
    default:
      return matrixTime(node, shape, core);
  }
}

function operandElements(node: NodeView): number {
  let size = 0;
  for (let i = 0; i < node.operands.length; i++) size += elements(node.operands[i]);
  return size;
}

/** How many elements the kernel's figure is to be multiplied with. */
function countOf(node: NodeView): number {
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

function kernelOf(node: NodeView): kernels.Kernel {
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
    case "Resize":
    case "Upsample":
      return node.attrs["mode"] === undefined || node.attrs["mode"] === "nearest"
        ? nearestResize
        : (kernels.perResult[op] ?? kernels.plain);
  }
  if (op.startsWith("Reduce") && !keepsLastAxis(node)) return kernels.stridedReduction;
  return kernels.perOperand[op] ?? kernels.perResult[op] ?? kernels.poolWindow[op] ?? kernels.plain;
}

const nearestResize: kernels.Kernel = [0.1, "vector"];

function isLastAxis(node: NodeView): boolean {
  const axis = node.attrs["axis"];
  const rank = node.operands[0]?.shape.length ?? 0;
  return axis === undefined || Number(axis) === -1 || Number(axis) === rank - 1;
}

/** Whether a reduction runs over the last axis too (then it sums along memory). Unknown axes count as all. */
function keepsLastAxis(node: NodeView): boolean {
  const axes = node.operands[1]?.value;
  if (axes === undefined) return true;
  const rank = node.operands[0]?.shape.length ?? 0;
  if (axes.length === 0) return true;
  for (let i = 0; i < axes.length; i++) if (axes[i] === -1 || axes[i] === rank - 1) return true;
  return false;
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
  if (!Array.isArray(perm) || perm.length !== rank)
    return rank <= 2 ? kernels.blockTranspose : kernels.elementTranspose;
  if (perm[rank - 1] === rank - 1) return kernels.blockTranspose;
  for (let out = 0; out < rank; out++) {
    let last = -1;
    let sorted = true;
    for (let i = 0; i < rank && sorted; i++) {
      if (i === out) continue;
      const axis = Number(perm[i]);
      // Dimensions of size 1 go anywhere.
      if (shape[axis] === 1) continue;
      sorted = axis > last;
      last = axis;
    }
    if (sorted) return kernels.blockTranspose;
  }
  return kernels.elementTranspose;
}
