import { type BoundRule, bindRule, loadGraph, type Rule, readGraph, Terms } from "@rewright/dsl";
import type { CostModel, Dialect, Graph } from "@rewright/plugin";
import type { Mark as GraphMark, Id, NodeId } from "egraph-ts";
import { renew } from "./above.ts";
import { codeOf, digestOf } from "./digest.ts";
import type { Evidence } from "./evidence.ts";
import { Codes, Living, type LivingMark } from "./living.ts";
import type { Chosen } from "./node-features.ts";
import { Pricing } from "./pricing.ts";

/** A rule, and the matches of its last search. */
export interface PlaceSlot {
  readonly index: number;
  readonly rule: Rule;
  readonly bound: BoundRule;
  /** The state that it was searched in. */
  searched: number;
}

/** What was rewritten on the way to a state, the last first. */
interface Step {
  readonly rule: number;
  readonly assumed: readonly string[];
  readonly before: Step | undefined;
}

/** A state of a program, to come back to. */
export interface ProgramMark {
  readonly graph: GraphMark;
  readonly living: Living;
  readonly alive: LivingMark;
  readonly outputs: readonly Id[];
  readonly inherited: Evidence;
  readonly start: Graph;
  readonly step: Step | undefined;
  readonly error: number;
  readonly path: number;
  readonly state: number;
}

const PROGRAM = codeOf("program");
const BINDINGS = codeOf("bindings");

/** Whether a rewrite may lead to a program that was passed on the way. */
export interface RewriteOptions {
  readonly revisit: boolean;
  /** Classes that the program may have. */
  readonly nodes: number;
}

/** What came of a rewrite: another program, none since it would have been too large, or none for any other reason. */
export type Outcome = "changed" | "large" | "same";

/**
 * One program that is rewritten place by place. Its terms lie in a store where each exists once, an e-graph in which rules unite nothing; a
 * rewrite builds what takes the place of a term, and what lies above it, anew. What the program was stays in the store, so that to restore it
 * is to count what is in use.
 */
export class OneProgram implements Chosen {
  readonly terms: Terms;
  readonly slots: readonly PlaceSlot[];
  readonly pricing: Pricing;
  /** What was given out, and this program began with. */
  start: Graph;
  inherited: Evidence;
  outputs: readonly Id[] = [];
  /** The sum of what inexact rewrites may each have changed. */
  error = 0;
  /** Names the state: equal numbers, equal states; the converse does not hold. */
  state = 0;
  #states = 0;
  readonly #codes: Codes;
  #living: Living;
  #step: Step | undefined;
  /** Digests of the programs passed. */
  readonly #path: number[] = [];

  constructor(
    start: Graph,
    inherited: Evidence,
    options: {
      readonly rules: readonly Rule[];
      readonly dialects: readonly Dialect[];
      readonly costModel: CostModel;
      readonly bind: (dim: string) => number;
    },
  ) {
    this.terms = new Terms(options.dialects, { proofs: false });
    this.#codes = new Codes(this.terms);
    this.pricing = new Pricing(options.costModel, options.bind, this.terms);
    this.start = start;
    this.inherited = inherited;
    this.#living = this.#lives([]);
    const within = (id: Id): boolean => this.has(id);
    this.slots = options.rules.map((rule, index) => {
      return { index, rule, bound: bindRule(rule, this.terms, within), searched: -1 };
    });
    this.begin(start, inherited);
  }

  /** Takes another program for the present one. */
  begin(start: Graph, inherited: Evidence): void {
    const outputs = loadGraph(this.terms, start).map((id) => this.terms.egraph.find(id));
    this.#living = this.#lives(outputs);
    this.outputs = outputs;
    this.start = start;
    this.inherited = inherited;
    this.error = inherited.error;
    this.#step = undefined;
    this.state = ++this.#states;
    this.#path.length = 0;
    this.#path.push(this.digest);
  }

  // ── What it is ─────────────────────────────────────────────────────────────

