/**
 * A thread of the child process that ends the process when it outgrows its memory, or outlives its parent.
 * The child's main thread cannot: it stands inside native code while a model runs.
 */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { memoryLimitMark } from "./marks.ts";

const { bytes, parent } = workerData as { bytes: number; parent: number };

function parentLives(): boolean {
  if (process.ppid !== parent) return false;
  try {
    return process.kill(parent, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

setInterval(() => {
  const tooBig = process.memoryUsage.rss() > bytes;
  if (tooBig) writeSync(2, `${memoryLimitMark}\n`);
  if (tooBig || !parentLives()) process.kill(process.pid, "SIGKILL");
}, 50);
