import {
  type Contraction,
  contraction,
  countWork,
  elementBytes,
  elements,
  extent,
  readContraction,
  type Work,
} from "@rewright/costmodel";
import type { NodeView } from "@rewright/plugin";
import { type Account, timeOf } from "./account.ts";
import { type Core, convolutionTime, matrixTime } from "./contraction-time.ts";
import { countOf, kernelOf } from "./kernel-choice.ts";
import { type Kernel, reordering } from "./kernels.ts";
import type { CpuPart } from "./parts.ts";
import { pathNumber } from "./paths.ts";

/** The core on which the kernels were measured: its operations per nanosecond, and its clock. */
const reference = { flops: 117.4, clock: 3.67 };

/** What a node costs apart from its data, in ns: choosing and starting a kernel. */
const start = { view: 500, plain: 700, heavy: 1800 };

/** What hands its operand on under another shape. (What hands it on as it is, the runtime takes out.) */
const views: ReadonlySet<string> = new Set(["Reshape", "Squeeze", "Unsqueeze", "Flatten"]);

const paths = {
  view: pathNumber("view"),
  binary: pathNumber("binary"),
  broadcast: pathNumber("broadcast"),
  transposed: pathNumber("transposed-convolution"),
  attention: pathNumber("attention"),
  recurrent: pathNumber("recurrent"),
  einsum: pathNumber("einsum"),
};

/** Tells what nodes' times are made of, on one processor. */
export interface Accountant {
  /** Threads of an operator. */
  readonly threads: number;
  /** Channels in a block of the runtime's layout for convolutions; 0 where it has none. */
  readonly block: number;
  /** Writes what the node's time on one thread is made of into an account. */
  write(node: NodeView, into: Account): void;
  /** Nanoseconds that a byte takes from where so many bytes lie that are read by turns: what is used once a run has been displaced by the rest. */
  perByte(footprint: number): number;
}

/** What ONNX Runtime's kernels take on a processor: matrix products and convolutions by their shapes, all else by measured kernels and the memory they touch. */
export function accountant(part: CpuPart, threads: number): Accountant {
  const core = coreOf(part, threads);
  const vectorScale = reference.flops / (part.flopsPerCycle * part.clock);
  const scalarScale = reference.clock / part.clock;
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  const shape: Contraction = contraction();

  function kernelTime([nanoseconds, style]: Kernel): number {
    return nanoseconds * (style === "vector" ? vectorScale : scalarScale);
  }

  function write(node: NodeView, into: Account): void {
    if (readContraction(node, shape)) {
      into.start = start.heavy;
      contractionTime(node, shape, core, into);
      return;
    }
    into.start = start.plain;
    into.traffic = 0;
    into.extra = 0;
    // Fitted to a WaveNet of 66 convolutions made two-dimensional one by one: 26 µs for each Squeeze and each Unsqueeze, of 64 to
    // 128 Ki elements, with the reordering to or from blocks of channels that comes with it. Images are taken apart where a reordering
    // would stand anyway.
    if (turnsToImage(node) || stacksImages(node)) {
      into.path = reordering[2];
      into.arithmetic = elements(node.results[0]) * kernelTime(reordering);
      into.start = start.heavy;
      return;
    }
    if (views.has(node.op)) {
      into.path = paths.view;
      into.start = start.view;
      into.arithmetic = 0;
      return;
    }
    countWork(node, counted);
    if (counted.bytes === 0) {
      into.path = paths.view;
      into.start = 0;
      into.arithmetic = 0;
      return;
    }
    const kernel = kernelOf(node, part);
    const width = Math.max(1, elementBytes(node.results[0]?.dtype ?? "f32") / 4);
    into.path = kernel[2] === paths.binary && spreads(node) ? paths.broadcast : kernel[2];
    into.arithmetic = kernelTime(kernel) * countOf(node) * width;
    into.traffic = core.traffic(counted.bytes);
    // Of two equal spellings, a Sum is the one that no fusion of ONNX Runtime takes for its own: the tie is its.
    if (node.op === "Sum") into.start *= 0.9;
  }

  return { threads, block: part.block, write, perByte: core.perByte };
}

/** What a time on one thread, in nanoseconds, becomes on several: sharing takes some 2 µs to arrange, and evens out to nine tenths. */
function shared(single: number, threads: number): number {
  return threads === 1 ? single : Math.min(single, 2000 + single / (0.9 * threads));
}

