import { elements } from "@rewright/costmodel";
import type { Graph, GraphNode, NodeView, Source, TensorType } from "@rewright/plugin";
import { type Account, account } from "./account.ts";
import { reordering } from "./kernels.ts";
import type { Accountant } from "./model.ts";
import { type PathName, pathNumber } from "./paths.ts";

/**
 * What ONNX Runtime makes of a whole program at its level "all", as far as it bears on time: activations, biases and residual sums
 * that become part of the convolution or product before them, an addition that becomes part of a normalisation, and the
 * reorderings where blocks of channels begin and end. Written after its optimisers (onnxruntime/core/optimizer:
 * `nchwc_transformer.cc`, `conv_activation_fusion.cc`, `matmul_add_fusion.cc`, `gemm_activation_fusion.cc`,
 * `matmul_transpose_fusion.cc`, `matmul_scale_fusion.cc`, `skip_layer_norm_fusion.cc`).
 *
 * @param visit sees the account of each step, which is valid until it returns, and the node that it is due to
 */
export function executionOf(
  graph: Graph,
  write: Accountant,
  visit: (step: Account, node: number) => void,
): void {
  new Execution(graph, write, visit).run();
}

const number = (...names: readonly PathName[]): ReadonlySet<number> =>
  new Set(names.map(pathNumber));

/** Convolutions whose result lies in blocks of channels. */
const blockedPaths = number(
  ...(["blocked-convolution", "pointwise-convolution", "image-convolution"] as const),
  ...(["depthwise-convolution", "grouped-convolution"] as const),
);
const image = pathNumber("image-convolution");
const fused = pathNumber("fused");

const afterConvolution = new Set("Relu LeakyRelu Sigmoid Tanh Clip HardSigmoid".split(" "));
const afterProduct = new Set(
  "Relu LeakyRelu Sigmoid Tanh Elu HardSigmoid Selu Softplus Softsign ThresholdedRelu".split(" "),
);
/** What works on blocks of channels as it does on rows. */
const blockwise = new Set(
  "Relu LeakyRelu Sigmoid Tanh Clip HardSigmoid BatchNormalization MaxPool AveragePool GlobalMaxPool GlobalAveragePool Identity Dropout".split(
    " ",
  ),
);
const sums = new Set(["Add", "Sum"]);
const joins = new Set(["Add", "Sum", "Mul"]);

/** A node, or several that run as one. */
interface Cluster {
  readonly kind: "convolution" | "matrix" | "product";
  /** An activation has been taken in: nothing more fits behind it. */
  closed: boolean;
  summed: boolean;
}

class Execution {
  readonly #graph: Graph;
  readonly #write: Accountant;
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

  constructor(graph: Graph, write: Accountant, visit: (step: Account, node: number) => void) {
    this.#graph = graph;
    this.#write = write;
    this.#visit = visit;
    const size = graph.nodes.length;
    this.#uses = new Int32Array(size);
    this.#reader = new Int32Array(size).fill(-1);
    this.#blocked = new Uint8Array(size);
    graph.nodes.forEach((node, index) => {
      for (const source of node.inputs) this.#use(source, index);
    });
    for (const { source } of graph.outputs) this.#use(source, -1);
  }

