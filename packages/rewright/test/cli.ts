// Runs the command line as a user would, in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelBuilder } from "@rewright/onnx";
import { vi } from "vitest";
import { main } from "../src/cli/main.ts";
import type { FileReport } from "../src/index.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");

/** What a run of the command line left. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with models, rules and results of a test. */
export interface Desk {
  readonly folder: string;
  path(name: string): string;
  /** Writes a file and gives its path. */
  file(name: string, content: Uint8Array | string): string;
  report(name?: string): FileReport;
  /** `rewright …` in that folder; `meanwhile` sees each piece of standard error as it comes; `input` is its standard input. */
  rewright(
    args: readonly string[],
    meanwhile?: (text: string, process: ChildProcess) => void,
    input?: string,
  ): Promise<Run>;
}

/** The command line in this process: for runs that end before they print a result. */
export async function here(args: readonly string[]): Promise<Run> {
  let stdout = "";
  let stderr = "";
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
  try {
    const code = await main(args);
    return { code, stdout, stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

/** Makes a folder with a space in its name, uses it, and takes it away. */
export async function atDesk<T>(use: (desk: Desk) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "rewright desk "));
  const path = (name: string): string => join(folder, name);
  try {
    return await use({
      folder,
      path,
      file(name, content) {
        writeFileSync(path(name), content);
        return path(name);
      },
      report: (name = "report.json") => JSON.parse(readFileSync(path(name), "utf8")) as FileReport,
      rewright: (args, meanwhile, input) =>
        new Promise((resolve, reject) => {
          const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
          let stdout = "";
          let stderr = "";
          child.stdout.setEncoding("utf8").on("data", (text: string) => {
            stdout += text;
          });
          child.stderr.setEncoding("utf8").on("data", (text: string) => {
            stderr += text;
            meanwhile?.(text, child);
          });
          child.on("error", reject);
          child.stdin.end(input ?? "");
          child.on("close", (code) => resolve({ code, stdout, stderr }));
        }),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const f32 = (shape: readonly number[], seed: number) => ({
  dtype: "f32" as const,
  shape,
  data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) =>
    Math.sin(seed + 1.7 * i),
  ),
});

/** Products and sums in which there is something to find: (x·A)·B is x·(A·B) with constant A and B, and a row is selected late. */
export function improvable(): Uint8Array {
  const b = new ModelBuilder("improvable", { opset: 17 });
  const x = b.input("x", "f32", [1, 64, 32]);
  const low = b.node("MatMul", [x, b.constant(f32([32, 48], 1))]);
  const product = b.node("MatMul", [low, b.constant(f32([48, 32], 2))]);
  const twice = b.node("Relu", [b.node("Relu", [product])]);
  const row = b.constant({ dtype: "i64", shape: [], data: BigInt64Array.of(0n) });
  b.output("y", b.node("Gather", [twice, row], { axis: 1 }));
  return b.bytes();
}

/** One operator: there is nothing to gain. */
export function minimal(): Uint8Array {
  const b = new ModelBuilder("minimal", { opset: 17 });
  b.output("y", b.node("Tanh", [b.input("x", "f32", [4])]));
  return b.bytes();
}
