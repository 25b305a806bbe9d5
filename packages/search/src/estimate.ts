import type { Terms } from "@rewright/dsl";
import { type Extraction, type Id, type NodeId, TreeCosts, type TreeMark } from "egraph-ts";

/** A program that was extracted in an earlier state, and how many ids there were then. */
export interface Known {
  readonly extraction: Extraction;
  readonly created: number;
}

/** A state of an estimator, to come back to. */
export interface EstimatorMark {
  readonly trees: TreeMark;
  readonly old: number;
}

/** Classes with more than this many e-nodes to look at are passed over: estimates are to be quick. */
const MOST = 64;
/** Gains below this share of the cost are noise of the addition. */
const NOISE = 1e-9;

/** An e-node for a class, and what the tree below it costs. */
interface Tree {
  readonly node: NodeId;
  readonly cost: number;
}

/** What a class is spelled by while its trees are looked at, and where there are none. */
const NONE: Tree = { node: -1, cost: Infinity };

/**
 * What the cheapest program costs under sharing, estimated from above, in a time that depends on what has changed since a program was
 * extracted and on how large that is, not on the e-graph. That program goes on as it was; what it does not say is spelled by the trees that
 * were cheapest then, and what is newer by those that are now; then each of its classes that has got e-nodes, or whose e-nodes have got cheaper operands, takes the one that is
 * cheapest in that place, with what it shares with the rest taken for free.
 */
export class Estimator {
  readonly #egraph: Terms["egraph"];
  readonly #outputs: readonly Id[];
  readonly #price: (node: NodeId) => number;
  #trees: TreeCosts | undefined;
  /** Ids that the trees know are below. */
  #old = 0;
  /** The trees of newer classes, as found for one estimate. */
  readonly #young = new Map<Id, Tree>();
  /** By class, how often the program uses it, and by which e-node it is spelled; 0 for all between two estimates. */
  #uses = new Int32Array(0);
  #spelling = new Int32Array(0);
  /** By class, what that e-node costs. */
  #prices = new Float64Array(0);
  /** By class, 1 + the e-node that the known program spells it by; 0: it does not. */
  #said = new Int32Array(0);
  #entered: Id[] = [];
  #cost = 0;

  constructor(egraph: Terms["egraph"], outputs: readonly Id[], price: (node: NodeId) => number) {
    this.#egraph = egraph;
    this.#outputs = outputs;
    this.#price = price;
  }

  /** To be called when the e-graph is marked. */
  mark(): EstimatorMark | undefined {
    return this.#trees && { trees: this.#trees.mark(), old: this.#old };
  }

  /** To be called when the e-graph has been restored to the mark of which `mark` gave this. Returns what takes its place. */
  restore(mark: EstimatorMark | undefined): EstimatorMark | undefined {
    if (mark) this.#trees?.restore(mark.trees);
    // There were no trees yet; to make them here once is to have them in all that begins here.
    else if (this.#trees) this.#plant();
    if (mark) this.#old = mark.old;
    return this.mark();
  }

  /** To be called when a program has been extracted: estimates will begin from there. */
  settle(): void {
    this.#trees?.update();
    this.#old = this.#egraph.created;
  }

  #plant(): TreeCosts {
    this.#trees = new TreeCosts(this.#egraph, this.#price);
    this.#old = this.#egraph.created;
    return this.#trees;
  }

