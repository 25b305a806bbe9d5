// The same rules and terms as egg's own tests, under its schedulers: what egg counts is recorded by
// bench/egg/record.ts.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Recorded, record } from "./egg/workload.ts";

interface Run extends Recorded {
  readonly workload: string;
  readonly scheduler: string;
  readonly limit: number;
}

const folder = join(import.meta.dirname, "fixtures");
for (const file of globSync("egg-*.json", { cwd: folder }).sort()) {
  const { egg, runs } = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
    readonly egg: string;
    readonly runs: readonly Run[];
  };
  describe(`${file}, egg ${egg}`, () => {
    for (const { workload, scheduler, limit, ...recorded } of runs)
      test(`${workload}, ${scheduler}, ${recorded.nodes.length} iterations`, () => {
        expect(record(workload, scheduler, limit)).toEqual(recorded);
      });
  });
}
