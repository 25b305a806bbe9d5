/**
 * Rules applied to an e-graph until a goal is reached, nothing changes any more, or a limit is.
 *
 * Rules that match too often are put aside for a while, each time for longer (the back-off scheduler of egg, Willsey et al.,
 * "egg: Fast and Extensible Equality Saturation", POPL 2021); those that grow without end have their turn only once the others
 * have had theirs.
 *
 * @module
 */

import type { Application } from "egraph-ts";
import type { BoundRule } from "../bind/rule.ts";
import type { Terms } from "../terms/terms.ts";

/** How far to go. */
export interface SaturationLimits {
  /** E-nodes; 5,000 unless said. */
  readonly nodes?: number;
  /** Rounds; 40 unless said. */
  readonly rounds?: number;
}

/** Why it ended. */
export type Ending = "goal" | "saturated" | "nodes" | "rounds";

/** Matches of one rule in one round, above which it is put aside. */
const MATCHES = 1_000;
/** Rounds for which it is put aside the first time. */
const ASIDE = 5;

interface Turn {
  readonly bound: BoundRule;
  asideUntil: number;
  timesAside: number;
}

/** Applies rules; what was applied is remembered, for explanations. */
export class Saturation {
  /** What the reason of each union was, by its number. */
  readonly applications: Application[] = [];
  /** What was assumed, and by which rule: each once. */
  readonly assumptions: Set<string> = new Set();
  /** The rule that changed anything last. */
  last: string | undefined;
  readonly #terms: Terms;
  readonly #nodes: number;
  readonly #rounds: number;

  constructor(terms: Terms, { nodes = 5_000, rounds = 40 }: SaturationLimits = {}) {
    this.#terms = terms;
    this.#nodes = nodes;
    this.#rounds = rounds;
  }

  /** Applies the rules; those that grow without end only where the others do not reach the goal. */
  run(rules: readonly BoundRule[], goal: () => boolean): Ending {
    const steady = rules.filter(({ rule }) => !rule.expanding);
    const share = steady.length === rules.length ? 1 : 0.5;
    const ending = this.#saturate(steady, goal, share * this.#nodes, this.#rounds);
    if (ending === "goal" || steady.length === rules.length) return ending;
    return this.#saturate(rules, goal, this.#nodes, this.#rounds);
  }

  #saturate(
    rules: readonly BoundRule[],
    goal: () => boolean,
    nodes: number,
    rounds: number,
  ): Ending {
    const turns = rules.map((bound): Turn => ({ bound, asideUntil: 0, timesAside: 0 }));
    const { egraph } = this.#terms;
    for (let round = 0; round < rounds; round++) {
      if (goal()) return "goal";
      if (egraph.nodeCount >= nodes) return "nodes";
      if (this.#turn(turns, round, nodes)) continue;
      const aside = turns.filter((turn) => turn.asideUntil > round);
      if (aside.length === 0) return "saturated";
      for (const turn of aside) turn.asideUntil = 0;
    }
    return goal() ? "goal" : "rounds";
  }

  /** One round; whether anything changed. */
  #turn(turns: readonly Turn[], round: number, nodes: number): boolean {
    const { egraph } = this.#terms;
    const found = turns.filter((turn) => {
      if (turn.asideUntil > round) return false;
      const most = MATCHES * 2 ** turn.timesAside;
      if (turn.bound.search(most + 1) <= most) return true;
      turn.asideUntil = round + ASIDE * 2 ** turn.timesAside++;
      return false;
    });
    let changed = false;
    for (const { bound } of found) {
      for (let i = 0; i < bound.count && egraph.nodeCount < nodes; i++) {
        if (bound.applied(i)) continue;
        const application = bound.describe(i);
        const assumed = bound.assumptions(i);
        if (!bound.apply(i, this.applications.length)) continue;
        this.applications.push(application);
        for (const text of assumed) this.assumptions.add(`${bound.rule.name} assumes ${text}`);
        this.last = bound.rule.name;
        changed = true;
      }
    }
    egraph.rebuild();
    return changed;
  }
}
