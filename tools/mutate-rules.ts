// Slips of the pen in the shipped rules, and whether the check finds them: node tools/mutate-rules.ts [--rule PATTERN] [--shard I/N] [--samples N]
//
// Each shipped rule is changed in one place at a time: operands swapped, a number off by one, a condition dropped, an operator exchanged
// or left out. A mutant is killed where `checkRule` gives a counterexample, or says that it never applies. What survives is
// looked at again: a dropped condition, only where it does not hold; all others on many more samples. A mutant that is right after all is
// no mutant of a wrong rule: it is listed with what was tried.
import { parseArgs } from "node:util";
import { type CheckResult, checkRule } from "../packages/dsl/src/index.ts";
import { type Mutant, mutants } from "./verify/mutants.ts";
import { dialects, shipped } from "./verify/rewriting.ts";

const { values } = parseArgs({
  options: {
    rule: { type: "string", default: "" },
    shard: { type: "string", default: "1/1" },
    samples: { type: "string", default: "100" },
  },
});
const [shard = 1, shards = 1] = values.shard.split("/").map(Number);
const chosen = shipped
  .filter(({ name }) => new RegExp(values.rule).test(name))
  .filter((_, i) => i % shards === shard - 1);

/** What came of a mutant. */
type Fate = "killed" | "right" | "survived";

const dead = ({ verdict }: CheckResult): boolean =>
  verdict === "counterexample" || verdict === "vacuous";

function fateOf({ rule, beyond }: Mutant): readonly [Fate, string] {
  const first = checkRule(rule, { dialects, samples: Number(values.samples), seed: 5 });
  if (dead(first)) return ["killed", first.verdict];
  const closely = { dialects, samples: 300, attempts: 5_000, seed: 23 };
  if (beyond === undefined) {
    const again = checkRule(rule, closely);
    return again.verdict === "counterexample"
      ? ["survived", `${again.message} (sample ${again.samples} of seed 23)`]
      : ["right", `the sides agreed on ${again.samples} samples of another seed`];
  }
  const there = checkRule(beyond, closely);
  if (there.verdict === "counterexample") return ["survived", there.message];
  if (there.verdict !== "vacuous")
    return ["right", `the rule holds where the condition does not: ${there.samples} samples`];
  return [
    "right",
    there.blame?.part === "right"
      ? `where the condition does not hold, the right side does not fit: ${there.excluded} samples`
      : `the condition holds wherever the left side is well-shaped: ${there.attempts} draws`,
  ];
}

const counts = new Map<string, Record<Fate, number>>();
for (const rule of chosen) {
  const before = sum();
  for (const mutant of mutants(rule)) {
    let fate: Fate;
    let why: string;
    try {
      [fate, why] = fateOf(mutant);
    } catch (error) {
      [fate, why] = ["killed", `it throws: ${error instanceof Error ? error.message : error}`];
    }
    const of = counts.get(mutant.kind) ?? { killed: 0, right: 0, survived: 0 };
    of[fate]++;
    counts.set(mutant.kind, of);
    if (fate !== "killed")
      console.log(`${fate}  ${rule.name}  ${mutant.kind}: ${mutant.what}  ${why}`);
  }
  const after = sum();
  console.log(`${rule.name}: ${after.killed - before.killed} killed of ${after.all - before.all}`);
}

/** The mutants so far: killed, wrong, and all. */
function sum(): { readonly killed: number; readonly wrong: number; readonly all: number } {
  const all = [...counts.values()];
  const total = (fate: Fate): number => all.reduce((n, of) => n + of[fate], 0);
  const killed = total("killed");
  const wrong = killed + total("survived");
  return { killed, wrong, all: wrong + total("right") };
}

for (const [kind, of] of counts)
  console.log(`${kind}: ${of.killed} killed, ${of.survived} survived, ${of.right} right after all`);
const { killed, wrong } = sum();
console.log(
  `${chosen.length} rules, ${wrong} wrong mutants, ${killed} killed (${((100 * killed) / Math.max(1, wrong)).toFixed(2)} %)`,
);
if (killed < 0.99 * wrong) process.exitCode = 1;
