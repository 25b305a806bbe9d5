import type { SearchStrategy, Session } from "@rewright/plugin";
import { kinds, shrink } from "./shrink.ts";
import { wander } from "./walk.ts";

/** How `anneal` cools. */
export interface AnnealOptions {
  /** The temperature at first, as a share of the cost at the start. 0.05 unless said. */
  readonly temperature?: number;
  /** What the temperature is multiplied by after each step, in (0, 1). 0.98 unless said. */
  readonly cooling?: number;
  /** Steps before it begins again at the start, hot. 200 unless said. */
  readonly steps?: number;
  /** How often it begins. 4 unless said. */
  readonly starts?: number;
  /** What a doubling of the e-nodes weighs, as a share of the cost at the start. 0.02 unless said. */
  readonly weight?: number;
}

/**
 * Simulated annealing with restarts (Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing", Science 220, 1983). A step
 * makes a random growing move, the shrinking rules following, and keeps it if energy falls, or else with probability exp(-rise /
 * temperature). Energy is the cost and, since an e-graph's cost never rises while its room runs out, a share for each doubling of its
 * e-nodes: so a move that gains nothing and takes much room is taken back.
 */
export function anneal(options: AnnealOptions = {}): SearchStrategy {
  const { temperature = 0.05, cooling = 0.98, steps = 200, starts = 4, weight = 0.02 } = options;
  if (!(temperature > 0 && weight >= 0 && cooling > 0 && cooling < 1))
    throw new RangeError(
      `annealing needs a temperature above 0, a weight of at least 0 and cooling between 0 and 1, not ${temperature}, ${weight} and ${cooling}`,
    );
  return {
    kind: "strategy",
    spec: 1,
    name: "anneal",
    async search(session) {
      const rules = kinds(session);
      await shrink(session, rules);
      const origin = session.mark();
      // What the target cannot run is where it begins, not what costs are a share of.
      const start = session.cost();
      const unit = start < Infinity ? Math.max(start, Number.MIN_VALUE) : 1;
      const energy = (): number => energyOf(session, unit, weight);
      for (let begun = 0; begun < starts && !session.spent.all; begun++) {
        if (begun > 0) session.restore(origin);
        let here = energy();
        let heat = temperature;
        for (let i = 0; i < steps && !session.spent.all; i++) {
          const mark = session.mark();
          if ((await wander(session, rules)) === undefined) break;
          const there = energy();
          if (there <= here || session.random() < Math.exp((here - there) / heat)) here = there;
          else session.restore(mark);
          heat *= cooling;
        }
      }
    },
  };
}

function energyOf(session: Session, unit: number, weight: number): number {
  return session.cost() / unit + weight * Math.log2(session.spent.nodes);
}
