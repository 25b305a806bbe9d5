import { styleText } from "node:util";
import { loadConfig } from "../config.ts";
import { exitCodes } from "../errors.ts";
import { checkReadable, checkWritable, writeWhole } from "../files.ts";
import { checkOptions, type OptimizeOptions } from "../options.ts";
import { type BackendName, backendFor, type StrategyName } from "../plugins.ts";
import { type Explanation, explainModel } from "../why/explanation.ts";
import type { PricedGraph } from "../why/graph-cost.ts";
import { pageOf } from "../why/page.ts";
import type { RuleTrial } from "../why/rule-trial.ts";
import { hearInterruption } from "./interruption.ts";
import { basis, count, number } from "./print.ts";
import { progressLine } from "./progress.ts";

/** The options of `rewright why`, parsed. */
export interface WhyArguments {
  readonly rule?: readonly string[];
  readonly rules?: readonly string[];
  readonly backend?: BackendName;
  readonly part?: string;
  readonly strategy?: StrategyName;
  readonly nodes?: number;
  readonly seconds?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly input?: Readonly<Record<string, readonly number[]>>;
  readonly fixedInputs?: boolean;
  readonly calibration: boolean;
  readonly top?: number;
  readonly config?: string;
  readonly json?: string;
  readonly html?: string;
}

/** Operators that are listed unless more are asked for. */
const listed = 15;

/** `rewright why`: what a model costs, operator by operator, and what rules made of it or did not. @returns the exit code */
export async function why(model: string, args: WhyArguments): Promise<number> {
  const { json, html } = args;
  const interruption = hearInterruption();
  const progress = progressLine(process.stderr);
  try {
    await checkReadable(model);
    if (json !== undefined && json !== "-") await checkWritable(json, model);
    if (html !== undefined) await checkWritable(html, model);
    const config = await loadConfig(process.cwd(), args.config);
    const options = {
      ...merge(config, args),
      ...(args.part !== undefined && {
        backend: await backendFor(args.backend ?? "cpu", args.part),
      }),
    };
    checkOptions(options);
    const found = await explainModel(model, args.rule ?? [], {
      ...options,
      signal: interruption.signal,
      onProgress: progress.show,
    });
    progress.end();
    if (html !== undefined) await writeWhole(html, pageOf(found));
    const text = `${JSON.stringify(found, null, 2)}\n`;
    if (json === "-") process.stdout.write(text);
    else {
      if (json !== undefined) await writeWhole(json, text);
      process.stdout.write(`${describe(found, args.top ?? listed)}\n`);
    }
    return exitCodes.done;
  } catch (error) {
    progress.end();
    if (!interruption.signal.aborted) throw error;
    process.stderr.write("rewright: interrupted\n");
    return exitCodes.interrupted;
  } finally {
    interruption.end();
  }
}

function merge(config: OptimizeOptions, args: WhyArguments): OptimizeOptions {
  const { backend, strategy, seed, threads, rules, input, nodes, seconds } = args;
  return {
    ...config,
    ...(rules && { rules }),
    ...(backend && { backend }),
    ...(strategy && { strategy }),
    ...(seed !== undefined && { seed }),
    ...(threads && { threads }),
    ...(input && { shapes: { ...config.shapes, ...input } }),
    ...(args.fixedInputs && { fixedInputs: true }),
    ...(!args.calibration && { calibration: false }),
    budget: { ...config.budget, ...(nodes && { nodes }), ...(seconds && { seconds }) },
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What was found, for people. */
function describe(found: Explanation, top: number): string {
  const { before, after, unit } = found;
  const lines: string[] = [];
  const row = (name: string, text: string): void => {
    lines.push(`  ${name.padEnd(11)}${text}`);
  };
  lines.push(bold(`${found.model} on ${found.backend}`));
  row("costs", basis(found.costs));
  row("predicted", `${total(before, unit)}`);
  row(
    "best found",
    after === null
      ? "nothing cheaper"
      : `${total(after, unit)}, ${(before.cost / after.cost).toFixed(2)}x  (${found.strategy}; not run, not verified: \`rewright optimize\` does that)`,
  );
  const assumed = Object.entries(found.assumed).map(([name, size]) => `${name} = ${size}`);
  if (assumed.length > 0) row("sizes", assumed.join(", "));
  lines.push(bold("operators, the dearest first"));
  lines.push(...operators(before, top, unit));
  const used = found.rules.filter((rule) => rule.used);
  if (used.length > 0) lines.push(bold("rules that the best program rests on"));
  const width = Math.max(0, ...used.map(({ name }) => name.length));
  for (const { name, file, line, fired } of used)
    lines.push(`  ${name.padEnd(width)}  ${file}:${line}  fired ${count(fired)}`);
  for (const trial of found.trials) lines.push(...describeTrial(trial, unit));
  return lines.join("\n");
}

function total({ nodes, cost, whole }: PricedGraph, unit: string): string {
  const sum = `${number(cost)} ${unit} in ${count(nodes.length)} operators`;
  return whole === null ? sum : `${sum}; ${number(whole)} ${unit} as the runtime will run it`;
}

function operators({ nodes }: PricedGraph, top: number, unit: string): readonly string[] {
  const dearest = nodes.toSorted((a, b) => b.cost - a.cost).slice(0, top);
  const width = Math.max(0, ...dearest.map(({ op }) => op.length));
  const lines = dearest.map(
    ({ index, op, cost, share, bound, shapes }) =>
      `  ${`#${index}`.padStart(6)}  ${op.padEnd(width)}  ${number(cost).padStart(8)} ${unit}  ${percent(share).padStart(7)}  ${(bound ?? "–").padEnd(10)}  ${shapes}`,
  );
  const rest = nodes.length - dearest.length;
  if (rest > 0) {
    const share = dearest.reduce((sum, node) => sum - node.share, 1);
    lines.push(
      `          and ${count(rest)} more with ${percent(Math.max(0, share))}  (--top ${nodes.length} lists all)`,
    );
  }
  return lines;
}

/** Places of a rule that are listed. */
const listedPlaces = 3;

function describeTrial(trial: RuleTrial, unit: string): readonly string[] {
  const lines = [bold(`${trial.name}  ${trial.file}:${trial.line}`), `  ${trial.verdict}`];
  if (trial.matched > 0)
    lines.push(
      `  in the search: matched ${count(trial.matched)} times, fired ${count(trial.fired)}`,
    );
  if (trial.guard.length > 0) lines.push(`  it asks for ${trial.guard.join(" and ")}`);
  for (const [where, places] of [
    ["in the model", trial.inModel],
    ["in the best program", trial.inResult],
  ] as const) {
    for (const place of places.slice(0, listedPlaces)) {
      lines.push(
        `  ${where}: ${number(place.before)} → ${number(place.after)} ${unit} for the whole`,
      );
      for (const [sign, nodes] of [
        ["−", place.removed],
        ["+", place.added],
      ] as const)
        for (const { op, shapes, cost } of nodes)
          lines.push(`    ${sign} ${number(cost).padStart(8)} ${unit}  ${op}  ${shapes}`);
    }
    const rest = places.length - listedPlaces;
    if (rest > 0) lines.push(`  ${where}: ${rest} more places`);
  }
  return lines;
}

function bold(text: string): string {
  const { stdout } = process;
  return stdout.isTTY && stdout.hasColors()
    ? styleText("bold", text, { validateStream: false })
    : text;
}
