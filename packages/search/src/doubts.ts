import type { NodeId } from "egraph-ts";
import type { Program, Taste } from "./extractor.ts";
import type { World } from "./world.ts";

/** The share of a program's cost from which on the rule that made its nodes is doubted. */
const SHARE = 0.05;
/** How many rules are doubted at most. */
const MOST = 3;
/** How many times dearer than it is priced what a rule made is taken to be. */
const DOUBT = 2;

/**
 * Tastes each of which doubts one of the rules that made the dear nodes of a program. Prices err alike for all that one rule makes, so
 * that the best programs are all of a kind; what these tastes choose does without that rule, and comes before a judge that measures, too.
 */
export function doubts(
  { applications }: World,
  { cost, extraction }: Program,
  price: (node: NodeId) => number,
): readonly Taste[] {
  const ruleOf = (node: NodeId): number | undefined => {
    const creator = applications.creator(node);
    return creator === undefined ? undefined : applications.at(creator)?.rule;
  };
  const made = new Map<number, number>();
  for (const id of extraction.order) {
    const node = extraction.choice(id);
    const rule = ruleOf(node);
    if (rule !== undefined) made.set(rule, (made.get(rule) ?? 0) + price(node));
  }
  return [...made]
    .filter(([, sum]) => sum >= SHARE * cost)
    .sort(([a, p], [b, q]) => q - p || a - b)
    .slice(0, MOST)
    .map(([rule]) => ({ ties: "newest", factor: (node) => (ruleOf(node) === rule ? DOUBT : 1) }));
}
