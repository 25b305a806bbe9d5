import { type Part, roofline } from "@rewright/costmodel";
import type { CostModel } from "@rewright/plugin";

/** A part of the family. Replace these figures by those of the data sheet, and say where they are from. */
const parts: Readonly<Record<string, Part>> = {
  x1: {
    name: "x1",
    flops: 4e12,
    matrixFlops: { f16: 16e12, bf16: 16e12, i8: 32e12, u8: 32e12 },
    bandwidth: 100e9,
    overhead: 2e-6,
  },
  x2: {
    name: "x2",
    flops: 8e12,
    matrixFlops: { f16: 32e12, bf16: 32e12, i8: 64e12, u8: 64e12 },
    bandwidth: 200e9,
    overhead: 2e-6,
  },
};

/** What the target cannot do: a cost of Infinity keeps it out of every program. */
const unsupported: ReadonlySet<string> = new Set(["Det", "NonMaxSuppression"]);

/** The names of the parts. */
export const partNames: readonly string[] = Object.keys(parts);

/**
 * What operators cost on a part, in µs: the longer of arithmetic and memory traffic, behind the start of a kernel.
 *
 * @throws RangeError on an unknown part, naming the known ones
 */
export function costsOf(name: string): CostModel {
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
  if (part === undefined)
    throw new RangeError(`my-npu: no part called "${name}": take one of ${partNames.join(", ")}`);
  const costs = roofline(part);
  return {
    ...costs,
    cost: (node) => (unsupported.has(node.op) ? Number.POSITIVE_INFINITY : costs.cost(node)),
  };
}
