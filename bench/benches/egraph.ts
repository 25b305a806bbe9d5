import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Bench, median, type Row } from "../bench.ts";
import { build } from "../egg/binary.ts";

/** What both sides print about a timed workload. */
interface Timed {
  readonly nodes: number;
  readonly classes: number;
  /** Milliseconds of the first run with all that a program does once; egg and egraph-ts only. */
  readonly cold: number;
  /** Milliseconds of each repetition: in total, searching, applying, rebuilding. */
  readonly ms: readonly (readonly number[])[];
  /** Bytes of the graph's arrays; egraph-ts only. */
  readonly bytes: number;
  /** Peak resident bytes of the process. */
  readonly peak: number;
}

interface Stepped {
  readonly nodes: number;
  readonly classes: number;
  /** Microseconds of each step: in total, and of each of its four phases. */
  readonly us: readonly (readonly number[])[];
  /** E-nodes and e-classes at the end of each step. */
  readonly sizes: readonly (readonly number[])[];
}

interface Counted {
  readonly nodes: readonly number[];
  readonly classes: readonly number[];
}

interface Searched {
  readonly nodes: number;
  readonly classes: number;
  readonly matches: number;
  /** Whether the threads found, together and in order, what queries of the graph itself find. */
  readonly same: boolean;
  /** Milliseconds of each round: queries of the graph itself; one thread, and its time on a core; two threads, and theirs. */
  readonly ms: readonly (readonly [number, number, number, number, number])[];
}

/** Runs a side with these arguments and reads what it prints. */
type Side = <T>(...args: readonly (string | number)[]) => T;

const side =
  (file: string, ...first: readonly string[]): Side =>
  <T>(...args: readonly (string | number)[]) =>
    JSON.parse(
      execFileSync(file, [...first, ...args.map(String)], {
        encoding: "utf8",
        maxBuffer: 2 ** 28,
      }),
    ) as T;

const ours = side(process.execPath, join(import.meta.dirname, "../egg/ours.ts"));
const threads = side(process.execPath, join(import.meta.dirname, "../egg/threads.ts"));

/** Workload, scheduler, iterations, repetitions after those that warm up. */
type Spec = readonly [string, string, number, number, number];

const STEADY: readonly Spec[] = [
  ["math", "simple", 8, 20, 20],
  ["math", "simple", 9, 20, 20],
  ["math", "simple", 10, 10, 5],
  ["math", "backoff", 30, 5, 5],
  ["ac:9", "simple", 20, 10, 5],
  ["prop:all", "simple", 8, 1, 1],
  ["math", "simple", 11, 2, 2],
  ["math-full:4", "simple", 14, 2, 2],
  ["math-full:4", "simple", 15, 1, 1],
  ["math", "backoff", 60, 1, 1],
  ["lambda:fib", "backoff", 30, 1, 1],
];

const BRIEF: Spec = ["math", "simple", 9, 5, 5];
const QUICK: readonly Spec[] = [
  BRIEF,
  ["math", "backoff", 30, 3, 3],
  ["math-full:4", "simple", 12, 3, 3],
];

/** What egglog runs, too: it has no scheduler like egg's. */
const EGGLOG: Spec = ["math", "simple", 10, 5, 2];

/** Iterations of the cold runs and of the graphs that steps are taken on. */
const COLD: readonly Spec[] = [
  ["math", "simple", 8, 1, 0],
  ["math", "simple", 9, 1, 0],
  ["math", "simple", 10, 1, 0],
  ["math", "simple", 11, 1, 0],
  ["math", "backoff", 30, 1, 0],
  ["math", "backoff", 60, 1, 0],
];

/** Where the counts of both sides part, in words. */
function agreement(a: Counted, b: Counted): string {
  const length = Math.max(a.nodes.length, b.nodes.length);
  for (let i = 0; i < length; i++)
    if (a.nodes[i] !== b.nodes[i] || a.classes[i] !== b.classes[i])
      return `DIFFERENT from iteration ${i + 1}`;
  return "equal";
}

const column = (rows: readonly (readonly number[])[], i: number): number[] =>
  rows.map((row) => row[i] as number);

