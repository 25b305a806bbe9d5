// Slips of the pen in the shipped rules, and whether the check finds them: node tools/mutate-rules.ts [--rule PATTERN] [--kind PATTERN] [--jobs N] [--keep FILE]
//
// Each rule of every target is changed in one place at a time: operands swapped, a number or an axis off by one, a condition dropped; with
// `--kind ''` also an operator exchanged or left out, an operand replaced, a sign turned. A mutant is refuted where `checkRule` gives a
// counterexample, or says that the rule never applies. What withstands the samples that a check usually takes is looked at once more,
// with four times as many. Of what withstands those, too, verify/equivalents.ts says why it makes no difference; the rest was missed.
// With `--keep`, what a run that was broken off has found out is read from the file, and not found out again.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { excuse } from "./verify/equivalents.ts";
import { type Finding, type Inquiry, inquire } from "./verify/inquiry.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rule: { type: "string", default: "" },
      kind: { type: "string", default: "swapped|off by one|dropped" },
      jobs: { type: "string", default: String(Math.min(2, availableParallelism())) },
      keep: { type: "string" },
    },
  });
  const { keep } = values;
  const known: readonly Finding[] =
    keep !== undefined && existsSync(keep)
      ? readFileSync(keep, "utf8")
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as Finding)
      : [];
  const findings: Finding[] = [];
  const told = (finding: Finding): void => {
    findings.push(finding);
    const { fate, rule, change, why } = finding;
    if (fate === "late") console.log(`late  ${rule}  ${change}  ${why}`);
    if (isMissed(finding)) console.log(`missed  ${rule}  ${change}  ${why}`);
  };
  const step = Number(values.jobs);
  const run = (first: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const given: Inquiry = {
        ...{ rule: values.rule, kind: values.kind, first, step },
        known: known.map(({ id }) => id),
      };
      new Worker(import.meta.filename, { workerData: given })
        .on("message", (finding: Finding | string) => {
          if (typeof finding === "string") {
            for (const one of known) if (one.id === finding) told(one);
            return;
          }
          told(finding);
          if (keep !== undefined) appendFileSync(keep, `${JSON.stringify(finding)}\n`);
        })
        .on("error", reject)
        .on("exit", () => resolve());
    });
  await Promise.all(Array.from({ length: step }, (_, first) => run(first)));
  if (!report(findings)) process.exitCode = 1;
}

const isMissed = ({ fate, rule, change }: Finding): boolean =>
  fate === "alive" && excuse(rule, change) === undefined;

/** Prints the counts; whether they are as they should be. */
function report(findings: readonly Finding[]): boolean {
  const line = (name: string, of: readonly Finding[]): string => {
    const count = (fate: Finding["fate"]): number => of.filter((one) => one.fate === fate).length;
    const missed = of.filter(isMissed).length;
    return `${name}: ${count("refuted")} refuted, ${count("late")} more by four times the samples, ${missed} missed, ${count("alive") - missed} equivalent`;
  };
  for (const [kind, of] of Map.groupBy(findings, (one) => one.kind)) console.log(line(kind, of));
  const rules = new Set(findings.map(({ rule }) => rule)).size;
  console.log(line(`${findings.length} mutants of ${rules} rules`, findings));
  const wrong = findings.filter((one) => one.fate !== "alive" || isMissed(one)).length;
  const refuted = findings.filter(({ fate }) => fate !== "alive").length;
  const share = ((100 * refuted) / Math.max(1, wrong)).toFixed(2);
  console.log(`${refuted} of ${wrong} mutants that are wrong were refuted: ${share} %`);
  return refuted >= 0.99 * wrong;
}

if (isMainThread) await main();
else for (const finding of inquire(workerData as Inquiry)) parentPort?.postMessage(finding);
