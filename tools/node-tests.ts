// ONNX's backend node tests through reading, optimising and writing: node tools/node-tests.ts [--data FOLDER] [--only PATTERN] [--shard I/N] [--update | --sample]
//
// Needs python3 with pip to obtain the tests, once, or a folder `onnx/backend/test/data/node` that is there already. What each test
// came to is compared with packages/onnx/test/node-tests.json; a letter lost is a regression. --update writes that list, --sample the few
// tests that run with all others.
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readNodeTests, writeSample } from "../packages/onnx/test/node-test.ts";
import { examine } from "./verify/examination.ts";
import { type Listed, letters, lost } from "./verify/node-test-list.ts";
import { Oracle } from "./verify/oracle.ts";

/** The release whose tests these are; later ones may generate them otherwise. */
const RELEASE = "1.22.0";
const root = join(import.meta.dirname, "..");
const listFile = join(root, "packages/onnx/test/node-tests.json");

/** Fetches the release from the Python package index, and unpacks the tests. */
function obtain(): string {
  const cache = join(root, "node_modules/.cache/onnx", RELEASE);
  const folder = join(cache, "onnx/backend/test/data/node");
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
  execFileSync("python3", [...pip, "--dest", cache, `onnx==${RELEASE}`], { stdio: "inherit" });
  const [wheel = ""] = globSync(`onnx-${RELEASE}-*.whl`, { cwd: cache });
  const unpack =
    "import sys, zipfile as z; w = z.ZipFile(sys.argv[1]); w.extractall(sys.argv[2], [n for n in w.namelist() if '/test/data/node/' in n])";
  execFileSync("python3", ["-c", unpack, join(cache, wheel), cache], { stdio: "inherit" });
  return folder;
}

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    only: { type: "string", default: "" },
    shard: { type: "string", default: "1/1" },
    update: { type: "boolean", default: false },
    sample: { type: "boolean", default: false },
  },
});
const [shard = 1, shards = 1] = values.shard.split("/").map(Number);
const list = JSON.parse(readFileSync(listFile, "utf8")) as Listed;
const tests = readNodeTests(values.data ?? obtain())
  .filter(({ name }) => new RegExp(values.only).test(name))
  .filter((_, i) => i % shards === shard - 1);
if (values.sample) {
  writeSample(tests, list.tests);
  process.exit();
}
const oracle = new Oracle();
const found: Record<string, string> = {};
const fired = new Set<string>();
let programs = 0;
let regressions = 0;
for (const test of tests) {
  const examination = await examine(test, oracle);
  const said = letters(examination);
  found[test.name] = said;
  programs += examination.programs;
  for (const rule of examination.rules) fired.add(rule);
  const missing = lost(list.tests[test.name], said);
  if (missing !== "") regressions++;
  if (missing !== "" || examination.faults.length > 0)
    console.log(
      `${missing === "" ? "" : `lost ${missing}: `}${test.name} ${said}\n  ${[...new Set(examination.faults)].join("\n  ")}`,
    );
}
const count = (pattern: RegExp): number =>
  Object.values(found).filter((said) => pattern.test(said)).length;
console.log(
  `${tests.length} tests of onnx ${RELEASE}, ONNX Runtime ${await oracle.version()} without its optimiser: ` +
    `${count(/^R/)} run as expected, of which ${count(/^R.P/)} pass through reading, optimising and writing; ` +
    `${count(/^D/)} run otherwise, of which ${count(/^D.P/)} are kept as they are; ${count(/^-/)} do not run, of which ${count(/^-.P/)} are written and read; ` +
    `${count(/^.S/)} have reference semantics, ${count(/^.T/)} types alone; ` +
    `${programs} programs written, resting on ${fired.size} rules; ${regressions} regressions`,
);
await oracle.close();
if (values.update) {
  const all = Object.entries({ ...list.tests, ...found }).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = all.map(([name, said]) => `    ${JSON.stringify(name)}: ${JSON.stringify(said)}`);
  writeFileSync(
    listFile,
    `{\n  "onnx": "${RELEASE}",\n  "letters": ${JSON.stringify(list.letters)},\n  "tests": {\n${lines.join(",\n")}\n  }\n}\n`,
  );
} else if (regressions > 0) process.exitCode = 1;
