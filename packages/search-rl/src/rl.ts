import type { Move, SearchStrategy } from "@rewright/plugin";
import { play } from "./episode.ts";
import type { Policy } from "./policy.ts";
import { loadPolicy } from "./policy-file.ts";
import { Walk } from "./walk.ts";

/** How a policy is used. */
export interface RlOptions {
  /** A policy, or the file or URL of one. The one that comes with this package unless said. */
  readonly policy?: Policy | string | URL;
  /** The first walk makes the likeliest move each time, the second the first one listed; further ones draw by probability. 16 walks unless said. */
  readonly walks?: number;
  /** Moves of a walk at most. 100 unless said. */
  readonly horizon?: number;
  /** Moves that are looked at in a state. 500 unless said. */
  readonly moves?: number;
}

/** Walks in a row from the start, and then as many from the cheapest state seen. */
const TURN = 4;

/** The policy that comes with this package. */
const shipped = (): URL => new URL("../policies/rewrite.policy", import.meta.url);

/**
 * Walks as a trained policy says, without further training: first without chance, then by chance, four times from the start, four times from the
 * cheapest state seen, and so on, and leaves the session in that state. One walk takes the rules in the session's order, whatever the policy says:
 * where it has learned too little of the rules that are wanted, that walk comes by what plain simplification does. One cost is asked for a move.
 * All chance is the session's, so that a seed repeats a run.
 */
export function rl(options: RlOptions = {}): SearchStrategy {
  const { policy = shipped(), walks = 16, horizon = 100, moves = 500 } = options;
  for (const [name, count] of Object.entries({ walks, horizon, moves }))
    if (!(Number.isInteger(count) && count >= 1))
      throw new RangeError(`rl: ${name} is ${count}: a whole number, at least 1`);
  let known: Promise<Policy> | undefined;
  return {
    kind: "strategy",
    spec: 1,
    name: "rl",
    async search(session) {
      known ??=
        typeof policy === "string" || policy instanceof URL
          ? loadPolicy(policy)
          : Promise.resolve(policy);
      const own = await known;
      const walk = new Walk(session, moves);
      walk.begin();
      const start = session.mark();
      let best: { readonly cost: number; readonly path: readonly Move[] } = {
        cost: session.cost(),
        path: [],
      };
      for (let i = 0; i < walks && !session.spent.all; i++) {
        // What one walk has gained, the next ones go on from, or do not: dead ends are left as well.
        const before = Math.floor(i / TURN) % 2 === 1 ? best.path : [];
        for (const move of before) walk.make(move);
        const chance = i === 0 ? undefined : i === 1 ? "first" : (): number => session.random();
        const episode = await play(walk, own, horizon, chance);
        if (episode.costs.best < best.cost)
          best = {
            cost: episode.costs.best,
            path: [...before, ...episode.path.slice(0, episode.best)],
          };
        session.restore(start);
        walk.begin();
      }
      for (const move of best.path) walk.make(move);
    },
  };
}
