/**
 * What a cost model must do.
 *
 * @module
 */

import type { Backend, CostModel, Dialect, Graph, NodeView } from "@rewright/plugin";
import { growth } from "@rewright/search";
import { onnx } from "@rewright/tensor";
import { showApplication } from "./array-type.ts";
import { type Checklist, Fault } from "./check.ts";
import { cpuMs, pace, slowness } from "./clock.ts";
import { fingerprint } from "./fingerprint.ts";
import { GraphDraft } from "./graph-draft.ts";
import { doubled, type NodeOptions, nodesOfAll, sizesOf } from "./node-views.ts";
import { referencePrograms } from "./reference-programs.ts";

/** What the checks of a cost model work on. */
export interface CostSetting {
  readonly backend: () => Backend;
  readonly nodes: NodeOptions;
}

/** Calls a second that the extractor's inner loop needs. */
const CALLS = 1_000_000;
const LOOPS = 3;
/** A round of calls that has taken so many milliseconds has shown what it can. */
const ROUND = 100;
/** A signal is to be honoured within so many milliseconds. */
const PROMPT = 100;

/** Adds the checks of a backend's cost model. */
export function addCostChecks(list: Checklist, { backend, nodes: options }: CostSetting): void {
  const model = (): CostModel => backend().costModel;
  const dialects = (): readonly Dialect[] => [onnx, ...(backend().dialects ?? [])];
  let made: ReadonlyMap<string, readonly NodeView[]> | undefined;
  /** Nodes by operator. Cost models may write to what they are given only in the check that looks for it. */
  const nodes = (): ReadonlyMap<string, readonly NodeView[]> => {
    made ??= nodesOfAll(dialects(), options);
    return made;
  };
  /** A few of each operator. */
  const few = (count: number): NodeView[] =>
    [...nodes().values()].flatMap((all) => structuredClone(all.slice(0, count)) as NodeView[]);

  list.add(
    "costs are numbers from 0 on",
    "one NaN spoils every sum, and with it every choice",
    () => {
      for (const views of nodes().values()) {
        for (const view of views) {
          const cost = priced(model(), view);
          if (!(typeof cost === "number" && cost >= 0))
            throw new Fault(
              `${showNode(view)} costs ${fingerprint(cost)}`,
              "answer a number ≥ 0, or Infinity for what the target cannot run",
            );
        }
      }
    },
  );

  list.add(
    "something is within reach",
    "where all costs are infinite no program is better than another",
    () => {
      const views = few(2);
      if (views.every((view) => attempt(() => model().cost(view)) === Number.POSITIVE_INFINITY))
        throw new Fault(
          `all ${views.length} nodes tried cost Infinity`,
          "give a finite cost to the operators that the target runs",
        );
    },
  );

  list.add("costs are repeatable", "costs are remembered, and asked for in any order", () => {
    const views = few(3);
    const first = views.map((view) => attempt(() => model().cost(structuredClone(view))));
    const again = views.map((view) => attempt(() => model().cost(structuredClone(view))));
    const backwards = views
      .toReversed()
      .map((view) => attempt(() => model().cost(structuredClone(view))));
    backwards.reverse();
    for (const [i, view] of views.entries()) {
      const [a, b, c] = [first[i], again[i], backwards[i]];
      if (Object.is(a, b) && Object.is(a, c)) continue;
      throw new Fault(
        `${showNode(view)} costs ${String(a)}, ${String(b)} when asked again, and ${String(c)} in another order`,
        "let `cost` depend on nothing but the node",
      );
    }
  });

  list.add(
    "the parts of costs are numbers from 0 on",
    "people ask why a cost is what it is",
    () => {
      for (const view of few(2)) {
        const parts = attempt(() => model().parts?.(structuredClone(view)));
        if (parts === undefined) return;
        const wrong =
          typeof parts === "string" ||
          [parts.launch, parts.arithmetic, parts.memory].some((part) => !(part >= 0));
        if (wrong)
          throw new Fault(
            `the parts of ${showNode(view)} are ${fingerprint(parts)}`,
            "answer `launch`, `arithmetic` and `memory`, each a number ≥ 0",
          );
      }
    },
  );

  list.add("cost leaves nodes as they are", "nodes are shared by everybody", () => {
    for (const view of few(3)) {
      const before = fingerprint(view);
      attempt(() => model().cost(view));
      if (fingerprint(view) !== before)
        throw new Fault(`asking for the cost changes ${before} to ${fingerprint(view)}`, "copy it");
    }
  });

  list.add("larger is not cheaper", "growing a model rarely makes it faster", (warn) => {
    const definitions = new Map(dialects().flatMap(({ ops }) => Object.entries(ops)));
    let odd: string | undefined;
    let count = 0;
    for (const [name, views] of nodes()) {
      const op = definitions.get(name);
      for (const view of op ? structuredClone(views.filter((_, i) => i % 9 === 0)) : []) {
        const [size] = sizesOf(view);
        const larger = size === undefined || !op ? undefined : doubled(view, size, op);
        if (!larger) continue;
        const [less, more] = [view, larger].map((node) =>
          Number(attempt(() => model().cost(node))),
        );
        if (!((more as number) < (less as number) * (1 - 1e-9))) continue;
        count++;
        odd ??= `${showNode(view)} costs ${less}, ${showNode(larger)} only ${more}`;
      }
    }
    if (odd !== undefined) warn(`${odd}${count > 1 ? ` (and ${count - 1} more)` : ""}`);
  });

  list.add(
    "unknown operators are no exception",
    "a model may hold operators that no plugin has heard of",
    () => {
      const [type] = [{ dtype: "f32", shape: [2, 3] } as const];
      const view: NodeView = {
        ...{ op: "org.example.NoSuchOperator", attrs: {} },
        ...{ operands: [{ ...type, constant: false }, undefined], results: [type] },
      };
      const cost = priced(model(), view);
      if (!(typeof cost === "number" && cost >= 0))
        throw new Fault(
          `an unknown operator costs ${fingerprint(cost)}`,
          "answer Infinity for what the target cannot run",
        );
    },
  );

  list.add(
    "prices programs of open sizes",
    "a model whose batch is called N is optimised, too",
    () => {
      const draft = new GraphDraft([onnx]);
      const product = draft.node("MatMul", [draft.input(["N", 64]), draft.weights(64, 32)]);
      const graph = draft.graph(draft.node("Relu", [product]));
      const costs = [1, 64].map((size) => costOf(graph, backend(), dialects(), size));
      if (costs.some((cost) => !(cost >= 0)))
        throw new Fault(
          `a program with a batch N costs ${costs.join(" and ")}`,
          "expect any size from 0 on",
        );
    },
  );

  list.add("cost is quick", "it is asked in the inner loop of extraction", (warn) => {
    const views = few(3);
    const cost = model();
    let sum = 0;
    const round = (): number => {
      const begin = cpuMs();
      let calls = 0;
      while (calls < 10_000 && cpuMs() - begin < ROUND) {
        for (const view of views) sum += cost.cost(view);
        calls += views.length;
      }
      return (1e6 * (cpuMs() - begin)) / calls; // nanoseconds a call
    };
    round(); // compiled on the way
    const best = Math.min(...Array.from({ length: LOOPS }, round));
    const limit = 1e9 / CALLS;
    const rate = `${Math.round(1e6 / best)},000 calls a second`;
    const verdict = Number.isNaN(sum) ? "met" : pace(best, limit);
    if (verdict === "missed")
      throw new Fault(
        `${rate}, where ${CALLS} are needed (this machine is ${slowness().toFixed(1)} times slower than usual)`,
        "look things up once an operator, and make no arrays or objects in a call",
      );
    if (verdict === "late") warn(`${rate}: ${CALLS} are wanted, but this machine is busy`);
  });

  list.add(
    "rank agrees with cost",
    "finalists come from sums of costs, and are ranked by this",
    async (warn) => {
      const { rank } = model();
      if (!rank) return;
      const programs = referencePrograms("usual");
      const sums = programs.map(({ graph }) => sumOf(model(), graph));
      const ranks: number[] = [];
      for (const { name, graph } of programs) {
        const value = await rank.call(model(), graph, new AbortController().signal);
        if (!(typeof value === "number" && value >= 0))
          throw new Fault(
            `rank answers ${fingerprint(value)} for the ${name}`,
            "answer a number ≥ 0, in the unit of `cost`",
          );
        ranks.push(value);
      }
      for (const [i, { name }] of programs.entries()) {
        const [sum, value] = [sums[i] as number, ranks[i] as number];
        if (sum < Infinity && (value > 10 * sum || value < sum / 10))
          throw new Fault(
            `rank says ${value} for the ${name}, whose costs sum up to ${sum}`,
            "give both in one unit",
          );
      }
      const agreement = concordance(sums, ranks);
      if (agreement < 0.6)
        warn(
          `the six reference programs are ranked unlike their costs: Kendall's tau is ${agreement.toFixed(2)}`,
        );
    },
  );

  list.add("rank heeds its signal", "Ctrl-C is to work while it measures", async (warn) => {
    const { rank } = model();
    if (!rank) return;
    const [program] = referencePrograms("usual");
    const late = await settlesAfterAbort((signal) =>
      rank.call(model(), (program as { graph: Graph }).graph, signal),
    );
    const verdict = pace(late, PROMPT);
    if (verdict === "missed")
      throw new Fault(
        `rank goes on for ${Math.round(late)} ms after its signal`,
        "look at `signal.aborted` between steps, and pass the signal on",
      );
    if (verdict === "late")
      warn(`rank goes on for ${Math.round(late)} ms after its signal: 100 are wanted`);
  });
}

