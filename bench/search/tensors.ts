// tensor-eqs-mcts's experiment: nine nets, TENSAT's rules, the roofline of an A100, 2,000 e-nodes, shared work paid once.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gpu } from "@rewright/backend-gpu";
import { compileRules } from "@rewright/dsl";
import { growth } from "@rewright/search";
import { onnx, optionalRuleFiles } from "@rewright/tensor";
import type { Row } from "../bench.ts";
import { cpuClock } from "./cpu-clock.ts";
import { type Curve, drawCurves } from "./curves.ts";
import { onTensors } from "./entrants.ts";
import { nets } from "./nets.ts";

/** Processor seconds of each strategy on each net. */
const SECONDS = 60;
const NODES = 2_000;
const PICTURE = join(import.meta.dirname, "../results/search-nets.svg");

/** Each entrant on each net; best known is what the best of them finds. Draws their costs against time. */
export async function* tensors(options: {
  readonly quick: boolean;
  readonly seed: number;
  readonly only: readonly string[];
}): AsyncIterable<Row> {
  const { rules: compiled } = compileRules(optionalRuleFiles, { dialects: [onnx] });
  // None of them only ever simplifies: applied to rest they would fill the room before anything is chosen.
  const rules = compiled.map((rule) => ({ ...rule, growing: true }));
  const { costModel } = gpu({ part: "A100" });
  const seconds = SECONDS * (options.quick ? 0.1 : 1);
  const pictures: { title: string; curves: readonly Curve[] }[] = [];
  for (const [name, build] of Object.entries(nets)) {
    if (options.only.length > 0 && !options.only.includes(name)) continue;
    const graph = build();
    const results: { name: string; start: number; cost: number; cpu: number; curve: Curve }[] = [];
    for (const entrant of onTensors()) {
      const clock = cpuClock();
      const begun = clock();
      const points: (readonly [seconds: number, cost: number])[] = [];
      const session = growth({
        ...{ graph, rules, dialects: [onnx], costModel, clock, seed: options.seed },
        budget: { nodes: NODES, seconds },
        onProgress: ({ ms, cost }) => points.push([ms / 1000, cost]),
      });
      const start = session.bestEver.cost;
      await session.run(entrant.strategy());
      const { cost } = session.bestEver;
      const cpu = (clock() - begun) / 1000;
      points.push([cpu, cost]);
      results.push({
        ...{ name: entrant.name, start, cost, cpu },
        curve: { name: entrant.name, points },
      });
      process.stderr.write(`${name}, ${entrant.name}: ${cost.toFixed(1)} in ${cpu.toFixed(1)} s\n`);
    }
    const best = Math.min(...results.map(({ cost }) => cost));
    const saturated = results.find((result) => result.name === "saturate")?.cost ?? best;
    for (const { name: entrant, start, cost, cpu } of results) {
      const ratio = saturated / cost;
      yield {
        ...{ name: `${name}: ${entrant}`, ours: cost, peer: saturated, unit: "µs", ratio },
        ...{ low: ratio, high: ratio, start, best, cpu },
        gap: `${((100 * (cost - best)) / best).toFixed(1)} %`,
      };
    }
    pictures.push({ title: name, curves: results.map(({ curve }) => curve) });
    writeFileSync(PICTURE, drawCurves(pictures));
  }
}
