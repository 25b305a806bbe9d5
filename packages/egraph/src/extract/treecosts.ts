import type { EGraph } from "../egraph.ts";
import type { Id, NodeId } from "../ids.ts";
import { ExtractionError } from "./error.ts";
import type { Extraction, NodeCost } from "./extraction.ts";
import { canonical, costOf, requireRebuilt } from "./problem.ts";
import { TermQueue } from "./termqueue.ts";

/** A state of {@link TreeCosts} to come back to. */
export interface TreeMark {
  /** Entries of the undo log then. */
  readonly log: number;
  /** Ids known then. */
  readonly known: number;
}

/**
 * The least tree cost of every class of a graph, kept up to date as the graph grows: after each `rebuild()`
 * call {@link update}, which looks at new and merged classes and follows what they change upwards. The
 * result is that of `extractTree`, at a fraction of its time where little has changed (Ramalingam and
 * Reps, "An incremental algorithm for a generalization of the shortest-path problem", 1996).
 *
 * Marks go with those of the graph: `const m = graph.mark(), t = costs.mark()`, and later
 * `graph.restore(m); costs.restore(t)`.
 */
export class TreeCosts {
  // biome-ignore lint/suspicious/noExplicitAny: only the cost function may look at the facts of the graph
  private readonly graph: EGraph<any>;
  private readonly own: NodeCost;
  /** Per id that is or was canonical: least cost of a term, Infinity when there is none; its size; its e-node or -1. */
  private costs: Float64Array = new Float64Array(64).fill(Number.POSITIVE_INFINITY);
  private sizes: Float64Array = new Float64Array(64).fill(Number.POSITIVE_INFINITY);
  private choices: Int32Array = new Int32Array(64).fill(-1);
  /** Per id: 1 when it was canonical at the last update. */
  private isRoot: Uint8Array = new Uint8Array(64);
  private known = 0;
  /** What entries were before they changed, in groups of five, while there are marks. */
  private readonly log: number[] = [];
  private readonly marks: TreeMark[] = [];

  /** Takes the costs of all classes there are. `cost` is asked anew whenever it matters: it must not change unnoticed, see {@link update}. */
  // biome-ignore lint/suspicious/noExplicitAny: only the cost function may look at the facts of the graph
  constructor(graph: EGraph<any>, cost: NodeCost) {
    this.graph = graph;
    this.own = cost;
    this.update();
  }

  /** The least cost of a term of a class, Infinity when it has none. */
  cost(id: Id): number {
    return this.costs[canonical(this.graph, id)] as number;
  }

  /** The e-node of the cheapest term of a class, of equally cheap ones the smallest and then the oldest; -1 when it has none. */
  choice(id: Id): NodeId | -1 {
    return this.choices[canonical(this.graph, id)] as number;
  }

  /** The program of the cheapest terms of some classes, equal to that of `extractTree`. */
  extract(roots: readonly Id[]): Extraction {
    const { graph, choices } = this;
    const chosen = new Map<Id, NodeId>();
    const entered = new Set<Id>();
    let total = 0;
    for (const root of roots) {
      total += this.cost(root);
      const stack = [canonical(graph, root)];
      while (stack.length > 0) {
        const id = stack[stack.length - 1] as Id;
        const node = choices[id] as number;
        if (node < 0)
          throw new ExtractionError("no program", `class ${id} has no program of finite cost`, id);
        if (!entered.has(id)) {
          entered.add(id);
          for (const child of graph.children(node).reverse())
            if (!entered.has(child)) stack.push(child);
        } else {
          stack.pop();
          chosen.set(id, node);
        }
      }
    }
    return {
      cost: total,
      order: [...chosen.keys()],
      choice(id: Id): NodeId {
        const node = chosen.get(graph.find(id));
        if (node !== undefined) return node;
        throw new ExtractionError("not chosen", `class ${id} is not part of the program`, id);
      },
    };
  }

  /**
   * Brings the costs up to date after the graph has grown and been rebuilt. What it cannot see it must be
   * told: `changed` are the classes whose e-nodes, or the e-nodes that use them, have come to another cost,
   * since the cost function reads facts that an analysis has changed or that come from elsewhere, and the
   * classes in which an e-node was subsumed. Costs may rise, too.
   */
  update(changed: Iterable<Id> = []): void {
    const { graph } = this;
    requireRebuilt(graph);
    const due = new Set<Id>();
    const withUsers = (id: Id): void => {
      due.add(id);
      for (const user of graph.parents(id)) due.add(graph.find(user));
    };
    for (let id = 0; id < this.known; id++)
      if (this.isRoot[id] === 1 && graph.find(id) !== id) {
        this.merge(id, graph.find(id));
        withUsers(graph.find(id));
      }
    const { created } = graph;
    this.cover(created);
    for (; this.known < created; this.known++) due.add(graph.find(this.known));
    for (const id of changed) withUsers(canonical(graph, id));
    this.settle(this.raise(due));
  }

  /** Notes the present state, to come back to by {@link restore}. */
  mark(): TreeMark {
    const mark = { log: this.log.length, known: this.known };
    this.marks.push(mark);
    return mark;
  }

  /** Goes back to a mark when the graph has, and closes it and those set after it. Throws when it is closed. */
  restore(mark: TreeMark): void {
    this.close(mark);
    const { log } = this;
    while (log.length > mark.log) {
      const id = log[log.length - 5] as number;
      this.costs[id] = log[log.length - 4] as number;
      this.sizes[id] = log[log.length - 3] as number;
      this.choices[id] = log[log.length - 2] as number;
      this.isRoot[id] = log[log.length - 1] as number;
      log.length -= 5;
    }
    this.known = mark.known;
  }

