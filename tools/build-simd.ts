// Compiles the vector kernels of @rewright/autodiff: part of `pnpm kernel`, writes packages/autodiff/src/simd.wasm.ts.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COMPILER = "assemblyscript@0.28.20";
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
    const compiled = Object.entries(MADD).map(([name, expression]) => {
      const madd = `@inline function madd(a: v128, b: v128, c: v128): v128 { return ${expression}; }`;
      writeFileSync(join(folder, "kernel.ts"), `${madd}\n${readFileSync(simdSource, "utf8")}`);
      const options = ["-O3", "--converge", "--noAssert", "--runtime", "stub", "--importMemory"];
      execFileSync(
        "npx",
        [
          "-y",
          `--package=${COMPILER}`,
          "asc",
          "kernel.ts",
          ...options,
          "--enable",
          "simd,relaxed-simd",
          "-o",
          "kernel.wasm",
        ],
        { cwd: folder, stdio: ["ignore", "inherit", "inherit"] },
      );
      return [name, readFileSync(join(folder, "kernel.wasm")).toString("base64")] as const;
    });
    const lines = compiled.map(
      ([name, bytes]) =>
        `/** The ${name} form, in base 64. */\nexport const ${name}: string =\n  "${bytes}";\n`,
    );
    writeFileSync(
      written,
      `// The vector kernels as WebAssembly; written by tools/build-simd.ts from sources of this digest: ${simdDigest()}.\n${lines.join("")}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
