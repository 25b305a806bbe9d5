// Writes rule files as nobody would, edit by edit, and hands each text to the parser, the compiler, the formatter and a Document
// that follows the edits; and asks of it what editors ask: node tools/fuzz-rules.ts [CASES] [SEED]
import { Document } from "../packages/dsl/src/index.ts";
import { sketch } from "../packages/dsl/test/dialect.ts";
import { handle, writing } from "../packages/dsl/test/mutation.ts";
import { interrogate } from "../packages/dsl/test/service/interrogation.ts";
import { dice } from "./dice.ts";

const cases = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
const start = performance.now();
const open = (text: string): Document =>
  new Document([{ file: "f", text }], { dialects: [sketch] });
let document = open("");
let sound = 0;
let longest = 0;
let done = 0;
for (const text of writing(dice(seed))) {
  const before = performance.now();
  try {
    if (handle(text, document)) sound++;
    interrogate(text, 2, dice(seed * 1_000_003 + done));
  } catch (error) {
    console.error(
      `case ${done} of seed ${seed}: ${(error as Error).stack}\n${JSON.stringify(text)}`,
    );
    process.exitCode = 1;
    document = open(text);
  }
  longest = Math.max(longest, performance.now() - before);
  done++;
  if (done % 10_000 === 0) process.stderr.write(`${done}\n`);
  if (done >= cases) break;
}
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(
  `${cases} cases, ${sound} of them without errors, ${seconds} s, the longest ${longest.toFixed(0)} ms`,
);
