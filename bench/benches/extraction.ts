import {
  type EGraph,
  type ExactExtraction,
  type Extraction,
  extractDag,
  extractExact,
  extractTree,
  highsSolver,
  type Id,
  type NodeCost,
} from "egraph-ts";
import highs from "highs";
import { families } from "../../packages/egraph/test/families.ts";
import { baseline, hasGym, type Known, load } from "../../packages/egraph/test/gym.ts";
import type { Bench, Row } from "../bench.ts";

// The package declares its types as those of a CommonJS module, which it is not when imported.
const loadHighs = highs as unknown as typeof highs.default;

interface Task {
  readonly graph: EGraph;
  readonly roots: readonly Id[];
  readonly cost: NodeCost;
}

/** What an extractor made of one file. */
interface Result {
  readonly ms: number;
  /** Its cost over the best known; 1 where both are 0. */
  readonly ratio: number;
  /** The same of the gym's best greedy extractor. */
  readonly greedy: number;
  readonly isProven: boolean;
}

/** Makes sure that it is a program and counts what it costs, shared classes once. */
function dagCost({ graph, roots, cost }: Task, best: Extraction): number {
  const done = new Set<Id>();
  let total = 0;
  for (const id of best.order) {
    const node = best.choice(id);
    if (graph.class(node) !== id || graph.children(node).some((child) => !done.has(child)))
      throw new Error(
        `class ${id}: the e-node chosen is of another class, or needs what comes later`,
      );
    done.add(id);
    total += cost(node);
  }
  if (roots.some((root) => !done.has(graph.find(root)))) throw new Error("a root is missing");
  return total;
}

const over = (cost: number, least: number): number => (least === 0 ? 1 : cost / least);

/** Milliseconds of CPU this process has had: the peers' are CPU times, too. */
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function measure(task: Task, known: Known, extract: (task: Task) => Extraction): Result {
  const start = cpu();
  const best = extract(task);
  const ms = cpu() - start;
  const least = known.optimum ?? (known.best as number);
  return {
    ms,
    ratio: over(dagCost(task, best), least),
    greedy: over(known["faster-greedy-dag"]?.["dag"] as number, least),
    isProven: (best as Partial<ExactExtraction>).proven ?? false,
  };
}

const mean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

function summary(name: string, results: readonly Result[]): Row {
  const ours = mean(results.map((r) => r.ratio));
  const peer = mean(results.map((r) => r.greedy));
  const each = results.map((r) => r.greedy / r.ratio);
  return {
    ...{ name, ours, peer, unit: "of best known", ratio: peer / ours },
    ...{ low: Math.min(...each), high: Math.max(...each) },
    worst: Math.max(...results.map((r) => r.ratio)),
    above: results.filter((r) => r.ratio > 1 + 1e-9).length,
    proven: results.filter((r) => r.isProven).length,
    of: results.length,
    ms: results.reduce((sum, r) => sum + r.ms, 0),
    msMax: Math.max(...results.map((r) => r.ms)),
  };
}

/** Extraction from the files of extraction-gym without negative costs, and from large generated graphs. */
export const bench: Bench = {
  about:
    "Cost under sharing. extraction-gym's files: geometric mean of the cost over the best known (an optimum, or what any extractor or solver has found, ours left out); the peer is the gym's best greedy extractor (faster-greedy-dag) on the same files. " +
    "worst: the highest such ratio; above: files on which it is above 1; proven: optima shown; ms: CPU time of all files, msMax: of the slowest one. Generated graphs: the peer is the program of the cheapest trees, and worst is the cost over what is found with ten times the time and a bound.",
  columns: ["worst", "above", "proven", "of", "ms", "msMax"],
  async *run({ quick }): AsyncGenerator<Row> {
    const solver = highsSolver(await loadHighs());
    if (hasGym) {
      const files = Object.entries(baseline()).filter(
        ([file, { size }]) =>
          !file.startsWith("maxsat") && (!quick || (size["nodes"] as number) <= 5000),
      );
      const tasks = files.map(([file, known]) => ({ known, ...load(file) }));
      const extractors: Readonly<Record<string, (task: Task) => Extraction>> = {
        "gym: extractTree": (t) => extractTree(t.graph, t.roots, t.cost),
        "gym: extractDag, effort 0": (t) => extractDag(t.graph, t.roots, t.cost, { effort: 0 }),
        "gym: extractDag": (t) => extractDag(t.graph, t.roots, t.cost),
        "gym: extractExact": (t) => extractExact(t.graph, t.roots, t.cost),
        "gym: extractExact with HiGHS": (t) => extractExact(t.graph, t.roots, t.cost, { solver }),
      };
      for (const [name, extract] of Object.entries(extractors))
        yield summary(
          name,
          tasks.map((task) => measure(task, task.known, extract)),
        );
    } else
      process.stderr.write("skipped: extraction-gym's data beside the repository are absent\n");
    // As many as make 100,000 e-nodes or a little more.
    const sizes = {
      layers: 50_000,
      knot: 25_000,
      covering: 17_000,
      parts: 11_200,
      outputs: 25_000,
    };
    for (const [name, size] of Object.entries(sizes)) {
      const task = families[name as keyof typeof sizes](1, quick ? size / 10 : size);
      const { graph, roots, cost } = task;
      const peer = dagCost(task, extractTree(graph, roots, cost));
      const start = cpu();
      const best = extractDag(graph, roots, cost);
      const ms = cpu() - start;
      const longer = extractExact(graph, roots, cost, { seconds: 20 });
      const ratio = peer / best.cost;
      yield {
        ...{ name: `${name}, ${graph.nodeCount} e-nodes`, ours: dagCost(task, best), peer },
        ...{ unit: "cost", ratio, low: ratio, high: ratio, worst: best.cost / longer.cost },
        ...{ proven: longer.proven ? 1 : 0, of: 1, ms, msMax: ms },
      };
    }
  },
};
