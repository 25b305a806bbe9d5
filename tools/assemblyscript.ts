// The compiler of what becomes WebAssembly. It is fetched when it is called: it is large, and only who changes such sources needs it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const COMPILER = "assemblyscript@0.28.20";
const OPTIONS = ["-O3", "--converge", "--noAssert", "--runtime", "stub", "--importMemory"];

/** Compiles a file of a folder, with what it imports there; the module in base 64. */
export function compiled(folder: string, file: string, further: readonly string[] = []): string {
  execFileSync(
    "npx",
    ["-y", `--package=${COMPILER}`, "asc", file, ...OPTIONS, ...further, "-o", "kernel.wasm"],
    { cwd: folder, stdio: ["ignore", "inherit", "inherit"] },
  );
  return readFileSync(join(folder, "kernel.wasm")).toString("base64");
}
