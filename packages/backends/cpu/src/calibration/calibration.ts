import { pathNames } from "../paths.ts";
import { featureCount, partNames } from "./features.ts";
import type { DecisionScore } from "./scores.ts";

/** How well times are predicted: the mean of |predicted/measured − 1|, and Kendall's τ of the two orders. */
export interface Accuracy {
  readonly error: number;
  readonly correlation: number;
}

/** Choices between equal programs: over all families of rewrites, and in each. */
export interface Decisions extends DecisionScore {
  readonly families: Readonly<Record<string, DecisionScore>>;
}

/** What a calibration of the CPU is: coefficients of the code paths, and how far they can be trusted. */
export interface CpuCalibration {
  /** Of this form of the record. */
  readonly format: typeof calibrationFormat;
  /** The part whose roofline the coefficients multiply, and the threads they were measured on. */
  readonly part: string;
  readonly threads: number;
  /** Of onnxruntime-node. */
  readonly runtime: string;
  /** µs of the program that all others were timed beside: times are its multiples. */
  readonly reference: number;
  /** Of each code path: its start, the longer and the shorter of arithmetic and traffic, and the rest. 1 is what the roofline says. */
  readonly coefficients: Readonly<Record<string, readonly number[]>>;
  /** µs of a run by itself. */
  readonly run: number;
  /** How many programs and pairs of equal programs were timed. */
  readonly programs: number;
  readonly pairs: number;
  /** How far two measurements of one program lie apart. */
  readonly noise: Accuracy;
  /** Programs of a family that the coefficients had not been fitted to when this was measured, and the roofline's on the same ones. */
  readonly heldOut: Accuracy & { readonly programs: number; readonly roofline: Accuracy };
  /** Choices between equal programs, each family of rewrites left out of the fit in turn; the roofline's on the same ones. */
  readonly decisions: Decisions & { readonly roofline: Decisions };
}

/** The form that this version writes and reads. A change of what a coefficient multiplies is another form. */
export const calibrationFormat = 1;

/** µs of a run by itself that a coefficient of 1 stands for. */
const unit = 10;

/** Coefficients in the order of features, by the names of their paths. */
export function namedCoefficients(
  coefficients: Float64Array,
): Pick<CpuCalibration, "coefficients" | "run"> {
  const named = pathNames.map((name, path) => {
    const from = path * partNames.length;
    return [name, [...coefficients.subarray(from, from + partNames.length)].map(rounded)] as const;
  });
  return {
    coefficients: Object.fromEntries(named),
    run: rounded(unit * (coefficients[featureCount - 1] as number)),
  };
}

const rounded = (value: number): number => Number(value.toPrecision(6));

/**
 * The coefficients of a record, in the order of features, after a look at all of it that costs rest on.
 *
 * @throws TypeError naming what does not fit
 */
export function coefficientsOf(record: Readonly<Record<string, unknown>>): Float64Array {
  const { format, coefficients: named, run } = record as Partial<CpuCalibration>;
  const refuse = (what: string): never => {
    throw new TypeError(`cpu: the calibration ${what}: make another with \`rewright calibrate\``);
  };
  if (format !== calibrationFormat)
    refuse(`is of format ${JSON.stringify(format)}, and this version reads ${calibrationFormat}`);
  if (typeof named !== "object" || named === null) refuse("has no `coefficients`");
  const found = new Float64Array(featureCount);
  for (const [path, name] of pathNames.entries()) {
    const own = (named as CpuCalibration["coefficients"])[name];
    if (!Array.isArray(own) || own.length !== partNames.length || !own.every(isCoefficient))
      refuse(`has no ${partNames.length} numbers of at least 0 for ${name}`);
    found.set(own as number[], path * partNames.length);
  }
  if (!isCoefficient(run)) refuse("has no time of a run by itself, `run`");
  found[featureCount - 1] = (run as number) / unit;
  return found;
}

function isCoefficient(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < Infinity;
}
