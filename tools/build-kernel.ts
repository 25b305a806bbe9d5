// Compiles the kernel of egraph-ts to WebAssembly: `pnpm kernel` writes packages/egraph/src/kernel.wasm.ts.
//
// The kernel is TypeScript over 32-bit words, so it is AssemblyScript once `number` says `i32`; memory.as takes the
// place of memory.ts.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { base64, compile, disassemble, optimise } from "./assemblyscript.ts";
import { digest, kernel, sources } from "./kernel-sources.ts";
import { withOffsets } from "./word-offsets.ts";

const folder = mkdtempSync(join(tmpdir(), "kernel-"));
try {
  for (const name of sources()) {
    const text = readFileSync(join(kernel, name), "utf8");
    writeFileSync(
      join(folder, name),
      text
        .replace(/: number\b/g, ": i32")
        .replace(/: boolean\b/g, ": bool")
        .replace(/(from "\.\/[\w-]+)\.ts"/g, '$1"'),
    );
  }
  writeFileSync(join(folder, "memory.ts"), readFileSync(join(kernel, "memory.as"), "utf8"));
  // V8 inlines by what it saw run, but little where few functions are small, as it takes them to be inlined already. So little is
  // inlined here: applying actions takes 0.8 of the time.
  compile(folder, "index.ts", "small.wasm", ["-Oz"]);
  disassemble(folder, "small.wasm", "kernel.wat");
  const text = join(folder, "kernel.wat");
  writeFileSync(text, withOffsets(readFileSync(text, "utf8")));
  optimise(folder, "kernel.wat", "kernel.wasm", "-O2");
  writeFileSync(
    join(kernel, "../kernel.wasm.ts"),
    `/** The kernel as WebAssembly, in base 64; written by tools/build-kernel.ts from sources of this digest: ${digest()}. */
export const bytes: string =
  "${base64(folder, "kernel.wasm")}";
`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
