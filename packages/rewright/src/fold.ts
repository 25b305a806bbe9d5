import { constantOf } from "@rewright/onnx";
import type { Constant, Dialect, Graph, GraphNode, NdArray, OpDef, Source } from "@rewright/plugin";

/** Multiplications that folding may spend in all: some seconds. What is left over, the runtime folds when it loads the model. */
const workLimit = 4e9;

const bytesOf: Readonly<Record<string, number>> = {
  ...{ f64: 8, i64: 8, u64: 8, c64: 8, c128: 16 },
  ...{ f16: 2, bf16: 2, i16: 2, u16: 2, i8: 1, u8: 1, bool: 1 },
};
const elements = (shape: readonly (number | string)[]): number =>
  shape.reduce<number>((n, d) => n * (typeof d === "number" ? d : Number.NaN), 1);
const sizeOf = (t: { dtype: string; shape: readonly (number | string)[] }): number =>
  elements(t.shape) * (bytesOf[t.dtype] ?? 4);

/** Multiplications of one application, closely enough to keep folding affordable: the inner dimension times the result. */
function workOf(node: GraphNode): number {
  const size = Math.max(...node.results.map((r) => elements(r.shape)));
  if (!/^(MatMul|Gemm|Conv|Einsum)/.test(node.op)) return size;
  const weight = node.operands[1]?.shape ?? [];
  const inner = node.op.startsWith("Conv")
    ? elements(weight.slice(1))
    : elements(weight.slice(-2, -1));
  return size * inner;
}

/**
 * Evaluates work on constants alone, so that the written model holds its result: a program that is cheap because its weights
 * can be prepared should be written with its weights prepared. Where the results would make the constants larger by more than
 * `room` bytes, the largest are left as operators, which a runtime folds when it loads the model.
 *
 * @returns the graph itself when there is nothing to fold
 */
export function foldConstants(graph: Graph, dialects: readonly Dialect[], room: number): Graph {
  // What turns out to have no value (a division of integers by zero) stays for the runtime to fail at, should it come to that.
  for (const undefinable = new Set<number>(); ; ) {
    try {
      return foldAllBut(undefinable, graph, dialects, room);
    } catch (error) {
      if (!(error instanceof Undefined)) throw error;
      undefinable.add(error.node);
    }
  }
}

/** A node that cannot be evaluated. */
class Undefined extends Error {
  readonly node: number;

  constructor(node: number, cause: unknown) {
    super(`node ${node} has no value`, { cause });
    this.node = node;
  }
}

