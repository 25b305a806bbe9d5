// What the kernel is compiled from.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the kernel. */
export const kernel: string = join(import.meta.dirname, "../packages/egraph/src/kernel");

/** The files that are compiled. */
export function sources(): string[] {
  return globSync("*.ts", { cwd: kernel })
    .filter((name) => name !== "memory.ts" && name !== "host.ts")
    .sort();
}

/** A digest of all that the compiled kernel depends on. */
export function digest(): string {
  const hash = createHash("sha256");
  const files = [...sources().map((name) => join(kernel, name)), join(kernel, "memory.as")];
  for (const file of files) hash.update(readFileSync(file, "utf8")).update("\0");
  return hash.digest("hex").slice(0, 16);
}
