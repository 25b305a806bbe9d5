import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { CpuPartName } from "./parts.ts";

/** Reads what `/proc/cpuinfo` says; empty where there is none. */
function processorFlags(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}\\s*:\\s*(\\d+)`, "m").exec(text)?.[1] ?? -1);
}

/**
 * The part that comes closest to this machine's processor, by what the system says of it: its maker's family and model numbers,
 * then its instruction sets. "generic-avx2" where nothing is known.
 */
export function localPart(): CpuPartName {
  return partOf(processorFlags(), cpus()[0]?.model ?? "", process.arch);
}

/** The part that a system's own description names. */
export function partOf(info: string, model: string, architecture: string): CpuPartName {
  if (architecture === "arm64") {
    if (model.startsWith("Apple")) return "apple-m1";
    const implementer = Number(/^CPU part\s*:\s*(0x[0-9a-f]+)/m.exec(info)?.[1] ?? 0);
    // Arm's part numbers: 0xd40 Neoverse V1, 0xd4f V2; the N series is narrower.
    return implementer === 0xd40
      ? "neoverse-v1"
      : implementer === 0xd4f
        ? "neoverse-v2"
        : "neoverse-n1";
  }
  const family = field(info, "cpu family");
  const number = field(info, "model");
  const wide = /\bavx512f\b/.test(info);
  if (/AuthenticAMD/.test(info)) {
    if (family >= 26) return "zen5";
    if (family === 25) return wide ? "zen4" : "zen3";
    if (family === 23) return "zen2";
  }
  if (/GenuineIntel/.test(info) && wide) {
    if (number === 85) return "skylake-sp";
    if (number === 106 || number === 108) return "ice-lake-sp";
    if (number === 143 || number === 207) return "sapphire-rapids";
  }
  return wide ? "generic-avx512" : "generic-avx2";
}