  /** Closes a mark and those set after it, and keeps what has changed since. Throws when it is closed. */
  release(mark: TreeMark): void {
    this.close(mark);
    if (this.marks.length === 0) this.log.length = 0;
  }

  private close(mark: TreeMark): void {
    const depth = this.marks.indexOf(mark);
    if (depth < 0)
      throw new ExtractionError(
        "mark",
        "this mark of tree costs is closed: it, or one set before it, was restored or released",
      );
    this.marks.length = depth;
  }

  private cover(count: number): void {
    const { costs, sizes, choices, isRoot } = this;
    if (count <= costs.length) return;
    const length = 2 * count;
    this.costs = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.costs.set(costs);
    this.sizes = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.sizes.set(sizes);
    this.choices = new Int32Array(length).fill(-1);
    this.choices.set(choices);
    this.isRoot = new Uint8Array(length);
    this.isRoot.set(isRoot);
  }

  private set(id: Id, cost: number, size: number, choice: number, isRoot = 1): void {
    if (this.marks.length > 0)
      this.log.push(
        ...[id, this.costs[id] as number, this.sizes[id] as number],
        ...[this.choices[id] as number, this.isRoot[id] as number],
      );
    this.costs[id] = cost;
    this.sizes[id] = size;
    this.choices[id] = choice;
    this.isRoot[id] = isRoot;
  }

  /** Gives the better of two entries to a class, and empties that of the id which is canonical no more. */
  private merge(id: Id, root: Id): void {
    const cost = this.costs[id] as number;
    const size = this.sizes[id] as number;
    if (this.isBetter(cost, size, root)) this.set(root, cost, size, this.choices[id] as number);
    this.set(id, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, 0);
  }

  private isBetter(cost: number, size: number, id: Id): boolean {
    const old = this.costs[id] as number;
    return cost === old ? size < (this.sizes[id] as number) : cost < old;
  }

  private isEqual(cost: number, size: number, id: Id): boolean {
    return cost === this.costs[id] && size === this.sizes[id];
  }

  /** What the term of an e-node comes to, by the entries of its children. */
  private evaluate(node: NodeId): { cost: number; size: number } {
    const { graph, costs, sizes } = this;
    let cost = costOf(graph, node, this.own);
    let size = 1;
    for (let i = graph.arity(node) - 1; i >= 0; i--) size += sizes[graph.child(node, i)] as number;
    for (let i = 0; i < graph.arity(node); i++) cost += costs[graph.child(node, i)] as number;
    return cost === Number.POSITIVE_INFINITY ? { cost, size: cost } : { cost, size };
  }

  /** The best e-node of a class, by the entries of its children. */
  private best(id: Id): { node: number; cost: number; size: number } {
    let [node, cost, size] = [-1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const other of this.graph.nodes(id)) {
      const term = this.evaluate(other);
      if (term.cost > cost || (term.cost === cost && term.size >= size)) continue;
      node = other;
      ({ cost, size } = term);
    }
    return { node, cost, size };
  }

  /**
   * Empties the entries that no e-node bears out any more, and those that rest on them; returns the classes
   * to look at. A term of the class itself within another of its e-nodes is larger than the entry: so an
   * entry that some e-node reaches does not rest on itself.
   */
  private raise(due: Set<Id>): Set<Id> {
    const { graph, choices } = this;
    const stack: Id[] = [];
    for (const id of due) {
      const { cost, size } = this.best(id);
      if (this.isBetter(cost, size, id) || this.isEqual(cost, size, id)) continue;
      stack.push(id);
    }
    while (stack.length > 0) {
      const id = stack.pop() as Id;
      if (choices[id] === -1) continue;
      this.set(id, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1);
      due.add(id);
      for (const user of graph.parents(id))
        if (choices[graph.find(user)] === user) stack.push(graph.find(user));
    }
    return due;
  }

  /** Improves the entries of some classes, and what follows, cheapest first. */
  private settle(due: Set<Id>): void {
    const { graph } = this;
    const queue = new TermQueue();
    const offer = (node: NodeId, cost: number, size: number, id: Id): void => {
      if (this.isBetter(cost, size, id)) queue.push(node, cost, size);
      else if (node !== this.choices[id] && this.isEqual(cost, size, id)) this.prefer(id, node);
    };
    for (const id of due) {
      if (this.isRoot[id] === 0)
        this.set(
          id,
          this.costs[id] as number,
          this.sizes[id] as number,
          this.choices[id] as number,
        );
      const { node, cost, size } = this.best(id);
      if (node >= 0) {
        // What has died is no choice, and the best is the oldest.
        if (this.isEqual(cost, size, id)) {
          if (this.choices[id] !== node) this.set(id, cost, size, node);
        } else queue.push(node, cost, size);
      }
    }
    while (queue.size > 0) {
      const { node, cost, terms: size } = queue;
      queue.pop();
      const id = graph.find(node);
      if (!this.isBetter(cost, size, id)) {
        if (this.isEqual(cost, size, id)) this.prefer(id, node);
        continue;
      }
      this.set(id, cost, size, node);
      for (const user of graph.parents(id)) {
        const term = this.evaluate(user);
        if (term.cost < Number.POSITIVE_INFINITY)
          offer(user, term.cost, term.size, graph.find(user));
      }
    }
  }

  /** Of equally good e-nodes the older is taken. */
  private prefer(id: Id, node: NodeId): void {
    if (node < (this.choices[id] as number))
      this.set(id, this.costs[id] as number, this.sizes[id] as number, node);
  }
}
