/** Smaller programs with the same fault. */
import type { Rule } from "../../packages/dsl/src/index.ts";
import { constantOf } from "../../packages/onnx/src/index.ts";
import type { Graph, GraphNode, NdArray, Source } from "../../packages/plugin/src/index.ts";
import { evaluateGraph } from "../../packages/tensor/src/index.ts";
import type { Oracle } from "./oracle.ts";
import { dialects } from "./rewriting.ts";
import type { Case } from "./sketch.ts";
import { type Fault, fails } from "./trial.ts";

/** A fault, as small as it could be made, and the rules it takes. */
export interface Reduced extends Fault {
  readonly rules: readonly Rule[];
}

/** Leaves out rules, outputs, operators and digits for as long as something is wrong. */
export async function reduced(
  fault: Fault,
  rules: readonly Rule[],
  seed: number,
  oracle?: Oracle,
): Promise<Reduced> {
  let best: Reduced = { ...fault, rules };
  const attempt = async (change: Partial<Case & { rules: readonly Rule[] }>): Promise<boolean> => {
    const next = { ...best, ...change };
    const { comparison } = fault;
    const why = await fails(next, { rules: next.rules, comparison, seed, oracle });
    if (why !== undefined) best = { ...next, why };
    return why !== undefined;
  };
  for (
    let size = Math.ceil(rules.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let at = 0; at < best.rules.length; )
      if (!(await attempt({ rules: best.rules.toSpliced(at, size) }))) at += size;
  for (let at = best.graph.outputs.length - 1; at >= 0 && best.graph.outputs.length > 1; at--)
    await attempt(
      kept({ ...best.graph, outputs: best.graph.outputs.toSpliced(at, 1) }, best.inputs),
    );
  // Any value may be the only output, the earliest first: what comes after it is then not needed.
  for (const [index, node] of best.graph.nodes.entries()) {
    const outputs = node.results.map((_, result) => {
      return { name: `y${result}`, source: { from: "node", index, result } as const };
    });
    if (await attempt(kept({ ...best.graph, outputs }, best.inputs))) break;
  }
  for (let index = best.graph.nodes.length - 1; index >= 0; index--) {
    const cut = index < best.graph.nodes.length ? withoutNode(best, index) : undefined;
    if (cut) await attempt(cut);
  }
  for (const way of [() => 0, () => 1, Math.round])
    for (const at of best.inputs.keys()) {
      const array = best.inputs[at] as NdArray;
      if (!/^f\d/.test(array.dtype)) continue;
      const data = Float64Array.from(array.data as ArrayLike<number>, way);
      const simple = { ...array, data: array.dtype === "f64" ? data : Float32Array.from(data) };
      await attempt({ inputs: best.inputs.with(at, simple) });
    }
  return best;
}

/** What a program needs for its outputs. Inputs and nodes that nothing uses go. */
function kept(graph: Graph, inputs: readonly NdArray[]): Case {
  const needed = new Set<number>();
  const used = new Set<number>();
  const visit = (source: Source | undefined): void => {
    if (source?.from === "input") used.add(source.index);
    if (source?.from !== "node" || needed.has(source.index)) return;
    needed.add(source.index);
    graph.nodes[source.index]?.inputs.forEach(visit);
  };
  for (const { source } of graph.outputs) visit(source);
  const nodeAt = [...graph.nodes.keys()].filter((index) => needed.has(index));
  const inputAt = [...graph.inputs.keys()].filter((index) => used.has(index));
  const moved = (source: Source): Source => {
    if (source.from === "node") return { ...source, index: nodeAt.indexOf(source.index) };
    return source.from === "input" ? { ...source, index: inputAt.indexOf(source.index) } : source;
  };
  return {
    graph: {
      inputs: inputAt.map((index) => graph.inputs[index] as Graph["inputs"][number]),
      constants: graph.constants,
      nodes: nodeAt.map((index) => {
        const node = graph.nodes[index] as GraphNode;
        return { ...node, inputs: node.inputs.map((source) => source && moved(source)) };
      }),
      outputs: graph.outputs.map(({ name, source }) => ({ name, source: moved(source) })),
    },
    inputs: inputAt.map((index) => inputs[index] as NdArray),
  };
}

/** The program with an input in the place of a node's first result, or a constant where the node works on constants alone. */
function withoutNode({ graph, inputs }: Case, index: number): Case | undefined {
  const node = graph.nodes[index] as GraphNode;
  if (node.results.length !== 1 || graph.nodes.length === 1) return undefined;
  const [value] = evaluateGraph(
    { ...graph, outputs: [{ name: "v", source: { from: "node", index, result: 0 } }] },
    inputs,
    dialects,
  ) as [NdArray];
  const isConstant = node.operands.every((operand) => operand === undefined || operand.constant);
  const source: Source = isConstant
    ? { from: "constant", index: graph.constants.length }
    : { from: "input", index: graph.inputs.length };
  const replaced = (old: Source | undefined): Source | undefined =>
    old?.from === "node" && old.index === index ? source : old;
  const { dtype, shape } = value;
  const [type] = node.results;
  const next: Graph = {
    inputs: isConstant
      ? graph.inputs
      : [
          ...graph.inputs,
          {
            name: `v${graph.inputs.length}`,
            type: {
              dtype,
              shape: type?.shape.some((dim) => String(dim).startsWith("?"))
                ? shape
                : (type?.shape ?? shape),
            },
          },
        ],
    constants: isConstant ? [...graph.constants, constantOf(value)] : graph.constants,
    nodes: graph.nodes.map((other) => ({ ...other, inputs: other.inputs.map(replaced) })),
    outputs: graph.outputs.map(({ name, source: old }) => ({
      name,
      source: replaced(old) as Source,
    })),
  };
  return kept(next, isConstant ? inputs : [...inputs, value]);
}
