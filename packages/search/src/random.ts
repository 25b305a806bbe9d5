import type { SearchStrategy } from "@rewright/plugin";
import { kinds, shrink } from "./shrink.ts";
import { wander } from "./walk.ts";

/** How far `random` walks. */
export interface RandomOptions {
  /** Moves of a walk at most. 16 unless said. */
  readonly length?: number;
  /** Walks at most. 64 unless said. */
  readonly walks?: number;
}

/**
 * Random walks from the start, each of growing rules drawn at random and applied wherever they match, the shrinking rules following:
 * what any cleverer strategy has to beat. The session keeps the best program that a walk has come by.
 */
export function random({ length = 16, walks = 64 }: RandomOptions = {}): SearchStrategy {
  return {
    kind: "strategy",
    spec: 1,
    name: "random",
    async search(session) {
      const rules = kinds(session);
      await shrink(session, rules);
      session.cost();
      const start = session.mark();
      for (let walk = 0; walk < walks && !session.spent.all; walk++) {
        if (walk > 0) session.restore(start);
        for (let i = 0; i < length; i++) {
          if ((await wander(session, rules)) === undefined) break;
          session.cost();
        }
      }
    },
  };
}
