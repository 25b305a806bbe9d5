import type { EGraphError } from "./error.ts";
import type { ArgId, Id, NodeId, OpId } from "./ids.ts";
import * as L from "./kernel/layout.ts";
import { childAt, nextAt } from "./kernel/links.ts";

/** An e-graph as far as it can be read: what a graph that grows and a frozen one have in common. */
export abstract class GraphReader {
  /** The memory of the graph; another one whenever it has grown. @internal */
  abstract readonly words: Int32Array;

  /** The name an operator was made with. */
  abstract operatorName(op: OpId): string;

  /** Whether the order of an operator's children does not matter. */
  abstract isCommutative(op: OpId): boolean;

  /** The symbols of an operator, with so many children each. */
  protected abstract symbolsOf(op: OpId): readonly number[];

  /** What to say of an id that is none. */
  protected abstract noId(id: number): EGraphError;

  /** E-nodes that are alive and not subsumed; distinct ones once rebuilt. */
  get nodeCount(): number {
    return this.words[L.NODES] as number;
  }

  /** Classes. */
  get classCount(): number {
    return this.words[L.CLASSES] as number;
  }

  /** Ids given so far, dead e-nodes included: every id is below. */
  get created(): number {
    return (this.words[L.RECORD + 1] as number) / L.STRIDE;
  }

  /** The canonical id of a class. Throws an {@link EGraphError} `id` for what is none. */
  find(id: Id): Id {
    const { words } = this;
    const parents = (words[L.RECORD] as number) + L.PARENT;
    this.requireId(id);
    let x = id;
    for (;;) {
      const up = words[parents + x * L.STRIDE] as number;
      if (up === x) return x;
      x = up;
    }
  }

  /** Canonical ids of all classes, in creation order. */
  classes(): Id[] {
    return [...this.roots(0, this.created)];
  }

  /** The canonical ids from `from` up to `to`. @internal */
  roots(from: number, to: number): Int32Array {
    const found = new Int32Array(to - from);
    let count = 0;
    for (let id = from; id < to; id++) if (this.field(id, L.PARENT) === id) found[count++] = id;
    return found.subarray(0, count);
  }

  /** The live e-nodes of a class, in creation order. */
  nodes(id: Id): NodeId[] {
    const root = this.find(id);
    const nodes: NodeId[] = [];
    let node = root;
    do {
      if (this.isSeen(node)) nodes.push(node);
      node = this.field(node, L.NEXT);
    } while (node !== root);
    return (this.words[L.MERGED + 1] as number) > 0 ? nodes.sort(ascending) : nodes;
  }

  /** The live e-nodes with an operator, in creation order. */
  nodesWith(op: OpId): NodeId[] {
    const symbols = this.symbolsOf(op);
    const nodes = symbols.flatMap((symbol) => [
      ...this.listedFrom(symbol, 0, this.ofSymbol(symbol, L.COUNT)),
    ]);
    return symbols.length > 1 ? nodes.sort(ascending) : nodes;
  }

  /** How many e-nodes with an operator there are at most, dead ones included: known at once. */
  countWith(op: OpId): number {
    return this.listed(~op);
  }

  /** How many e-nodes are listed for a symbol, or for the complement of an operator; dead ones count too. @internal */
  listed(wanted: number): number {
    if (wanted >= 0) return this.ofSymbol(wanted, L.COUNT);
    let sum = 0;
    for (const symbol of this.symbolsOf(~wanted)) sum += this.ofSymbol(symbol, L.COUNT);
    return sum;
  }

  /** The live e-nodes of those listed for a symbol from place `from` up to `to`. @internal */
  listedFrom(symbol: number, from: number, to: number): Int32Array {
    const { words } = this;
    const lists = words[L.LIST] as number;
    const found = new Int32Array(Math.max(0, to - from));
    let count = 0;
    let chunk = lists + this.ofSymbol(symbol, L.FIRST);
    for (let skip = Math.floor(from / L.CHUNK_ITEMS); skip > 0 && from < to; skip--)
      chunk = lists + (words[chunk] as number);
    for (let i = from; i < to; i++) {
      const place = i % L.CHUNK_ITEMS;
      if (place === 0 && i > from) chunk = lists + (words[chunk] as number);
      const node = words[chunk + 2 + place] as number;
      if (this.field(node, L.SYMBOL) === symbol) found[count++] = node;
    }
    return found.subarray(0, count);
  }

