import fc from "fast-check";
import { expect, test } from "vitest";
import { EGraph, type Id, Listing, type NodeId } from "../src/index.ts";
import { history, Pair } from "./script.ts";

/** E-nodes with their classes and children, as they are listed. */
function listed(listing: Listing): (readonly [Id, NodeId, readonly Id[]])[] {
  const { count, nodes, classes, ends, children } = listing;
  return Array.from({ length: count }, (_, n) => [
    classes[n] as Id,
    nodes[n] as NodeId,
    [...children.subarray(n === 0 ? 0 : ends[n - 1], ends[n])],
  ]);
}

function read(graph: EGraph): (readonly [Id, NodeId, readonly Id[]])[] {
  return graph
    .classes()
    .flatMap((id) => graph.nodes(id).map((node) => [id, node, graph.children(node)] as const));
}

test("one listing, used again and again, tells what the graph does", () => {
  const listing = new Listing();
  fc.assert(
    fc.property(history, (script) => {
      const pair = new Pair();
      for (const action of script) pair.step(action);
      pair.graph.rebuild();
      listing.take(pair.graph);
      expect(listed(listing)).toEqual(read(pair.graph));
    }),
  );
});

test("what is subsumed is not listed, and wide e-nodes are with all their children", () => {
  const graph = new EGraph();
  const atoms = Array.from({ length: 300 }, (_, i) => graph.add(graph.operator(`a${i}`), 0, []));
  const wide = graph.add(graph.operator("f"), 0, atoms);
  const hidden = graph.add(graph.operator("g"), 0, [wide, wide]);
  graph.union(hidden, wide);
  graph.subsume(hidden);
  graph.rebuild();
  const listing = new Listing();
  listing.take(graph);
  expect(listed(listing)).toEqual(read(graph));
  expect(listing.nodes.subarray(0, listing.count)).not.toContain(hidden);
});
