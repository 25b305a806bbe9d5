import { ceilingOf, readModelFile } from "@rewright/costmodel/learned";
import { exitCodes, InputError } from "../errors.ts";
import { readBytes, writeWhole } from "../files.ts";
import { evaluationOf, loadMeasurements, words } from "./measurements.ts";
import { count } from "./print.ts";

/** The options of `rewright eval-cost`, parsed. */
export interface EvalCostArguments {
  readonly configurations?: number;
  readonly seed: number;
  readonly json?: string;
}

/** `rewright eval-cost`: how well a learned model orders measurements. @returns the exit code */
export async function evalCost(
  file: string,
  data: readonly string[],
  args: EvalCostArguments,
): Promise<number> {
  const { model, notes } = readModelFile(await readBytes(file, "cost model"), file);
  if (model.members.length === 0)
    throw new InputError(
      `${file} is not trained to the end: go on with \`rewright train-cost --resume\``,
    );
  const sets = await loadMeasurements(data, args);
  const say = (text: string): void => {
    if (args.json !== "-") process.stdout.write(`${text}\n`);
  };
  const { architecture, recipe, encoding } = model;
  say(
    `${file}: ${model.members.length} x ${architecture.network}, ${architecture.layers} layers of ${architecture.hidden}, ${recipe.loss}, ${count(recipe.steps)} steps; ${encoding.vocabulary}`,
  );
  const known = notes["data"];
  if (Array.isArray(known) && data.some((name) => known.includes(name)))
    say("some of these measurements may have been learnt from: the figures flatter");
  const programs = sets
    .filter(({ times }) => times.length > 1)
    .map((set) => ({
      name: set.name,
      ...evaluationOf(model, [set]),
      ceiling: ceilingOf(set) ?? null,
    }));
  for (const { name, ceiling, ...evaluation } of programs)
    say(
      `${name}: ${words(evaluation as Parameters<typeof words>[0])}${ceiling ? `; measured twice: tau ${ceiling.tau.toFixed(3)}` : ""}`,
    );
  const mean = evaluationOf(model, sets);
  if (!mean) throw new InputError("there is one measurement only: an order is of two at least");
  if (programs.length !== 1) say(`mean: ${words(mean)}`);
  if (args.json !== undefined) {
    const text = `${JSON.stringify({ model: file, programs, mean }, null, 2)}\n`;
    if (args.json === "-") process.stdout.write(text);
    else await writeWhole(args.json, text);
  }
  return exitCodes.done;
}
