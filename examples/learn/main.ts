// A policy learns a small space by practice, is kept in a file, and is used on a problem that it never saw. Greedy search is stuck there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mark, Move, Session } from "@rewright/plugin";
import { curve, loadPolicy, type Problem, ppo, rl, train } from "@rewright/search-rl";

/**
 * A row of valves before a pump, to be set one by one: `closed` costs 3, `ajar` 4, `open` 1, `sealed` 2. A closed valve can be sealed or set ajar, one
 * that is ajar opened. So the step that saves something at once ends at 2, and the way to 1 begins with a step that costs more.
 */
const settings = ["closed", "ajar", "open", "sealed"] as const;
const price = [3, 4, 1, 2];
const steps = { seal: [0, 3], loosen: [0, 1], open: [1, 2] } as const;
type Step = keyof typeof steps;
const names = Object.keys(steps) as Step[];

function valves(count: number): Session {
  let state: readonly number[] = Array<number>(count).fill(0);
  const marks = new Map<Mark, readonly number[]>();
  return {
    space: "configuration",
    rules: names.map((name) => ({ name, ruleset: "valves", tags: [], growing: true })),
    signal: new AbortController().signal,
    spent: { nodes: count, iterations: 0, ms: 0, all: false },
    random: Math.random,
    moves: ({ rule } = {}) =>
      names
        .filter((name) => rule === undefined || rule === name)
        .flatMap((name) =>
          state.flatMap((s, i) => (s === steps[name][0] ? [{ rule: name, at: [i] }] : [])),
        ),
    apply(moves: Iterable<Move>) {
      let changed = 0;
      for (const { rule, at } of moves) {
        const [from, to] = steps[rule as Step];
        state = state.map((s, i) => {
          if (s !== from || (at.length > 0 && !at.includes(i))) return s;
          changed++;
          return to;
        });
      }
      return changed;
    },
    mark() {
      const mark = {} as Mark;
      marks.set(mark, state);
      return mark;
    },
    restore(mark) {
      state = marks.get(mark) ?? state;
    },
    cost: () => state.reduce((sum, s) => sum + (price[s] as number), 0),
    best: () => {
      throw new Error("valves are no programs");
    },
    regrow: () => {
      throw new Error("valves are no programs");
    },
    // A move is described by where it leads from and to, never by its name.
    observe: (moves) => ({
      version: "valves/1",
      nodes: Float32Array.from(state.flatMap((s) => settings.map((_, i) => (i === s ? 1 : 0)))),
      nodeWidth: settings.length,
      edges: Int32Array.from(state.slice(1).flatMap((_, i) => [i, i + 1])),
      moves: Float32Array.from(
        moves.flatMap(({ rule }) => {
          const [from, to] = steps[rule as Step];
          return settings.map((_, i) => (i === to ? 1 : i === from ? -1 : 0));
        }),
      ),
      moveWidth: settings.length,
      moveNodes: moves.map(({ at }) => at),
    }),
  };
}

/** Takes the move that saves most, as long as one saves anything. */
function greedy(session: Session): void {
  for (let improved = true; improved; ) {
    improved = false;
    const here = session.mark();
    const cost = session.cost();
    let best: { cost: number; move: Move } | undefined;
    for (const move of session.moves()) {
      session.apply([move]);
      if (session.cost() < (best?.cost ?? cost)) best = { cost: session.cost(), move };
      session.restore(here);
    }
    if (best) improved = session.apply([best.move]) > 0;
  }
}

const folder = mkdtempSync(join(tmpdir(), "learn-"));
const file = join(folder, "valves.policy");
try {
  const problems: Problem[] = [2, 3, 4].map((n) => ({
    name: `${n} valves`,
    open: () => valves(n),
  }));
  await train({
    ...{ problems, algorithm: ppo({ rate: 4e-3 }), updates: 40, horizon: 12 },
    ...{ architecture: { layers: 1, hidden: 8, head: 16 }, computing: "reference", save: file },
    onProgress: ({ update, of, curve: points }) => {
      if (update < of) return;
      console.log(`Falls of cost in ${of} updates:`);
      console.log(`${curve(points.map(({ fall }) => fall))}\n`);
    },
  });
  const [stuck, learned] = [valves(8), valves(8)];
  greedy(stuck);
  await rl({ policy: await loadPolicy(file), walks: 1 }).search(learned);
  console.log(`Eight valves: ${valves(8).cost()} at first, ${stuck.cost()} by greedy search,`);
  console.log(`${learned.cost()} by the policy that practised on two to four, 8 at best.`);
} finally {
  rmSync(folder, { recursive: true });
}
