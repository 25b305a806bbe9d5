import type { Mark, Move, SearchStrategy, Session } from "@rewright/plugin";
import { type Kinds, kinds, shrink } from "./shrink.ts";
import { choices, step } from "./walk.ts";

/** How wide and how deep `beam` looks. */
export interface BeamOptions {
  /** States kept at each depth. 4 unless said. */
  readonly width?: number;
  /** Moves in a row at most. Unless said, 16 where a state grows, any number where it is one program, of which each move changes little. */
  readonly depth?: number;
  /**
   * Only states that cost at most this many times the best so far are kept (TASO's alpha: Jia et al., SOSP 2019, section 5).
   * 1.05 unless said.
   */
  readonly alpha?: number;
}

interface State {
  readonly path: readonly Move[];
  readonly cost: number;
  readonly nodes: number;
  /** Two states with the same one are taken for one. */
  readonly key: string;
}

/**
 * Beam search over growing rules, each applied wherever it matches and followed by the shrinking ones: of all states one move further,
 * the cheapest go on; of equal ones those with fewer e-nodes. It ends when no state changes any more, after `depth` moves, or when the
 * budget is spent, and leaves the session in the cheapest state seen. It draws no random numbers.
 */
export function beam({ width = 4, depth, alpha = 1.05 }: BeamOptions = {}): SearchStrategy {
  if (!(Number.isInteger(width) && width >= 1 && alpha >= 1))
    throw new RangeError(
      `a beam is at least one state wide, and its alpha at least 1, not ${width} and ${alpha}`,
    );
  return {
    kind: "strategy",
    spec: 1,
    name: "beam",
    async search(session) {
      const rules = kinds(session);
      await shrink(session, rules);
      const origin = session.mark();
      let best = stateOf(session, []);
      let beam = [best];
      const seen = new Set([best.key]);
      const most = depth ?? (session.space === "growth" ? 16 : Infinity);
      for (let i = 0; i < most && beam.length > 0 && !session.spent.all; i++) {
        const next: State[] = [];
        for (const state of beam) {
          const found = await successors(session, rules, origin, state);
          // Cost and size tell the states next to one another apart, a hash all states.
          next.push(...(session.hash ? found.filter(({ key }) => !seen.has(key)) : found));
          for (const { key } of found) seen.add(key);
        }
        next.sort(cheaper);
        if (next[0] && cheaper(next[0], best) < 0) best = next[0];
        beam = next.filter(({ cost }) => cost <= alpha * best.cost).slice(0, width);
      }
      await go(session, rules, origin, best.path);
    },
  };
}

/** The states one move further, each once. */
async function successors(
  session: Session,
  rules: Kinds,
  origin: Mark,
  { path }: State,
): Promise<State[]> {
  await go(session, rules, origin, path);
  const here = session.mark();
  const found = new Map<string, State>();
  for (const move of choices(session, rules)) {
    if (session.spent.all) break;
    if (!(await step(session, rules, move))) continue;
    const state = stateOf(session, [...path, move]);
    if (!found.has(state.key)) found.set(state.key, state);
    session.restore(here);
    await session.breathe?.();
  }
  return [...found.values()];
}

/** Makes the moves that lead to a state. */
async function go(
  session: Session,
  rules: Kinds,
  origin: Mark,
  path: readonly Move[],
): Promise<void> {
  session.restore(origin);
  for (const move of path) await step(session, rules, move);
}

function stateOf(session: Session, path: readonly Move[]): State {
  const [cost, { nodes }] = [session.cost(), session.spent];
  return { path, cost, nodes, key: session.hash?.() ?? `${cost} ${nodes}` };
}

const cheaper = (a: State, b: State): number => a.cost - b.cost || a.nodes - b.nodes;
