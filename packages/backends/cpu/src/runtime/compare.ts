import type { DType, NdArray } from "@rewright/plugin";
import type { NamedArrays } from "./runtime.ts";

/** How one output of a candidate differs from the reference's. */
export interface OutputDifference {
  readonly name: string;
  readonly ok: boolean;
  /** The largest |reference − candidate|, over elements where the reference is finite. */
  readonly maxAbs: number;
  /** `maxAbs` over the largest |reference|. */
  readonly maxRel: number;
  /** The `maxAbs` that is allowed. */
  readonly allowed: number;
  /** How many elements were compared: those of the reference that are finite. */
  readonly compared: number;
  /** Why it is not ok. */
  readonly reason?: string;
}

/** How a candidate's outputs differ from the reference's. */
export interface Comparison {
  readonly ok: boolean;
  /** Of the output that is furthest beyond what is allowed, or closest to it; absent without outputs. */
  readonly worst?: OutputDifference;
  readonly outputs: readonly OutputDifference[];
  readonly maxAbs: number;
  readonly maxRel: number;
}

/** What difference is borne beyond the default. */
export interface Allowance {
  /** How far the runtime's own optimisation levels lie apart on this model and these inputs: ten times that is borne. */
  readonly noise?: Comparison | undefined;
  /** What the candidate is known to change an element by, at most: comes on top. */
  readonly error?: number;
}

/** An allowance for one output. */
interface Borne {
  readonly noise: number;
  readonly error: number;
}

/**
 * Allowed |difference| over the largest |reference|, by element type. Rounding of f32 moves real models by 1e-7 to
 * 2e-6, a wrong rewrite by far more than 1e-5.
 */
const tolerance: Partial<Record<DType, number>> = {
  f64: 1e-9,
  f32: 1e-5,
  f16: 1e-2,
  bf16: 5e-2,
};

/**
 * Compares a candidate's outputs with the reference's. Floats may differ by a share of the largest element, or by ten
 * times the runtime's own noise where that is more, and by what the candidate is allowed to change; all else must be equal. Where the reference is finite the
 * candidate must be; where it is not, nothing is asked.
 */
export function compareOutputs(
  reference: NamedArrays,
  candidate: NamedArrays,
  allowance: Allowance = {},
): Comparison {
  const outputs = Object.entries(reference).map(([name, expected]) => {
    const noise = allowance.noise?.outputs.find((output) => output.name === name)?.maxAbs ?? 0;
    const borne = { noise: Number.isFinite(noise) ? noise : 0, error: allowance.error ?? 0 };
    return difference(name, expected, candidate[name], borne);
  });
  let worst: OutputDifference | undefined;
  for (const output of outputs) {
    if (worst === undefined || excess(output) > excess(worst)) worst = output;
  }
  return {
    ok: outputs.every((output) => output.ok),
    ...(worst === undefined ? {} : { worst }),
    outputs,
    maxAbs: Math.max(0, ...outputs.map((output) => output.maxAbs)),
    maxRel: Math.max(0, ...outputs.map((output) => output.maxRel)),
  };
}

function excess(output: OutputDifference): number {
  return output.ok ? output.maxAbs / Math.max(output.allowed, Number.MIN_VALUE) : Infinity;
}

function difference(
  name: string,
  expected: NdArray,
  actual: NdArray | undefined,
  borne: Borne,
): OutputDifference {
  const fail = (reason: string): OutputDifference => ({
    name,
    ok: false,
    maxAbs: Infinity,
    maxRel: Infinity,
    allowed: 0,
    compared: 0,
    reason,
  });
  if (actual === undefined) return fail("the candidate does not have this output");
  if (actual.dtype !== expected.dtype) {
    return fail(`the candidate's is ${actual.dtype}, the reference's ${expected.dtype}`);
  }
  if (String(actual.shape) !== String(expected.shape)) {
    return fail(`the candidate's shape is [${actual.shape}], the reference's [${expected.shape}]`);
  }
  const bearable = tolerance[expected.dtype];
  return bearable === undefined
    ? discrete(name, expected, actual)
    : continuous(name, expected, actual, bearable, borne);
}

function discrete(name: string, expected: NdArray, actual: NdArray): OutputDifference {
  let wrong = 0;
  let maxAbs = 0;
  let largest = 0;
  const isText = expected.dtype === "string";
  for (let i = 0; i < expected.data.length; i++) {
    const a = expected.data[i];
    const b = actual.data[i];
    if (!isText) largest = Math.max(largest, Math.abs(Number(a)));
    if (a === b) continue;
    wrong++;
    maxAbs = Math.max(maxAbs, isText ? 1 : Math.abs(Number(a) - Number(b)));
  }
  return {
    name,
    ok: wrong === 0,
    maxAbs,
    maxRel: relative(maxAbs, largest),
    allowed: 0,
    compared: expected.data.length,
    ...(wrong === 0
      ? {}
      : {
          reason: `${wrong} of ${expected.data.length} elements differ, and ${expected.dtype} must be equal`,
        }),
  };
}

function continuous(
  name: string,
  expected: NdArray,
  actual: NdArray,
  bearable: number,
  { noise, error }: Borne,
): OutputDifference {
  const a = expected.data as ArrayLike<number>;
  const b = actual.data as ArrayLike<number>;
  let maxAbs = 0;
  let largest = 0;
  let compared = 0;
  let lost = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    if (!Number.isFinite(x)) continue;
    compared++;
    if (!Number.isFinite(y)) lost++;
    largest = Math.max(largest, Math.abs(x));
    const delta = Math.abs(x - y);
    if (delta > maxAbs) maxAbs = delta;
  }
  const allowed = Math.max(bearable * largest, 10 * noise, 1e-30) + error;
  const found = { name, maxAbs, maxRel: relative(maxAbs, largest), allowed, compared };
  if (lost > 0) {
    return {
      ...found,
      ok: false,
      maxAbs: Infinity,
      maxRel: Infinity,
      reason: `${lost} elements are not finite where the reference is`,
    };
  }
  if (maxAbs > allowed) {
    return {
      ...found,
      ok: false,
      reason: `it differs by ${maxAbs.toExponential(2)}, and ${allowed.toExponential(2)} is allowed`,
    };
  }
  return { ...found, ok: true };
}

function relative(maxAbs: number, largest: number): number {
  return maxAbs === 0 ? 0 : maxAbs / largest;
}
