import type { Mark, Move, SearchStrategy } from "@rewright/plugin";

/**
 * The search of TASO (Jia et al., "TASO: Optimizing deep learning computation with automatic generation of graph substitutions", SOSP 2019, section 5):
 * the cheapest program in a queue is taken out, and all that one rewrite makes of it is put in, unless it was seen before or costs more than
 * `alpha` times the best so far.
 */
export function backtracking({ alpha = 1.05 }: { readonly alpha?: number } = {}): SearchStrategy {
  return {
    kind: "strategy",
    spec: 1,
    name: "backtracking",
    async search(session) {
      const origin: Mark = session.mark();
      const seen = new Set([session.hash?.()]);
      let best = { cost: session.cost(), path: [] as readonly Move[] };
      const queue = [best];
      while (queue.length > 0 && !session.spent.all) {
        queue.sort((a, b) => b.cost - a.cost);
        const { path } = queue.pop() as typeof best;
        session.restore(origin);
        for (const move of path) session.apply([move]);
        const here = session.mark();
        for (const move of session.moves({ granularity: "match" })) {
          if (session.spent.all || session.apply([move]) === 0) continue;
          const next = { cost: session.cost(), path: [...path, move] };
          const hash = session.hash?.();
          if (!seen.has(hash) && next.cost <= alpha * best.cost) queue.push(next);
          seen.add(hash);
          if (next.cost < best.cost) best = next;
          session.restore(here);
          await session.breathe?.();
        }
      }
    },
  };
}
