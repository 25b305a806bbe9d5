/** A graph grown by egg's math rules; and, as a thread, searches of part of it. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import {
  addTerm,
  EGraph,
  FrozenQuery,
  Matches,
  openFrozen,
  type QueryOptions,
  type Rule,
  Runner,
  type Snapshot,
  simple,
} from "../src/index.ts";
import { MATH_TERMS, mathRules } from "./math.ts";

/** The graph after so many iterations. */
export function grown(iterations: number): { graph: EGraph; rules: readonly Rule[] } {
  const graph = new EGraph();
  for (const term of MATH_TERMS) addTerm(graph, term);
  const rules = mathRules(graph);
  new Runner(graph, rules, { scheduler: simple(), limits: { iterations } }).run();
  return { graph, rules };
}

/** What a thread is given. */
interface Task {
  readonly snapshot: Snapshot;
  readonly queries: readonly (QueryOptions & Pick<Rule, "left">)[];
  readonly part: readonly [number, number];
}

if (!isMainThread && workerData?.snapshot) {
  const { snapshot, queries, part } = workerData as Task;
  const frozen = openFrozen(snapshot);
  const answer = queries.map(({ left, ...options }) => {
    const out = new Matches(options.slots, true);
    new FrozenQuery(frozen, left, options).search(out, { part });
    return out.rows.subarray(0, out.count * out.width);
  });
  parentPort?.postMessage(answer);
}