  #use(source: Source | undefined, by: number): void {
    if (source?.from !== "node") return;
    this.#uses[source.index] = (this.#uses[source.index] as number) + 1;
    this.#reader[source.index] = by;
  }

  run(): void {
    const { nodes, outputs } = this.#graph;
    nodes.forEach((node, index) => {
      if (
        node.opaque !== undefined ||
        node.operands.every((operand) => operand?.constant !== false)
      )
        return;
      this.#node(node, index);
    });
    for (const { source } of outputs)
      if (this.#isBlocked(source)) this.#reorder(source, nodes.length - 1);
  }

  #node(node: GraphNode, index: number): void {
    const step = this.#step;
    if (this.#joinsCluster(node, index) || this.#goesIntoProduct(node, index)) {
      this.#write(node, step);
      step.path = fused;
      this.#visit(step, index);
      return;
    }
    const view = this.#isSkip(node) ? skipNorm(node) : node;
    this.#write(view, step);
    const isConvolution = blockedPaths.has(step.path);
    const keeps = isConvolution || this.#staysBlocked(node);
    this.#blocked[index] = keeps ? 1 : 0;
    if (node.op === "Conv") this.#open(index, "convolution");
    else if (node.op === "Gemm") this.#open(index, "product");
    else if (node.op === "MatMul") this.#open(index, "matrix");
    const wantsBlocks = isConvolution && step.path !== image;
    this.#visit(step, index);
    node.inputs.forEach((source, position) => {
      if (source === undefined || source.from === "constant") return;
      const isData = wantsBlocks && position === 0;
      if (isData !== this.#isBlocked(source) && (isData || !keeps)) this.#reorder(source, index);
    });
  }

  #open(index: number, kind: Cluster["kind"]): void {
    this.#clusters[index] = { kind, closed: false, summed: false };
  }

  #isBlocked(source: Source | undefined): boolean {
    return source?.from === "node" && this.#blocked[source.index] === 1;
  }

  #reorder(source: Source, index: number): void {
    const key = `${source.from}${source.index}`;
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
    const { op, inputs, operands } = node;
    for (const [position, source] of inputs.entries()) {
      const found = this.#behind(source);
      if (found === undefined) continue;
      const { cluster, at } = found;
      const other = operands[1 - position];
      const size = elements(node.results[0]);
      if (elements(operands[position]) !== size) continue;
      const isFree =
        cluster.kind === "convolution"
          ? this.#joinsConvolution(node, position, cluster, at)
          : cluster.kind === "product"
            ? position === 0 && afterProduct.has(op) && this.#close(cluster)
            : op === "Add" && other?.constant === true && other.shape.length === 1
              ? this.#turn(index, cluster)
              : (op === "Mul" || (op === "Div" && position === 0)) &&
                other?.constant === true &&
                elements(other) === 1;
      if (!isFree) continue;
      this.#clusters[index] ??= cluster;
      this.#blocked[index] = this.#blocked[at] as number;
      return true;
    }
    return false;
  }

  #close(cluster: Cluster): boolean {
    cluster.closed = true;
    return true;
  }

  /** A product and a vector are one operator, behind which an activation fits. */
  #turn(index: number, cluster: Cluster): boolean {
    cluster.closed = true;
    this.#open(index, "product");
    return true;
  }

  #joinsConvolution(node: GraphNode, position: number, cluster: Cluster, at: number): boolean {
    const { op, operands, inputs } = node;
    if (position === 0 && afterConvolution.has(op)) return this.#close(cluster);
    if (cluster.summed) return false;
    const rest = operands.filter((_, i) => i !== position);
    const isConstant = rest.length > 0 && rest.every((operand) => operand?.constant !== false);
    if (isConstant) return joins.has(op) || (op === "BatchNormalization" && position === 0);
    if (!sums.has(op) || operands.length !== 2 || this.#blocked[at] !== 1) return false;
    const isSum =
      elements(operands[1 - position]) === elements(operands[position]) &&
      this.#isBlocked(inputs[1 - position]);
    if (isSum) cluster.summed = true;
    return isSum;
  }

  /** A transposition of the last two axes, and a factor, become part of the product that reads them. */
  #goesIntoProduct(node: GraphNode, index: number): boolean {
    const reader = this.#graph.nodes[this.#reader[index] as number];
    if (this.#uses[index] !== 1 || reader?.op !== "MatMul") return false;
    if (node.op === "Transpose") return swapsLast(node);
    const other = node.operands[1];
    return (
      (node.op === "Mul" || node.op === "Div") && other?.constant === true && elements(other) === 1
    );
  }

  #staysBlocked(node: GraphNode): boolean {
    const { op, inputs, operands } = node;
    if (!inputs.some((source) => this.#isBlocked(source))) return false;
    if (blockwise.has(op)) return true;
    const all = inputs.every((source) => this.#isBlocked(source));
    if (joins.has(op))
      return all && operands.every((operand) => elements(operand) === elements(operands[0]));
    if (op === "Concat") return all && Number(node.attrs["axis"]) === 1;
    if (op === "Resize" || op === "Upsample")
      return this.#isBlocked(inputs[0]) && (node.attrs["mode"] ?? "nearest") === "nearest";
    return false;
  }

  /** A normalisation of a sum of two equal shapes: fused, and the dearer for it. */
  #isSkip(node: GraphNode): boolean {
    const [source] = node.inputs;
    if (node.op !== "LayerNormalization" || source?.from !== "node") return false;
    const before = this.#graph.nodes[source.index];
    return (
      before?.op === "Add" &&
      before.operands.every(
        (operand) => operand?.constant === false && operand.shape.length === 3,
      ) &&
      elements(before.operands[0]) === elements(before.operands[1])
    );
  }
}

function skipNorm(node: NodeView): NodeView {
  return { ...node, op: "com.microsoft.SkipLayerNormalization" };
}

function swapsLast(node: GraphNode): boolean {
  const { perm } = node.attrs as { readonly perm?: unknown };
  const rank = node.operands[0]?.shape.length ?? 0;
  if (!Array.isArray(perm)) return rank === 2;
  return perm.every(
    (axis, i) => Number(axis) === (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2),
  );
}
