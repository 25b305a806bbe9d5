// tensor-eqs-mcts's experiment: nine nets, TENSAT's rules, the roofline of an A100 or what ONNX Runtime was measured to take, 2,000 e-nodes,
// shared work paid once.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@rewright/backend-cpu";
import { gpu } from "@rewright/backend-gpu";
import { compileRules } from "@rewright/dsl";
import type { Graph } from "@rewright/plugin";
import { growth } from "@rewright/search";
import { onnx, optionalRuleFiles } from "@rewright/tensor";
import type { Row } from "../bench.ts";
import { cpuClock } from "./cpu-clock.ts";
import { type Curve, drawCurves } from "./curves.ts";
import { ON_TENSORS } from "./entrants.ts";
import { nets } from "./nets.ts";

/** Processor seconds of each strategy on each net. */
const SECONDS = 60;
const NODES = 2_000;
/** By target: the name in the tables, the costs, and where the curves are drawn. */
const targets = {
  gpu: { suffix: "", costModel: gpu({ part: "A100" }).costModel, picture: "search-nets.svg" },
  cpu: { suffix: ", CPU", costModel: cpu().costModel, picture: "search-nets-cpu.svg" },
} as const;

/** The least that any strategy has come by, under any limit; of use as long as the program costs what it did at its start. */
type Known = Record<string, { readonly start: number; readonly cost: number; readonly by: string }>;
const KNOWN = join(import.meta.dirname, "nets-known.json");

/** Notes what was found where it is less than was known. Returns the least. */
function learn(name: string, start: number, cost: number, by: string): number {
  const all = existsSync(KNOWN) ? (JSON.parse(readFileSync(KNOWN, "utf8")) as Known) : {};
  const known = all[name];
  if (known && Math.abs(known.start - start) <= 1e-6 * start && known.cost <= cost * (1 + 1e-9))
    return Math.min(known.cost, cost);
  all[name] = { start, cost, by };
  writeFileSync(KNOWN, `${JSON.stringify(all, null, 2)}\n`);
  return cost;
}

/** The nets and entrants that are named; all where none is. Saturation always runs: it is the peer. */
function chosen(names: readonly string[]): {
  nets: readonly string[];
  entrants: readonly string[];
} {
  const [all, strategies] = [Object.keys(nets), ON_TENSORS.map(({ name }) => name)];
  for (const name of names)
    if (!all.includes(name) && !strategies.includes(name))
      throw new Error(
        `there is neither a net nor a strategy called ${name}: name some of ${[...all, ...strategies].join(", ")}`,
      );
  const some = all.filter((name) => names.includes(name));
  const few = strategies.filter((name) => names.includes(name));
  return {
    nets: some.length > 0 ? some : all,
    entrants: few.length > 0 ? ["saturate", ...few] : strategies,
  };
}

/**
 * Each entrant on each net. Best known is the least of what they find and what any strategy has found before, under any limit. Draws their costs
 * against time, unless only some entrants were asked for. `only` names nets, entrants, or both.
 */
export async function* tensors(options: {
  readonly target: keyof typeof targets;
  readonly quick: boolean;
  readonly seed: number;
  readonly only: readonly string[];
}): AsyncIterable<Row> {
  const { rules: compiled } = compileRules(optionalRuleFiles, { dialects: [onnx] });
  // None of them only ever simplifies: applied to rest they would fill the room before anything is chosen.
  const rules = compiled.map((rule) => ({ ...rule, growing: true }));
  const { suffix, costModel, picture } = targets[options.target];
  const seconds = SECONDS * (options.quick ? 0.1 : 1);
  const pictures: { title: string; curves: readonly Curve[] }[] = [];
  const asked = chosen(options.only);
  const entrants = ON_TENSORS.filter((each) => asked.entrants.includes(each.name));
  for (const name of asked.nets) {
    const graph = (nets[name] as () => Graph)();
    const results: { name: string; start: number; cost: number; cpu: number; curve: Curve }[] = [];
    for (const entrant of entrants) {
      const clock = cpuClock();
      const begun = clock();
      const points: (readonly [seconds: number, cost: number])[] = [];
      const session = growth({
        ...{ graph, rules, dialects: [onnx], costModel, clock, seed: options.seed },
        budget: { nodes: NODES, seconds },
        onProgress: ({ ms, cost }) => points.push([ms / 1000, cost]),
      });
      const start = session.bestEver.cost;
      await session.run(entrant.strategy(NODES));
      const { cost } = session.bestEver;
      const cpu = (clock() - begun) / 1000;
      points.push([cpu, cost]);
      results.push({
        ...{ name: entrant.name, start, cost, cpu },
        curve: { name: entrant.name, points },
      });
      process.stderr.write(`${name}, ${entrant.name}: ${cost.toFixed(1)} in ${cpu.toFixed(1)} s\n`);
    }
    const winner = results.reduce((a, b) => (b.cost < a.cost ? b : a));
    const by = `${winner.name}, ${NODES} e-nodes, ${seconds} s`;
    const best = learn(`${name}${suffix}`, winner.start, winner.cost, by);
    const saturated = results.find((result) => result.name === "saturate")?.cost ?? best;
    for (const { name: entrant, start, cost, cpu } of results) {
      const ratio = saturated / cost;
      yield {
        ...{ name: `${name}${suffix}: ${entrant}`, ours: cost, peer: saturated, unit: "µs", ratio },
        ...{ low: ratio, high: ratio, start, best, cpu },
        gap: `${((100 * (cost - best)) / best).toFixed(1)} %`,
      };
    }
    pictures.push({ title: name, curves: results.map(({ curve }) => curve) });
    if (entrants.length === ON_TENSORS.length)
      writeFileSync(join(import.meta.dirname, "../results", picture), drawCurves(pictures));
  }
}
