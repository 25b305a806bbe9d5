import type { Terms } from "@rewright/dsl";
import type { Id, NodeId } from "egraph-ts";
import { digestOf } from "./digest.ts";
import { type ExactSum, Sum } from "./exact-sum.ts";

/** A state of `Living`, to come back to. */
export interface LivingMark {
  readonly trail: number;
  readonly size: number;
  readonly cost: ExactSum;
}

/**
 * The terms of one program among all that a store holds: how often each is used, which e-node spells it, and what all of them cost, each once.
 * It changes along with what is used and dropped, and each change can be undone.
 */
export class Living {
  readonly #terms: Terms;
  readonly #price: (node: NodeId) => number;
  readonly #uses: number[] = [];
  readonly #spelling: NodeId[] = [];
  readonly #digests: number[] = [];
  /** A class for each use that came, the complement of a class for each that went. */
  readonly #trail: number[] = [];
  readonly #cost = new Sum();
  #size = 0;

  constructor(terms: Terms, price: (node: NodeId) => number) {
    this.#terms = terms;
    this.#price = price;
  }

  /** How many classes are in use. */
  get size(): number {
    return this.#size;
  }

  /** What they cost, each once. */
  get cost(): number {
    return this.#cost.value;
  }

  /** Whether a class is in use. */
  has(id: Id): boolean {
    return (this.#uses[id] ?? 0) > 0;
  }

  /** The e-node that spells a class in use. */
  spelling(id: Id): NodeId {
    return this.#spelling[id] as NodeId;
  }

  /** A whole number below 2⁵³ for the term that a class in use stands for: it says the same wherever and whenever the term occurs. */
  digest(id: Id): number {
    return this.#digests[id] as number;
  }

  /** Uses a class once more, and, if it was not in use, what it consists of. Throws what the cost model does; then it must be undone. */
  use(id: Id): void {
    this.#count(id, 1);
    if (this.#uses[id] !== 1) return;
    // Digests are made of those of operands, so that a class is entered once its operands are.
    const stack = [id];
    const entered: number[] = [this.#enter(id)];
    const { egraph } = this.#terms;
    while (stack.length > 0) {
      const top = stack.at(-1) as Id;
      const node = this.spelling(top);
      const at = entered.at(-1) as number;
      if (at < egraph.arity(node)) {
        entered[entered.length - 1] = at + 1;
        const child = egraph.child(node, at);
        this.#count(child, 1);
        if (this.#uses[child] !== 1) continue;
        stack.push(child);
        entered.push(this.#enter(child));
        continue;
      }
      this.#digests[top] = this.#digest(node);
      stack.pop();
      entered.pop();
    }
  }

  /** Uses a class once less, and, if it is not in use any more, what it consists of. */
  drop(id: Id): void {
    const stack = [id];
    const { egraph } = this.#terms;
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      this.#count(top, -1);
      if (this.#uses[top] !== 0) continue;
      this.#size--;
      const node = this.spelling(top);
      this.#cost.subtract(this.#price(node));
      const arity = egraph.arity(node);
      for (let i = 0; i < arity; i++) stack.push(egraph.child(node, i));
    }
  }

  /** What it is now. */
  mark(): LivingMark {
    return { trail: this.#trail.length, size: this.#size, cost: this.#cost.save() };
  }

  /** Makes it what it was at a mark: as long as what was made since is still in the store. */
  undo({ trail, size, cost }: LivingMark): void {
    for (let at = this.#trail.length - 1; at >= trail; at--) {
      const change = this.#trail[at] as number;
      const id = change >= 0 ? change : ~change;
      this.#uses[id] = (this.#uses[id] as number) + (change >= 0 ? -1 : 1);
    }
    this.#trail.length = trail;
    this.#size = size;
    this.#cost.load(cost);
  }

  #count(id: Id, more: 1 | -1): void {
    this.#trail.push(more > 0 ? id : ~id);
    this.#uses[id] = (this.#uses[id] ?? 0) + more;
  }

  /** Chooses how a class is spelled. Returns the first operand to look at. */
  #enter(id: Id): 0 {
    const node = spell(this.#terms, id);
    this.#spelling[id] = node;
    this.#size++;
    this.#cost.add(this.#price(node));
    return 0;
  }

  #digest(node: NodeId): number {
    const { egraph } = this.#terms;
    const op = egraph.op(node);
    const operands = egraph.children(node).map((id) => this.digest(id));
    if (egraph.isCommutative(op)) operands.sort((a, b) => a - b);
    return digestOf(op, egraph.arg(node), operands);
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
