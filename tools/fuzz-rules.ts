// Hands mutated rule files to the parser, the compiler and the formatter, and asks of them what editors ask:
// node tools/fuzz-rules.ts [CASES] [SEED]
import { dice, handle, mutated } from "../packages/dsl/test/mutation.ts";
import { interrogate } from "../packages/dsl/test/service/interrogation.ts";

const cases = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
const start = performance.now();
let sound = 0;
let longest = 0;
for (let i = 0; i < cases; i++) {
  const draw = dice(seed * 1_000_003 + i);
  const text = mutated(draw);
  const before = performance.now();
  try {
    if (handle(text)) sound++;
    interrogate(text, 2, draw);
  } catch (error) {
    console.error(`case ${i} of seed ${seed}: ${(error as Error).stack}\n${JSON.stringify(text)}`);
    process.exitCode = 1;
  }
  longest = Math.max(longest, performance.now() - before);
  if ((i + 1) % 10_000 === 0) process.stderr.write(`${i + 1}\n`);
}
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(
  `${cases} cases, ${sound} of them without errors, ${seconds} s, the longest ${longest.toFixed(0)} ms`,
);
