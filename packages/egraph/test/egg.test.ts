// The same rules and terms as egg 0.11's own tests, under its schedulers: what egg counts is recorded by
// bench/egg/record.ts.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { extractTree } from "../src/index.ts";
import { open, runner } from "./egg/workload.ts";

interface Recorded {
  readonly workload: string;
  readonly scheduler: string;
  readonly limit: number;
  /** E-nodes after each iteration. */
  readonly nodes: readonly number[];
  readonly classes: readonly number[];
  /** Matches that were applied in each iteration; conditions are tested after these are counted. */
  readonly matches: readonly number[];
  /** The sizes of the smallest terms equal to those begun with. */
  readonly costs: readonly number[];
  readonly saturated: boolean;
}

function ours({ workload: name, scheduler, limit }: Recorded): Recorded {
  const workload = open(name);
  const roots = workload.begin();
  const { stop, iterations } = runner(workload, scheduler, limit).run();
  return {
    ...{ workload: name, scheduler, limit },
    nodes: iterations.map(({ nodes }) => nodes),
    classes: iterations.map(({ classes }) => classes),
    // A rule that was banned in this iteration had too many matches, and none was applied.
    matches: iterations.map(({ rules }) =>
      rules.reduce((sum, { matches, bannedUntil }) => sum + (bannedUntil > 0 ? 0 : matches), 0),
    ),
    costs: roots.map((root) => extractTree(workload.graph, [root], () => 1).cost),
    saturated: stop === "saturated",
  };
}

const folder = join(import.meta.dirname, "fixtures");
for (const file of globSync("egg-*.json", { cwd: folder }).sort()) {
  const { egg, runs } = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
    readonly egg: string;
    readonly runs: readonly Recorded[];
  };
  describe(`${file}, egg ${egg}`, () => {
    for (const run of runs)
      test(`${run.workload}, ${run.scheduler}, ${run.nodes.length} iterations`, () => {
        expect(ours(run)).toEqual(run);
      });
  });
}
