import { Speller } from "@rewright/dsl/spelling";
import type { AnyPlugin, Backend, CostModel, RuleFile, SearchStrategy } from "@rewright/plugin";
import { InputError } from "./errors.ts";
import {
  type BackendName,
  backendNames,
  type SpaceName,
  type StrategyName,
  spaceNames,
  strategyNames,
} from "./plugins.ts";

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
  /** Paths of rule files, rule files themselves (also by the `rules` template), "default" for the shipped ones (the default), or "taso", "tensat" for those that come with the package and are off. A backend's own rules always join them. */
  readonly rules?: readonly (string | RuleFile)[];
  /** The target, by name or as a plugin (default "cpu"). */
  readonly backend?: Backend | BackendName;
  /** How the search goes, by name or as a plugin (default "saturate"). */
  readonly strategy?: SearchStrategy | StrategyName;
  /**
   * What a state of the search is: "growth", an e-graph of equal programs (the default), or "substitution", one program that is rewritten place
   * by place (the default of "rl"); then the default strategy is "greedy".
   */
  readonly space?: SpaceName;
  readonly budget?: Budget;
  /** Of the search, the inputs tried and the statistics (default 1). */
  readonly seed?: number;
  /** Time the finalists on this machine and keep only what is measurably faster (default true, where the backend can run models). */
  readonly measure?: boolean;
  /**
   * Price by what `rewright calibrate` measured on this machine, where it has (default true; never without `measure`, so that what is then
   * written depends on no machine).
   */
  readonly calibration?: boolean;
  /**
   * What whole programs cost, which decides on the programs that are verified and timed: a file that `rewright train-cost` made of measured
   * models, or a function (default: the backend's own `costModel.rank`, where it has one). Extraction goes by the backend's costs all the same.
   */
  readonly rank?: string | NonNullable<CostModel["rank"]>;
  /** Bytes by which the written model may be larger than the one read, through folded constants (default: a tenth of it and 1 MiB). */
  readonly maxGrowth?: number;
  /** Threads of ONNX Runtime while timing (default 1). */
  readonly threads?: number;
  /** Sizes for inputs with symbolic dimensions: what is priced and timed. What is written holds for every size. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /**
   * What inexact rules (`~>`) may change the result by, in all: each application spends the bound that its rule states, and the
   * comparison with the original bears as much more as was spent (default 0: no such rule applies).
   */
  readonly error?: number;
  /** How many programs are verified and timed against the original (default 3). */
  readonly finalists?: number;
  /**
   * Inputs that have a default, as old files list all their weights, are constants: nobody gives them others, and the written model has no
   * such inputs (default false: whoever runs the model may give them).
   */
  readonly fixedInputs?: boolean;
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

/** More than any machine has; ONNX Runtime makes them all. */
const mostThreads = 1024;

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
  ["error", 0, false, (o) => o.error],
  ["finalists", 1, true, (o) => o.finalists],
];
const known: readonly string[] =
  "rules backend strategy space budget seed measure calibration rank maxGrowth threads shapes error finalists fixedInputs directory signal onProgress".split(
    " ",
  );

