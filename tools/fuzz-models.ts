// Random models around instances of the shipped rules: node tools/fuzz-models.ts [COUNT] [SEED] [--runtime SHARE] [--rule PATTERN] [--from N] [--jobs N] [--keep FOLDER] [--log FILE]
//
// Everything that the rules make of a model is compared with the model: by reference semantics on its own inputs, on inputs of other
// sizes and on numbers that are none, as it is written to a file, and for a share of the models in ONNX Runtime. A model that fails is
// made smaller, printed with its seed, and left in the folder given. COUNT is the number of the last model; `--from` that of the
// first, so that a long run may be made in parts, or one model of it again, around the rule that it says: `--from 417 --rule '^name$' 418 SEED`.
// With `--log` what became of the models is added to a file as the run goes on; the same command again goes on where it ended, and sums up all.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type Campaign, campaign, count, type Tally, tally } from "./verify/campaign.ts";

async function work(): Promise<void> {
  await campaign(workerData as Campaign, (since) => parentPort?.postMessage(since));
}

/** A line of a log: what became of some models of one thread. */
interface Entry {
  readonly seed: number;
  readonly from: number;
  readonly jobs: number;
  readonly job: number;
  readonly rule: string;
  readonly models: number;
  readonly next: number;
  readonly faults: readonly string[];
  readonly fired: Readonly<Record<string, number>>;
  readonly compared: Readonly<Record<string, number>>;
}

function entriesOf(log: string): readonly Entry[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: { type: "string", default: "0.02" },
      rule: { type: "string", default: "" },
      from: { type: "string", default: "0" },
      jobs: { type: "string", default: String(Math.min(2, availableParallelism())) },
      keep: { type: "string", default: join(import.meta.dirname, "../node_modules/.cache/fuzz") },
      log: { type: "string" },
    },
  });
  const seed = Number(positionals[1] ?? 1);
  const jobs = Number(values.jobs);
  const same = { seed, from: Number(values.from), jobs, rule: values.rule };
  const start = performance.now();
  const sum = tally();
  const add = ({ models, faults, fired, compared }: Omit<Entry, keyof typeof same | "job">) => {
    sum.models += models;
    sum.faults.push(...faults);
    count(sum.fired, Object.entries(fired));
    count(sum.compared, Object.entries(compared));
  };
  const before = values.log === undefined ? [] : entriesOf(values.log);
  for (const entry of before) if (entry.seed === seed) add(entry);
  const run = (job: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const last = before.findLast(
        (entry) =>
          entry.job === job &&
          Object.entries(same).every(([name, value]) => entry[name as keyof Entry] === value),
      );
      const given: Campaign = {
        ...{ count: Number(positionals[0] ?? 2_000), seed, rule: values.rule },
        ...{ step: jobs, first: last?.next ?? same.from + job },
        ...{ runtime: Number(values.runtime), keep: values.keep },
      };
      // Programs come and go by the thousand: a larger nursery halves what collecting them takes.
      new Worker(import.meta.filename, {
        workerData: given,
        resourceLimits: { maxYoungGenerationSizeMb: 96 },
      })
        .on("message", ({ models, next, faults, fired, compared }: Tally) => {
          const since = {
            ...{ models, next, faults },
            fired: Object.fromEntries([...fired].filter(([, times]) => times > 0)),
            compared: Object.fromEntries(compared),
          };
          add(since);
          for (const fault of faults) console.log(fault);
          if (values.log !== undefined)
            appendFileSync(values.log, `${JSON.stringify({ ...same, job, ...since })}\n`);
        })
        .on("error", reject)
        .on("exit", () => resolve());
    });
  const summary = (): void => {
    const fired = [...sum.fired].sort(([, a], [, b]) => a - b);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const share = (part: number): number => fired[Math.floor(part * (fired.length - 1))]?.[1] ?? 0;
    console.log(
      `${sum.models} models of seed ${seed} in ${seconds} s, ${sum.faults.length} mismatches; compared: ${[...sum.compared].map(([name, n]) => `${name} ${n}`).join(", ")}; ` +
        `${fired.filter(([, n]) => n >= 100).length} of ${fired.length} rules fired 100 times or more, ${fired.filter(([, n]) => n === 0).length} never; least, quartiles and most ${[0, 0.25, 0.5, 0.75, 1].map(share).join(", ")}; times fired:`,
    );
    console.log(fired.map(([name, n]) => `${n} ${name}`).join(", "));
  };
  process.once("SIGINT", () => {
    summary(); // of what there is by now
    process.exit(sum.faults.length > 0 ? 1 : 130);
  });
  await Promise.all(Array.from({ length: jobs }, (_, job) => run(job)));
  summary();
  if (sum.faults.length > 0) process.exitCode = 1;
}

await (isMainThread ? main() : work());
