/**
 * What a search strategy must do.
 *
 * @module
 */

import type { Graph, SearchStrategy } from "@rewright/plugin";
import { type Budget, type GrowthSession, growth } from "@rewright/search";
import { onnx } from "@rewright/tensor";
import { type Check, Checklist, Fault } from "./check.ts";
import { cpuMs, pace } from "./clock.ts";
import { fingerprint } from "./fingerprint.ts";
import { GraphDraft } from "./graph-draft.ts";
import {
  addPluginChecks,
  type Factory,
  type KitOptions,
  lazily,
  PATIENCE,
} from "./plugin-checks.ts";
import { exploding, type Theorem, theorems } from "./theorems.ts";
import { unseeded } from "./traps.ts";
import { WatchedSession } from "./watched-session.ts";

/** How thoroughly a strategy is checked. */
export interface StrategyOptions extends KitOptions {
  /** E-nodes that may exist at once in the searches of the kit; 600 unless said. */
  readonly nodes?: number;
  /** Calls of `apply` that a search of the kit may make; 300 unless said. */
  readonly iterations?: number;
}

/** A signal is to be honoured within so many milliseconds. */
const PROMPT = 100;
/** The call to the session during which the signal comes. */
const ABORTED_AT = 8;

/** What a search came to. */
interface Outcome {
  readonly session: GrowthSession;
  readonly watched: WatchedSession;
  readonly start: number;
  readonly end: number;
}

/** The checks of a search strategy: `for (const c of strategyChecks(() => mine())) test(c.name, c.run)`. */
export function strategyChecks(
  make: Factory<SearchStrategy>,
  options: StrategyOptions = {},
): readonly Check[] {
  const list = new Checklist("strategy");
  const strategy = lazily(make, options.given);
  const patience = options.patience ?? PATIENCE;
  const budget: Budget = {
    nodes: options.nodes ?? 600,
    iterations: options.iterations ?? 300,
    seconds: patience,
  };
  const search = (problem: Theorem, seed = 1): Promise<Outcome> =>
    searched(strategy(), problem, budget, seed);
  const ends = (what: string, problem: () => Theorem) => async (): Promise<void> => {
    const { stopped } = (await search(problem())).session;
    if (stopped === "seconds")
      throw new Fault(
        `${strategy().name} has not come to an end ${what} in ${patience} s`,
        "end when nothing changes any more, and when `session.spent.all`",
      );
  };

  addPluginChecks(list, "strategy", make, options, async (plugin) => {
    const [problem] = theorems();
    const small = { nodes: 200, iterations: 60 };
    const { watched, end } = await searched(plugin, problem as Theorem, small, 1);
    return fingerprint([watched.applied, end]);
  });

  list.add(
    "ends without rules",
    "a model may be of operators that no rule speaks of",
    ends("without rules", () => ({ ...(theorems()[0] as Theorem), rules: [] })),
  );
  list.add(
    "ends on an empty program",
    "a model may hand its inputs through",
    ends("on an empty program", () => ({ ...(theorems()[0] as Theorem), graph: empty() })),
  );
  list.add(
    "ends where rules explode",
    "associativity alone fills any memory",
    ends("where rules explode", exploding),
  );

  list.add("keeps to the nodes it may have", "memory runs out else", async () => {
    const { watched } = await search(exploding());
    const limit = options.nodes ?? 600;
    if (watched.nodes > limit)
      throw new Fault(
        `there were ${watched.nodes} e-nodes, where ${limit} may be`,
        "ask `spent.nodes`",
      );
  });

  list.add(
    "heeds the signal",
    "Ctrl-C is to work, and what was found is to be kept",
    async (warn) => {
      const times: number[] = [];
      for (let i = 0; i < 3; i++) times.push(await afterAbort(strategy(), exploding()));
      const best = Math.min(...times);
      const verdict = pace(best, PROMPT);
      if (verdict === "missed")
        throw new Fault(
          `${strategy().name} goes on for ${Math.round(best)} ms after the signal`,
          "look at `session.spent.all` in every loop, and wait for nothing that the signal does not end",
        );
      if (verdict === "late")
        warn(
          `goes on for ${Math.round(best)} ms after the signal: ${PROMPT} are wanted, but this machine is busy`,
        );
    },
  );

  list.add(
    "repeats itself",
    "a result that cannot be had again cannot be looked into",
    async () => {
      for (const problem of theorems().slice(0, 2)) {
        const [one, other] = [await search(problem, 7), await search(problem, 7)];
        if (
          fingerprint(one.watched.applied) !== fingerprint(other.watched.applied) ||
          one.end !== other.end
        )
          throw new Fault(
            `twice with seed 7 on ${problem.name}, its moves differ`,
            "draw from `session.random()` alone, and look at no clock",
          );
      }
    },
  );

  list.add("draws from the session alone", "`Math.random` has no seed", async () => {
    let calls = 0;
    for (const problem of theorems().slice(0, 2)) calls += await unseeded(() => search(problem));
    if (calls > 0)
      throw new Fault(
        `${strategy().name} calls Math.random ${calls} times`,
        "use `session.random()`",
      );
  });

  list.add(
    "marks bring back what they marked",
    "what is undone in part is neither here nor there",
    async () => {
      const { watched } = await search(theorems()[1] as Theorem);
      if (watched.spoilt)
        throw new Fault(
          "after `restore` the e-graph is not what it was at the mark",
          "restore to marks of this session only, and change nothing that it gives out",
        );
    },
  );

  list.add(
    "ends no worse than it began",
    "an optimiser that makes things worse is none",
    async () => {
      for (const problem of [...theorems(), exploding()]) {
        const { start, end } = await search(problem);
        if (!(end <= start))
          throw new Fault(
            `on ${problem.name} it begins at ${start} and ends at ${end}`,
            "return to the cheapest state seen before ending",
          );
      }
    },
  );

  list.add(
    "proves theorems",
    "what saturation proves is within reach of any search",
    async (warn) => {
      const missed: string[] = [];
      for (const problem of theorems()) {
        const { session } = await search(problem);
        if (!isProved(session)) missed.push(problem.name);
      }
      const all = theorems().length;
      if (missed.length > 0)
        warn(`proves ${all - missed.length} of ${all} theorems; not ${missed.join(", ")}`);
    },
  );

  return list.checks;
}

