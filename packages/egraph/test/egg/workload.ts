import {
  backoff,
  type EGraph,
  extractTree,
  type Id,
  type Rule,
  Runner,
  simple,
} from "../../src/index.ts";
import { lambda } from "./lambda.ts";
import { ac, plain } from "./math.ts";
import { full } from "./math-full.ts";
import { all, chain } from "./prop.ts";

/** An empty graph, rules for it, and what to begin with. */
export interface Workload<D = unknown> {
  readonly graph: EGraph<D>;
  readonly rules: readonly Rule[];
  /** Adds the terms; returns their classes. */
  begin(): Id[];
}

const FAMILIES: Readonly<Record<string, (which: string) => Workload<unknown>>> = {
  math: plain,
  "math-full": (term) => full(term) as Workload<unknown>,
  ac,
  prop: (which) => (which === "chain" ? chain() : all()) as Workload<unknown>,
  lambda: (term) => lambda(term) as Workload<unknown>,
};

/** The workload of a name, as bench/egg knows it: `math`, `ac:9`, `prop:chain`, `lambda:fib`. */
export function open(name: string): Workload {
  const [family, which = ""] = name.split(":") as [string, string?];
  const make = FAMILIES[family];
  if (!make) throw new Error(`no such workload: ${name}; there are ${Object.keys(FAMILIES)}`);
  return make(which);
}

/** Runs a workload for so many iterations, without other limits; the schedulers have egg's defaults. */
export function runner(workload: Workload, scheduler: string, iterations: number): Runner<unknown> {
  const none = Number.POSITIVE_INFINITY;
  return new Runner(workload.graph, workload.rules, {
    scheduler: scheduler === "simple" ? simple() : backoff(),
    limits: { iterations, nodes: none, matches: none, bytes: none },
  });
}

/** What bench/egg notes of a run, and we do beside it. */
export interface Recorded {
  /** E-nodes after each iteration. */
  readonly nodes: readonly number[];
  readonly classes: readonly number[];
  /** Matches in each iteration, before conditions are tested; those of rules that had too many do not count. */
  readonly matches: readonly number[];
  /** The sizes of the smallest terms equal to those begun with. */
  readonly costs: readonly number[];
  readonly saturated: boolean;
}

/** Runs a workload and notes what happens. */
export function record(name: string, scheduler: string, limit: number): Recorded {
  const workload = open(name);
  const roots = workload.begin();
  const { stop, iterations } = runner(workload, scheduler, limit).run();
  return {
    nodes: iterations.map(({ nodes }) => nodes),
    classes: iterations.map(({ classes }) => classes),
    matches: iterations.map(({ rules }) =>
      rules.reduce((sum, { matches, bannedUntil }) => sum + (bannedUntil > 0 ? 0 : matches), 0),
    ),
    costs: roots.map((root) => extractTree(workload.graph, [root], () => 1).cost),
    saturated: stop === "saturated",
  };
}