/** Pairs of measurements taken by turns, as a row; less is better. */
function row(
  name: string,
  unit: string,
  pairs: readonly (readonly [ours: number, peer: number])[],
  further: Readonly<Record<string, unknown>>,
): Row {
  const ratios = pairs.map(([mine, peer]) => peer / mine);
  return {
    ...{ name, unit, ours: median(pairs.map((p) => p[0])), peer: median(pairs.map((p) => p[1])) },
    ...{ ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) },
    ...further,
  };
}

const short = (value: number): string => value.toPrecision(value < 10 ? 2 : 3);

/** A phase on both sides, by the medians of the runs' medians. */
function phase(pairs: readonly (readonly [Timed, Timed])[], i: number): string {
  const of = (which: 0 | 1): string =>
    short(median(pairs.map((pair) => median(column(pair[which].ms, i)))));
  return `${of(0)} / ${of(1)}`;
}

/** As many pairs of runs as there are rounds, by turns. */
function pairs<T>(rounds: number, egg: Side, ...args: readonly (string | number)[]): [T, T][] {
  return Array.from({ length: rounds }, () => {
    const peer = egg<T>(...args);
    return [ours<T>(...args), peer];
  });
}

/** All rules of math searched in one frozen graph: by two threads and by one, by one and by queries of the graph itself. */
function* searches(iterations: number, rounds: number, warmup: number): Generator<Row> {
  const { nodes, classes, matches, same, ms } = threads<Searched>(iterations, rounds, warmup);
  const further = {
    ...{ eNodes: nodes, eClasses: classes },
    counts: `${matches.toLocaleString("en-US")} matches, ${same ? "equal" : "DIFFERENT"}`,
  };
  const best = (i: number, j: number): number =>
    Math.min(...column(ms, j)) / Math.min(...column(ms, i));
  yield row(
    `2 threads search a frozen graph, math, ${iterations} iterations`,
    "ms",
    ms.map(([, one, , two]) => [two, one]),
    { ...further, best: best(3, 1) },
  );
  yield row(
    "the same, time on a core of each thread",
    "ms",
    ms.map(([, , one, , two]) => [two / 2, one]),
    { ...further, best: 2 * best(4, 2) },
  );
  yield row(
    "1 thread searches it, beside queries of the graph itself",
    "ms",
    ms.map(([query, one]) => [one, query]),
    { ...further, best: best(1, 0) },
  );
}

