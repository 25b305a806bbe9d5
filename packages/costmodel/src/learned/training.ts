import {
  Adam,
  type AdamState,
  gradients,
  Program,
  type Runnable,
  simd,
  type Value,
} from "@rewright/autodiff";
import { dice, draw } from "../dice.ts";
import { type Batch, configBatch, itemsOf, programBatch } from "./batch.ts";
import { configInputs, type Encoding, encodingOf, nodeInputs } from "./encoding.ts";
import { DataError } from "./error.ts";
import { lossFeeds, lossOf } from "./losses.ts";
import type { Recipe, Weights } from "./model.ts";
import { type Architecture, networkOf, parametersOf } from "./network.ts";
import type { Samples } from "./samples.ts";

/** What is learnt, and how far it has come. */
export interface Training {
  readonly seed: number;
  readonly step: number;
  readonly weights: Weights;
  /** A running mean of the weights over the last steps, which is what is used in the end. */
  readonly averaged: Weights;
  readonly optimiser: AdamState;
}

/** How slowly the running mean of the weights forgets. */
const MEMORY = 0.98;

/** Something to be trained on: a list to be ordered. */
interface Lesson {
  readonly batch: Batch;
  readonly program: Runnable;
  readonly times: Float64Array;
  readonly centre: number;
  readonly spread: number;
  /** The list is always the same. */
  readonly isFixed: boolean;
}

/** A network made for what it is to learn from. */
export interface Course {
  readonly encoding: Encoding;
  readonly architecture: Architecture;
  readonly typical: number;
}

/** How a network may be built; the data decide on the rest. */
export interface CourseOptions {
  readonly network?: Architecture["network"];
  readonly hidden?: number;
  readonly layers?: number;
  readonly hops?: number;
}

/**
 * The encoding and the network for some samples.
 *
 * @throws DataError where there are none, or not all are of one vocabulary
 */
export function courseOf(sets: readonly Samples[], options: CourseOptions = {}): Course {
  const { network = "sage", hidden = 64, layers = 3, hops = 2 } = options;
  const [first] = sets;
  if (!first) throw new DataError("there is nothing to learn from: name a file of measurements");
  for (const set of sets)
    if (set.vocabulary !== first.vocabulary)
      throw new DataError(
        `${first.name} is of ${first.vocabulary}, ${set.name} of ${set.vocabulary}: learn from one kind at a time`,
      );
  const encoding = encodingOf(sets);
  return {
    encoding,
    architecture: {
      ...{ network, hidden, layers, hops },
      nodeInputs: nodeInputs(encoding),
      configInputs: configInputs(encoding),
    },
    typical: sets.reduce((sum, { graph }) => sum + graph.nodes, 0) / sets.length,
  };
}

