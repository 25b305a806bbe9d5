// egraph-ts behind the commands of egg-bench, see src/main.rs. What is in a repetition is the same, but that the graph
// is emptied, in the time, and used again. `cold` is the first one with the making of the graph and the rules; the start
// of Node and the import of the package are not in it.
import { Action, Matches, Query } from "egraph-ts";
import { open, record, runner } from "../../packages/egraph/test/egg/workload.ts";

function time(
  name: string,
  scheduler: string,
  iterations: number,
  repeats: number,
  warmup: number,
): object {
  const ms: number[][] = [];
  const start = performance.now();
  const workload = open(name);
  let cold = 0;
  let sizes = {};
  for (let repeat = 0; repeat < repeats + warmup; repeat++) {
    const run = runner(workload, scheduler, iterations);
    const from = performance.now();
    workload.graph.clear();
    workload.begin();
    const report = run.run();
    const ended = performance.now();
    if (repeat === 0) cold = ended - start;
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    const rules = report.iterations.flatMap((iteration) => iteration.rules);
    if (repeat >= warmup)
      ms.push([
        ended - from,
        sum(rules.map(({ searchMs }) => searchMs)),
        sum(rules.map(({ applyMs }) => applyMs)),
        sum(report.iterations.map(({ rebuildMs }) => rebuildMs)),
      ]);
    const { nodeCount, classCount, bytes } = workload.graph;
    sizes = { nodes: nodeCount, classes: classCount, bytes };
  }
  const peak = process.resourceUsage().maxRSS * 1024;
  return { ...sizes, cold, columns: ["total", "search", "apply", "rebuild"], ms, peak };
}

/** Mark, one rule on all its matches, congruence, restore: each of the 24 rules in turn. */
function steps(iterations: number, rounds: number, warmup: number): object {
  const workload = open("math");
  workload.begin();
  runner(workload, "simple", iterations).run();
  const { graph } = workload;
  const moves = workload.rules.map(({ left, slots, rootSlots, right }) => {
    if (typeof right === "function") throw new Error("the rules of math build from templates");
    const query = new Query(graph, left, { slots, rootSlots });
    return { query, out: new Matches(slots), action: new Action(graph, right) };
  });
  const us: number[][] = [];
  const sizes: number[][] = [];
  for (let round = 0; round < rounds + warmup; round++)
    for (const { query, out, action } of moves) {
      const began = performance.now();
      const mark = graph.mark();
      const marked = performance.now();
      out.clear();
      query.search(out);
      const searched = performance.now();
      action.apply(out, 0, out.count);
      graph.rebuild();
      const rebuilt = performance.now();
      if (round === 0) sizes.push([graph.nodeCount, graph.classCount]);
      const restoring = performance.now();
      graph.restore(mark);
      const restored = performance.now() - restoring;
      const phases = [marked - began, searched - marked, rebuilt - searched, restored];
      if (round >= warmup)
        us.push([phases.reduce((a, b) => a + b), ...phases].map((ms) => ms * 1000));
    }
  const columns = ["total", "mark", "search", "apply", "restore"];
  return { nodes: graph.nodeCount, classes: graph.classCount, columns, us, sizes };
}

const [command, ...rest] = process.argv.slice(2);
const [name = "", scheduler = ""] = rest;
const number = (i: number): number => Number(rest[i]);
const result =
  command === "record"
    ? record(name, scheduler, number(2))
    : command === "time"
      ? time(name, scheduler, number(2), number(3), number(4))
      : steps(number(0), number(1), number(2));
console.log(JSON.stringify(result));
