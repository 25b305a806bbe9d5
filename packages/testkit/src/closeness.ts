import type { DType, NdArray } from "@rewright/plugin";

/** Relative and absolute tolerance by element type; all others must be equal. f32 as in ONNX Runtime's node tests. */
const tolerances: Partial<Record<DType, readonly [relative: number, absolute: number]>> = {
  f64: [1e-3, 1e-5], // what operators stash on the way is f32
  f32: [1e-3, 1e-5],
  c64: [1e-3, 1e-5],
  c128: [1e-3, 1e-5],
  f16: [1e-2, 1e-3],
  bf16: [2e-2, 1e-2],
  f8e4m3fn: [0.13, 1e-2],
  f8e4m3fnuz: [0.13, 1e-2],
  f8e5m2: [0.26, 1e-2],
  f8e5m2fnuz: [0.26, 1e-2],
};

/** What keeps `actual` from being `expected`; `undefined` when nothing does. NaN equals NaN. */
export function unlike(expected: NdArray, actual: NdArray | undefined): string | undefined {
  if (actual === undefined) return "it is missing";
  if (actual.dtype !== expected.dtype) return `it is ${actual.dtype}, not ${expected.dtype}`;
  if (String(actual.shape) !== String(expected.shape))
    return `its shape is [${actual.shape}], not [${expected.shape}]`;
  const [relative, absolute] = tolerances[expected.dtype] ?? [0, 0];
  for (let i = 0; i < expected.data.length; i++) {
    const a = expected.data[i];
    const b = actual.data[i];
    if (a === b || Object.is(a, b)) continue;
    const near =
      typeof a === "number" &&
      typeof b === "number" &&
      Number.isFinite(a) &&
      Math.abs(a - b) <= absolute + relative * Math.abs(a);
    if (!near) return `element ${i} is ${String(b)}, not ${String(a)}`;
  }
  return undefined;
}

/** Whether every element is a finite number, or no number at all. */
export function hasFiniteElements({ dtype, data }: NdArray): boolean {
  if (!/^b?f\d/.test(dtype)) return true;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(Number(data[i]))) return false;
  return true;
}
