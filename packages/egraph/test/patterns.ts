/** Random patterns, with slots for everything that a pattern can bind. */
import fc from "fast-check";
import type { Pattern } from "../src/index.ts";
import type { Pair } from "./script.ts";

/** The width of rows. */
export const SLOTS = 9;
/** Slots 0-3 bind classes, 4 arguments, 5 e-nodes, 6-8 the roots' classes. */
export const [ARGUMENT, NODE, ROOTS] = [4, 5, 6];

/** Any class. */
export const variable = fc.record({
  kind: fc.constant("variable" as const),
  slot: fc.nat({ max: 3 }),
});
/** Any pattern, most of which match nothing. */
export const pattern: fc.Arbitrary<Pattern> = fc.letrec<{ node: Pattern; child: Pattern }>(
  (tie) => ({
    node: fc.record(
      {
        kind: fc.constant("node" as const),
        op: fc.nat({ max: 3 }),
        arg: fc.nat({ max: 2 }),
        argSlot: fc.constant(ARGUMENT),
        nodeSlot: fc.constant(NODE),
        classSlot: fc.nat({ max: 3 }),
        children: fc.array(tie("child"), { maxLength: 3 }),
        rest: fc.boolean(),
        suffix: fc.array(tie("child"), { maxLength: 1 }),
      },
      { requiredKeys: ["kind", "op", "children"] },
    ),
    child: fc.oneof({ maxDepth: 2 }, variable, variable, tie("node")),
  }),
).node;

/**
 * A pattern read off the graph, so that it matches: `choices` decide at each class which of its e-nodes
 * to describe, and how fully. Classes get slots by their labels, so equal classes often share one.
 */
export function describeNode(
  pair: Pair,
  id: number,
  choices: readonly number[],
  depth: number,
): Pattern {
  const { graph } = pair;
  const choice = choices[depth % choices.length] as number;
  const nodes = graph.nodes(id);
  const node = nodes[choice % nodes.length] as number;
  const children = graph.children(node).map((child, i) => {
    const deeper = choices[(depth + i + 1) % choices.length] as number;
    return depth < 3 && deeper % 3 > 0
      ? describeNode(pair, child, choices, depth + i + 1)
      : ({ kind: "variable", slot: pair.label(child) % 4 } as const);
  });
  const kept = choice % 5 === 0 ? choice % (children.length + 1) : children.length;
  return {
    kind: "node",
    op: graph.op(node),
    ...(choice % 2 === 0 ? { arg: graph.arg(node) } : {}),
    ...(choice % 7 === 0 ? { argSlot: ARGUMENT } : {}),
    ...(choice % 11 === 0 ? { nodeSlot: NODE } : {}),
    ...(choice % 3 === 0 ? { classSlot: pair.label(id) % 4 } : {}),
    ...(choice % 5 === 0
      ? { children: children.slice(0, kept), rest: true, suffix: children.slice(kept) }
      : { children }),
  };
}

/** What {@link describeNode} goes by. */
export const choices: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 10000 }), {
  minLength: 3,
  maxLength: 8,
});
