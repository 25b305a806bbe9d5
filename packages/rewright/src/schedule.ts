import type { RuleSet } from "@rewright/dsl";
import type { Move, SearchStrategy, Session } from "@rewright/plugin";

/** Rounds of a `saturate` step at most: rules that grow without end never saturate. */
const MOST_ROUNDS = 50;

/** The strategy that first does what the `schedule` lines of the rule files say, step by step, and then what it did anyway. */
export function scheduled(strategy: SearchStrategy, { files }: RuleSet): SearchStrategy {
  const steps = files.flatMap(({ schedules }) => schedules).flatMap((schedule) => schedule.steps);
  if (steps.length === 0) return strategy;
  return {
    ...strategy,
    async search(session: Session) {
      for (const { rulesets, times = MOST_ROUNDS } of steps)
        for (let round = 0; round < times && !session.spent.all; round++) {
          const moves = rulesets.flatMap((ruleset): readonly Move[] => session.moves({ ruleset }));
          if (session.apply(moves) === 0) break;
          session.cost();
          await session.breathe?.();
        }
      await strategy.search(session);
    },
  };
}