/** The share of an account's time on one thread that it takes on several. */
export function sharing(step: Account, threads: number): number {
  if (threads === 1) return 1;
  const single = timeOf(step);
  return single === 0 ? 1 : shared(single, threads) / single;
}

/** Whether an operand of more than one element is repeated to fit the result. */
function spreads(node: NodeView): boolean {
  const size = elements(node.results[0]);
  for (let i = 0; i < node.operands.length; i++) {
    const own = elements(node.operands[i]);
    if (own > 1 && own < size) return true;
  }
  return false;
}

/** Whether a node turns rows of channels into images of height 1, or back: what two-dimensional convolutions stand behind. */
function turnsToImage({ op, operands, results }: NodeView): boolean {
  if (op !== "Squeeze" && op !== "Unsqueeze" && op !== "Reshape") return false;
  const [from, to] = [operands[0], results[0]];
  const [image, rows] = from?.shape.length === 4 ? [from, to] : [to, from];
  if (image?.shape.length !== 4 || rows?.shape.length !== 3 || image.dtype !== "f32") return false;
  const [batch, channels, height, width] = image.shape;
  const [batchOf, channelsOf, widthOf] = rows.shape;
  return height === 1 && batch === batchOf && channels === channelsOf && width === widthOf;
}

/** Whether a node puts the channels of several images beside each other. */
function stacksImages({ op, operands, results }: NodeView): boolean {
  const [from, to] = [operands[0]?.shape, results[0]?.shape];
  if (op !== "Reshape" || from?.length !== 4 || to?.length !== 4) return false;
  const isSame = from[2] === to[2] && from[3] === to[3];
  return isSame && results[0]?.dtype === "f32" && extent(to[0]) < extent(from[0]);
}

function coreOf(part: CpuPart, threads: number): Core {
  const peak = part.flopsPerCycle * part.clock;
  const dram = Math.min(part.coreBandwidth, part.socketBandwidth / threads);
  const l2 = part.l2 * 2 ** 20;
  const l3 = part.l3 * 2 ** 20;
  // A core draws about 20 bytes a cycle from its second level and 13 from the last, measured.
  const l2Bandwidth = 20 * part.clock;
  const l3Bandwidth = Math.max(dram, 13 * part.clock);
  const perByte = (footprint: number): number =>
    1 / (footprint <= l2 ? l2Bandwidth : footprint <= l3 ? l3Bandwidth : dram);
  return {
    part,
    flops: 0.95 * peak,
    perByte,
    traffic: (bytes) => bytes * perByte(bytes),
  };
}

function contractionTime(node: NodeView, shape: Contraction, core: Core, into: Account): void {
  byOperator(node, shape, core, into);
  const dtype = node.operands[0]?.dtype;
  const width = dtype === "f64" ? 2 : dtype === "i8" || dtype === "u8" ? 1 / core.part.int8 : 1;
  if (width !== 1) scale(into, width);
}

function scale(into: Account, factor: number): void {
  into.arithmetic *= factor;
  into.traffic *= factor;
  into.extra *= factor;
}

function byOperator(node: NodeView, shape: Contraction, core: Core, into: Account): void {
  switch (node.op) {
    case "Conv":
    case "ConvInteger":
    case "com.microsoft.FusedConv":
      convolutionTime(node, shape, core, into);
      return;
    case "ConvTranspose":
      matrixTime(node, shape, core, into);
      into.path = paths.transposed;
      into.extra += 0.15 * shape.batch * shape.m * shape.n;
      return;
    case "Attention":
      matrixTime(node, shape, core, into);
      scale(into, 1.05);
      into.path = paths.attention;
      into.extra += 0.8 * shape.batch * shape.m * shape.n;
      return;
    case "LSTM":
    case "GRU":
    case "RNN":
      // Gates are computed one by one, and each layer sets up its own buffers.
      matrixTime(node, shape, core, into);
      into.path = paths.recurrent;
      into.extra += 2 * shape.batch * shape.m * shape.n + 20_000;
      return;
    case "Einsum":
      // Operands are transposed to fit a product first.
      matrixTime(node, shape, core, into);
      into.path = paths.einsum;
      into.extra += 0.5 * operandElements(node);
      return;
    default:
      matrixTime(node, shape, core, into);
  }
}

function operandElements(node: NodeView): number {
  let size = 0;
  for (let i = 0; i < node.operands.length; i++) size += elements(node.operands[i]);
  return size;
}
