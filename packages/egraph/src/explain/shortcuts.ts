import type { Id } from "../ids.ts";
import type { Timeline } from "../timeline.ts";
import type { Equations } from "./equations.ts";
import { forEachPair, type Hop, ownSteps } from "./hop.ts";
import type { Goal, Itineraries, Leg } from "./itinerary.ts";
import type { Link, Links } from "./links.ts";
import type { Point, Points } from "./point.ts";
import type { Source } from "./source.ts";

/** What is known of a link once it was looked at. */
interface Seen {
  readonly hop: Hop;
  /** The equation after which all that it needs was equal. */
  readonly time: number;
}

/** Nested terms that are looked at to estimate what a goal costs. */
const DEPTH = 64;

/** How an id was reached: as which term, at what cost, and from where. */
interface Reached {
  readonly at: Point;
  readonly cost: number;
  readonly legs: readonly Leg[];
  readonly before: Reached | undefined;
}

/**
 * Short ways rather than those that were there first, after the greedy method of Flatt, Coward, Willsey, Tatlock
 * and Panchekha, "Small Proofs from Congruence Closure" (FMCAD 2022): within a class the shortest path over all
 * links is taken, each weighing what its sub-proofs weigh as they were found first; these are shortened in
 * turn. A sub-proof uses only links that rest on what was equal before, so that nothing rests on itself.
 */
export class Shortcuts {
  private readonly equations: Equations;
  private readonly links: Links;
  private readonly points: Points;
  private readonly itineraries: Itineraries;
  private readonly history: Timeline;
  private readonly lengths = new Map<number, number>();
  private readonly distances = new Map<string, number>();
  private readonly seen = new Map<Link, Seen | undefined>();
  /** Links that may still be looked at. */
  private effort: number;

  constructor(
    source: Source,
    equations: Equations,
    links: Links,
    points: Points,
    itineraries: Itineraries,
    effort: number,
  ) {
    this.equations = equations;
    this.links = links;
    this.points = points;
    this.itineraries = itineraries;
    this.history = source.forest.history();
    this.effort = effort;
  }

  /** What to do to reach a goal; `free`: by any links, and not by those alone that were there before it was needed. */
  legs(goal: Goal, free: boolean): readonly Leg[] {
    const { from, to } = goal;
    const limit = this.itineraries.limit(goal, free);
    const trip = this.itineraries.trip(from, limit);
    if (from.home !== to.home)
      for (const hop of this.equations.way(from.home, to.home)) trip.take(hop);
    trip.arrive(to);
    const bound = this.cost(trip.legs);
    if (bound <= 1 || from.home === to.home || this.effort <= 0) return trip.legs;
    const time = free ? Number.POSITIVE_INFINITY : this.history.latest(from.home, to.home);
    return this.shortest(goal, bound, time, limit) ?? trip.legs;
  }

  /** Steps of the derivation of two ids that was there first. */
  private length(from: Id, to: Id): number {
    const todo: [Id, Id][] = [[from, to]];
    const key = (a: Id, b: Id): number => Math.min(a, b) * 2 ** 25 + Math.max(a, b);
    for (let top = todo.at(-1); top; top = todo.at(-1)) {
      const at = key(...top);
      if (!this.lengths.has(at)) {
        let length = 0;
        let waiting = false;
        for (const hop of this.equations.way(...top)) {
          length += ownSteps(hop);
          forEachPair(hop, (a, b) => {
            const known = this.lengths.get(key(a, b));
            if (known === undefined) {
              waiting = true;
              todo.push([a, b]);
            } else length += known;
          });
        }
        if (waiting) continue;
        this.lengths.set(at, length);
      }
      todo.pop();
    }
    return this.lengths.get(key(from, to)) as number;
  }

  /** What legs cost, as far as is known before their goals are reached. */
  private cost(legs: readonly Leg[]): number {
    let cost = 0;
    for (const leg of legs) cost += leg.kind === "goal" ? this.distance(leg.from, leg.to) : 1;
    return cost;
  }

  /** Steps between two points, or fewer: what is far below is not counted. */
  private distance(from: Point, to: Point, depth = DEPTH): number {
    if (this.points.term(from) === this.points.term(to)) return 0;
    if (from.home !== to.home) return this.length(from.home, to.home);
    if (depth === 0) return 1;
    const key = `${from.number} ${to.number}`;
    const known = this.distances.get(key);
    if (known !== undefined) return known;
    const [parts, others] = [this.points.parts(from), this.points.parts(to)];
    const pairing = this.itineraries.pair(parts.op, parts.children, others.children);
    let distance = 0;
    for (const [i, child] of parts.children.entries()) {
      const other = others.children[pairing?.order[i] ?? i] as Point;
      distance += this.distance(child, other, depth - 1);
    }
    this.distances.set(key, Math.max(1, distance));
    return Math.max(1, distance);
  }

  private look(link: Link): Seen | undefined {
    if (this.seen.has(link)) return this.seen.get(link);
    const hop = link.hop();
    let time = -1;
    if (hop)
      forEachPair(hop, (a, b) => {
        time = Math.max(time, this.history.latest(a, b));
      });
    const seen = hop && { hop, time };
    this.seen.set(link, seen);
    return seen;
  }

  /**
   * Dijkstra's algorithm over links that could be gone before a time, as long as that costs less than a bound.
   * Each id is reached as one term, the one that is cheapest; what a further hop costs depends on that term.
   */
  private shortest(
    { from, to }: Goal,
    bound: number,
    time: number,
    limit: number,
  ): readonly Leg[] | undefined {
    let best = bound;
    let end: Reached | undefined;
    const costs = new Map<Id, number>([[from.home, 0]]);
    // Costs are small integers: a queue for each.
    const queues: { id: Id; reached: Reached }[][] = [
      [{ id: from.home, reached: { at: from, cost: 0, legs: [], before: undefined } }],
    ];
    const done = new Set<Id>();
    for (let cost = 0; cost < Math.min(queues.length, best); cost++)
      for (let next = queues[cost]?.pop(); next; next = queues[cost]?.pop()) {
        const { id, reached } = next;
        if (done.has(id)) continue;
        done.add(id);
        for (const link of this.links.from(id)) {
          if (done.has(link.to) && link.to !== to.home) continue;
          if (this.effort-- <= 0) return end && trace(end);
          const seen = this.look(link);
          if (!seen || seen.time >= time) continue;
          const trip = this.itineraries.trip(reached.at, limit);
          trip.take(seen.hop);
          if (link.to === to.home) trip.arrive(to);
          const sum = cost + this.cost(trip.legs);
          const there = { at: trip.at, cost: sum, legs: trip.legs, before: reached };
          if (sum >= best) continue;
          if (link.to === to.home) {
            best = sum;
            end = there;
          } else if (sum < (costs.get(link.to) ?? best)) {
            costs.set(link.to, sum);
            while (queues.length <= sum) queues.push([]);
            queues[sum]?.push({ id: link.to, reached: there });
          }
        }
      }
    return end && trace(end);
  }
}

function trace(end: Reached): Leg[] {
  const stretches: (readonly Leg[])[] = [];
  for (let at: Reached | undefined = end; at; at = at.before) stretches.push(at.legs);
  return stretches.reverse().flat();
}
