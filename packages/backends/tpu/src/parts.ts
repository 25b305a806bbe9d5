/** A chip with matrix units. */
export interface TpuPart {
  /** bf16 matrix products, Tflop/s; f32 runs as bf16 in three passes. */
  readonly bf16: number;
  /** 8-bit matrix products, Top/s; absent where the units have none. */
  readonly int8?: number;
  /** 8-bit floating-point products, Tflop/s. */
  readonly fp8?: number;
  /** Rows and columns of a matrix unit. */
  readonly side: number;
  /** Cores, among which the figures above, the bandwidth and vector memory are divided. */
  readonly cores: number;
  /** Memory bandwidth, GB/s. */
  readonly bandwidth: number;
  /** Vector memory of all cores, MiB. */
  readonly vmem: number;
}

/** The name of a part whose figures are known. */
export type TpuPartName = "v2" | "v3" | "v4" | "v5e" | "v5p" | "v6e" | "v7x";

/*
 * Peaks and bandwidth: Google Cloud's documentation of each version, one chip. Matrix units and vector memory: JAX,
 * `jax/_src/pallas/mosaic/tpu_info.py`.
 */
const parts: Readonly<Record<TpuPartName, TpuPart>> = {
  v2: { bf16: 46, side: 128, cores: 2, bandwidth: 716, vmem: 32 },
  v3: { bf16: 123, side: 128, cores: 2, bandwidth: 900, vmem: 32 },
  v4: { bf16: 275, int8: 275, side: 128, cores: 2, bandwidth: 1200, vmem: 32 },
  v5e: { bf16: 197, int8: 394, side: 128, cores: 1, bandwidth: 819, vmem: 128 },
  v5p: { bf16: 459, int8: 918, side: 128, cores: 2, bandwidth: 2765, vmem: 128 },
  v6e: { bf16: 918, int8: 1836, fp8: 920, side: 256, cores: 1, bandwidth: 1640, vmem: 128 },
  v7x: { bf16: 2307, fp8: 4614, side: 256, cores: 2, bandwidth: 7380, vmem: 128 },
};

/** All names. */
export const tpuPartNames: readonly TpuPartName[] = Object.keys(parts) as TpuPartName[];

/** The part of that name. @throws RangeError naming the known ones. */
export function tpuPart(name: string): TpuPart {
  const part = Object.hasOwn(parts, name) ? parts[name as TpuPartName] : undefined;
  if (part === undefined) {
    throw new RangeError(`tpu: no part called "${name}": take one of ${tpuPartNames.join(", ")}`);
  }
  return part;
}
