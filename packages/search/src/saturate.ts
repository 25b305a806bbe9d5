import type { Move, SearchStrategy, Session } from "@rewright/plugin";
import { Backoff } from "./backoff.ts";
import { type Kinds, kinds, shrink } from "./shrink.ts";

/** How `saturate` holds back rules that match too often. */
export interface SaturateOptions {
  /** New matches of one growing rule in one round above which it is banned for a while; doubles with each ban. 1,000 unless said. */
  readonly matchLimit?: number;
  /** Rounds that a rule's first ban lasts; doubles with each ban. 5 unless said. */
  readonly banLength?: number;
}

/**
 * Equality saturation: the shrinking rules until nothing changes, one round of the growing rules under back-off, and so
 * on, until nothing changes at all or the budget is spent. It draws no random numbers.
 */
export function saturate({
  matchLimit = 1_000,
  banLength = 5,
}: SaturateOptions = {}): SearchStrategy {
  return {
    kind: "strategy",
    spec: 1,
    name: "saturate",
    async search(session) {
      const rules = kinds(session);
      const backoff = new Backoff({ matchLimit, banLength });
      await shrink(session, rules);
      session.cost(); // So that the shrunk program is among the finalists, whatever growth leads to.
      for (let round = 0; !session.spent.all; ) {
        const grown = session.apply(due(session, rules, backoff, round));
        if (grown > 0) {
          await shrink(session, rules);
          round++;
          continue;
        }
        const next = backoff.next(round);
        if (next === undefined) return;
        round = next;
      }
    },
  };
}

/** The growing rules that may be applied in this round; those that match too often are banned. */
function due(session: Session, { growing }: Kinds, backoff: Backoff, round: number): Move[] {
  return growing.filter(({ rule }) => {
    if (backoff.banned(rule, round)) return false;
    if (session.moves({ rule, most: backoff.limit(rule) }).length > 0) return true;
    backoff.ban(rule, round);
    return false;
  });
}