/** Milliseconds from the abort until the work settles, one way or the other; the best of three tries. */
export async function settlesAfterAbort(
  work: (signal: AbortSignal) => unknown,
  patience = 3_000,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const controller = new AbortController();
    const settled = Promise.resolve()
      .then(() => work(controller.signal))
      .then(
        () => "settled",
        () => "settled",
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
    const begin = performance.now();
    controller.abort();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const outlasted = new Promise((resolve) => {
      timer = setTimeout(() => resolve("outlasted"), patience);
    });
    const first = await Promise.race([settled, outlasted]);
    clearTimeout(timer);
    if (first === "outlasted") return Number.POSITIVE_INFINITY;
    times.push(performance.now() - begin);
  }
  return Math.min(...times);
}

/** What the cheapest program costs where names of sizes stand for `size`. */
function costOf(
  graph: Graph,
  { costModel }: Backend,
  dialects: readonly Dialect[],
  size: number,
): number {
  try {
    return growth({ graph, rules: [], dialects, costModel, bind: () => size }).cost();
  } catch (caught) {
    throw new Fault(
      `a program with a batch N cannot be priced: ${caught instanceof Error ? caught.message : String(caught)}`,
      "expect any size from 0 on",
      { cause: caught },
    );
  }
}

/** The sum of a program's costs, work on constants left out. */
function sumOf(model: CostModel, { nodes }: Graph): number {
  return nodes
    .filter(({ operands }) => !operands.every((operand) => !operand || operand.constant))
    .reduce((sum, node) => sum + model.cost(node), 0);
}

/** Kendall's tau: the share of pairs in the same order, less those in the other. */
function concordance(a: readonly number[], b: readonly number[]): number {
  let [same, pairs] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const product = ((a[i] as number) - (a[j] as number)) * ((b[i] as number) - (b[j] as number));
      same += Math.sign(product);
      pairs++;
    }
  }
  return pairs === 0 ? 1 : same / pairs;
}

function priced(model: CostModel, view: NodeView): unknown {
  try {
    return model.cost(structuredClone(view));
  } catch (caught) {
    throw new Fault(
      `cost throws on ${showNode(view)}: ${caught instanceof Error ? caught.message : String(caught)}`,
      "answer Infinity for what the target cannot run",
      { cause: caught },
    );
  }
}

function attempt<T>(call: () => T): T | string {
  try {
    return call();
  } catch (caught) {
    return `an error (${String(caught)})`;
  }
}

function showNode({ op, operands, attrs }: NodeView): string {
  return showApplication(op, operands, attrs);
}
