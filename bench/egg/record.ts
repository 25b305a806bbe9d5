// node bench/egg/record.ts: runs egg on the workloads of packages/egraph/test/egg.test.ts and writes what it counts
// into packages/egraph/test/fixtures/egg-*.json; `pnpm fix` then formats these. To be run when a workload is added
// or egg's version changes.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./binary.ts";

/** By family: workload, scheduler, iterations. */
const FAMILIES: Readonly<Record<string, readonly (readonly [string, string, number])[]>> = {
  math: [
    ["math", "simple", 9],
    ["math", "backoff", 30],
    ["ac:5", "simple", 20],
    ["ac:8", "simple", 20],
  ],
  "math-full": [
    ...Array.from({ length: 7 }, (_, term) => [`math-full:${term}`, "simple", 7] as const),
    ["math-full", "simple", 6],
    ["math-full", "backoff", 15],
  ],
  // The chain ends before the iteration in which nothing changes: egg's multi-patterns never count as idle.
  prop: [
    ["prop:chain", "simple", 5],
    ["prop:all", "simple", 6],
    ["prop:all", "backoff", 12],
  ],
  lambda: [
    ...["under", "if-elim", "let-simple", "closure", "compose", "if"].map(
      (term) => [`lambda:${term}`, "simple", 30] as const,
    ),
    ["lambda:repeat", "simple", 12],
    ["lambda:repeat", "backoff", 30],
    ["lambda:fib", "simple", 10],
    ["lambda:fib", "backoff", 30],
  ],
};

const binary = build("egg");
if (binary === undefined) process.exit(1);
const version = /name = "egg"\nversion = "([^"]+)"/.exec(
  readFileSync(join(import.meta.dirname, "Cargo.lock"), "utf8"),
)?.[1];
const fixtures = join(import.meta.dirname, "../../packages/egraph/test/fixtures");
mkdirSync(fixtures, { recursive: true });
for (const [family, runs] of Object.entries(FAMILIES)) {
  const recorded = runs.map(([workload, scheduler, limit]) => {
    const args = ["record", workload, scheduler, `${limit}`];
    const counts = JSON.parse(execFileSync(binary, args, { encoding: "utf8" })) as object;
    return { workload, scheduler, limit, ...counts };
  });
  const text = JSON.stringify({ egg: version, runs: recorded }, null, 2);
  writeFileSync(join(fixtures, `egg-${family}.json`), `${text}\n`);
}
