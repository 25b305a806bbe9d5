import type { Move, SearchStrategy } from "@rewright/plugin";
import { play } from "./episode.ts";
import type { Policy } from "./policy.ts";
import { loadPolicy } from "./policy-file.ts";
import { Walk } from "./walk.ts";

/** How a policy is used. */
export interface RlOptions {
  /** A policy, or the file or URL of one. The one that comes with this package unless said. */
  readonly policy?: Policy | string | URL;
  /** The first walk makes the likeliest move each time; further ones draw by probability. 16 walks unless said. */
  readonly walks?: number;
  /** Moves of a walk at most. 100 unless said. */
  readonly horizon?: number;
  /** Moves that are looked at in a state. 500 unless said. */
  readonly moves?: number;
}

/** The policy that comes with this package. */
const shipped = (): URL => new URL("../policies/rewrite.policy", import.meta.url);

/**
 * Walks as a trained policy says, without further training: first without chance, then by chance, each time from the start, and leaves the
 * session in the cheapest state seen. One cost is asked for a move. All chance is the session's, so that a seed repeats a run.
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
        const chance = i === 0 ? undefined : () => session.random();
        const episode = await play(walk, own, horizon, chance);
        if (episode.costs.best < best.cost)
          best = { cost: episode.costs.best, path: episode.path.slice(0, episode.best) };
        session.restore(start);
        walk.begin();
      }
      for (const move of best.path) walk.make(move);
    },
  };
}