/** Two outputs, of which the second is cheap to have once the first is there: proved when they are one node. */
function isProved(session: GrowthSession): boolean {
  return session.finalists(4).some(({ graph: { outputs } }) => {
    const [one, other] = outputs.map(({ source }) => fingerprint(source));
    return one === other;
  });
}

function sessionOf(
  { graph, rules, dialects }: Theorem,
  budget: Budget,
  seed: number,
  signal?: AbortSignal,
): GrowthSession {
  const costModel = { unit: "nodes", cost: () => 1 };
  return growth({
    ...{ graph, rules, dialects, costModel, budget, seed },
    ...(signal && { signal }),
  });
}

/** Lets the strategy drive a session that takes notes. What it throws is a fault of the check that runs it. */
async function searched(
  strategy: SearchStrategy,
  problem: Theorem,
  budget: Budget,
  seed: number,
): Promise<Outcome> {
  const session = sessionOf(problem, budget, seed);
  const start = session.cost();
  const watched = new WatchedSession(session);
  await session.run({ ...strategy, search: () => strategy.search(watched) });
  return { session, watched, start, end: session.cost() };
}

/** Milliseconds of processor time, and of waiting, between the signal and the end of the search. */
async function afterAbort(strategy: SearchStrategy, problem: Theorem): Promise<number> {
  const controller = new AbortController();
  const session = sessionOf(problem, { nodes: 20_000 }, 1, controller.signal);
  let [cpu, wall] = [0, 0];
  const watched = new WatchedSession(session, (calls) => {
    if (calls !== ABORTED_AT) return;
    [cpu, wall] = [cpuMs(), performance.now()];
    controller.abort();
  });
  try {
    await session.run({ ...strategy, search: () => strategy.search(watched) });
  } catch (caught) {
    return failsLate(caught, strategy);
  }
  if (!controller.signal.aborted) return 0; // it ended before
  // A process that waits uses no processor; one that has to wait for the processor is not to blame.
  const [used, passed] = [cpuMs() - cpu, performance.now() - wall];
  return Math.min(Math.max(used, passed > 1_000 ? passed : 0), passed);
}

/** The host gives up on a strategy that still waits a second after its signal. */
function failsLate(caught: unknown, { name }: SearchStrategy): number {
  const message = caught instanceof Error ? caught.message : String(caught);
  if (!message.includes("waiting") && !message.includes("spent.all"))
    throw new Fault(
      `${name} fails when called off: ${message}`,
      "end quietly: what was found is kept",
      {
        cause: caught,
      },
    );
  return Number.POSITIVE_INFINITY;
}

function empty(): Graph {
  const draft = new GraphDraft([onnx]);
  return draft.graph(draft.input([2]));
}
