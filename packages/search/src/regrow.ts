import type { SearchStrategy } from "@rewright/plugin";
import { saturate } from "./saturate.ts";

/** How long `regrow` goes on. */
export interface RegrowOptions {
  /** Growths in a row that may gain nothing before it ends. 3 unless said. */
  readonly patience?: number;
}

/** Falls of cost below this share of it are noise of the addition. */
const NOISE = 1e-9;

/**
 * Extract and regrow: lets a strategy grow the e-graph, begins again from the cheapest program it found, with an empty e-graph,
 * and so on until that gains nothing more. The limit on nodes becomes the size of a window that moves along with the best
 * program, where one growth would end at the limit. It draws no random numbers of its own.
 *
 * @param strategy what grows: `saturate()` unless said; any other one composes, as in `regrow(mcts())`
 */
export function regrow(
  strategy: SearchStrategy = saturate(),
  { patience = 3 }: RegrowOptions = {},
): SearchStrategy {
  if (!(Number.isInteger(patience) && patience >= 1))
    throw new RangeError(`patience is a whole number of growths, 1 at least, not ${patience}`);
  return {
    kind: "strategy",
    spec: 1,
    name: `regrow(${strategy.name})`,
    async search(session) {
      let best = session.cost();
      for (let idle = 0; idle < patience; ) {
        await strategy.search(session);
        const found = session.best();
        idle = found.cost < best * (1 - NOISE) ? 0 : idle + 1;
        best = Math.min(best, found.cost);
        await session.breathe?.();
        if (idle === patience) return;
        session.regrow();
        if (session.spent.all) return;
      }
    },
  };
}
