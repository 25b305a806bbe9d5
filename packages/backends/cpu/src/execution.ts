import { bytesOf, dimension, elements } from "@rewright/costmodel";
import type { Graph, GraphNode, NodeView, Operand, Source, TensorType } from "@rewright/plugin";
import { type Account, account } from "./account.ts";
import { fillsBlocks } from "./kernel-choice.ts";
import { reordering } from "./kernels.ts";
import type { Accountant } from "./model.ts";
import { type PathName, pathNumber } from "./paths.ts";

/**
 * What ONNX Runtime makes of a whole program at its level "all", as far as it bears on time: activations, biases and residual sums
 * that become part of the convolution or product before them, an addition that becomes part of a normalisation, and the
 * reorderings where blocks of channels begin and end. Written after its optimisers (onnxruntime/core/optimizer:
 * `nchwc_transformer.cc`, `conv_activation_fusion.cc`, `matmul_add_fusion.cc`, `gemm_activation_fusion.cc`,
 * `matmul_transpose_fusion.cc`, `matmul_scale_fusion.cc`, `skip_layer_norm_fusion.cc`), and compared with the programs that they leave.
 *
 * @param visit sees the account of each step, which is valid until it returns, and the node that it is due to
 */
export function executionOf(
  graph: Graph,
  accounts: Accountant,
  visit: (step: Account, node: number) => void,
): void {
  new Execution(graph, accounts, visit).run();
}

const numbers = (...names: readonly PathName[]): ReadonlySet<number> =>
  new Set(names.map(pathNumber));

