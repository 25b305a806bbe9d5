import { backoff, type EGraph, type Id, type Rule, Runner, simple } from "../../src/index.ts";
import { lambda } from "./lambda.ts";
import { ac, plain } from "./math.ts";
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
