import type { Accountant } from "../model.ts";
import type { CpuPartName } from "../parts.ts";
import {
  type Accuracy,
  type CpuCalibration,
  calibrationFormat,
  type Decisions,
  namedCoefficients,
} from "./calibration.ts";
import { convolutional, type Draw, transformer, vocabulary } from "./families.ts";
import { featuresOf, predict, rooflineCoefficients } from "./features.ts";
import { type Evidence, fitCoefficients, ridges, type Sample } from "./fit.ts";
import { graphOf, Timer } from "./measurement.ts";
import { type PairFamily, pairFamilies } from "./pairs.ts";
import {
  type Decision,
  type DecisionScore,
  meanError,
  rankCorrelation,
  scoreDecisions,
} from "./scores.ts";
import { unseen } from "./unseen.ts";

/** What a calibration measures. */
export interface CalibrationOptions {
  readonly part: CpuPartName | (string & {});
  readonly threads: number;
  /** Seconds that measuring may take; what has been measured by then is fitted. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, of: number) => void) | undefined;
}

/** One thing to time: a program, or two equal ones. */
interface Item {
  readonly family: string;
  readonly draws: readonly [Draw] | readonly [Draw, Draw];
  readonly seed: number;
}

/** What has been timed: the features of one program or two, and of each its times, one a round. */
export interface Timed {
  readonly family: string;
  readonly features: readonly Float64Array[];
  readonly times: number[][];
}

/** All that was timed, with which runtime, and the µs of the program that it was timed beside. */
export interface Measurements {
  readonly timed: readonly Timed[];
  readonly runtime: string;
  readonly reference: number;
}

const families: Readonly<Record<string, Draw>> = { convolutional, transformer, vocabulary, unseen };

/** Rounds of one program of each family and two pairs. */
const mostGroups = 80;

/** The fewest that tell anything. */
const fewestGroups = 8;

/** Milliseconds of running a program, in each of two processes. */
const milliseconds = 80;

/** A program of each family and two pairs of equal programs: every beginning of the list of groups is a fair sample. */
function group(number: number): readonly Item[] {
  const programs = Object.entries(families).map(
    ([family, draw]): Item => ({ family, draws: [draw], seed: number }),
  );
  const pairs = [2 * number, 2 * number + 1].map((i): Item => {
    const found = pairFamilies[i % pairFamilies.length] as PairFamily;
    return { family: found.name, draws: [found.before, found.after], seed: i };
  });
  return [...programs, ...pairs];
}

/**
 * Times random programs and pairs of equal programs in ONNX Runtime on this machine. Each is timed in two processes: memory lies
 * elsewhere in each, and how far the two lie apart tells the noise.
 *
 * @throws RuntimeError where the runtime is absent or fails, the signal's reason when aborted, Error when too little could be timed
 */
export async function timePrograms(
  { threads, seconds, signal, progress }: CalibrationOptions,
  accounts: Accountant,
): Promise<Measurements> {
  const options = { threads, milliseconds, signal };
  const timers = [await Timer.start(options), await Timer.start(options)] as const;
  const timed: Timed[] = [];
  const references: number[] = [];
  const end = performance.now() + 1000 * seconds;
  try {
    for (let number = 0; number < mostGroups && performance.now() < end; number++) {
      for (const { family, draws, seed } of group(number)) {
        const models = draws.map((draw) => draw(seed));
        const times = models.map((): number[] => []);
        for (const [turn, timer] of timers.entries()) {
          const { ratios, reference } = await timer.time(turn === 0 ? models : models.toReversed());
          (turn === 0 ? ratios : ratios.toReversed()).forEach((ratio, i) => {
            times[i]?.push(ratio);
          });
          references.push(reference);
        }
        const features = models.map((model) => featuresOf(graphOf(model), accounts));
        timed.push({ family, features, times });
      }
      progress?.(number + 1, mostGroups);
    }
    if (timed.length < fewestGroups * group(0).length)
      throw new Error(
        `only ${timed.length} programs could be timed in ${seconds} seconds: allow more time, or try when the machine is less busy`,
      );
    // What other processes do only ever makes runs slower: the fastest tenth is this machine's own.
    references.sort((a, b) => a - b);
    const unit = references[Math.floor(references.length / 10)] as number;
    for (const { times } of timed)
      for (const own of times) for (const i of own.keys()) own[i] = unit * (own[i] as number);
    return { timed, runtime: timers[0].version, reference: unit };
  } finally {
    await Promise.all(timers.map((timer) => timer.close()));
  }
}

/** Fits coefficients to what was timed, and tells how far they carry. */
export function calibrationOf(
  { timed, runtime, reference }: Measurements,
  { part, threads }: Pick<CalibrationOptions, "part" | "threads">,
): CpuCalibration {
  const programs = timed.filter(({ features }) => features.length === 1);
  const pairs = timed.filter(({ features }) => features.length === 2);
  const seen = programs.filter(({ family }) => family !== "unseen");
  const others = programs.filter(({ family }) => family === "unseen");
  const ridge = trustOf(seen, pairs);
  const fitTo = (some: readonly Timed[]): Float64Array => fitCoefficients(evidenceOf(some), ridge);
  const narrow = fitTo([...seen, ...pairs]);
  const decided = new Map<Timed, Float64Array>();
  for (const [family, own] of Map.groupBy(pairs, (pair) => pair.family)) {
    const rest = pairs.filter((pair) => pair.family !== family);
    const coefficients = fitTo([...seen, ...rest]);
    for (const pair of own) decided.set(pair, coefficients);
  }
  const fitted = (pair: Timed): Float64Array => decided.get(pair) as Float64Array;
  return {
    ...{ format: calibrationFormat, part, threads, runtime, reference },
    ...namedCoefficients(fitTo(timed)),
    programs: programs.length,
    pairs: pairs.length,
    noise: noiseOf(timed),
    heldOut: {
      ...accuracyOf(others, narrow),
      programs: others.length,
      roofline: accuracyOf(others, rooflineCoefficients),
    },
    decisions: {
      ...decisionsOf(pairs, fitted),
      roofline: decisionsOf(pairs, () => rooflineCoefficients),
    },
  };
}

/**
 * How far the roofline is to be trusted: the ridge under which programs of each family are predicted best when it is left out of the fit. The
 * noisier the measurements, the more: with too little, rare parts take up what noise has left over.
 */
function trustOf(seen: readonly Timed[], pairs: readonly Timed[]): number {
  const groups = [...Map.groupBy(seen, ({ family }) => family).values()];
  const errors = ridges.map((ridge) =>
    groups.reduce((sum, own) => {
      const rest = seen.filter((program) => !own.includes(program));
      const coefficients = fitCoefficients(evidenceOf([...rest, ...pairs]), ridge);
      return sum + accuracyOf(own, coefficients).error;
    }, 0),
  );
  return ridges[errors.indexOf(Math.min(...errors))] as number;
}

/** How well pairs are decided by the coefficients that each is to be judged with. */
function decisionsOf(
  pairs: readonly Timed[],
  coefficients: (pair: Timed) => Float64Array,
): Decisions {
  const score = (some: readonly Timed[]): DecisionScore =>
    scoreDecisions(some.map((pair) => decisionOf(pair, coefficients(pair))));
  const families = [...Map.groupBy(pairs, ({ family }) => family)];
  return {
    ...score(pairs),
    families: Object.fromEntries(families.map(([family, own]) => [family, score(own)])),
  };
}

/** The middle of what was measured, in proportions. */
const timeOf = (times: readonly number[]): number =>
  Math.exp(times.reduce((sum, time) => sum + Math.log(time), 0) / times.length);

/** What was timed, as samples and pairs of them. */
export function evidenceOf(timed: readonly Timed[]): Evidence {
  const samples: Sample[] = [];
  const pairs: [number, number][] = [];
  for (const { features, times } of timed) {
    if (features.length === 2) pairs.push([samples.length, samples.length + 1]);
    features.forEach((own, i) => {
      samples.push({ features: own, time: timeOf(times[i] as number[]) });
    });
  }
  return { samples, pairs };
}

/** How well coefficients predict programs that were timed. */
function accuracyOf(timed: readonly Timed[], coefficients: Float64Array): Accuracy {
  const { samples } = evidenceOf(timed);
  const predicted = samples.map(({ features }) => predict(features, coefficients));
  const measured = samples.map(({ time }) => time);
  return {
    error: meanError(predicted, measured),
    correlation: rankCorrelation(predicted, measured),
  };
}

/** What coefficients choose between two equal programs. */
function decisionOf({ features, times }: Timed, coefficients: Float64Array): Decision {
  const both = [0, 1] as const;
  return {
    measured: both.map((i) => timeOf(times[i] as number[])) as [number, number],
    predicted: both.map((i) => predict(features[i] as Float64Array, coefficients)) as [
      number,
      number,
    ],
  };
}

/** How far the first and the second time of the same programs lie apart. */
function noiseOf(timed: readonly Timed[]): Accuracy {
  const all = timed.flatMap(({ times }) => times);
  const [one, other] = [0, 1].map((round) => all.map((own) => own[round] as number)) as [
    number[],
    number[],
  ];
  return { error: meanError(one, other), correlation: rankCorrelation(one, other) };
}
