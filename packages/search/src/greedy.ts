import type { Move, SearchStrategy, Session } from "@rewright/plugin";
import { type Kinds, kinds, shrink } from "./shrink.ts";
import { choices } from "./walk.ts";

/** How thorough `greedy` is. */
export interface GreedyOptions {
  /** Rounds of shrinking rules after each growing rule that is tried. 3 unless said. */
  readonly rounds?: number;
}

/**
 * Shrinks; then, step by step, takes the growing rule that, applied wherever it matches and followed by shrinking, lowers
 * the cost most. Ends when none lowers it. It draws no random numbers.
 *
 * Rules are tried in the order of what they gained when last tried, and one that gains no less than the next one did is
 * taken at once (lazy greedy: Minoux, Accelerated greedy algorithms for maximizing submodular set functions, 1978), so that
 * most steps try few.
 */
export function greedy({ rounds = 3 }: GreedyOptions = {}): SearchStrategy {
  return {
    kind: "strategy",
    spec: 1,
    name: "greedy",
    async search(session) {
      const rules = kinds(session);
      await shrink(session, rules);
      const candidate = (move: Move): Candidate => ({ move, gain: Infinity });
      let candidates = rules.growing.map(candidate);
      for (;;) {
        // Where a state is one program, other moves are open in each.
        if (session.space !== "growth") candidates = choices(session, rules).map(candidate);
        if (session.spent.all || !(await step(session, rules, candidates, rounds))) return;
        await shrink(session, rules);
      }
    },
  };
}

interface Candidate {
  readonly move: Move;
  /** What it gained when last tried. */
  gain: number;
}

/** Falls of cost below this share of it are noise of the addition. */
const NOISE = 1e-9;

/** Applies the rule that lowers the cost most, as far as gains do not rise from step to step. Returns whether there is one. */
async function step(
  session: Session,
  rules: Kinds,
  candidates: Candidate[],
  rounds: number,
): Promise<boolean> {
  const here = session.mark();
  const cost = session.cost();
  let best: Candidate | undefined;
  candidates.sort((a, b) => b.gain - a.gain); // Stable: equal gains stay in the rules' order.
  for (const [i, candidate] of [...candidates].entries()) {
    if (session.spent.all) return false;
    // Those that gained nothing may do so now; they are tried as long as nothing better is known.
    if (best && best.gain >= candidate.gain) break;
    const changed = session.apply([candidate.move]) > 0;
    if (changed) await shrink(session, rules, rounds);
    const gain = changed ? cost - session.cost() : 0;
    // From what the target cannot run, any step to what it can is a gain.
    candidate.gain = gain > (cost < Infinity ? NOISE * cost : 0) ? gain : 0;
    if (candidate.gain > (best?.gain ?? 0)) {
      if (candidate.gain >= (candidates[i + 1]?.gain ?? 0)) return true;
      best = candidate;
    }
    if (changed) session.restore(here);
    await session.breathe?.();
  }
  return best !== undefined && session.apply([best.move]) > 0;
}
