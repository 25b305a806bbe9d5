import { readFile, rm } from "node:fs/promises";
import {
  type Course,
  ceilingOf,
  courseOf,
  distinct,
  fitted,
  type LearnedModel,
  type Loss,
  type ModelFile,
  type Recipe,
  readModelFile,
  type Samples,
  type Training,
  train,
  writeModelFile,
} from "@rewright/costmodel/learned";
import { exitCodes, InputError } from "../errors.ts";
import { checkWritable, reasonOf, writeWhole } from "../files.ts";
import { hearInterruption } from "./interruption.ts";
import { evaluationOf, loadMeasurements, partsOf, words } from "./measurements.ts";
import { count } from "./print.ts";

/** The options of `rewright train-cost`, parsed. */
export interface TrainCostArguments {
  readonly output: string;
  readonly network: "sage" | "chebyshev";
  readonly loss: Loss;
  readonly hidden: number;
  readonly layers: number;
  readonly hops: number;
  readonly steps: number;
  readonly list: number;
  readonly rate: number;
  readonly seeds: number;
  readonly seed: number;
  readonly heldOut: number;
  readonly configurations?: number;
  readonly resume?: boolean;
}

/** How often what has been learnt is saved. */
const SAVING_MS = 30_000;

/** What a model that is being trained says of its making; only the same can be gone on with. */
function plan(files: readonly string[], args: TrainCostArguments): Record<string, unknown> {
  const { heldOut, seeds, seed, configurations } = args;
  return { data: [...files], heldOut, seeds, seed, configurations: configurations ?? null };
}

/** Trainings to go on from. @throws InputError where the file was made otherwise */
async function resumed(
  course: Course,
  recipe: Recipe,
  notes: Record<string, unknown>,
  file: string,
): Promise<readonly Training[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new InputError(`cannot go on with ${file}: ${reasonOf(error)}`);
  }
  const known = readModelFile(bytes, file);
  if (!known.training)
    throw new InputError(`${file} is trained to the end: leave --resume out to train it anew`);
  const asked = { ...notes, ...recipe, ...course.architecture };
  const made = { ...known.notes, ...known.model.recipe, ...known.model.architecture };
  for (const [key, value] of Object.entries(asked))
    if (JSON.stringify(value) !== JSON.stringify((made as Record<string, unknown>)[key]))
      throw new InputError(
        `${file} was being trained with ${key} ${JSON.stringify((made as Record<string, unknown>)[key])}, not ${JSON.stringify(value)}: say the same, or leave --resume out`,
      );
  if (JSON.stringify(course.encoding) !== JSON.stringify(known.model.encoding))
    throw new InputError(`${file} was being trained on other measurements: the files have changed`);
  return known.training;
}

/** `rewright train-cost`: learns to rank from measurements. @returns the exit code */
export async function trainCost(
  files: readonly string[],
  args: TrainCostArguments,
): Promise<number> {
  const { output } = args;
  // Beside the output: a model that is there stays until another is trained to the end.
  const partial = `${output}.training`;
  await checkWritable(output, files[0]);
  await checkWritable(partial);
  const raw = await loadMeasurements(files, {
    ...(args.configurations !== undefined && { configurations: args.configurations }),
    seed: args.seed,
  });
  const sets = raw.map((set) => (set.configWidth > 0 ? distinct(set) : set));
  const { learnt, held } = partsOf(sets, args.heldOut, args.seed);
  const course = courseOf(learnt, args);
  const recipe: Recipe = {
    ...{ loss: args.loss, list: args.list, steps: args.steps, rate: args.rate },
  };
  const notes = plan(files, args);
  const before = args.resume ? await resumed(course, recipe, notes, partial) : [];
  const number = (parts: readonly Samples[]): string =>
    count(parts.reduce((sum, { times }) => sum + times.length, 0));
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(
    `${count(sets.length)} ${sets.length === 1 ? "program" : "programs"} (${course.encoding.vocabulary}): learning from ${number(learnt)} measurements, ${number(held)} held out`,
  );
  const interruption = hearInterruption();
  const model = (trainings: readonly Training[]): LearnedModel =>
    fitted(learnt, course, recipe, trainings);
  const unfinished = async (trainings: readonly Training[]): Promise<void> => {
    const empty = { ...course, recipe, members: [], calibration: { slope: 1, intercept: 0 } };
    await write(partial, { model: empty, training: trainings, notes });
  };
  const trainings: Training[] = [];
  const evaluations: Record<string, unknown>[] = [];
  try {
    for (let s = 0; s < args.seeds; s++) {
      const seed = args.seed + s;
      const from = before.find((training) => training.seed === seed);
      let saved = performance.now();
      const training = await train(learnt, course, recipe, {
        ...{ seed, signal: interruption.signal },
        ...(from && { from }),
        onStep: async (step, loss, state) => {
          progress(seed, step, recipe.steps, loss);
          if (performance.now() - saved < SAVING_MS) return;
          await unfinished([...trainings, state()]);
          saved = performance.now();
        },
      });
      trainings.push(training);
      if (interruption.signal.aborted) {
        await unfinished(trainings);
        process.stderr.write(
          `\nrewright: interrupted at step ${training.step} of seed ${seed}: what has been learnt is in ${partial}; go on with --resume and the same options\n`,
        );
        return exitCodes.interrupted;
      }
      const evaluation = evaluationOf(model([training]), held);
      if (evaluation) {
        evaluations.push({ seed, ...evaluation });
        say(`seed ${seed}: ${words(evaluation)}`);
      }
    }
    const whole = model(trainings);
    const together = evaluationOf(whole, held);
    if (together && args.seeds > 1) say(`together: ${words(together)}`);
    for (const set of raw) {
      const ceiling = set.configWidth > 0 ? ceilingOf(set) : undefined;
      if (ceiling)
        say(
          `noise: of ${set.name}, ${count(ceiling.repeated)} configurations measured twice agree by tau ${ceiling.tau.toFixed(3)}`,
        );
    }
    const size = await write(output, {
      model: whole,
      notes: { ...notes, heldOutMembers: evaluations, heldOutTogether: together ?? null },
    });
    await rm(partial, { force: true });
    say(`${output} written (${count(size / 1000)} kB)`);
    return exitCodes.done;
  } finally {
    interruption.end();
  }
}

async function write(output: string, file: ModelFile): Promise<number> {
  const bytes = writeModelFile(file);
  await writeWhole(output, bytes);
  return bytes.length;
}

/** One line that changes on a terminal, ten lines a seed elsewhere. */
function progress(seed: number, step: number, steps: number, loss: number): void {
  const text = `seed ${seed} · step ${count(step)} of ${count(steps)} · loss ${loss.toFixed(3)}`;
  const isLast = step === steps;
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K${isLast ? "\r\u001b[K" : ""}`);
  else if (isLast || step % Math.max(1, Math.round(steps / 10)) === 0)
    process.stderr.write(`${text}\n`);
}
