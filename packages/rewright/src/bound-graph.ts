import type { Dim, Graph, Operand, TensorType } from "@rewright/plugin";
import { openSize, type Sizes } from "./sizes.ts";

/** The program with a size for each of its dimensions. */
export function boundGraph(graph: Graph, bind: Sizes): Graph {
  const number = (dim: Dim): number => (typeof dim === "number" ? dim : (bind[dim] ?? openSize));
  const type = <T extends TensorType>(own: T): T => ({
    ...own,
    shape: own.shape.map(number),
    ...(own.value && { value: own.value.map(number) }),
  });
  return {
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, type: type(input.type) })),
    nodes: graph.nodes.map((node) => ({
      ...node,
      operands: node.operands.map((operand) => operand && type<Operand>(operand)),
      results: node.results.map((result) => type(result)),
    })),
  };
}