/** "; did you mean `x`? (known: …)" */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = new Speller().closest(word, candidates);
  return `${near === undefined ? "" : `; did you mean \`${near}\`?`} (known: ${candidates.join(", ")})`;
}

/** @throws InputError when what was given is not the bytes of a file */
export function checkBytes(bytes: unknown): void {
  if (bytes instanceof Uint8Array) return;
  const hint = typeof bytes === "string" ? ": for a path there is optimizeFile(path)" : "";
  throw new InputError(`the model must be the bytes of an ONNX file, a Uint8Array${hint}`);
}

/** @throws InputError naming the first option that is unknown, of the wrong kind or out of range */
export function checkOptions(options: OptimizeOptions): void {
  checkNames("option", options, known);
  if (options.budget !== undefined)
    checkNames("limit in `budget`", options.budget, ["nodes", "seconds", "memory", "iterations"]);
  for (const [name, least, whole, get] of limits) {
    const value = get(options);
    if (value === undefined) continue;
    const fits =
      typeof value === "number" &&
      Number.isFinite(value) &&
      (least === 0 && !whole && name === "budget.seconds" ? value > 0 : value >= least) &&
      (!whole || Number.isSafeInteger(value)) &&
      (name !== "threads" || value <= mostThreads);
    if (!fits)
      throw new InputError(
        `${name} must be ${whole ? "a whole number" : "a number"} ${name === "budget.seconds" ? "above 0" : name === "threads" ? `from ${least} to ${mostThreads}` : `of at least ${least}`}, not ${typeof value === "string" ? JSON.stringify(value) : String(value)}`,
      );
  }
  const { rules, backend, strategy } = options;
  if (rules !== undefined) checkRules("rules", rules, true);
  checkPlugin("backend", backend, backendNames);
  checkPlugin("strategy", strategy, strategyNames);
  const { space, rank } = options;
  if (rank !== undefined && typeof rank !== "string" && typeof rank !== "function")
    throw new InputError(
      "rank must be the path of a file that `rewright train-cost` wrote, or a function of a program",
    );
  if (space !== undefined && !spaceNames.includes(space))
    throw new InputError(`there is no space \`${space}\`${suggestion(String(space), spaceNames)}`);
  if (space === "substitution" && strategy === "saturate")
    throw new InputError(
      "`saturate` grows an e-graph, and a single program does not grow: for the space `substitution` choose another strategy, such as `greedy`",
    );
  if (typeof strategy === "object" && typeof strategy.search !== "function")
    throw new InputError(`strategy \`${strategy.name}\` has no function \`search\``);
  if (typeof backend === "object") {
    if (typeof backend.costModel?.cost !== "function")
      throw new InputError(`backend \`${backend.name}\` has no function \`costModel.cost\``);
    if (backend.rules !== undefined)
      checkRules(`backend \`${backend.name}\`: rules`, backend.rules);
    for (const dialect of backend.dialects ?? []) checkSpec(dialect, "dialect");
  }
  for (const [name, dims] of Object.entries(options.shapes ?? {}))
    if (!Array.isArray(dims) || !dims.every((d) => Number.isSafeInteger(d) && d >= 0))
      throw new InputError(
        `the sizes given for input \`${name}\` must be a list of whole numbers, not ${Array.isArray(dims) ? dims.join("x") : JSON.stringify(dims)}`,
      );
}

function checkNames(what: string, given: object, names: readonly string[]): void {
  if (typeof given !== "object" || given === null)
    throw new InputError(`the ${what === "option" ? "options" : "budget"} must be an object`);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new InputError(`there is no ${what} called \`${name}\`${suggestion(name, names)}`);
}

function checkRules(what: string, rules: unknown, paths = false): void {
  const isFile = (rule: unknown): boolean => {
    const { file, text } = (rule ?? {}) as Partial<RuleFile>;
    return typeof file === "string" && typeof text === "string";
  };
  const fits = (rule: unknown): boolean => isFile(rule) || (paths && typeof rule === "string");
  if (!Array.isArray(rules) || !rules.every(fits))
    throw new InputError(
      `${what} must be a list of ${paths ? "paths or " : ""}rule files, { file, text } each${typeof rules === "string" ? `: write [${JSON.stringify(rules)}]` : ""}`,
    );
}

function checkPlugin(what: string, value: unknown, names: readonly string[]): void {
  if (value === undefined) return;
  if (typeof value === "string") {
    if (!names.includes(value))
      throw new InputError(`there is no ${what} \`${value}\`${suggestion(value, names)}`);
  } else checkSpec(value, what, `a ${what} plugin or one of ${names.join(", ")}`);
}

function checkSpec(plugin: unknown, kind: string, wanted = `a ${kind} plugin`): void {
  const { kind: is, spec, name } = (plugin ?? {}) as Partial<AnyPlugin>;
  if (is !== kind) throw new InputError(`${kind} must be ${wanted}`);
  if (typeof name !== "string" || name === "")
    throw new InputError(
      `a ${kind} plugin has no name: give it a lower-case one, such as \`my-${kind}\``,
    );
  if (spec !== 1)
    throw new InputError(
      `P0101: ${kind} \`${name}\` was written for spec ${spec}; this host knows 1: update rewright, or install a version of the plugin for spec 1`,
    );
}