/** The weights that training begins with: normal numbers, by the seed. */
function begin(architecture: Architecture, seed: number): Map<string, Float32Array> {
  const random = dice(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return new Map(
    Object.entries(parametersOf(architecture)).map(([name, [rows, columns, spread]]) => [
      name,
      Float32Array.from({ length: rows * columns }, () => (spread === 0 ? 0 : spread * normal())),
    ]),
  );
}

/** Mean and spread of the logarithms. */
function logarithms(times: Float64Array): [centre: number, spread: number] {
  const logs = times.map(Math.log);
  const centre = logs.reduce((a, b) => a + b, 0) / logs.length;
  const variance = logs.reduce((a, b) => a + (b - centre) ** 2, 0) / logs.length;
  return [centre, Math.sqrt(variance) || 1];
}

async function lessonsOf(
  sets: readonly Samples[],
  { architecture, encoding, typical }: Course,
  recipe: Recipe,
  compile: Compile,
): Promise<Lesson[]> {
  const lesson = async (batch: Batch, times: Float64Array, isFixed: boolean): Promise<Lesson> => {
    const { scores, parameters } = networkOf(architecture, batch.shape, batch.perItem);
    const loss = lossOf(recipe.loss, scores);
    const slopes = gradients(loss, [...parameters.values()]);
    const program = await compile([loss, ...slopes]);
    // Inputs that the outputs do not need are not of the program.
    for (const [name, data] of Object.entries(batch.fixed))
      (program.input(name) as Float32Array).set(data as Float32Array);
    const [centre, spread] = logarithms(times);
    return { batch, program, times, centre, spread, isFixed };
  };
  if (!(recipe.list >= 2))
    throw new DataError(`a list of ${recipe.list} has no order: compare 2 measurements at least`);
  const many = sets.filter(({ times }) => times.length > 1);
  const single = sets
    .filter(({ configWidth, times }) => configWidth === 0 && times.length === 1)
    .sort((a, b) => (a.times[0] as number) - (b.times[0] as number));
  const lessons: Lesson[] = [];
  for (const samples of many) {
    const items = itemsOf(samples, architecture, recipe.list);
    const batch = configBatch(samples, architecture, encoding, items);
    lessons.push(await lesson(batch, samples.times, false));
  }
  // Programs that were measured once each: dealt out, so that each list goes from fast to slow.
  const hands = Math.ceil(single.length / recipe.list);
  for (let hand = 0; hand < hands; hand++) {
    const list = single.filter((_, i) => i % hands === hand);
    if (list.length < 2) continue;
    const times = Float64Array.from(list, (program) => program.times[0] as number);
    const batch = programBatch(list, architecture, encoding, typical);
    lessons.push(await lesson(batch, times, true));
  }
  if (lessons.length === 0)
    throw new DataError("there is one measurement only: an order is learnt from two at least");
  return lessons;
}

/** Makes values runnable. */
export type Compile = (outputs: readonly Value[]) => Runnable | Promise<Runnable>;

/** What `train` is told besides the data. */
export interface TrainOptions {
  readonly seed: number;
  /** Makes what computes losses and gradients; a program of WebAssembly's vectors unless said. An `OnnxProgram` will do, too. */
  readonly compile?: Compile;
  /** To go on from, instead of from the beginning. */
  readonly from?: Training;
  readonly signal?: AbortSignal;
  /** Called after each step with its loss; where it returns a promise, that is awaited. `state` copies what has been learnt so far. */
  readonly onStep?: (step: number, loss: number, state: () => Training) => void | Promise<void>;
}

/**
 * Trains a network. With the same samples, recipe and seed the result is the same, bit by bit, on machines whose kernels compute
 * the same; so is it when training is broken off and taken up again.
 *
 * @returns what has been learnt, after all steps or as many as there were before `signal`
 * @throws DataError where there is nothing to learn from
 */
export async function train(
  sets: readonly Samples[],
  course: Course,
  recipe: Recipe,
  { seed, compile = (outputs) => new Program(outputs, simd()), from, signal, onStep }: TrainOptions,
): Promise<Training> {
  const lessons = await lessonsOf(sets, course, recipe, compile);
  const weights = new Map(
    [...(from?.weights ?? begin(course.architecture, seed))].map(([name, x]) => [name, x.slice()]),
  );
  const averaged = new Map([...(from?.averaged ?? weights)].map(([name, x]) => [name, x.slice()]));
  const adam = new Adam([...weights.values()], { rate: recipe.rate, norm: 1 }, from?.optimiser);
  const copy = (of: Weights): Weights => new Map([...of].map(([name, x]) => [name, x.slice()]));
  let step = from?.step ?? 0;
  const state = (): Training => ({
    ...{ seed, step, optimiser: adam.state },
    ...{ weights: copy(weights), averaged: copy(averaged) },
  });
  let breath = performance.now();
  for (; step < recipe.steps && !signal?.aborted; step++) {
    const [loss, ...slopes] = await stepOf(lessons, weights, recipe, seed, step);
    const rate = (recipe.rate * (1 + Math.cos((Math.PI * step) / recipe.steps))) / 2;
    adam.step(slopes as Float32Array[], rate);
    for (const [name, mean] of averaged) {
      const now = weights.get(name) as Float32Array;
      for (let i = 0; i < mean.length; i++)
        mean[i] = MEMORY * (mean[i] as number) + (1 - MEMORY) * (now[i] as number);
    }
    await onStep?.(step + 1, (loss as Float32Array)[0] as number, () => ({
      ...state(),
      step: step + 1,
    }));
    if (performance.now() - breath > 50) {
      await new Promise((resolve) => setImmediate(resolve));
      breath = performance.now();
    }
  }
  return state();
}

/** The loss and the gradients of one step: a lesson and a list drawn by the step's own dice. */
async function stepOf(
  lessons: readonly Lesson[],
  weights: Weights,
  recipe: Recipe,
  seed: number,
  step: number,
): Promise<readonly ArrayLike<number>[]> {
  const random = dice(seed, step + 1);
  const lesson = lessons[Math.floor(random() * lessons.length)] as Lesson;
  const { batch, program, times } = lesson;
  const rows = lesson.isFixed
    ? Int32Array.from(times.keys())
    : draw(random, batch.shape.items, times.length).sort(
        (a, b) => (times[a] as number) - (times[b] as number) || a - b,
      );
  const listed = Float64Array.from(rows, (row) => times[row] as number);
  // Without edges or configurations, some parameters are not asked for.
  for (const [name, data] of weights)
    if (program.has(name)) (program.input(name) as Float32Array).set(data);
  return program.run({
    ...batch.configs(rows),
    ...lossFeeds(recipe.loss, listed, lesson.centre, lesson.spread),
  });
}
