/** One core of a processor, and what its neighbours share with it. */
export interface CpuPart {
  /** f32 operations per cycle: multiply-add pipes × lanes × 2. */
  readonly flopsPerCycle: number;
  /** Sustained clock under vector load, GHz. */
  readonly clock: number;
  /** DRAM bandwidth one core can draw, GB/s. */
  readonly coreBandwidth: number;
  /** DRAM bandwidth of the socket, GB/s. */
  readonly socketBandwidth: number;
  /** Level-2 cache of a core, MiB. */
  readonly l2: number;
  /** Last-level cache a core can fill, MiB. */
  readonly l3: number;
  /** Channels in a block of ONNX Runtime's blocked convolution layout: 16 with AVX-512, 8 with AVX2; 0 where it has none. */
  readonly block: number;
  /** Peak of 8-bit integer products over that of f32. */
  readonly int8: number;
}

/** The name of a processor whose figures are known. */
export type CpuPartName =
  | "generic-avx2"
  | "generic-avx512"
  | "zen2"
  | "zen3"
  | "zen4"
  | "zen5"
  | "skylake-sp"
  | "ice-lake-sp"
  | "sapphire-rapids"
  | "neoverse-n1"
  | "neoverse-v1"
  | "neoverse-v2"
  | "apple-m1";

/*
 * Operations per cycle: Fog, "The microarchitecture of Intel, AMD and VIA CPUs"; Arm's software optimization guides. Memory:
 * channels × transfer rate from the vendors' product pages (8 × DDR4-3200 = 205 GB/s, 8 × DDR5-4800 = 307, 12 × DDR5-4800 = 461,
 * 12 × DDR5-6000 = 576). Clocks are all-core figures under vector load, DRAM per core what STREAM-like loops of one thread reach,
 * both rounded. `zen4` is measured: 117.5 Gflop/s by fused multiply-adds, 27.2 GB/s by a copy larger than the caches.
 */
const parts: Readonly<Record<CpuPartName, CpuPart>> = {
  "generic-avx2": {
    flopsPerCycle: 32,
    clock: 3.0,
    coreBandwidth: 15,
    socketBandwidth: 50,
    l2: 0.5,
    l3: 8,
    block: 8,
    int8: 2,
  },
  "generic-avx512": {
    flopsPerCycle: 64,
    clock: 2.6,
    coreBandwidth: 15,
    socketBandwidth: 150,
    l2: 1,
    l3: 16,
    block: 16,
    int8: 4,
  },
  zen2: {
    flopsPerCycle: 32,
    clock: 3.2,
    coreBandwidth: 20,
    socketBandwidth: 205,
    l2: 0.5,
    l3: 16,
    block: 8,
    int8: 2,
  },
  zen3: {
    flopsPerCycle: 32,
    clock: 3.4,
    coreBandwidth: 22,
    socketBandwidth: 205,
    l2: 0.5,
    l3: 32,
    block: 8,
    int8: 2,
  },
  // 512-bit operations take two passes through 256-bit pipes: the arithmetic of AVX2, the layout of AVX-512.
  zen4: {
    flopsPerCycle: 32,
    clock: 3.67,
    coreBandwidth: 27.2,
    socketBandwidth: 461,
    l2: 1,
    l3: 32,
    block: 16,
    int8: 4,
  },
  zen5: {
    flopsPerCycle: 64,
    clock: 4.0,
    coreBandwidth: 30,
    socketBandwidth: 576,
    l2: 1,
    l3: 32,
    block: 16,
    int8: 4,
  },
  "skylake-sp": {
    flopsPerCycle: 64,
    clock: 2.4,
    coreBandwidth: 12,
    socketBandwidth: 128,
    l2: 1,
    l3: 24,
    block: 16,
    int8: 1.3,
  },
  "ice-lake-sp": {
    flopsPerCycle: 64,
    clock: 2.8,
    coreBandwidth: 13,
    socketBandwidth: 205,
    l2: 1.25,
    l3: 48,
    block: 16,
    int8: 4,
  },
  "sapphire-rapids": {
    flopsPerCycle: 64,
    clock: 3.0,
    coreBandwidth: 15,
    socketBandwidth: 307,
    l2: 2,
    l3: 60,
    block: 16,
    int8: 16,
  },
  "neoverse-n1": {
    flopsPerCycle: 16,
    clock: 2.5,
    coreBandwidth: 18,
    socketBandwidth: 205,
    l2: 1,
    l3: 32,
    block: 0,
    int8: 4,
  },
  "neoverse-v1": {
    flopsPerCycle: 32,
    clock: 2.6,
    coreBandwidth: 22,
    socketBandwidth: 307,
    l2: 1,
    l3: 32,
    block: 0,
    int8: 4,
  },
  "neoverse-v2": {
    flopsPerCycle: 32,
    clock: 2.8,
    coreBandwidth: 30,
    socketBandwidth: 500,
    l2: 2,
    l3: 36,
    block: 0,
    int8: 4,
  },
  "apple-m1": {
    flopsPerCycle: 32,
    clock: 3.2,
    coreBandwidth: 58,
    socketBandwidth: 68,
    l2: 3,
    l3: 8,
    block: 0,
    int8: 4,
  },
};

/** All names. */
export const cpuPartNames: readonly CpuPartName[] = Object.keys(parts) as CpuPartName[];

/** The part of that name. @throws RangeError naming the known ones. */
export function cpuPart(name: string): CpuPart {
  const part = Object.hasOwn(parts, name) ? parts[name as CpuPartName] : undefined;
  if (part === undefined) {
    throw new RangeError(`cpu: no part called "${name}": take one of ${cpuPartNames.join(", ")}`);
  }
  return part;
}
