// Other tools that simplify models, in a Python environment of the bench's own.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const home = join(import.meta.dirname, "../../.artifacts/peers");
const python = join(home, "bin/python");

/** How each tool turns the file of the first argument into that of the second. */
const programs = {
  onnxsim:
    "import sys, onnx, onnxsim; model, ok = onnxsim.simplify(onnx.load(sys.argv[1])); assert ok; onnx.save(model, sys.argv[2])",
  onnxslim: "import sys, onnxslim; onnxslim.slim(sys.argv[1], sys.argv[2])",
} as const;

/** A tool that is installed here. */
export interface Simplifier {
  readonly name: string;
  /** Writes the simplified model. @returns whether it did, within five minutes */
  simplify(from: string, to: string): boolean;
}

/** The Python that has a package, which the first call installs; where that cannot be, a line on standard error says so. */
export function installed(name: string): string | undefined {
  if (!existsSync(python))
    try {
      mkdirSync(home, { recursive: true });
      execFileSync("python3", ["-m", "venv", home], { stdio: "ignore" });
    } catch {
      process.stderr.write(`skipped: no Python 3 with venv, so no ${name}\n`);
      return undefined;
    }
  const has = (): boolean =>
    spawnSync(python, ["-c", `import ${name}`], { stdio: "ignore" }).status === 0;
  if (has()) return python;
  spawnSync(python, ["-m", "pip", "install", "--quiet", name, "onnx", "onnxruntime"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (has()) return python;
  process.stderr.write(`skipped: ${name} cannot be installed\n`);
  return undefined;
}

/** The tools that can be had. */
export function simplifiers(): readonly Simplifier[] {
  return Object.entries(programs).flatMap(([name, program]) => {
    const path = installed(name);
    if (path === undefined) return [];
    const simplify = (from: string, to: string): boolean =>
      spawnSync(path, ["-c", program, from, to], { stdio: "ignore", timeout: 300_000 }).status ===
        0 && existsSync(to);
    return [{ name, simplify }];
  });
}
