/** How close two tensors are, by the measure of ONNX's own tests. */
import type { DType, NdArray } from "../../packages/plugin/src/index.ts";

/** Relative and absolute tolerance by element type; all others must be equal. Those of ONNX Runtime's own node tests, 1e-3 and 1e-5, for f32. */
const tolerances: Partial<Record<DType, readonly [relative: number, absolute: number]>> = {
  f64: [1e-3, 1e-5],
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
  if (`${actual.shape}` !== `${expected.shape}`)
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
