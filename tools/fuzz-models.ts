// Random models around instances of the shipped rules: node tools/fuzz-models.ts [COUNT] [SEED] [--runtime SHARE] [--rule PATTERN] [--from N] [--jobs N] [--keep FOLDER]
//
// Everything that the rules make of a model is compared with the model: by reference semantics on its own inputs, on inputs of other
// sizes and on numbers that are none, as it is written to a file, and for a share of the models in ONNX Runtime. A model that fails is
// made smaller, printed with its seed, and left in the folder given. COUNT is the number of the last model; `--from` that of the
// first, so that a long run may be made in parts, or one model of it again, around the rule that it says: `--from 417 --rule '^name$' 418 SEED`.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type Campaign, campaign, count, type Tally, tally } from "./verify/campaign.ts";

async function work(): Promise<void> {
  await campaign(workerData as Campaign, (since) => parentPort?.postMessage(since));
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
    },
  });
  const seed = Number(positionals[1] ?? 1);
  const step = Number(values.jobs);
  const start = performance.now();
  const sum = tally();
  const run = (first: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const given: Campaign = {
        ...{
          count: Number(positionals[0] ?? 2_000),
          seed,
          step,
          first: Number(values.from) + first,
        },
        ...{ rule: values.rule, runtime: Number(values.runtime), keep: values.keep },
      };
      new Worker(import.meta.filename, { workerData: given })
        .on("message", (since: Tally) => {
          sum.models += since.models;
          sum.faults.push(...since.faults);
          for (const fault of since.faults) console.log(fault);
          count(sum.fired, since.fired);
          count(sum.compared, since.compared);
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
  await Promise.all(Array.from({ length: step }, (_, first) => run(first)));
  summary();
  if (sum.faults.length > 0) process.exitCode = 1;
}

await (isMainThread ? main() : work());
