// Compiles the vector kernels of @rewright/autodiff: part of `pnpm kernel`, writes packages/autodiff/src/simd.wasm.ts.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { base64, compile } from "./assemblyscript.ts";

/** The sources. */
export const simdSource: string = join(
  import.meta.dirname,
  "../packages/autodiff/src/simd/kernel.as",
);
const written = join(import.meta.dirname, "../packages/autodiff/src/simd.wasm.ts");

/** How `a b + c` is computed: rounded twice, or once where machines have relaxed vectors. */
const MADD = {
  plain: "f32x4.add(f32x4.mul(a, b), c)",
  fused: "f32x4.relaxed_madd(a, b, c)",
};

/** A digest of what the compiled kernels depend on. */
export function simdDigest(): string {
  const text = `${readFileSync(simdSource, "utf8")}${JSON.stringify(MADD)}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), "simd-"));
  try {
    const lines = Object.entries(MADD).map(([name, expression]) => {
      const madd = `@inline function madd(a: v128, b: v128, c: v128): v128 { return ${expression}; }`;
      writeFileSync(join(folder, "kernel.ts"), `${madd}\n${readFileSync(simdSource, "utf8")}`);
      const options = ["-O3", "--converge", "--enable", "simd,relaxed-simd"];
      compile(folder, "kernel.ts", "kernel.wasm", options);
      return `/** The ${name} form, in base 64. */\nexport const ${name}: string =\n  "${base64(folder, "kernel.wasm")}";\n`;
    });
    writeFileSync(
      written,
      `// The vector kernels as WebAssembly; written by tools/build-simd.ts from sources of this digest: ${simdDigest()}.\n${lines.join("")}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
