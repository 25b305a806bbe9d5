import { dirname, resolve } from "node:path";
import { Speller } from "@rewright/dsl/spelling";
import { openModel } from "@rewright/onnx";
import { InputError } from "../errors.ts";
import { reasonOf } from "../files.ts";
import type { OptimizeOptions } from "../options.ts";
import type { Basis } from "../report.ts";
import { search, type Task } from "../search.ts";
import { sizesOf } from "../sizes.ts";
import { loadToolchain } from "../toolchain.ts";
import { type PricedGraph, priceGraph } from "./graph-cost.ts";
import { type RuleTrial, tryRule } from "./rule-trial.ts";

/** A rule that the search used. */
interface FiredRule {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Applications that changed the e-graph. */
  readonly fired: number;
  /** The result rests on it. */
  readonly used: boolean;
}

/** Why a model costs what it costs, and why the search made of it what it made. */
export interface Explanation {
  readonly model: string;
  readonly backend: string;
  readonly strategy: string;
  readonly unit: string;
  readonly costs: Basis;
  /** Sizes taken for open dimensions. */
  readonly assumed: Readonly<Record<string, number>>;
  readonly before: PricedGraph;
  /** The cheapest program that the search found; null where it found none that is cheaper. */
  readonly after: PricedGraph | null;
  /** Why the search stopped. */
  readonly stopped: string;
  /** Rules that fired, the ones that the result rests on first. */
  readonly rules: readonly FiredRule[];
  /** The rules that were asked about. */
  readonly trials: readonly RuleTrial[];
}

/**
 * Prices a model operator by operator, searches for a cheaper one as `optimize` does, and tries the rules that are asked about. Runs and writes
 * nothing.
 *
 * @param names rules to look at closely, by name, with or without their ruleset
 * @throws InputError, ModelError (@rewright/onnx), RuleError (@rewright/dsl) on bad input; the signal's reason
 */
export async function explainModel(
  path: string,
  names: readonly string[],
  options: OptimizeOptions & { readonly signal: AbortSignal },
): Promise<Explanation> {
  const { signal } = options;
  options.onProgress?.({ phase: "reading" });
  const tools = await loadToolchain(options);
  const { backend, basis, strategy, rules, dialects } = tools;
  const asked = names.flatMap((name) => rulesOf(name, rules));
  const model = opened(path, options, dialects);
  const bind = sizesOf(model.graph, options.shapes ?? {});
  const task: Task = { model, bind, options, tools };
  const { costModel } = backend;
  const found = await search(task);
  if (found.fault) throw found.fault;
  signal.throwIfAborted();
  const best = found.finalists[0];
  const fired = new Map(found.session.statistics.map((one) => [one.rule, one.fired]));
  const used = new Set(best?.rules);
  const trials: RuleTrial[] = [];
  for (const rule of asked) trials.push(await tryRule(rule, task, found, signal));
  return {
    ...{ model: path, backend: backend.name, strategy: strategy.name, unit: costModel.unit },
    ...{ costs: basis, assumed: bind, stopped: found.session.stopped },
    before: await priceGraph(model.graph, costModel, bind, signal),
    after: best ? await priceGraph(best.graph, costModel, bind, signal) : null,
    rules: rules
      .map(({ name, file, line }) => ({
        ...{ name, file, line, fired: fired.get(name) ?? 0, used: used.has(name) },
      }))
      .filter((rule) => rule.fired > 0 || rule.used)
      .sort((a, b) => Number(b.used) - Number(a.used) || b.fired - a.fired),
    trials,
  };
}

function opened(
  path: string,
  { fixedInputs = false }: OptimizeOptions,
  dialects: Task["tools"]["dialects"],
): Task["model"] {
  try {
    return openModel(path, {
      ...{ dialects, fixedInputs, inlineBranches: true },
      directory: dirname(resolve(path)),
    });
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new InputError(`cannot read the model ${path}: ${reasonOf(error)}`);
  }
}

/** The rules of a name: both directions, with or without the ruleset. @throws InputError where there is none */
function rulesOf(name: string, rules: Task["tools"]["rules"]): Task["tools"]["rules"] {
  const found = rules.filter(
    (rule) => rule.name === name || rule.label === name || rule.name.replace(/⁻¹$/, "") === name,
  );
  if (found.length > 0) return found;
  const known = [...new Set(rules.flatMap((rule) => [rule.label, rule.name]))];
  const near = new Speller().closest(name, known);
  throw new InputError(
    `no rule is called \`${name}\`${near === undefined ? "" : `; did you mean \`${near}\`?`} (rules have the names that their files give them; --rules brings other files)`,
  );
}
