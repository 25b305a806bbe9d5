import type { DType } from "@rewright/plugin";

/** A graphics processor. */
export interface GpuPart {
  /** Streaming multiprocessors. */
  readonly multiprocessors: number;
  /** f32 outside tensor cores, Tflop/s. */
  readonly f32: number;
  /** Dense matrix products on tensor cores by element type, Tflop/s; f32 products run there as TF32 where the part has it. */
  readonly tensor: Partial<Readonly<Record<DType, number>>>;
  /** Memory bandwidth, GB/s. */
  readonly bandwidth: number;
  /** Second-level cache, MiB. */
  readonly l2: number;
}

/** The name of a part whose figures are known. */
export type GpuPartName = "T4" | "V100" | "A100" | "H100" | "H200" | "B200";

/*
 * V100 to B200: XLA's target specifications (`xla/backends/gpu/target_config/specs`), SXM forms, dense figures; T4: NVIDIA's
 * data sheet. f64 products: NVIDIA's data sheets (tensor cores from A100 on).
 */
const parts: Readonly<Record<GpuPartName, GpuPart>> = {
  T4: {
    multiprocessors: 40,
    f32: 8.1,
    tensor: { f16: 65, i8: 130, u8: 130 },
    bandwidth: 320,
    l2: 4,
  },
  V100: { multiprocessors: 80, f32: 15.7, tensor: { f16: 125, f64: 7.8 }, bandwidth: 898, l2: 6 },
  A100: {
    multiprocessors: 108,
    f32: 19.5,
    tensor: { f32: 156, f16: 312, bf16: 312, i8: 624, u8: 624, f64: 19.5 },
    bandwidth: 2039,
    l2: 40,
  },
  H100: {
    multiprocessors: 132,
    f32: 66.9,
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
