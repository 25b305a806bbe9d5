import type { Graph, SearchStrategy, Session } from "@rewright/plugin";
import { allot } from "./allotment.ts";

/** A program that the session gave out. */
interface Program {
  readonly cost: number;
  readonly graph: Graph;
}

/** The share of what is left that a strategy gets when it is its turn. */
const SLICE = 0.2;
/** The probability that it begins at another program than the one that is the climb's best: so a climb leaves dead ends. */
const VARIETY = 0.5;
/** How much prices are disturbed where another program is asked for, and how much dearer it may be. */
const SPREAD = 0.2;
const SLACK = 0.02;
/** Falls of cost below this share of it are noise of the addition. */
const NOISE = 1e-9;

/**
 * Climb after climb, until all is spent or nobody makes a move any more. A climb begins at the session's present program or, every other time, at the best
 * one, since what one-way rules have led to may lead nowhere, and cheap programs are often reached by way of dear ones. Strategies take turns to go on
 * from the cheapest program of the climb, until none of them has found a cheaper one.
 *
 * @returns by the name of each strategy that gained anything: what remains of the cost that it began at, as a share
 */
export async function climbs(
  session: Session,
  strategies: readonly SearchStrategy[],
): Promise<ReadonlyMap<string, number>> {
  const remains = new Map<string, number>();
  const start = session.best();
  let best = bestOf(session);
  let turn = 0;
  for (let made = -1; session.spent.iterations > made; ) {
    made = session.spent.iterations;
    for (const from of [start, best]) {
      let reached: Program = from;
      session.regrow(from.graph);
      for (let idle = 0; idle < strategies.length; turn++) {
        const strategy = strategies[turn % strategies.length] as SearchStrategy;
        await strategy.search(allot(session, SLICE));
        let found: Program = session.best();
        const other = session.random() < VARIETY ? session.variant?.(SPREAD) : undefined;
        // It may have passed a cheaper one.
        const ever = bestOf(session);
        if (isLess(ever.cost, best.cost)) {
          remains.set(strategy.name, ((remains.get(strategy.name) ?? 1) * ever.cost) / best.cost);
          found = best = ever;
        }
        if (session.spent.all) return remains;
        idle = isLess(found.cost, reached.cost) ? 0 : idle + 1;
        if (idle === 0) reached = found;
        const isNear = other !== undefined && other.cost <= reached.cost * (1 + SLACK);
        session.regrow((isNear ? other : reached).graph);
      }
    }
  }
  return remains;
}

/** The best program of all that the session has come by, from which it begins again. */
function bestOf(session: Session): Program {
  session.regrow();
  return session.best();
}

const isLess = (a: number, b: number): boolean => a < b * (1 - NOISE);
