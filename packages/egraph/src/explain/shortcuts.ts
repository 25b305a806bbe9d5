import type { Id } from "../ids.ts";
import type { Equations } from "./equations.ts";
import { forEachGoal, type Goal, keyOf, ownSteps, type Stretch, solve } from "./goal.ts";
import { type Link, type Links, timeOf } from "./links.ts";
import type { Source } from "./source.ts";

type Pair = Goal & { readonly kind: "equal" };

/** What is known of a link once it was looked at. */
interface Weighed {
  /** Steps, as long as what it needs is derived the way that was there first. */
  readonly length: number;
  readonly time: number;
}

/**
 * Short ways rather than those that were there first: the greedy method of Flatt, Coward, Willsey, Tatlock and
 * Panchekha, "Small Proofs from Congruence Closure" (FMCAD 2022). Within a class the shortest path over all
 * links is taken, each weighing what its sub-proofs weigh as they were found first; these are shortened in
 * turn. A sub-proof uses only links that rest on what was equal before, so that nothing rests on itself.
 */
export class Shortcuts {
  private readonly source: Source;
  private readonly equations: Equations;
  private readonly links: Links;
  private readonly lengths = new Map<number, number>();
  private readonly weighed = new Map<Link, Weighed>();
  /** Links that may still be weighed. */
  private effort: number;

  constructor(source: Source, equations: Equations, links: Links, effort: number) {
    this.source = source;
    this.equations = equations;
    this.links = links;
    this.effort = effort;
  }

  /** A way to a goal. */
  way(goal: Pair, free: boolean): Stretch[] {
    const first = this.equations.way(goal);
    const bound = this.length(goal);
    if (bound <= 1 || this.effort <= 0) return first;
    const time = free
      ? Number.POSITIVE_INFINITY
      : this.source.forest.history().latest(goal.from, goal.to);
    return this.shortest(goal, bound, time) ?? first;
  }

  /** Steps of the derivation that was there first. */
  private length(goal: Goal): number {
    const { equations, lengths } = this;
    const guide = { way: (to: Goal): Stretch[] => equations.way(to as Pair) };
    return solve(goal, lengths, guide, (_, way) => this.sum(way));
  }

  private sum(way: readonly Stretch[]): number {
    let length = ownSteps(way);
    forEachGoal(way, (goal) => {
      length += this.lengths.get(keyOf(goal)) as number;
    });
    return length;
  }

  private weigh(link: Link): Weighed {
    let weighed = this.weighed.get(link);
    if (!weighed) {
      const way = link.way();
      forEachGoal(way, (goal) => this.length(goal));
      weighed = { length: this.sum(way), time: timeOf(way, this.source) };
      this.weighed.set(link, weighed);
    }
    return weighed;
  }

  /** Dijkstra's algorithm over links that could be gone before a time, as long as paths are shorter than a bound. */
  private shortest(goal: Pair, bound: number, time: number): Stretch[] | undefined {
    const best = new Map<Id, { length: number; by?: Link }>([[goal.from, { length: 0 }]]);
    // Lengths are small integers: a queue for each.
    const queues: Id[][] = [[goal.from]];
    const done = new Set<Id>();
    for (let length = 0; length < Math.min(queues.length, bound); length++)
      for (let id = queues[length]?.pop(); id !== undefined; id = queues[length]?.pop()) {
        if (done.has(id)) continue;
        if (id === goal.to) return this.trace(goal, best);
        done.add(id);
        for (const link of this.links.from(id)) {
          if (done.has(link.to)) continue;
          if (this.effort-- <= 0) return undefined;
          const weight = this.weigh(link);
          const reached = length + weight.length;
          if (weight.time >= time || reached >= bound) continue;
          if (reached >= (best.get(link.to)?.length ?? Number.POSITIVE_INFINITY)) continue;
          best.set(link.to, { length: reached, by: link });
          while (queues.length <= reached) queues.push([]);
          queues[reached]?.push(link.to);
        }
      }
    return undefined;
  }

  private trace(goal: Pair, best: ReadonlyMap<Id, { length: number; by?: Link }>): Stretch[] {
    const links: Link[] = [];
    for (let link = best.get(goal.to)?.by; link; link = best.get(link.from)?.by) links.push(link);
    return links.reverse().flatMap((link) => [...link.way()]);
  }
}
