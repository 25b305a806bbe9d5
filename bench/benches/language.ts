import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileRules, Document, parseRules, toJson } from "@rewright/dsl";
import type { RuleFile } from "@rewright/plugin";
import { onnx, ruleFiles } from "@rewright/tensor";
import { type Bench, median, type Row } from "../bench.ts";
import { Edits } from "../language/edits.ts";
import { install } from "../language/installed.ts";
import { manyRules } from "../language/many-rules.ts";
import { Server, TICK } from "../language/server.ts";

const RULES = 5000;
/** How many rules a file has that nobody would write by hand: the server must only not fail on it. */
const MANY_MORE = 50_000;

/** Tells how long something took, and the process until then, in milliseconds. */
const TELL = `
const wall = performance.now() - began;
const { user, system } = process.threadCpuUsage(before);
const all = process.threadCpuUsage();
const alone = { cpu: (user + system) / 1000, wall };
console.log(JSON.stringify({ alone, cpu: (all.user + all.system) / 1000 }));
`;

/** What a process does: compiles rule files. */
const OURS = `
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
enableCompileCache(process.argv[3]);
const { compileRules } = await import("@rewright/dsl/files");
const { onnx } = await import("@rewright/tensor");
const sources = JSON.parse(readFileSync(process.argv[2], "utf8"));
const before = process.threadCpuUsage();
const began = performance.now();
compileRules(sources, { dialects: [onnx] });
${TELL}`;

/** What the peer does: reads the same rules' trees as JSON. */
const PEER = `
import { readFileSync } from "node:fs";
const text = readFileSync(process.argv[2], "utf8");
const before = process.threadCpuUsage();
const began = performance.now();
JSON.parse(text);
${TELL}`;

interface Told {
  /** What it did when all was loaded. */
  readonly alone: Time;
  /** The whole process, as its parent sees it. */
  readonly all: Time;
}

function told(script: string, ...args: readonly string[]): Told {
  const began = performance.now();
  const text = execFileSync(process.execPath, [script, ...args], { encoding: "utf8" });
  const wall = performance.now() - began;
  const { alone, cpu } = JSON.parse(text) as { readonly alone: Time; readonly cpu: number };
  return { alone, all: { cpu, wall } };
}

/** Milliseconds that the main thread worked, and milliseconds that passed. */
interface Time {
  readonly cpu: number;
  readonly wall: number;
}

/** Pairs of measurements, taken by turns, as a row. */
function row(
  name: string,
  pairs: readonly { readonly ours: Time; readonly peer: Time }[],
  limit?: number,
): Row {
  const ratios = pairs.map(({ ours, peer }) => peer.cpu / ours.cpu);
  return {
    ...{ name, unit: "ms", ours: median(pairs.map(({ ours }) => ours.cpu)) },
    ...{ peer: median(pairs.map(({ peer }) => peer.cpu)), ratio: median(ratios) },
    ...{ low: Math.min(...ratios), high: Math.max(...ratios) },
    wall: median(pairs.map(({ ours }) => ours.wall)),
    ...(limit !== undefined && { limit }),
  };
}

/** The trees of rule files, as JSON. */
function treesOf(sources: readonly RuleFile[]): string {
  return JSON.stringify(sources.map((source) => toJson(parseRules(source).module)));
}

