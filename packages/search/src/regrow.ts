import type { SearchStrategy } from "@rewright/plugin";
import { saturate } from "./saturate.ts";

/** How long `regrow` goes on. */
export interface RegrowOptions {
  /** Growths in a row that may gain nothing before it ends. 3 unless said. */
  readonly patience?: number;
  /** Another strategy that has the first word, from the start as well: what is found in the end is never dearer than what that one finds. */
  readonly first?: SearchStrategy;
  /**
   * The probability that it goes on from another program of the state, at most a little dearer than the best: so it leaves programs that one-way rules
   * lead nowhere from. 0 unless said; of no effect where the session offers no `variant`.
   */
  readonly variety?: number;
}

/** How much prices are disturbed where another program is asked for, and how much dearer than the best it may be. */
const SPREAD = 0.2;
const SLACK = 0.02;

/** Falls of cost below this share of it are noise of the addition. */
const NOISE = 1e-9;

/**
 * Extract and regrow: lets a strategy grow the e-graph, begins again from the cheapest program it found, with an empty e-graph,
 * and so on until that gains nothing more. The limit on nodes becomes the size of a window that moves along with the best
 * program, where one growth would end at the limit. It draws no random numbers of its own unless there is to be variety.
 *
 * @param strategy what grows: `saturate()` unless said; any other one composes, as in `regrow(mcts())`
 */
export function regrow(
  strategy: SearchStrategy = saturate(),
  { patience = 3, first, variety = 0 }: RegrowOptions = {},
): SearchStrategy {
  if (!(Number.isInteger(patience) && patience >= 1))
    throw new RangeError(`patience is a whole number of growths, 1 at least, not ${patience}`);
  if (!(variety >= 0 && variety <= 1))
    throw new RangeError(`variety is a probability, not ${variety}`);
  return {
    kind: "strategy",
    spec: 1,
    name: `regrow(${strategy.name})`,
    async search(session) {
      let best = session.cost();
      if (first) {
        const start = session.mark();
        await first.search(session);
        best = Math.min(best, session.cost());
        session.restore(start);
      }
      for (let idle = 0; ; ) {
        await strategy.search(session);
        const found = session.best();
        idle = found.cost < best * (1 - NOISE) ? 0 : idle + 1;
        best = Math.min(best, found.cost);
        await session.breathe?.();
        if (idle === patience || session.spent.all) break;
        const isOther = variety > 0 && session.random() < variety;
        const other = isOther ? session.variant?.(SPREAD) : undefined;
        session.regrow(other && other.cost <= best * (1 + SLACK) ? other.graph : undefined);
      }
      // The last growth began elsewhere, or gained nothing that the first strategy had not.
      if (session.cost() > best * (1 + NOISE)) session.regrow();
    },
  };
}
