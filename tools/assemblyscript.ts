// The compilers of what becomes WebAssembly. They are fetched when they are called: they are large, and only who changes such sources needs them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ASSEMBLYSCRIPT = "assemblyscript@0.28.20";
const BINARYEN = "binaryen@132.0.0";
const OPTIONS = ["--noAssert", "--runtime", "stub", "--importMemory"];

/** Compiles a file of a folder, with what it imports there, to a file beside it. */
export function compile(
  folder: string,
  file: string,
  to: string,
  further: readonly string[],
): void {
  call(folder, ASSEMBLYSCRIPT, ["asc", file, ...OPTIONS, ...further, "-o", to]);
}

/** Writes a module of a folder as text, an expression in parentheses each. */
export function disassemble(folder: string, from: string, to: string): void {
  call(folder, BINARYEN, ["wasm-dis", from, "-o", to]);
}

/** Optimises a file of a folder to another one. */
export function optimise(folder: string, from: string, to: string, level: string): void {
  call(folder, BINARYEN, ["wasm-opt", level, from, "-o", to]);
}

/** A file's bytes in base 64. */
export function base64(folder: string, file: string): string {
  return readFileSync(join(folder, file)).toString("base64");
}

function call(folder: string, packageName: string, command: readonly string[]): void {
  execFileSync("npx", ["-y", `--package=${packageName}`, ...command], {
    ...{ cwd: folder, stdio: ["ignore", "inherit", "inherit"] },
  });
}
