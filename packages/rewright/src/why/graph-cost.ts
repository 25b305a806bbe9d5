import type { CostModel, CostParts, Graph, GraphNode, TensorType } from "@rewright/plugin";
import { boundGraph } from "../bound-graph.ts";
import type { Sizes } from "../sizes.ts";

/** What an operator's time is mostly spent on; "nothing" where it costs none, `null` where the backend does not tell. */
type Bound = "launch" | "arithmetic" | "memory" | "nothing" | null;

/** An operator of a program, and what it costs. */
export interface PricedNode {
  /** Its position in the program. */
  readonly index: number;
  readonly op: string;
  /** What it is applied to and what it yields, as people write it: "1x128x768 · 768x3072 → 1x128x3072"; weights in brackets. */
  readonly shapes: string;
  readonly cost: number;
  /** Of the program's cost. */
  readonly share: number;
  readonly bound: Bound;
  readonly parts: CostParts | null;
  /** The operators whose results it takes. */
  readonly from: readonly number[];
}

/** A program and what it costs. */
export interface PricedGraph {
  readonly nodes: readonly PricedNode[];
  /** The sum of its operators' costs: what the search makes small. */
  readonly cost: number;
  /** The cost of the whole as the backend sees it, fusion and all; null where it sees no more than the sum. */
  readonly whole: number | null;
}

/** Prices a program operator by operator, as the search does: open dimensions at their sizes, work on constants and opaque operators free. */
export async function priceGraph(
  graph: Graph,
  model: CostModel,
  bind: Sizes,
  signal: AbortSignal,
): Promise<PricedGraph> {
  const bound = boundGraph(graph, bind);
  const costs = bound.nodes.map((node) => (isFree(node) ? 0 : model.cost(node)));
  const cost = costs.reduce((sum, own) => sum + own, 0);
  const nodes = bound.nodes.map((node, index): PricedNode => {
    const own = costs[index] as number;
    const parts = own === 0 || !(own < Infinity) ? null : (model.parts?.(node) ?? null);
    return {
      ...{ index, op: node.op, shapes: shapesOf(node), cost: own },
      share: cost > 0 && cost < Infinity ? own / cost : 0,
      bound: own === 0 ? "nothing" : parts && boundOf(parts),
      parts,
      from: node.inputs.flatMap((source) => (source?.from === "node" ? [source.index] : [])),
    };
  });
  return { nodes, cost, whole: (await model.rank?.(bound, signal)) ?? null };
}

function isFree({ opaque, operands, results }: GraphNode): boolean {
  const isUnknown = (type: TensorType | undefined): boolean => type?.dtype === "unknown";
  return (
    opaque !== undefined ||
    results.some(isUnknown) ||
    operands.some(isUnknown) ||
    operands.every((operand) => operand === undefined || operand.constant)
  );
}

function boundOf({ launch, arithmetic, memory }: CostParts): Bound {
  if (launch >= Math.max(arithmetic, memory)) return "launch";
  return arithmetic >= memory ? "arithmetic" : "memory";
}

function shapesOf({ operands, results }: GraphNode): string {
  const shape = (type: TensorType | undefined): string =>
    type === undefined ? "–" : type.dtype === "unknown" ? "?" : type.shape.join("x") || "scalar";
  const taken = operands.map((operand) =>
    operand?.constant ? `[${shape(operand)}]` : shape(operand),
  );
  return `${taken.join(" · ")} → ${results.map(shape).join(" · ")}`;
}

/** An operator by all that its cost depends on: what two programs have in common has the same. */
function labelOf({ op, shapes }: Pick<PricedNode, "op" | "shapes">): string {
  return `${op}  ${shapes}`;
}

/** What one program has and another has not: operators by label, each as often as it is missing there. */
export function missingFrom(a: PricedGraph, b: PricedGraph): readonly PricedNode[] {
  const others = new Map<string, number>();
  for (const node of b.nodes) others.set(labelOf(node), (others.get(labelOf(node)) ?? 0) + 1);
  return a.nodes.filter((node) => {
    const left = others.get(labelOf(node)) ?? 0;
    others.set(labelOf(node), left - 1);
    return left <= 0;
  });
}
