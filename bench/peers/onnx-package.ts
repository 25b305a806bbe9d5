// The `onnx` package for Python, which reads and writes models through protobuf's C++ library.
import { execFileSync } from "node:child_process";
import { installed } from "./simplifiers.ts";

/** Milliseconds of a step: processor time, and time on the wall. */
export interface Step {
  readonly cpu: number;
  readonly wall: number;
}

const program = `
import json, sys, time
import onnx
def now(): return {"cpu": 1000 * time.process_time(), "wall": 1000 * time.perf_counter()}
def between(a, b): return {k: b[k] - a[k] for k in a}
start = now()
model = onnx.load(sys.argv[1])
middle = now()
onnx.save(model, sys.argv[2])
print(json.dumps({"read": between(start, middle), "write": between(middle, now())}))
`;

/** Reads a model and writes it again, in a process of its own; `undefined` where the package cannot be had. */
export function onnxPackage(
  model: string,
  output: string,
): { readonly read: Step; readonly write: Step } | undefined {
  const python = installed("onnx");
  if (python === undefined) return undefined;
  return JSON.parse(execFileSync(python, ["-c", program, model, output], { encoding: "utf8" }));
}