  /** Under the cost model, each node paid once. */
  get cost(): number {
    return this.#living.cost;
  }

  /** How many classes it uses. */
  get size(): number {
    return this.#living.size;
  }

  /** In practice, programs are equal exactly if this is. */
  get digest(): number {
    const operands = this.outputs.map((id) => this.#living.digest(id));
    return digestOf(PROGRAM, operands);
  }

  /** Whether a class is one of the program's. */
  has(id: Id): boolean {
    return this.#living.has(id);
  }

  /** Digests of the terms that the roots of a match are; then one for these and those that its variables stand for. */
  digestsAt(slot: PlaceSlot, match: number): number[] {
    const digests = this.roots(slot, match).map((id) => this.#living.digest(id));
    // What folds to a constant is spelled as that, and what it was made of is no term of the program.
    const bound = [...digests];
    for (const id of slot.bound.variables(match).values())
      bound.push(this.has(id) ? this.#living.digest(id) : 0);
    digests.push(digestOf(BINDINGS, bound));
    return digests;
  }

  choice(id: Id): NodeId {
    return this.#living.spelling(this.terms.egraph.find(id));
  }

  get order(): readonly Id[] {
    const { egraph } = this.terms;
    const order: Id[] = [];
    const seen = new Set<Id>();
    const done = new Set<Id>();
    const stack = [...this.outputs].reverse();
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (seen.has(top)) {
        stack.pop();
        if (!done.has(top)) order.push(top);
        done.add(top);
        continue;
      }
      seen.add(top);
      for (const child of egraph.children(this.choice(top)).reverse())
        if (!seen.has(child)) stack.push(child);
    }
    return order;
  }

  /** The program as a graph, with the inputs and output names that it began with. */
  graph(): Graph {
    const { order, cost } = this;
    const extraction = { order, cost, choice: (id: Id) => this.choice(id) };
    return readGraph(this.terms, this.start, this.outputs, extraction);
  }

  /** The rules that were applied on the way here from the program it began with. */
  evidence(): Evidence {
    const assumed = new Map<number, readonly string[]>();
    const rules = new Set<number>();
    for (let step = this.#step; step; step = step.before) {
      rules.add(step.rule);
      const texts = [...step.assumed, ...(assumed.get(step.rule) ?? [])];
      if (texts.length > 0) assumed.set(step.rule, [...new Set(texts)]);
    }
    return {
      rules: [...rules].sort((a, b) => a - b),
      assumed,
      error: this.error - this.inherited.error,
    };
  }

  // ── What can become of it ──────────────────────────────────────────────────

  /** Finds where the rule matches. Returns in how many ways. */
  search(slot: PlaceSlot, limit: number, stop: () => boolean): number {
    const known = slot.searched === this.state;
    if (known && (slot.bound.complete || slot.bound.count >= limit)) return slot.bound.count;
    slot.bound.search(limit, stop);
    slot.searched = this.state;
    return slot.bound.count;
  }

  /** The program's classes that the roots of a match are. */
  roots({ bound }: PlaceSlot, match: number): readonly Id[] {
    return bound.at(match).filter((id) => this.has(id));
  }

  /**
   * Rewrites the program where a match was found, in this state or in one that has been rewritten elsewhere since. Where that does
   * not make it another program, and where an error is thrown, nothing has changed.
   */
  rewrite(slot: PlaceSlot, match: number, options: RewriteOptions): Outcome {
    const before = this.mark();
    let outcome: Outcome = "same";
    try {
      outcome = this.#rewrite(slot, match, options);
    } finally {
      if (outcome === "changed") this.terms.egraph.release(before.graph);
      else this.#return(before);
    }
    return outcome;
  }

  /** What it is now. */
  mark(): ProgramMark {
    const { outputs, start, inherited, error, state } = this;
    return {
      ...{ outputs, start, inherited, error, state },
      graph: this.terms.egraph.mark(),
      living: this.#living,
      alive: this.#living.mark(),
      step: this.#step,
      path: this.#path.length,
    };
  }

  /** Makes it what it was at a mark. Returns the mark that takes the place of that one. */
  restore(mark: ProgramMark): ProgramMark {
    this.#return(mark);
    return { ...mark, graph: this.terms.egraph.mark() };
  }

  #return(mark: ProgramMark): void {
    this.terms.egraph.restore(mark.graph);
    this.#living = mark.living;
    this.#living.undo(mark.alive);
    ({ outputs: this.outputs, start: this.start, inherited: this.inherited } = mark);
    ({ error: this.error, state: this.state, step: this.#step } = mark);
    this.#path.length = mark.path;
  }

  #rewrite(slot: PlaceSlot, match: number, { revisit, nodes }: RewriteOptions): Outcome {
    const { terms } = this;
    const { egraph } = terms;
    const { bound, rule } = slot;
    const all = bound.at(match);
    // Of the results of one application, some may be in use.
    const some = rule.left.some(({ kind }) => kind === "results");
    if (some ? !all.some((id) => this.has(id)) : !all.every((id) => this.has(id))) return "same";
    const assumed = bound.assumptions(match);
    const found = bound.build(match);
    if (!found) return "same";
    const fresh = new Map<Id, Id>();
    for (const [i, matched] of found.matched.entries()) {
      const built = egraph.find(found.built[i] as Id);
      if (built !== matched && this.has(matched)) fresh.set(matched, built);
    }
    if (fresh.size === 0) return "same";
    const unions = egraph.unionCount;
    renew(terms, this.#living, fresh);
    egraph.rebuild();
    const outputs = this.outputs.map((id) => egraph.find(fresh.get(id) ?? id));
    if (outputs.every((id, i) => id === this.outputs[i])) return "same";
    const { size } = this.#living;
    if (egraph.unionCount > unions) {
      // What folds to a constant is one with it, which may give classes in use another name.
      this.#living = this.#lives(outputs);
    } else {
      for (const id of outputs) this.#living.use(id);
      for (const id of this.outputs) this.#living.drop(id);
    }
    this.outputs = outputs;
    if (this.#living.size > nodes && this.#living.size > size) return "large";
    if (this.#copiesChance(fresh)) return "same";
    const { digest } = this;
    if (!revisit && this.#path.includes(digest)) return "same";
    this.#path.push(digest);
    this.#step = { rule: slot.index, assumed, before: this.#step };
    this.error += rule.lossy;
    this.state = ++this.#states;
    return "changed";
  }

  /** Whether an application that is like no other (of random numbers) is in use as it was and as it was built anew. */
  #copiesChance(fresh: ReadonlyMap<Id, Id>): boolean {
    const { terms } = this;
    for (const id of fresh.keys()) {
      if (!this.has(id)) continue;
      const { def } = terms.operationOf(terms.egraph.op(this.#living.spelling(id)));
      if (def?.impure) return true;
    }
    return false;
  }

  #lives(outputs: readonly Id[]): Living {
    const { terms, pricing } = this;
    const living = new Living(
      terms.egraph,
      this.#codes,
      (node) => pricing.of(node),
      (id) => spell(terms, id),
    );
    for (const id of outputs) living.use(id);
    return living;
  }
}

/**
 * The e-node by which a class of the store is spelled. Classes there hold one term, but for two kinds: what is known by its contents is
 * spelled as a constant; and the first result of an application of which more is asked is spelled as that, so that it is computed once.
 */
function spell(terms: Terms, id: Id): NodeId {
  const { egraph } = terms;
  const nodes = egraph.nodes(id);
  const of = (kind: string): NodeId | undefined =>
    nodes.find((node) => terms.operationOf(egraph.op(node)).kind === kind);
  if (nodes.length === 1) return nodes[0] as NodeId;
  return of("constant") ?? of("result") ?? (nodes[0] as NodeId);
}