function foldAllBut(
  undefinable: ReadonlySet<number>,
  graph: Graph,
  dialects: readonly Dialect[],
  room: number,
): Graph {
  const defs = new Map<string, OpDef>(dialects.flatMap((d) => Object.entries(d.ops)));
  const foldable: boolean[] = [];
  let work = 0;
  for (const [i, node] of graph.nodes.entries()) {
    const def = defs.get(node.op);
    foldable[i] =
      !undefinable.has(i) &&
      node.opaque === undefined &&
      def?.evaluate !== undefined &&
      !def.impure &&
      node.inputs.every(
        (s) => !s || s.from === "constant" || (s.from === "node" && foldable[s.index] === true),
      ) &&
      node.results.every((r) => r.dtype !== "unknown" && Number.isFinite(sizeOf(r)));
    if (!foldable[i]) continue;
    work += workOf(node);
    if (work > workLimit) foldable[i] = false;
  }
  const folded = new Set<number>(); // nodes whose results become constants
  const consult = (s: Source | undefined): void => {
    if (s?.from === "node" && foldable[s.index]) folded.add(s.index);
  };
  for (const [i, node] of graph.nodes.entries()) if (!foldable[i]) node.inputs.forEach(consult);
  for (const o of graph.outputs) consult(o.source);
  if (folded.size === 0) return graph;

  /** What the program needs when `folded` are constants: the operators and constants that remain, and their bytes. */
  const needs = (): { nodes: Set<number>; constants: Set<number>; bytes: number } => {
    const nodes = new Set<number>();
    const constants = new Set<number>();
    const visit = (s: Source | undefined): void => {
      if (s?.from === "constant") constants.add(s.index);
      if (s?.from !== "node" || folded.has(s.index) || nodes.has(s.index)) return;
      nodes.add(s.index);
      graph.nodes[s.index]?.inputs.forEach(visit);
    };
    for (const [i, node] of graph.nodes.entries()) {
      if (foldable[i]) continue; // reached from its users, if still needed
      nodes.add(i);
      node.inputs.forEach(visit);
    }
    for (const o of graph.outputs) visit(o.source);
    let bytes = 0;
    for (const c of constants) bytes += sizeOf((graph.constants[c] as Constant).type);
    for (const f of folded)
      for (const r of (graph.nodes[f] as GraphNode).results) bytes += sizeOf(r);
    return { nodes, constants, bytes };
  };
  const before = graph.constants.reduce((n, c) => n + sizeOf(c.type), 0);
  let needed = needs();
  while (needed.bytes - before > room && folded.size > 0) {
    let largest = -1;
    let most = -1;
    for (const f of folded) {
      const size = (graph.nodes[f] as GraphNode).results.reduce((n, r) => n + sizeOf(r), 0);
      if (size > most) [largest, most] = [f, size];
    }
    folded.delete(largest);
    // Its operands may now be worth folding themselves.
    for (const s of (graph.nodes[largest] as GraphNode).inputs)
      if (s?.from === "node" && sizeOfResults(graph, s.index) < most) folded.add(s.index);
    needed = needs();
  }

  const values = new Map<number, readonly NdArray[]>();
  const read = (s: Source | undefined): NdArray | undefined => {
    if (s === undefined) return undefined;
    if (s.from === "constant") return (graph.constants[s.index] as Constant).load();
    if (s.from === "input") throw new Error("an input is no constant");
    return evaluate(s.index)[s.result];
  };
  const evaluate = (index: number): readonly NdArray[] => {
    let value = values.get(index);
    if (value === undefined) {
      const node = graph.nodes[index] as GraphNode;
      const run = (defs.get(node.op) as OpDef).evaluate as NonNullable<OpDef["evaluate"]>;
      const operands = node.inputs.map(read);
      try {
        value = run(operands, node.attrs, node.results.length);
      } catch (error) {
        throw new Undefined(index, error);
      }
      values.set(index, value);
    }
    return value;
  };

  const constants: Constant[] = [];
  const constantAt = new Map<number, number>();
  for (const c of needed.constants) {
    constantAt.set(c, constants.length);
    constants.push(graph.constants[c] as Constant);
  }
  const foldedAt = new Map<number, readonly number[]>();
  for (const f of folded)
    foldedAt.set(
      f,
      evaluate(f).map((value) => constants.push(constantOf(value)) - 1),
    );
  const nodeAt = new Map<number, number>();
  const moved = (s: Source): Source => {
    if (s.from === "constant")
      return { from: "constant", index: constantAt.get(s.index) as number };
    if (s.from === "input") return s;
    const results = foldedAt.get(s.index);
    if (results) return { from: "constant", index: results[s.result] as number };
    return { from: "node", index: nodeAt.get(s.index) as number, result: s.result };
  };
  const nodes: GraphNode[] = [];
  for (const [i, node] of graph.nodes.entries()) {
    if (!needed.nodes.has(i)) continue;
    nodeAt.set(i, nodes.length);
    nodes.push({ ...node, inputs: node.inputs.map((s) => s && moved(s)) });
  }
  return {
    inputs: graph.inputs,
    constants,
    nodes,
    outputs: graph.outputs.map((o) => ({ name: o.name, source: moved(o.source) })),
  };
}

function sizeOfResults(graph: Graph, node: number): number {
  return (graph.nodes[node] as GraphNode).results.reduce((n, r) => n + sizeOf(r), 0);
}
