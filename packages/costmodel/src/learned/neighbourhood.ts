import type { Samples } from "./samples.ts";

/** The part of a graph that a network looks at. */
export interface Neighbourhood {
  /** Its nodes, by their numbers in the graph. */
  readonly nodes: Int32Array;
  /** Its edges, both ways, by the numbers of nodes in it. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The configurable nodes, by their numbers in it. */
  readonly configurable: Int32Array;
}

/**
 * What is within some steps of a configurable node, along edges either way: far from what differs between configurations, nothing
 * is to be learnt about them. All of it where configurations are of the program as a whole.
 */
export function neighbourhood({ graph, configurable }: Samples, hops: number): Neighbourhood {
  const near = new Uint8Array(graph.nodes);
  if (configurable.length === 0) near.fill(1);
  for (const node of configurable) near[node] = 1;
  for (let hop = 0; hop < hops; hop++) {
    const before = near.slice();
    for (let e = 0; e < graph.edges.length; e += 2) {
      const [a, b] = [graph.edges[e] as number, graph.edges[e + 1] as number];
      if (before[a] || before[b]) near[a] = near[b] = 1;
    }
  }
  const nodes = Int32Array.from([...near.keys()].filter((node) => near[node] === 1));
  const place = new Int32Array(graph.nodes).fill(-1);
  for (const [i, node] of nodes.entries()) place[node] = i;
  const [from, to]: [number[], number[]] = [[], []];
  for (let e = 0; e < graph.edges.length; e += 2) {
    const a = place[graph.edges[e] as number] as number;
    const b = place[graph.edges[e + 1] as number] as number;
    if (a < 0 || b < 0 || a === b) continue;
    from.push(a, b);
    to.push(b, a);
  }
  return {
    nodes,
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    configurable: configurable.map((node) => place[node] as number),
  };
}
