import type { SearchStrategy, Session } from "@rewright/plugin";
import { allot } from "./allotment.ts";
import { anneal } from "./anneal.ts";
import { beam } from "./beam.ts";
import { greedy } from "./greedy.ts";
import { regrow } from "./regrow.ts";
import { saturate } from "./saturate.ts";

/** How `auto` divides what it may spend. */
export interface AutoOptions {
  /** The share of the run's time and iterations within which saturation must come to its end. 0.4 unless said. */
  readonly share?: number;
  /** Who goes on where it does not, one after the other, as long as one of them gains anything. */
  readonly guided?: readonly SearchStrategy[];
}

/** What of the limit on nodes an e-graph may fill that has come to rest by itself. */
const ROOM = 0.75;
/** Falls of cost below this share of it are noise of the addition. */
const NOISE = 1e-9;

/**
 * Spends a given time well. Saturates, if the rules come to rest within a share of it: then the e-graph holds every program that they lead to, and
 * there is nothing more to find. Otherwise it goes on from the best program by guided search: saturation in a window that moves along with
 * the best program, with rules held back early and late, and greedy steps and walks in that window, each as long as they gain. Where a state is one
 * program, greedy steps come first, and then a beam and annealing. It says what it chose, and why.
 */
export function auto({ share = 0.4, guided }: AutoOptions = {}): SearchStrategy {
  if (!(share > 0 && share <= 1))
    throw new RangeError(`auto: the share of saturation is ${share}: above 0, and at most 1`);
  return {
    kind: "strategy",
    spec: 1,
    name: "auto",
    async search(session) {
      if (session.space !== "growth") {
        session.note?.(
          "a state is one program, which cannot be saturated: greedy steps, then a beam and annealing",
        );
        return await inTurn(session, guided ?? [greedy(), beam(), anneal()]);
      }
      const part = allot(session, share);
      await saturate().search(part);
      const { nodes, all } = part.spent;
      const { nodes: most = Infinity } = session.limits ?? {};
      if (!all && nodes < ROOM * most) {
        session.note?.(
          "saturated: the rules came to rest, and the e-graph holds all that they lead to",
        );
        return;
      }
      const why = all
        ? `saturation did not come to its end in ${Math.round(100 * share)} % of the time`
        : `the e-graph was full before the rules came to rest`;
      session.note?.(`went on by guided search: ${why}`);
      await inTurn(session, guided ?? windows());
    },
  };
}

/** Searches in an e-graph that is emptied again and again. */
function windows(): readonly SearchStrategy[] {
  return [
    regrow(saturate({ matchLimit: 100 })),
    regrow(greedy(), { patience: 1 }),
    regrow(anneal({ starts: 1, steps: 50 }), { patience: 1 }),
  ];
}

/** Lets one after the other go on from the best program, half of what is left for each, until a whole turn gains nothing. */
async function inTurn(session: Session, strategies: readonly SearchStrategy[]): Promise<void> {
  let best = session.cost();
  for (;;) {
    const before = best;
    for (const strategy of strategies) {
      if (session.spent.all) return;
      session.regrow();
      await strategy.search(allot(session, 0.5));
      const found = session.cost();
      if (found < best * (1 - NOISE))
        session.note?.(`${strategy.name} found ${percent(found, best)} less`);
      best = Math.min(best, found);
    }
    if (!(best < before * (1 - NOISE))) return;
  }
}

const percent = (found: number, best: number): string =>
  `${(100 * (1 - found / best)).toPrecision(2)} %`;
