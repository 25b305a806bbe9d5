import type { Move, Observation } from "@rewright/plugin";
import type { Policy } from "./policy.ts";
import type { Walk } from "./walk.ts";

/** One decision of an episode. */
export interface Step {
  readonly observation: Observation;
  /** Moves that turned out to lead nowhere: they were no choice. */
  readonly closed: ReadonlySet<number>;
  /** Which move was made; the number of moves where it stopped. */
  readonly action: number;
  readonly logProbability: number;
  /** What the policy expected of the state. */
  readonly value: number;
  /** The fall of cost, as a share of the cost at the start. Rises are counted up to twice that cost. */
  readonly reward: number;
}

/** A walk from a start, decision by decision. */
export interface Episode {
  readonly steps: readonly Step[];
  /** The moves made. */
  readonly path: readonly Move[];
  /** How many of them led to the cheapest state. */
  readonly best: number;
  readonly costs: { readonly start: number; readonly best: number; readonly end: number };
  /** What the policy expects of the last state: 0 where it chose to stop, or had to. */
  readonly rest: number;
}

/** Costs above this many times the cost at the start are all as bad. */
const WORST = 2;

/** How to decide: by a number in [0, 1) to draw an action by, for the first move that is open, whatever the policy says, or, `undefined`, for the likeliest. */
export type Chance = (() => number) | "first" | undefined;

/** Walks from where the walk begins until the policy stops, nothing can be done, or so many moves are made. */
export async function play(
  walk: Walk,
  policy: Policy,
  horizon: number,
  chance: Chance,
): Promise<Episode> {
  const { session } = walk;
  const start = session.cost();
  // A step may lead to any cost, or to what the target cannot run at all; how bad that is ends somewhere, or nothing else would be learned.
  const bounded = (cost: number): number => Math.min(cost, WORST * start);
  const share = (from: number, to: number): number =>
    start > 0 && Number.isFinite(start) ? (bounded(from) - bounded(to)) / start : 0;
  const steps: Step[] = [];
  const path: Move[] = [];
  let [cost, best, lowest] = [start, 0, start];
  while (path.length < horizon) {
    await session.breathe?.();
    const moves = walk.moves();
    if (moves.length === 0 || session.spent.all) break;
    const observation = walk.observe(moves);
    const closed = new Set<number>();
    let { logProbabilities, value } = policy.judge(observation);
    let action = choose(logProbabilities, closed, chance);
    // A move that leads nowhere was none: it is closed, and another chosen.
    let made = false;
    while (action < moves.length && !session.spent.all) {
      made = walk.make(moves[action] as Move);
      if (made) break;
      closed.add(action);
      ({ logProbabilities, value } = policy.judge(observation, closed));
      action = choose(logProbabilities, closed, chance);
    }
    const stopped = action === moves.length;
    if (!made && !stopped) break;
    const now = stopped ? cost : session.cost();
    const logProbability = logProbabilities[action] as number;
    if (closed.size < moves.length)
      steps.push({ observation, closed, action, logProbability, value, reward: share(cost, now) });
    if (stopped) break;
    path.push(moves[action] as Move);
    cost = now;
    if (cost < lowest) [best, lowest] = [path.length, cost];
  }
  const rest = path.length === horizon ? expectation(walk, policy) : 0;
  return { steps, path, best, costs: { start, best: lowest, end: cost }, rest };
}

function expectation(walk: Walk, policy: Policy): number {
  const moves = walk.moves();
  return moves.length === 0 ? 0 : policy.judge(walk.observe(moves)).value;
}

/** The likeliest action, one drawn by its probability, or the first that is open. */
function choose(
  logProbabilities: Float32Array,
  closed: ReadonlySet<number>,
  chance: Chance,
): number {
  if (chance === "first") return logProbabilities.findIndex((_, i) => !closed.has(i));
  let likeliest = 0;
  for (const [i, l] of logProbabilities.entries())
    if (l > (logProbabilities[likeliest] as number)) likeliest = i;
  if (!chance) return likeliest;
  let left = chance();
  for (const [i, l] of logProbabilities.entries()) {
    left -= Math.exp(l);
    if (left < 0) return i;
  }
  // What rounding leaves over.
  return likeliest;
}