  /** The estimate. Infinity where nothing better is known. */
  estimate({ extraction, created }: Known): number {
    if (!this.#trees) this.#plant();
    this.#cover();
    const said = this.#say(extraction);
    try {
      this.#cost = 0;
      for (const id of this.#outputs) this.#use(this.#egraph.find(id));
      // What was merged since may have closed a circle, and then nothing but the cheapest trees are sure to be free of them.
      if (this.#isCyclic()) {
        this.#clear();
        for (const id of said) this.#said[id] = 0;
        for (const id of this.#outputs) this.#use(this.#egraph.find(id));
      }
      for (const id of this.#touched(created)) this.#improve(id);
      return this.#cost;
    } finally {
      this.#clear();
      for (const id of said) this.#said[id] = 0;
    }
  }

  /** Notes how a program spells its classes. Where two have become one, the first says how. */
  #say(extraction: Extraction): readonly Id[] {
    return extraction.order.map((former) => {
      const id = this.#egraph.find(former);
      if (this.#said[id] === 0) this.#said[id] = 1 + extraction.choice(former);
      return id;
    });
  }

  /** The program's classes that have got e-nodes, or are above some that have. */
  #touched(created: number): readonly Id[] {
    const egraph = this.#egraph;
    const touched = new Set<Id>();
    const seen = new Set<Id>();
    for (let node = created; node < egraph.created; node++) {
      const id = egraph.find(node);
      if (seen.has(id)) continue;
      seen.add(id);
      touched.add(id);
      for (const user of egraph.parents(id)) touched.add(egraph.find(user));
    }
    return [...touched].filter((id) => (this.#uses[id] as number) > 0);
  }

  /** Spells a class by the e-node that makes the program cheapest. */
  #improve(id: Id): void {
    if (this.#uses[id] === 0) return;
    const egraph = this.#egraph;
    const before = this.#cost;
    const own = this.#spelling[id] as NodeId;
    const nodes = egraph.nodes(id);
    if (nodes.length > MOST) return;
    this.#cost -= this.#prices[id] as number;
    for (const child of egraph.children(own)) this.#drop(child);
    const rest = this.#cost;
    let [best, least] = [own, before - NOISE * before];
    for (const node of nodes) {
      if (node === own) continue;
      const price = this.#price(node);
      if (rest + price >= least) continue;
      const children = egraph.children(node);
      for (const child of children) this.#use(child);
      const cost = this.#cost + price;
      // A circle looks cheap, since what leads back to this class takes it for free.
      if (cost < least && !this.#leadsTo(node, id)) [best, least] = [node, cost];
      for (const child of children) this.#drop(child);
    }
    this.#spelling[id] = best;
    for (const child of egraph.children(best)) this.#use(child);
    this.#prices[id] = this.#price(best);
    this.#cost += this.#prices[id] as number;
    // What rounding leaves behind must not look like a gain.
    if (best === own) this.#cost = before;
  }

  /** Whether a class is among those that an e-node is spelled with. */
  #leadsTo(node: NodeId, wanted: Id): boolean {
    const egraph = this.#egraph;
    const seen = new Set<Id>();
    const stack = egraph.children(node);
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (id === wanted) return true;
      if (seen.has(id)) continue;
      seen.add(id);
      const next =
        (this.#uses[id] as number) > 0 ? (this.#spelling[id] as NodeId) : this.#spell(id);
      if (next < 0) return true;
      for (const child of egraph.children(next)) stack.push(child);
    }
    return false;
  }

  /** Whether following the spellings leads back to where it began. */
  #isCyclic(): boolean {
    const egraph = this.#egraph;
    const waiting = new Map<Id, number>();
    const ready: Id[] = [];
    // Each use is one of an e-node of the program or of an output; taken away from the outputs on, all come to an end but those in a circle.
    for (const id of this.#entered) waiting.set(id, this.#uses[id] as number);
    const take = (id: Id): void => {
      const left = (waiting.get(id) as number) - 1;
      waiting.set(id, left);
      if (left === 0) ready.push(id);
    };
    for (const id of this.#outputs) take(egraph.find(id));
    let done = 0;
    for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
      done++;
      for (const child of egraph.children(this.#spelling[id] as NodeId)) take(child);
    }
    return done < this.#entered.length;
  }

  /** How a class that comes into use is spelled; -1 where it cannot be. */
  #spell(id: Id): NodeId {
    const said = this.#said[id] as number;
    if (said > 0) return said - 1;
    return id < this.#old ? (this.#trees as TreeCosts).choice(id) : this.#tree(id).node;
  }

  /** The cheapest tree of a class that has come since. */
  #tree(id: Id): Tree {
    const known = this.#young.get(id);
    if (known) return known;
    this.#young.set(id, NONE);
    const egraph = this.#egraph;
    let best = NONE;
    for (const node of egraph.nodes(id)) {
      let cost = this.#price(node);
      const arity = egraph.arity(node);
      for (let i = 0; i < arity && cost < best.cost; i++) {
        const child = egraph.child(node, i);
        cost += child < this.#old ? (this.#trees as TreeCosts).cost(child) : this.#tree(child).cost;
      }
      if (cost < best.cost) best = { node, cost };
    }
    this.#young.set(id, best);
    return best;
  }

  #use(id: Id): void {
    const stack = [id];
    const egraph = this.#egraph;
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const uses = this.#uses[top] as number;
      this.#uses[top] = uses + 1;
      if (uses > 0) continue;
      const node = this.#spell(top);
      this.#entered.push(top);
      this.#spelling[top] = node;
      if (node < 0) {
        this.#cost = Infinity;
        continue;
      }
      const price = this.#price(node);
      this.#prices[top] = price;
      this.#cost += price;
      const arity = egraph.arity(node);
      for (let i = 0; i < arity; i++) stack.push(egraph.child(node, i));
    }
  }

  #drop(id: Id): void {
    const stack = [id];
    const egraph = this.#egraph;
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const uses = (this.#uses[top] as number) - 1;
      this.#uses[top] = uses;
      if (uses > 0) continue;
      const node = this.#spelling[top] as NodeId;
      this.#cost -= this.#prices[top] as number;
      const arity = egraph.arity(node);
      for (let i = 0; i < arity; i++) stack.push(egraph.child(node, i));
    }
  }

  #clear(): void {
    for (const id of this.#entered) this.#uses[id] = 0;
    this.#entered.length = 0;
    this.#young.clear();
    this.#cost = 0;
  }

  #cover(): void {
    const { created } = this.#egraph;
    if (created <= this.#uses.length) return;
    // Nothing is in use between two estimates.
    this.#uses = new Int32Array(2 * created);
    this.#spelling = new Int32Array(2 * created);
    this.#prices = new Float64Array(2 * created);
    this.#said = new Int32Array(2 * created);
  }
}
