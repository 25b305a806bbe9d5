import type { Terms } from "@rewright/dsl";
import type { Id, NodeId } from "egraph-ts";
import { type Code, codeOf, digestOf } from "./digest.ts";
import { type ExactSum, Sum } from "./exact-sum.ts";

/** A state of `Living`, to come back to. */
export interface LivingMark {
  readonly trail: number;
  readonly size: number;
  readonly cost: ExactSum;
}

/** Codes of e-nodes apart from their operands, made once for each operator and argument that there is. */
export class Codes {
  readonly #terms: Terms;
  readonly #known: Map<number, Code>[] = [];

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  of(node: NodeId): Code {
    const { egraph } = this.#terms;
    const op = egraph.op(node);
    const arg = egraph.arg(node);
    this.#known[op] ??= new Map();
    const known = this.#known[op];
    const code = known.get(arg) ?? codeOf(this.#terms.signature(node));
    known.set(arg, code);
    return code;
  }
}

/**
 * The terms of one program among all that a store holds: how often each is used, which e-node spells it, and what all of them cost, each once.
 * It changes along with what is used and dropped, and each change can be undone.
 */
export class Living {
  readonly #egraph: Terms["egraph"];
  readonly #price: (node: NodeId) => number;
  readonly #spell: (id: Id) => NodeId;
  readonly #codes: Codes;
  #uses = new Int32Array(0);
  #spelling = new Int32Array(0);
  #digests = new Float64Array(0);
  /** A class for each use that came, the complement of a class for each that went. */
  readonly #trail: number[] = [];
  readonly #cost = new Sum();
  #size = 0;

  /** `spell` gives the e-node by which a class is spelled when it comes into use. */
  constructor(
    egraph: Terms["egraph"],
    codes: Codes,
    price: (node: NodeId) => number,
    spell: (id: Id) => NodeId,
  ) {
    this.#egraph = egraph;
    this.#codes = codes;
    this.#price = price;
    this.#spell = spell;
    this.#cover();
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
    return (this.#uses[id] as number) > 0;
  }

  /** The e-node that spells a class in use. */
  spelling(id: Id): NodeId {
    return this.#spelling[id] as NodeId;
  }

  /** A whole number below 2⁵³ for the term that a class in use stands for: it says the same wherever and whenever the term occurs, in other sessions as well. */
  digest(id: Id): number {
    return this.#digests[id] as number;
  }

  /** Uses a class once more, and, if it was not in use, what it consists of. Throws what the cost model does; then it must be undone. */
  use(id: Id): void {
    this.#cover();
    this.#count(id, 1);
    if (this.#uses[id] !== 1) return;
    // Digests are made of those of operands, so that a class is entered once its operands are.
    const stack = [id];
    const entered: number[] = [this.#enter(id)];
    const egraph = this.#egraph;
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
    const egraph = this.#egraph;
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
    this.#uses[id] = (this.#uses[id] as number) + more;
  }

  /** Makes room for each class there is. */
  #cover(): void {
    const { created } = this.#egraph;
    if (created <= this.#uses.length) return;
    this.#uses = larger(this.#uses, created);
    this.#spelling = larger(this.#spelling, created);
    const digests = new Float64Array(this.#uses.length);
    digests.set(this.#digests);
    this.#digests = digests;
  }

  /** Chooses how a class is spelled. Returns the first operand to look at. */
  #enter(id: Id): 0 {
    const node = this.#spell(id);
    this.#spelling[id] = node;
    this.#size++;
    this.#cost.add(this.#price(node));
    return 0;
  }

  #digest(node: NodeId): number {
    const egraph = this.#egraph;
    const op = egraph.op(node);
    const operands = egraph.children(node).map((id) => this.digest(id));
    if (egraph.isCommutative(op)) operands.sort((a, b) => a - b);
    return digestOf(this.#codes.of(node), operands);
  }
}

function larger(words: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(least, 2 * words.length));
  grown.set(words);
  return grown;
}