/** Convolutions whose result lies in blocks of channels. */
const blockedPaths = numbers(
  ...(["blocked-convolution", "pointwise-convolution", "image-convolution"] as const),
  ...(["depthwise-convolution", "grouped-convolution"] as const),
);
/** Other products that read all of their weights. */
const productPaths = numbers(
  ...(["matrix", "dynamic-matrix", "row", "patch-convolution", "recurrent"] as const),
);
const paths = {
  image: pathNumber("image-convolution"),
  depthwise: pathNumber("depthwise-convolution"),
  blockedPool: pathNumber("blocked-pool"),
  view: pathNumber("view"),
  function: pathNumber("function"),
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const afterConvolution = words("Relu LeakyRelu Sigmoid Tanh Clip HardSigmoid HardSwish");
const afterProduct = words(
  "Relu LeakyRelu Sigmoid Tanh Elu HardSigmoid Selu Softplus Softsign ThresholdedRelu",
);
/** What works on blocks of channels as it does on rows, whatever their number. */
const blockwise = words(
  "Relu LeakyRelu Sigmoid Tanh Clip HardSigmoid HardSwish BatchNormalization Identity Dropout",
);
/** What is put into blocks where the channels fill them. */
const pools = words("MaxPool AveragePool GlobalMaxPool GlobalAveragePool");
const joins = words("Add Sum Mul");
const views = words("Reshape Flatten Squeeze Unsqueeze");

/** A node, or several that run as one. */
interface Cluster {
  readonly kind: "convolution" | "matrix" | "product";
  /** An activation has been taken in: nothing more fits behind it. */
  closed: boolean;
  summed: boolean;
}

class Execution {
  readonly #graph: Graph;
  readonly #accounts: Accountant;
  readonly #visit: (step: Account, node: number) => void;
  readonly #step = account();
  /** How often each node's first result is read, as an output too. */
  readonly #uses: Int32Array;
  /** Who reads it last. */
  readonly #reader: Int32Array;
  readonly #clusters: (Cluster | undefined)[] = [];
  /** Whether a node's result lies in blocks of channels. */
  readonly #blocked: Uint8Array;
  /** Values that have been put in the other order already. */
  readonly #reordered = new Set<string>();
  /** Nodes that have become part of one behind them. */
  readonly #absorbed = new Set<number>();
  /** Bytes of all weights: read in each run, one after the other, they displace each other from caches that do not hold them all. */
  readonly #footprint: number;

  constructor(graph: Graph, accounts: Accountant, visit: (step: Account, node: number) => void) {
    this.#graph = graph;
    this.#accounts = accounts;
    this.#visit = visit;
    const size = graph.nodes.length;
    this.#uses = new Int32Array(size);
    this.#reader = new Int32Array(size).fill(-1);
    this.#blocked = new Uint8Array(size);
    this.#footprint = graph.constants.reduce((sum, { type }) => sum + bytesOf(type), 0);
    graph.nodes.forEach((node, index) => {
      for (const source of node.inputs) this.#use(source, index);
    });
    for (const { source } of graph.outputs) this.#use(source, -1);
    graph.nodes.forEach((node) => {
      const [source] = node.inputs;
      if (source?.from === "node" && this.#isSkip(node)) this.#absorbed.add(source.index);
    });
  }

  #use(source: Source | undefined, by: number): void {
    if (source?.from !== "node") return;
    this.#uses[source.index] = (this.#uses[source.index] as number) + 1;
    this.#reader[source.index] = by;
  }

  run(): void {
    const { nodes, outputs } = this.#graph;
    nodes.forEach((node, index) => {
      const isConstant = node.operands.every((operand) => operand?.constant !== false);
      if (node.opaque === undefined && !isConstant) this.#node(node, index);
    });
    for (const { source } of outputs)
      if (this.#isBlocked(source)) this.#reorder(source, nodes.length - 1);
  }

  #node(node: GraphNode, index: number): void {
    const step = this.#step;
    if (
      this.#absorbed.has(index) ||
      this.#joinsCluster(node, index) ||
      this.#isAhead(node, index)
    ) {
      this.#fuse(node, index);
      return;
    }
    const [first] = node.inputs;
    const isBlocked = this.#isBlocked(first);
    this.#accounts.write(this.#isSkip(node) ? skipNorm(node) : node, step);
    // What stands between rows and images is priced where blocks begin and end.
    if (views.has(node.op)) setView(step);
    const isConvolution = blockedPaths.has(step.path);
    const isPool = pools.has(node.op) && fillsBlocks(node, this.#accounts.block);
    const stays = !isConvolution && !isPool && this.#staysBlocked(node);
    if (isPool) step.path = paths.blockedPool;
    // A factor or a summand for each channel is a depthwise convolution of one pixel there.
    if (stays && joins.has(node.op) && node.operands.some((operand) => operand?.constant))
      step.path = paths.depthwise;
    this.#blocked[index] = isConvolution || isPool || stays ? 1 : 0;
    if (isConvolution || productPaths.has(step.path)) this.#stream(node);
    if (node.op === "Conv") this.#open(index, "convolution");
    else if (node.op === "Gemm") this.#open(index, "product");
    else if (node.op === "MatMul") this.#open(index, "matrix");
    const wantsBlocks = isPool || (isConvolution && step.path !== paths.image);
    // Blocks can be left in the other order, channels last, as well.
    if (node.op !== "Transpose" || !isBlocked || !isChannelsLast(node)) this.#visit(step, index);
    for (const [position, source] of node.inputs.entries()) {
      if (source === undefined || source.from === "constant" || stays) continue;
      const wanted = wantsBlocks && position === 0;
      if (wanted !== this.#isBlocked(source)) this.#reorder(source, index);
    }
  }

  /** What becomes part of another operator works on what that has at hand: it takes no time of its own, unless it is a function that has to be evaluated. */
  #fuse(node: GraphNode, index: number): void {
    const step = this.#step;
    this.#accounts.write(node, step);
    if (step.path !== paths.function) return;
    step.start = 0;
    step.traffic = 0;
    this.#visit(step, index);
  }

  /** Weights come from where all weights of the program fit. */
  #stream({ operands }: NodeView): void {
    const step = this.#step;
    const weights = operands.reduce(
      (sum, operand) => sum + (operand?.constant ? bytesOf(operand) : 0),
      0,
    );
    step.traffic = Math.max(step.traffic, weights * this.#accounts.perByte(this.#footprint));
  }

  #open(index: number, kind: Cluster["kind"]): void {
    this.#clusters[index] = { kind, closed: false, summed: false };
  }

  #isBlocked(source: Source | undefined): boolean {
    return source?.from === "node" && this.#blocked[source.index] === 1;
  }

  #reorder(source: Source, index: number): void {
    const key = `${source.from}${source.index}.${source.from === "node" ? source.result : 0}`;
    if (this.#reordered.has(key)) return;
    this.#reordered.add(key);
    const step = this.#step;
    step.path = reordering[2];
    step.start = 1000;
    step.arithmetic = reordering[0] * elements(this.#typeOf(source));
    step.traffic = 0;
    step.extra = 0;
    this.#visit(step, index);
  }

  #typeOf(source: Source): TensorType | undefined {
    if (source.from === "input") return this.#graph.inputs[source.index]?.type;
    return source.from === "node"
      ? this.#graph.nodes[source.index]?.results[source.result]
      : this.#graph.constants[source.index]?.type;
  }

  /** The cluster behind an operand that nobody else reads. */
  #behind(
    source: Source | undefined,
  ): { readonly cluster: Cluster; readonly at: number } | undefined {
    if (source?.from !== "node" || this.#uses[source.index] !== 1) return undefined;
    const cluster = this.#clusters[source.index];
    return cluster === undefined || cluster.closed ? undefined : { cluster, at: source.index };
  }

  /** Whether the node becomes part of the convolution or product whose result it reads. */
  #joinsCluster(node: GraphNode, index: number): boolean {
    for (const [position, source] of node.inputs.entries()) {
      const found = this.#behind(source);
      if (found === undefined) continue;
      if (elements(node.operands[position]) !== elements(node.results[0])) continue;
      if (!this.#joins(node, position, found, index)) continue;
      this.#clusters[index] ??= found.cluster;
      this.#blocked[index] = this.#blocked[found.at] as number;
      return true;
    }
    return false;
  }

  #joins(
    node: GraphNode,
    position: number,
    { cluster, at }: { readonly cluster: Cluster; readonly at: number },
    index: number,
  ): boolean {
    const { op, operands } = node;
    if (cluster.kind === "convolution") return this.#joinsConvolution(node, position, cluster, at);
    if (cluster.kind === "product") {
      if (position !== 0 || !afterProduct.has(op)) return false;
      cluster.closed = true;
      return true;
    }
    const other = operands[1 - position];
    if (other?.constant !== true) return false;
    if (op === "Add" && other.shape.length === 1) return this.#becomesGemm(node, index, cluster);
    return (op === "Mul" || (op === "Div" && position === 0)) && elements(other) === 1;
  }

  /** A product and a vector are one operator on matrices: behind it an activation fits, but for the views around it where there are more axes. */
  #becomesGemm(node: GraphNode, index: number, cluster: Cluster): boolean {
    cluster.closed = true;
    if (node.results[0]?.shape.length === 2) this.#open(index, "product");
    else {
      const product = node.inputs.find((source) => source?.from === "node");
      const before = product?.from === "node" ? this.#nodeBehind(product.index) : undefined;
      const after = this.#graph.nodes[this.#reader[index] as number];
      setView(this.#step);
      // A view of a view is one.
      for (const neighbour of [before, after])
        if (neighbour?.op !== "Reshape") this.#visit(this.#step, index);
    }
    return true;
  }

  /** The node that yields the first operand of another. */
  #nodeBehind(index: number): GraphNode | undefined {
    const source = this.#graph.nodes[index]?.inputs[0];
    return source?.from === "node" ? this.#graph.nodes[source.index] : undefined;
  }

  #joinsConvolution(node: GraphNode, position: number, cluster: Cluster, at: number): boolean {
    const { op, operands, inputs } = node;
    if (position === 0 && afterConvolution.has(op)) {
      cluster.closed = true;
      return true;
    }
    if (cluster.summed) return false;
    const rest = operands.filter((_, i) => i !== position);
    const isConstant = rest.length > 0 && rest.every((operand) => operand?.constant !== false);
    if (isConstant) return joins.has(op) || (op === "BatchNormalization" && position === 0);
    if ((op !== "Add" && op !== "Sum") || operands.length !== 2) return false;
    if (this.#blocked[at] !== 1 || !this.#isBlocked(inputs[1 - position])) return false;
    cluster.summed = elements(operands[1 - position]) === elements(operands[position]);
    return cluster.summed;
  }

  /** A transposition of the last two axes, and a factor, become part of the product that reads them, unless that takes a bias in. */
  #isAhead(node: GraphNode, index: number): boolean {
    const at = this.#reader[index] as number;
    const reader = this.#graph.nodes[at];
    if (this.#uses[index] !== 1 || reader?.op !== "MatMul" || this.#takesBias(at)) return false;
    if (node.op === "Transpose") return swapsLast(node);
    const other = node.operands[1];
    return (
      (node.op === "Mul" || node.op === "Div") && other?.constant === true && elements(other) === 1
    );
  }

  #takesBias(product: number): boolean {
    const reader = this.#graph.nodes[this.#reader[product] as number];
    return (
      this.#uses[product] === 1 &&
      reader?.op === "Add" &&
      reader.operands.some((operand) => operand?.constant && operand.shape.length === 1)
    );
  }

  #staysBlocked(node: GraphNode): boolean {
    const { op, inputs, operands } = node;
    const { block } = this.#accounts;
    const isWhole = (operand: Operand | undefined): boolean => dimension(operand, 1) % block === 0;
    if (!inputs.some((source) => this.#isBlocked(source))) return false;
    if (blockwise.has(op)) return true;
    if (op === "Resize" || op === "Upsample")
      return (node.attrs["mode"] ?? "nearest") === "nearest" && isWhole(operands[0]);
    const all = inputs.every(
      (source, i) => this.#isBlocked(source) || (joins.has(op) && isPerChannel(operands[i])),
    );
    if (op === "Concat") return all && Number(node.attrs["axis"]) === 1 && operands.every(isWhole);
    if (!joins.has(op) || !all) return false;
    const size = elements(node.results[0]);
    return operands.every((operand) => operand?.constant || elements(operand) === size);
  }

  /** A normalisation of a sum of two equal shapes that nobody else reads: fused, and the dearer for it. */
  #isSkip(node: GraphNode): boolean {
    const [source] = node.inputs;
    if (node.op !== "LayerNormalization" || source?.from !== "node") return false;
    const before = this.#graph.nodes[source.index];
    if (before?.op !== "Add" || this.#uses[source.index] !== 1) return false;
    const [a, b] = before.operands;
    const isPlain = (operand: Operand | undefined): boolean =>
      operand?.constant === false && operand.shape.length === 3;
    return isPlain(a) && isPlain(b) && elements(a) === elements(b);
  }
}

/** One number for each channel of an image. */
function isPerChannel(operand: Operand | undefined): boolean {
  if (!operand?.constant) return false;
  const { shape } = operand;
  const channels = shape.length - 3;
  return shape.length >= 3 && shape.every((size, i) => i === channels || size === 1);
}

function setView(step: Account): void {
  step.path = paths.view;
  step.start = 500;
  step.arithmetic = 0;
  step.traffic = 0;
  step.extra = 0;
}

function skipNorm(node: NodeView): NodeView {
  return { ...node, op: "com.microsoft.SkipLayerNormalization" };
}

function isChannelsLast(node: GraphNode): boolean {
  const { perm } = node.attrs as { readonly perm?: unknown };
  return Array.isArray(perm) && perm.join() === "0,2,3,1";
}

function swapsLast(node: GraphNode): boolean {
  const { perm } = node.attrs as { readonly perm?: unknown };
  const rank = node.operands[0]?.shape.length ?? 0;
  if (!Array.isArray(perm)) return rank === 2;
  return perm.every(
    (axis, i) => Number(axis) === (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2),
  );
}
