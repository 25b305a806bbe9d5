import { Speller } from "@rewright/dsl";
import type { Backend, RuleFile, SearchStrategy } from "@rewright/plugin";
import { InputError } from "./errors.ts";
import { type BackendName, backendNames, type StrategyName, strategyNames } from "./plugins.ts";

/** What a run may spend. */
export interface Budget {
  /** Live e-nodes that the e-graph may hold (default 50,000). */
  readonly nodes?: number;
  /** Seconds of search (default 30); verification and timing come on top. */
  readonly seconds?: number;
  /** MiB that the e-graph may hold (default 2,048). */
  readonly memory?: number;
  /** Rounds of search (default: no limit). With this or `nodes` as the binding limit a run repeats bit for bit. */
  readonly iterations?: number;
}

/** Progress of a run; `nodes` and `cost` while searching, `done` and `of` while verifying and timing. */
export interface Progress {
  readonly phase: "reading" | "searching" | "verifying" | "timing" | "writing";
  readonly nodes?: number;
  /** The predicted cost of the best program so far, in `unit`. */
  readonly cost?: number;
  readonly unit?: string;
  readonly done?: number;
  readonly of?: number;
}

/** What `optimize` may be told. */
export interface OptimizeOptions {
  /** Paths of rule files, rule files themselves (also by the `rules` template), or "default" for the shipped ones (the default). A backend's own rules always join them. */
  readonly rules?: readonly (string | RuleFile)[];
  /** The target, by name or as a plugin (default "cpu"). */
  readonly backend?: Backend | BackendName;
  /** How the e-graph grows, by name or as a plugin (default "saturate"). */
  readonly strategy?: SearchStrategy | StrategyName;
  readonly budget?: Budget;
  /** Of the search, the inputs tried and the statistics (default 1). */
  readonly seed?: number;
  /** Time the finalists on this machine and keep only what is measurably faster (default true, where the backend can run models). */
  readonly measure?: boolean;
  /** Bytes by which the written model may be larger than the one read, through folded constants (default: a tenth of it and 1 MiB). */
  readonly maxGrowth?: number;
  /** Threads of ONNX Runtime while timing (default 1). */
  readonly threads?: number;
  /** Sizes for inputs with symbolic dimensions: what is priced and timed. What is written holds for every size. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** How many programs are verified and timed against the original (default 3). */
  readonly finalists?: number;
  /** The folder of the model, where its external data lies; without it external data is refused. */
  readonly directory?: string;
  /** Ends the run early, with the best program so far if it can still be verified. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** The defaults of a run's limits. */
export const defaults = {
  nodes: 50_000,
  seconds: 30,
  memory: 2048,
  seed: 1,
  threads: 1,
  finalists: 3,
} as const;

const limits: readonly (readonly [
  name: string,
  least: number,
  whole: boolean,
  get: (o: OptimizeOptions) => unknown,
])[] = [
  ["budget.nodes", 1, true, (o) => o.budget?.nodes],
  ["budget.seconds", 0, false, (o) => o.budget?.seconds],
  ["budget.memory", 1, false, (o) => o.budget?.memory],
  ["budget.iterations", 1, true, (o) => o.budget?.iterations],
  ["seed", 0, true, (o) => o.seed],
  ["maxGrowth", 0, false, (o) => o.maxGrowth],
  ["threads", 1, true, (o) => o.threads],
  ["finalists", 1, true, (o) => o.finalists],
];
const known: ReadonlySet<string> = new Set([
  ..."rules backend strategy budget seed measure maxGrowth threads shapes finalists directory signal onProgress".split(
    " ",
  ),
]);

/** "…; did you mean `x`? Known: …" */
function suggestion(word: string, candidates: readonly string[]): string {
  const near = new Speller().closest(word, candidates);
  return `${near === undefined ? "" : `; did you mean \`${near}\`?`} (known: ${candidates.join(", ")})`;
}

/** @throws InputError naming the first option that is unknown or out of range */
export function checkOptions(options: OptimizeOptions): void {
  for (const name of Object.keys(options))
    if (!known.has(name))
      throw new InputError(`there is no option \`${name}\`${suggestion(name, [...known])}`);
  for (const [name, least, whole, get] of limits) {
    const value = get(options);
    if (value === undefined) continue;
    const fits =
      typeof value === "number" &&
      Number.isFinite(value) &&
      (least === 0 && !whole && name === "budget.seconds" ? value > 0 : value >= least) &&
      (!whole || Number.isSafeInteger(value));
    if (!fits)
      throw new InputError(
        `${name} must be ${whole ? "a whole number" : "a number"} ${name === "budget.seconds" ? "above 0" : `of at least ${least}`}, not ${String(value)}`,
      );
  }
  const named = (
    what: string,
    value:
      | { readonly kind: string; readonly spec: number; readonly name: string }
      | string
      | undefined,
    names: readonly string[],
  ): void => {
    if (typeof value === "string") {
      if (!names.includes(value))
        throw new InputError(`there is no ${what} \`${value}\`${suggestion(value, names)}`);
    } else if (value !== undefined) {
      if (value.kind !== what)
        throw new InputError(`${what} must be a ${what} plugin or one of ${names.join(", ")}`);
      if (value.spec !== 1)
        throw new InputError(
          `P0101: \`${value.name}\` was written for spec ${value.spec}; this host knows 1: update rewright, or install a version of the plugin for spec 1`,
        );
    }
  };
  named("backend", options.backend, backendNames);
  named("strategy", options.strategy, strategyNames);
  for (const [name, dims] of Object.entries(options.shapes ?? {}))
    if (!dims.every((d) => Number.isSafeInteger(d) && d >= 0))
      throw new InputError(
        `the sizes given for input \`${name}\` must be whole numbers, not ${dims.join("x")}`,
      );
}
