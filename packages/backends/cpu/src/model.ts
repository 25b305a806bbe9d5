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
import { countOf, kernelOf } from "./kernel-choice.ts";
import type { Kernel } from "./kernels.ts";
import type { CpuPart } from "./parts.ts";

/** The core on which the kernels were measured: its operations per nanosecond, and its clock. */
const reference = { flops: 117.4, clock: 3.67 };

/** What a node costs apart from its data, in ns: choosing and starting a kernel. */
const start = { view: 500, plain: 700, heavy: 1800 };

/** What hands its operand on under another shape. (What hands it on as it is, the runtime takes out.) */
const views: ReadonlySet<string> = new Set(["Reshape", "Squeeze", "Unsqueeze", "Flatten"]);

/**
 * The time ONNX Runtime takes for a node, in µs: matrix products and convolutions by their shapes, all else by measured
 * kernels and the memory they touch.
 */
export function cpuCostModel(part: CpuPart, threads: number): CostModel {
  const core = coreOf(part, threads);
  const vectorScale = reference.flops / (part.flopsPerCycle * part.clock);
  const scalarScale = reference.clock / part.clock;
  const l2 = part.l2 * 2 ** 20;
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  const shape: Contraction = contraction();

  function kernelTime([nanoseconds, style]: Kernel): number {
    return nanoseconds * (style === "vector" ? vectorScale : scalarScale);
  }

  function nanoseconds(node: NodeView): number {
    if (readContraction(node, shape)) return contractionTime(node, shape, core) + start.heavy;
    if (turnsToImage(node)) {
      // Fitted to a WaveNet of 66 convolutions made two-dimensional one by one: 26 µs for each Squeeze and each Unsqueeze, of 64 to
      // 128 Ki elements, with the reordering to or from blocks of channels that comes with it.
      return elements(node.results[0]) * kernelTime(reordering) + start.heavy;
    }
    if (views.has(node.op)) return start.view;
    countWork(node, counted);
    if (counted.bytes === 0) return 0;
    const width = Math.max(1, elementBytes(node.results[0]?.dtype ?? "f32") / 4);
    const arithmetic = kernelTime(kernelOf(node, l2)) * countOf(node) * width;
    // Of two equal spellings, a Sum is the one that no fusion of ONNX Runtime takes for its own: the tie is its.
    const begin = node.op === "Sum" ? 0.9 * start.plain : start.plain;
    return Math.max(arithmetic, core.traffic(counted.bytes)) + begin;
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

/** Into blocks of channels or back, for each element. */
const reordering: Kernel = [0.25, "vector"];

/** Whether a node turns rows of channels into images of height 1, or back: what two-dimensional convolutions stand behind. */
function turnsToImage({ op, operands, results }: NodeView): boolean {
  if (op !== "Squeeze" && op !== "Unsqueeze") return false;
  const axes = operands[1]?.value;
  const image = op === "Squeeze" ? operands[0] : results[0];
  return image?.shape.length === 4 && image.dtype === "f32" && axes?.length === 1 && axes[0] === 2;
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
