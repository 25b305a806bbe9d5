import { startsWithin, wanted } from "./compile.ts";
import type { EGraph } from "./egraph.ts";
import { ORDERS, STEP } from "./kernel/steps.ts";
import type { NodePattern, Pattern } from "./pattern.ts";
import type { Plan } from "./plan.ts";

/** It pays to begin below a root where its e-nodes are this many times as many: the way up costs, too. */
const RARE = 8;

/** The pattern within a root of which there are so few e-nodes that a search for all matches begins there, if any. */
export function rarest(
  graph: Pick<EGraph<unknown>, "listed" | "symbol">,
  root: NodePattern,
): NodePattern | undefined {
  let best: NodePattern | undefined;
  let fewest = graph.listed(wanted(graph, root)) / RARE;
  for (const within of startsWithin(root)) {
    const count = graph.listed(wanted(graph, within));
    if (count >= fewest) continue;
    best = within;
    fewest = count;
  }
  return best;
}

/** Whether a part of a pattern has an operator that no e-node has, so that nothing can match. */
export function isHopeless(
  graph: Pick<EGraph<unknown>, "listed" | "symbol">,
  roots: readonly Pattern[],
): boolean {
  const isMissing = (part: Pattern): boolean =>
    part.kind === "node" && graph.listed(wanted(graph, part)) === 0;
  return roots.some((root) => isMissing(root) || startsWithin(root).some(isMissing));
}

/** How many e-nodes a search for all matches begins with, where it begins at this pattern or within it. */
export function beginnings(
  graph: Pick<EGraph<unknown>, "listed" | "symbol">,
  root: NodePattern,
): number {
  const within = rarest(graph, root);
  const count = graph.listed(wanted(graph, root));
  return within ? Math.min(count, graph.listed(wanted(graph, within)) * RARE) : count;
}

/** The kind of the step that a plan generates from first. */
export function firstGenerator({ code }: Plan): number | undefined {
  for (let at = 0; at < code.length; at += STEP)
    if ((code[at] as number) <= ORDERS) return code[at];
  return undefined;
}