  /** Throws an {@link EGraphError} `id` for what is no id. */
  private requireId(id: number): void {
    if (id !== (id | 0) || id < 0 || id * L.STRIDE >= (this.words[L.RECORD + 1] as number))
      throw this.noId(id);
  }

  /** The operator of an e-node. Throws an {@link EGraphError} `id` for what is none. */
  op(node: NodeId): OpId {
    this.requireId(node);
    return this.ofSymbol(this.symbolAt(node), L.OPERATOR);
  }

  /** The argument of an e-node. Throws as {@link op} does. */
  arg(node: NodeId): ArgId {
    this.requireId(node);
    return this.field(node, L.ARGUMENT);
  }

  /** The number of children of an e-node. Throws as {@link op} does. */
  arity(node: NodeId): number {
    this.requireId(node);
    return this.ofSymbol(this.symbolAt(node), L.ARITY);
  }

  /** The canonical id of a child. */
  child(node: NodeId, i: number): Id {
    return this.find(this.stored(node, i));
  }

  /** The canonical ids of the children. */
  children(node: NodeId): Id[] {
    const children: Id[] = [];
    const arity = this.arity(node);
    for (let i = 0; i < arity; i++) children.push(this.child(node, i));
    return children;
  }

  /** The canonical id of the class an e-node is in. */
  class(node: NodeId): Id {
    return this.find(node);
  }

  /** The live e-nodes that have a class as a child, each once, in creation order. */
  parents(id: Id): NodeId[] {
    const parents = new Set<NodeId>();
    let link = this.field(this.find(id), L.HEAD);
    for (; link >= 0; link = this.linkAfter(link)) {
      const parent = this.ownerOf(link);
      if (this.isSeen(parent)) parents.add(parent);
    }
    return [...parents].sort(ascending);
  }

  /** Whether an e-node is alive: no other is congruent to it. @internal */
  isLive(node: NodeId): boolean {
    return this.field(node, L.SYMBOL) >= 0;
  }

  /** Whether an e-node is alive and not subsumed. @internal */
  isSeen(node: NodeId): boolean {
    const word = this.field(node, L.SYMBOL);
    return word >= 0 && (word & L.SUBSUMED) === 0;
  }

  /** A word of the record of an id. @internal */
  field(id: number, offset: number): number {
    const { words } = this;
    return words[(words[L.RECORD] as number) + id * L.STRIDE + offset] as number;
  }

  /** A child as it is stored: as it was last canonicalised. @internal */
  stored(node: NodeId, i: number): Id {
    const { words } = this;
    return words[(words[L.RECORD] as number) + childAt(2 * node + i)] as number;
  }

  /** The parent link after one, -1: none. @internal */
  linkAfter(link: number): number {
    const { words } = this;
    return words[(words[L.LINKS] as number) + nextAt(link)] as number;
  }

  /** The e-node that a parent link belongs to. @internal */
  ownerOf(link: number): NodeId {
    const id = link >> 1;
    return this.field(id, L.SYMBOL) === L.EXTENSION ? this.field(id, L.ARGUMENT) : id;
  }

  /** The symbol of an e-node, dead or alive. @internal */
  symbolAt(node: NodeId): number {
    const word = this.field(node, L.SYMBOL);
    return word < 0 ? ~word : word & ~L.SUBSUMED;
  }

  /** A word of what is known of a symbol. @internal */
  ofSymbol(symbol: number, offset: number): number {
    const { words } = this;
    return words[(words[L.SYMBOLS] as number) + symbol * L.SYMBOL_STRIDE + offset] as number;
  }
}

const ascending = (a: number, b: number): number => a - b;
