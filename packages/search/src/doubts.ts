import type { NodeId } from "egraph-ts";
import type { Program, Taste } from "./extractor.ts";
import type { World } from "./world.ts";

/** The share of a program's cost from which on the rule that made its nodes is doubted. */
const SHARE = 0.05;
/** How many rules are doubted at most. */
const MOST = 3;
/** How many times dearer than it is priced what a rule made is taken to be. */
const DOUBT = 2;
/** What may be left of it in a program that does without. */
const REST = 0.5;

/**
 * The best programs that do without one of the rules that made the dear nodes of a program. Prices err alike for all that one rule makes,
 * so that the cheapest programs are all of a kind: a judge that measures is to see others, too.
 *
 * @param price what a node costs
 * @param extract the cheapest program under a taste
 */
export function* doubts(
  { applications }: World,
  program: Program,
  price: (node: NodeId) => number,
  extract: (taste: Taste) => Program,
): Iterable<Program> {
  const ruleOf = (node: NodeId): number | undefined => {
    const creator = applications.creator(node);
    return creator === undefined ? undefined : applications.at(creator)?.rule;
  };
  /** By rule, what the nodes that it made cost. */
  const made = ({ extraction }: Program): ReadonlyMap<number, number> => {
    const sums = new Map<number, number>();
    for (const id of extraction.order) {
      const node = extraction.choice(id);
      const rule = ruleOf(node);
      if (rule !== undefined) sums.set(rule, (sums.get(rule) ?? 0) + price(node));
    }
    return sums;
  };
  const weighty = [...made(program)]
    .filter(([, sum]) => sum >= SHARE * program.cost)
    .sort(([a, p], [b, q]) => q - p || a - b);
  for (const [rule, sum] of weighty.slice(0, MOST)) {
    const factor = (node: NodeId): number => (ruleOf(node) === rule ? DOUBT : 1);
    const other = extract({ ties: "newest", factor });
    if ((made(other).get(rule) ?? 0) <= REST * sum) yield other;
  }
}
