import type { Graph, GraphNode } from "@rewright/plugin";
import { bytesOf, elements, extent } from "../size.ts";
import { countWork, type Work } from "../work.ts";
import type { Samples } from "./samples.ts";

/** What a node is told by: arithmetic, traffic, sizes. */
const WIDTH = 12;
/** Sizes of the first dimensions of the result that are told. */
const DIMENSIONS = 4;

/** A number of a byte for an operator's name; 0 is kept for what is unknown. Names that share a number are told apart by their work. */
function opcodeOf(op: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < op.length; i++) hash = Math.imul(hash ^ op.charCodeAt(i), 0x01000193);
  return 1 + ((hash >>> 0) % 255);
}

/** The vocabulary of programs as this package describes them. */
export const PROGRAMS: string = `programs ${WIDTH}`;

/** Work on constants alone is done before a program runs. */
const isFolded = ({ operands, opaque }: GraphNode): boolean =>
  opaque === undefined && operands.every((operand) => operand?.constant !== false);

/**
 * A program as one sample: its operators with their work and sizes, and what it was measured to take in µs, where it was. Models
 * that learn from such samples rank programs, for any target. What is computed from constants alone takes no time and is left out.
 */
export function programSample(graph: Graph, name: string, time = 1): Samples {
  const counted: Work = { flops: 0, matrixFlops: 0, bytes: 0 };
  const running = graph.nodes.filter((node) => !isFolded(node));
  const place = new Map(running.map((node, i) => [node, i]));
  const nodes = Math.max(1, running.length);
  const features = new Float32Array(nodes * WIDTH);
  const opcodes = new Uint8Array(nodes);
  const edges: number[] = [];
  for (const [i, node] of running.entries()) {
    if (node.opaque === undefined) {
      countWork(node, counted);
      const [result] = node.results;
      const shape = result?.shape ?? [];
      features.set(
        [
          counted.flops,
          counted.matrixFlops,
          counted.bytes,
          node.operands.reduce((sum, operand) => sum + bytesOf(operand), 0),
          node.operands.reduce(
            (sum, operand) => sum + (operand?.constant ? bytesOf(operand) : 0),
            0,
          ),
          bytesOf(result),
          elements(result),
          shape.length,
          ...Array.from({ length: DIMENSIONS }, (_, d) => extent(shape[shape.length - 1 - d])),
        ],
        i * WIDTH,
      );
    }
    opcodes[i] = opcodeOf(node.op);
    for (const source of node.inputs) {
      if (source?.from !== "node") continue;
      const from = place.get(graph.nodes[source.index] as GraphNode);
      if (from !== undefined) edges.push(i, from);
    }
  }
  return {
    name,
    vocabulary: PROGRAMS,
    graph: { nodes, opcodes, features, width: WIDTH, edges: Int32Array.from(edges) },
    configurable: new Int32Array(0),
    configWidth: 0,
    configs: new Float32Array(0),
    times: Float64Array.of(time),
  };
}
