import type { DType } from "@rewright/plugin";

/** A graphics processor. */
export interface GpuPart {
  /** Streaming multiprocessors. */
  readonly multiprocessors: number;
  /** f32 outside tensor cores, Tflop/s. */
  readonly f32: number;
  /** f64 outside tensor cores, Tflop/s. */
  readonly f64: number;
  /** Dense matrix products on tensor cores by element type, Tflop/s; f32 products run there as TF32 where the part has it. */
  readonly tensor: Partial<Readonly<Record<DType, number>>>;
  /** Memory bandwidth, GB/s. */
  readonly bandwidth: number;
  /** Second-level cache, MiB. */
  readonly l2: number;
}

/** The name of a part whose figures are known. */
export type GpuPartName =
  | "T4"
  | "V100"
  | "L4"
  | "A100"
  | "RTX 4090"
  | "L40S"
  | "H100"
  | "H200"
  | "B200";

/*
 * V100, A100, H100, H200, B200: XLA's target specifications (`xla/backends/gpu/target_config/specs`), SXM forms. T4, L4, L40S: NVIDIA's
 * data sheets. RTX 4090: NVIDIA's Ada architecture white paper, appendix A, sums in f32. f64: NVIDIA's data sheets (on tensor cores
 * from A100 on; a 32nd or 64th of f32 where a part is not made for it). All dense: the data sheets' figures "with sparsity" halved.
 */
const parts: Readonly<Record<GpuPartName, GpuPart>> = {
  T4: {
    multiprocessors: 40,
    f32: 8.1,
    f64: 0.25,
    tensor: { f16: 65, i8: 130, u8: 130 },
    bandwidth: 320,
    l2: 4,
  },
  V100: {
    multiprocessors: 80,
    f32: 15.7,
    f64: 7.8,
    tensor: { f16: 125 },
    bandwidth: 898,
    l2: 6,
  },
  L4: {
    multiprocessors: 58,
    f32: 30.3,
    f64: 0.47,
    tensor: { f32: 60, f16: 121, bf16: 121, i8: 242, u8: 242, f8e4m3fn: 242, f8e5m2: 242 },
    bandwidth: 300,
    l2: 48,
  },
  A100: {
    multiprocessors: 108,
    f32: 19.5,
    f64: 9.7,
    tensor: { f32: 156, f16: 312, bf16: 312, i8: 624, u8: 624, f64: 19.5 },
    bandwidth: 2039,
    l2: 40,
  },
  "RTX 4090": {
    multiprocessors: 128,
    f32: 82.6,
    f64: 1.3,
    tensor: { f32: 82.6, f16: 165, bf16: 165, i8: 660, u8: 660, f8e4m3fn: 330, f8e5m2: 330 },
    bandwidth: 1008,
    l2: 72,
  },
  L40S: {
    multiprocessors: 142,
    f32: 91.6,
    f64: 1.4,
    tensor: { f32: 183, f16: 362, bf16: 362, i8: 733, u8: 733, f8e4m3fn: 733, f8e5m2: 733 },
    bandwidth: 864,
    l2: 96,
  },
  H100: {
    multiprocessors: 132,
    f32: 66.9,
    f64: 33.5,
    tensor: {
      f32: 495,
      f16: 989,
      bf16: 989,
      i8: 1979,
      u8: 1979,
      f8e4m3fn: 1979,
      f8e5m2: 1979,
      f64: 67,
    },
    bandwidth: 3352,
    l2: 50,
  },
  H200: {
    multiprocessors: 132,
    f32: 66.9,
    f64: 33.5,
    tensor: {
      f32: 495,
      f16: 989,
      bf16: 989,
      i8: 1979,
      u8: 1979,
      f8e4m3fn: 1979,
      f8e5m2: 1979,
      f64: 67,
    },
    bandwidth: 4800,
    l2: 50,
  },
  B200: {
    multiprocessors: 148,
    f32: 74.5,
    f64: 37,
    tensor: {
      f32: 1113,
      f16: 2225,
      bf16: 2225,
      i8: 4450,
      u8: 4450,
      f8e4m3fn: 4450,
      f8e5m2: 4450,
      f64: 37,
    },
    bandwidth: 7672,
    l2: 126.5,
  },
};

/** All names. */
export const gpuPartNames: readonly GpuPartName[] = Object.keys(parts) as GpuPartName[];

/** The part of that name. @throws RangeError naming the known ones. */
export function gpuPart(name: string): GpuPart {
  const part = Object.hasOwn(parts, name) ? parts[name as GpuPartName] : undefined;
  if (part === undefined) {
    throw new RangeError(`gpu: no part called "${name}": take one of ${gpuPartNames.join(", ")}`);
  }
  return part;
}
