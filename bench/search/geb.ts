// MCTS-GEB's experiment: random formulas, egg's own rules, a hard limit on e-nodes, the size of the tree as cost.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TermGrowth, termGrowth } from "@rewright/search";
import type { Row } from "../bench.ts";
import { math, prop } from "./algebra.ts";
import { cpuClock } from "./cpu-clock.ts";
import { type Entrant, ON_TERMS } from "./entrants.ts";

/** A formula of an `--exprs` file, one JSON object a line; without depth and seed, lines are numbered. */
interface Formula {
  readonly domain: "math" | "prop";
  readonly depth?: number;
  readonly seed?: number;
  readonly expr: string;
}

/** A formula's costs as recorded: by egg, by the authors' search, by whoever found least. */
interface Recorded {
  readonly egg?: number;
  readonly authors?: number;
  readonly best?: number;
}

/** A recorded run on a formula, and the e-nodes that it ended with. */
interface Run extends Formula {
  readonly limit: number;
  readonly cost: number;
  readonly nodes: number;
}

interface Suite {
  readonly name: string;
  readonly domain: "math" | "prop";
  /** Processor seconds for each formula, on average. */
  readonly seconds: number;
  readonly formulas: readonly Formula[];
}

/** Processor seconds for ten formulas. */
const SECONDS: Readonly<Record<string, number>> = {
  "prop 7": 2,
  "prop 10": 5,
  "math 7": 10,
  "math 10": 20,
};
const THEORIES = { math, prop };
const FOLDER = join(import.meta.dirname, "geb");

/** A limit on live e-nodes, and the one under which egg and the authors ran that are compared. */
interface Limit {
  readonly name: string;
  /** For a formula; `undefined` where nothing is recorded of it. */
  readonly of: (formula: Formula) => number | undefined;
  readonly recorded: number;
}

const LIMITS: readonly Limit[] = [
  { name: "500", of: () => 500, recorded: 500 },
  { name: "2000", of: () => 2_000, recorded: 2_000 },
  // What the authors' runs "at 500" really ended with, since they look between rules: from 248 to 28,640.
  { name: "authors' nodes", of: (formula) => authorsRun(formula, 500)?.nodes, recorded: 500 },
];

/** Each entrant on each suite at each limit, in the same processor time. */
export async function* geb(options: {
  readonly quick: boolean;
  readonly seed: number;
  readonly exprs?: string;
  readonly only: readonly string[];
}): AsyncIterable<Row> {
  const all = lines<Formula>(options.exprs ?? join(FOLDER, "exprs.jsonl"));
  const chosen = (name: string): boolean =>
    options.only.length === 0 || options.only.some((part) => name.includes(part));
  for (const suite of suites(all, options.exprs !== undefined))
    for (const limit of LIMITS) {
      const formulas = suite.formulas.filter((formula) => limit.of(formula) !== undefined);
      if (formulas.length === 0) continue;
      for (const entrant of ON_TERMS) {
        const name = `${suite.name}, ${limit.name}: ${entrant.name}`;
        if (chosen(name)) yield await run(name, { ...suite, formulas }, limit, entrant, options);
      }
    }
}

/** Formulas by domain and depth; of the recorded ones, those that the papers ran. */
function suites(all: readonly Formula[], isOther: boolean): Suite[] {
  const groups = Map.groupBy(all, ({ domain, depth }) => `${domain} ${depth ?? "any"}`);
  return [...groups].flatMap(([name, formulas]) => {
    const seconds = SECONDS[name] ?? (isOther ? 10 : undefined);
    const { domain } = formulas[0] as Formula;
    return seconds === undefined ? [] : [{ name, domain, seconds: seconds / 10, formulas }];
  });
}

async function run(
  name: string,
  suite: Suite,
  limit: Limit,
  entrant: Entrant,
  { quick, seed }: { readonly quick: boolean; readonly seed: number },
): Promise<Row> {
  const clock = cpuClock();
  const begun = clock();
  const allowed = suite.seconds * suite.formulas.length * (quick ? 0.1 : 1);
  const spent = (): number => (clock() - begun) / 1000;
  const costs: number[] = [];
  let peak = 0;
  let created = 0;
  for (const formula of suite.formulas) {
    // What one formula leaves the others share.
    const seconds = Math.max(0.01, (allowed - spent()) / (suite.formulas.length - costs.length));
    const theory = THEORIES[suite.domain];
    const nodes = limit.of(formula) as number;
    const session: TermGrowth = termGrowth({
      ...{ term: formula.expr, theory, seed, clock },
      budget: { nodes, seconds },
    });
    await session.run(entrant.strategy(nodes));
    costs.push(session.bestEver.cost);
    peak = Math.max(peak, session.peak);
    created += session.created;
  }
  const cpu = spent();
  const recorded = suite.formulas.map((formula) => record(formula, limit.recorded));
  const sum = (values: readonly (number | undefined)[]): number | undefined =>
    values.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0);
  const ours = sum(costs) as number;
  const egg = sum(recorded.map((known) => known.egg));
  const worse = costs.filter(
    (cost, i) => cost > Math.min(recorded[i]?.egg ?? Infinity, recorded[i]?.authors ?? Infinity),
  ).length;
  const ran = recorded.filter((known) => known.authors !== undefined).length;
  const ratio = (egg ?? ours) / ours;
  const each = costs.map((cost, i) => (recorded[i]?.egg ?? cost) / cost);
  return {
    ...{ name, ours, peer: egg ?? Number.NaN, unit: "size", ratio },
    ...{ low: Math.min(...each), high: Math.max(...each) },
    authors: authorsOf(recorded, costs, ran),
    best: sum(recorded.map((known) => known.best)),
    ...{ worse, cpu, peak, created },
  };
}

/** The sum that the authors' search reached, where it was run on some formulas only with ours on the same ones behind. */
function authorsOf(recorded: readonly Recorded[], costs: readonly number[], ran: number): string {
  if (ran === 0) return "–";
  let [theirs, ours] = [0, 0];
  for (const [i, { authors }] of recorded.entries())
    if (authors !== undefined) {
      theirs += authors;
      ours += costs[i] as number;
    }
  return ran === costs.length ? `${theirs}` : `${theirs} (${ran} of ${costs.length}; ours ${ours})`;
}

const RECORDED = {
  egg: lines<Run>(join(FOLDER, "egg-baseline.jsonl")),
  authors: lines<Run>(join(FOLDER, "mcts-baseline.jsonl")),
  best: lines<Formula & { cost: number }>(join(FOLDER, "best-known.jsonl")),
};

function record(formula: Formula, limit: number): Recorded {
  // egg's better scheduler: both were recorded.
  const egg = RECORDED.egg.filter((run) => isOf(formula, run) && run.limit === limit);
  const authors = authorsRun(formula, limit);
  const best = RECORDED.best.find((known) => isOf(formula, known));
  return {
    ...(egg.length > 0 && { egg: Math.min(...egg.map(({ cost }) => cost)) }),
    ...(authors && { authors: authors.cost }),
    ...(best && { best: best.cost }),
  };
}

function authorsRun(formula: Formula, limit: number): Run | undefined {
  return RECORDED.authors.find((run) => isOf(formula, run) && run.limit === limit);
}

function isOf({ domain, depth, seed }: Formula, line: Formula): boolean {
  return line.domain === domain && line.depth === depth && line.seed === seed && seed !== undefined;
}

function lines<T>(file: string): T[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as T);
}
