import type { Graph, RuleInfo } from "@rewright/plugin";
import { Contents } from "./contents.ts";
import { type Evidence, nothing, sum } from "./evidence.ts";
import type { Finalist } from "./finalist.ts";

/** How many former best programs are kept for the finalists. */
const FORMER = 8;

/** The programs that a session has given out: what is behind each, and which are the best. */
export class Finds {
  readonly #start: Graph;
  readonly #rules: readonly RuleInfo[];
  readonly #contents = new Contents();
  readonly #provenance = new WeakMap<Graph, Evidence>();
  readonly #bests: Finalist[] = [];

  constructor(start: Graph, rules: readonly RuleInfo[]) {
    this.#start = start;
    this.#rules = rules;
  }

  /** A program as a finalist. One that is the start is given out as that very graph, and rests on nothing. `own` is behind it beyond `inherited`. */
  give(found: Graph, cost: number, inherited: Evidence, own: () => Evidence): Finalist {
    const start = this.#start;
    const same = this.#contents.key(found) === this.#contents.key(start);
    const graph = same && found.nodes.length === start.nodes.length ? start : sealed(found);
    const behind = same ? nothing : sum(inherited, own());
    const assumed = new Map(
      [...behind.assumed].map(([rule, texts]) => [this.#names([rule])[0] as string, texts]),
    );
    this.#provenance.set(graph, behind);
    return { graph, cost, rules: this.#names(behind.rules), assumed, error: behind.error };
  }

  /** Notes a program that is better than any before it. */
  improve(finalist: Finalist): void {
    this.#bests.unshift(finalist);
    // The one that the session began with stays.
    if (this.#bests.length > FORMER + 1) this.#bests.splice(-2, 1);
  }

  /** The best so far, some that were the best before it, and the start. */
  get bests(): readonly Finalist[] {
    return this.#bests;
  }

  /** What is behind a program that was given out; `undefined` for any other. */
  behind(graph: Graph): Evidence | undefined {
    return this.#provenance.get(graph);
  }

  /** The names of the rules that a program given out rests on. Throws an Error on any other. */
  ruleUse(program: Graph | Finalist): readonly string[] {
    const behind = this.behind("graph" in program ? program.graph : program);
    if (!behind) throw new Error("ruleUse of a program that this session did not give out");
    return this.#names(behind.rules);
  }

  /** The `k` cheapest of these, and all different. */
  rank(found: readonly Finalist[], k: number): readonly Finalist[] {
    const distinct = new Map<string, Finalist>();
    for (const finalist of found) {
      const key = this.#contents.key(finalist.graph);
      if (!distinct.has(key)) distinct.set(key, finalist);
    }
    return [...distinct.values()].sort(byCost).slice(0, k);
  }

  #names(rules: readonly number[]): readonly string[] {
    return rules.map((index) => (this.#rules[index] as RuleInfo).name);
  }
}

/** The program, to which a strategy that is given it can do nothing. */
function sealed(graph: Graph): Graph {
  for (const list of [graph.nodes, graph.outputs, graph.inputs, graph.constants])
    Object.freeze(list);
  return Object.freeze(graph);
}

const byCost = (a: Finalist, b: Finalist): number =>
  a.cost === b.cost ? a.error - b.error : a.cost - b.cost;
