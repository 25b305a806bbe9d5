// Reads a model and writes it again, once, in a process that has done nothing else, and prints the milliseconds that each took, as JSON.
// It starts as the command line does: from Node's compile cache.
import { closeSync, openSync } from "node:fs";
import { enableCompileCache } from "node:module";

enableCompileCache();
const { imageOf, openModel } = await import("@rewright/onnx");

/** Processor time of this thread, and the time on the wall, in milliseconds. */
function now(): { readonly cpu: number; readonly wall: number } {
  const { user, system } = process.threadCpuUsage();
  return { cpu: (user + system) / 1000, wall: performance.now() };
}

const [model, output] = process.argv.slice(2) as [string, string];
const start = now();
const read = openModel(model);
const middle = now();
const file = openSync(output, "w");
imageOf(read, read.graph).write(file);
closeSync(file);
const end = now();
console.log(
  JSON.stringify({
    read: { cpu: middle.cpu - start.cpu, wall: middle.wall - start.wall },
    write: { cpu: end.cpu - middle.cpu, wall: end.wall - middle.wall },
  }),
);