/** The rule language: how long a file takes to compile, and an edit to be diagnosed. */
export const bench: Bench = {
  about: `The rule language on a file of ${RULES.toLocaleString("en-US")} rules (instances of the shipped ones, and rules about operators of its own whose declarations speak of shapes) and on the shipped rules: a cold process of the built packages, which compiles them, its start counted, with Node's compile cache, as the command line uses it; and a Document, which diagnoses them again after an edit, by itself and in the language server, from the message that changes the text to the one that brings the diagnostics. The peer reads the same rules' trees by JSON.parse, taken by turns. Milliseconds of the main thread, which a busy machine stretches least; \`wall\` is what passed meanwhile, \`limit\` what is aimed at.`,
  columns: ["wall", "limit"],
  async *run({ quick, seed }): AsyncGenerator<Row> {
    const folder = mkdtempSync(join(tmpdir(), "rewright-bench-"));
    try {
      install(folder, ["@rewright/dsl", "@rewright/tensor"]);
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const ours = file("ours.mjs", OURS);
      const peer = file("peer.mjs", PEER);
      const cache = join(folder, "cache");
      const many = { file: "many.rules", text: manyRules(RULES, ruleFiles, [onnx]) };
      const times = quick ? 1 : 7;
      for (const [name, sources, limits] of [
        [`${RULES.toLocaleString("en-US")} rules`, [many], [1000, 700]],
        ["shipped rules", ruleFiles, [400, 100]],
      ] as const) {
        const input = file("input.json", JSON.stringify(sources));
        const trees = file("trees.json", treesOf(sources));
        told(ours, input, cache); // fills the compile cache
        const pairs = Array.from(
          { length: times },
          () => [told(ours, input, cache), told(peer, trees)] as const,
        );
        yield row(
          `${name}: a cold process`,
          pairs.map(([a, b]) => ({ ours: a.all, peer: b.all })),
          limits[0],
        );
        yield row(
          `${name}: compiled in it, alone`,
          pairs.map(([a, b]) => ({ ours: a.alone, peer: b.alone })),
          limits[1],
        );
      }
      yield warm(quick ? 3 : 20);
      yield* edits(many, quick ? 3 : 25, seed);
      yield* served(many, quick ? 3 : 25, seed, 50);
      const text = manyRules(MANY_MORE, ruleFiles, [onnx]);
      yield* served({ file: many.file, text }, quick ? 1 : 3, seed);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function timed(work: () => void): Time {
  const before = process.threadCpuUsage();
  const began = performance.now();
  work();
  const wall = performance.now() - began;
  const { user, system } = process.threadCpuUsage(before);
  return { cpu: (user + system) / 1000, wall };
}

function warm(times: number): Row {
  const trees = treesOf(ruleFiles);
  const pairs = Array.from({ length: times }, () => ({
    ours: timed(() => compileRules(ruleFiles, { dialects: [onnx] })),
    peer: timed(() => JSON.parse(trees)),
  }));
  return row("shipped rules: compiled again", pairs, 100);
}

function* edits(many: RuleFile, times: number, seed: number): Generator<Row> {
  const trees = treesOf([many]);
  const document = new Document([many], { dialects: [onnx] });
  for (const [name, edit] of Object.entries(new Edits(many.text, seed).kinds)) {
    const pairs = Array.from({ length: times }, () => {
      const text = edit();
      const ours = timed(() => document.update(text));
      document.update(many.text);
      return { ours, peer: timed(() => JSON.parse(trees)) };
    });
    yield row(`${RULES.toLocaleString("en-US")} rules: ${name}`, pairs, 50);
  }
}

async function* served(
  many: RuleFile,
  times: number,
  seed: number,
  limit?: number,
): AsyncGenerator<Row> {
  const { module } = parseRules(many);
  const trees = JSON.stringify([toJson(module)]);
  let rules = 0;
  for (const set of module.declarations) if (set.kind === "rules") rules += set.rules.length;
  const size = `${rules.toLocaleString("en-US")} rules, in the server`;
  const peer = timed(() => JSON.parse(trees));
  const server = new Server();
  try {
    const began = performance.now();
    await server.open(many.text);
    const wall = performance.now() - began;
    yield row(`${size}: opened, its start counted`, [
      { ours: { cpu: server.cpu ?? wall, wall }, peer },
    ]);
    const diagnosed = async (text: string): Promise<Time> => {
      const change = server.change(text);
      const before = server.cpu;
      const began = performance.now();
      await change();
      const wall = performance.now() - began;
      const spent = before === undefined ? wall : Math.max((server.cpu ?? 0) - before, TICK);
      return { cpu: spent, wall };
    };
    for (const [name, edit] of Object.entries(new Edits(many.text, seed).kinds)) {
      const all: { readonly ours: Time; readonly peer: Time }[] = [];
      for (let i = 0; i < times; i++) {
        const ours = await diagnosed(edit());
        await server.change(many.text)();
        all.push({ ours, peer: timed(() => JSON.parse(trees)) });
      }
      yield row(`${size}: ${name}`, all, limit);
    }
  } finally {
    server.close();
  }
}