/** The engine beside egg, and beside egglog where that builds, on egg's own rules. */
export const bench: Bench = {
  about:
    "egraph-ts beside egg 0.11.0 (release, LTO, one codegen unit), on one core: the same rules, terms and schedulers, in processes that take turns. " +
    "Steady: the median repetition of a process that has warmed up; ours empties its graph and uses it again, egg drops its graph outside the time. Cold: the first run of a process, its start and the import of the package apart. " +
    "Step: mark, one rule on all its matches, congruence, restore, beside egg's clone, apply, rebuild, drop; the median step over the 24 rules. " +
    "Threads: all 24 rules searched by persistent workers that share a graph frozen beforehand, warm, from posting to the last answer, beside one such worker; every match compared with those of queries of the graph itself, in order. " +
    "egglog runs on one thread. Memory: bytes for each live e-node, in our arrays and resident in egg's process. \"counts\" compares e-nodes and e-classes after every iteration; phases are ours / egg's.",
  columns: ["eNodes", "eClasses", "counts", "search", "apply", "rebuild", "best"],
  async *run({ quick, names }): AsyncGenerator<Row> {
    const isWanted = (label: string): boolean =>
      names.length === 0 || names.some((name) => label.includes(name));
    if (isWanted("threads")) yield* quick ? searches(9, 5, 3) : searches(11, 15, 3);
    const binary = build("egg");
    if (binary === undefined) return;
    const egg = side(binary);
    const rounds = quick ? 2 : 5;
    const counts = new Map<string, string>();
    const agreed = (name: string, scheduler: string, iterations: number): string => {
      const key = `${name} ${scheduler} ${iterations}`;
      const args = ["record", name, scheduler, iterations] as const;
      const known = counts.get(key) ?? agreement(ours<Counted>(...args), egg<Counted>(...args));
      counts.set(key, known);
      return known;
    };

    for (const [name, scheduler, iterations] of quick ? COLD.slice(1, 2) : COLD) {
      const label = `cold ${name}, ${scheduler}, ${iterations} iterations`;
      if (!isWanted(label)) continue;
      const runs = pairs<Timed>(rounds, egg, "time", name, scheduler, iterations, 1, 0);
      const { nodes, classes } = (runs[0] as [Timed, Timed])[0];
      yield row(
        label,
        "ms",
        runs.map(([a, b]) => [a.cold, b.cold]),
        {
          ...{ eNodes: nodes, eClasses: classes, counts: agreed(name, scheduler, iterations) },
          ...{ search: phase(runs, 1), apply: phase(runs, 2), rebuild: phase(runs, 3) },
        },
      );
    }

    for (const iterations of quick ? [7] : [7, 9]) {
      if (!isWanted(`step at ${iterations} iterations`)) continue;
      const runs = pairs<Stepped>(rounds, egg, "steps", iterations, 20, 20);
      const [first, peer] = runs[0] as [Stepped, Stepped];
      const equal = JSON.stringify(first.sizes) === JSON.stringify(peer.sizes);
      const both = (i: number): string =>
        [0, 1]
          .map((which) =>
            short(median(runs.map((run) => median(column((run[which] as Stepped).us, i))))),
          )
          .join(" / ");
      const mean = (values: readonly number[]): number =>
        values.reduce((a, b) => a + b) / values.length;
      const further = {
        ...{ eNodes: first.nodes, eClasses: first.classes, counts: equal ? "equal" : "DIFFERENT" },
      };
      yield row(
        `step at ${iterations} iterations`,
        "µs",
        runs.map(([a, b]) => [median(column(a.us, 0)), median(column(b.us, 0))]),
        { ...further, search: both(2), apply: both(3) },
      );
      yield row(
        `step at ${iterations} iterations, mean`,
        "µs",
        runs.map(([a, b]) => [mean(column(a.us, 0)), mean(column(b.us, 0))]),
        further,
      );
      yield row(
        `mark and restore at ${iterations} iterations`,
        "µs",
        runs.map(([a, b]) => {
          const checkpoint = (run: Stepped): number =>
            median(run.us.map((phases) => (phases[1] as number) + (phases[4] as number)));
          return [checkpoint(a), checkpoint(b)];
        }),
        further,
      );
    }

    const largest = quick ? 9 : 11;
    for (const [name, scheduler, iterations, repeats, warmup] of quick ? QUICK : STEADY) {
      const label = `steady ${name}, ${scheduler}, ${iterations} iterations`;
      if (!isWanted(label)) continue;
      const args = ["time", name, scheduler, iterations, repeats, warmup] as const;
      const runs = pairs<Timed>(rounds, egg, ...args);
      const total = (which: (values: number[]) => number): [number, number][] =>
        runs.map(([a, b]) => [which(column(a.ms, 0)), which(column(b.ms, 0))]);
      const { nodes, classes } = (runs[0] as [Timed, Timed])[0];
      yield row(label, "ms", total(median), {
        ...{ eNodes: nodes, eClasses: classes, counts: agreed(name, scheduler, iterations) },
        ...{ search: phase(runs, 1), apply: phase(runs, 2), rebuild: phase(runs, 3) },
        best: median(total((values) => Math.min(...values)).map(([a, b]) => b / a)),
      });
      if (name !== "math" || scheduler !== "simple" || iterations !== largest) continue;
      yield row(
        "memory for each e-node",
        "B",
        runs.map(([a, b]) => [a.bytes / a.nodes, b.peak / b.nodes]),
        { eNodes: nodes, eClasses: classes },
      );
    }

    if (!isWanted("egglog")) return;
    const egglog = build("egglog");
    if (egglog === undefined) return;
    const [name, scheduler, iterations, repeats, warmup] = quick ? BRIEF : EGGLOG;
    const runs = Array.from({ length: rounds }, (): [Timed, Timed] => {
      const peer = side(egglog)<Timed>(iterations, repeats, warmup);
      return [ours<Timed>("time", name, scheduler, iterations, repeats, warmup), peer];
    });
    const [first, peer] = runs[0] as [Timed, Timed];
    yield row(
      `steady ${name}, ${iterations} iterations, egglog 3.0.0`,
      "ms",
      runs.map(([a, b]) => [median(column(a.ms, 0)), median(column(b.ms, 0))]),
      {
        ...{ eNodes: first.nodes, eClasses: first.classes },
        counts:
          first.nodes === peer.nodes ? "equal at the end" : `DIFFERENT: ${peer.nodes} e-nodes`,
      },
    );
  },
};
