import type { Observation } from "@rewright/plugin";

/** How much room a program for observations has. Programs have fixed shapes, so room comes in few sizes. */
export interface Size {
  readonly nodes: number;
  readonly edges: number;
  readonly moves: number;
  /** Pairs of a move and a node that it touches. */
  readonly links: number;
}

const LEAST = 8;

/** The power of two that so many fit in. */
function room(count: number): number {
  let size = LEAST;
  while (size < count) size *= 2;
  return size;
}

/** The room that an observation needs. One row of nodes and one of moves stay free: what fills up edges and links points there. */
export function sizeOf({ nodes, nodeWidth, edges, moveNodes }: Observation): Size {
  let links = 0;
  for (const touched of moveNodes) links += touched.length;
  return {
    nodes: room(nodes.length / nodeWidth + 1),
    edges: room(edges.length / 2),
    moves: room(moveNodes.length + 1),
    links: room(links),
  };
}
