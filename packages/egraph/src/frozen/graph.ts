import { EGraphError } from "../error.ts";
import type { ArgId, Id, NodeId, OpId } from "../ids.ts";
import * as L from "../kernel/layout.ts";
import { childAt } from "../kernel/links.ts";
import type { Snapshot } from "./snapshot.ts";

/** The e-graph of a snapshot, in whatever thread: answers questions and is searched, and never changes. */
export function openFrozen(snapshot: Snapshot): FrozenGraph {
  return new FrozenGraph(snapshot);
}

/**
 * An e-graph to be read only. Numbers of operators, arguments, e-nodes and classes are those of the graph that
 * was frozen; the values of arguments, facts and proofs stayed behind.
 */
export class FrozenGraph {
  /** Its memory, of which other threads may read the same words. @internal */
  readonly words: Int32Array;
  private readonly operators: readonly string[];
  private readonly commutative: readonly number[];
  /** By operator, then by number of children. */
  private readonly symbolOf = new Map<OpId, Map<number, number>>();
  /** The symbol that no e-node has. */
  private readonly absent: number;
  private readonly records: number;

  constructor({ words, operators, commutative }: Snapshot) {
    this.words = words;
    this.operators = operators;
    this.commutative = commutative;
    this.records = words[L.RECORD] as number;
    this.absent = (words[L.SYMBOLS + 1] as number) / L.SYMBOL_STRIDE - 1;
    for (let symbol = 0; symbol < this.absent; symbol++) {
      const op = this.ofSymbol(symbol, L.OPERATOR);
      const byArity = this.symbolOf.get(op) ?? new Map<number, number>();
      this.symbolOf.set(op, byArity.set(this.ofSymbol(symbol, L.ARITY), symbol));
    }
  }

  /** The name of an operator. Throws a RangeError where the graph had none of this number when it was frozen. */
  operatorName(op: OpId): string {
    const name = this.operators[op];
    if (name === undefined)
      throw new RangeError(`there was no operator ${op} when the graph was frozen`);
    return name;
  }

  /** Whether the order of an operator's children does not matter. */
  isCommutative(op: OpId): boolean {
    return this.commutative[op] === 1;
  }

  /** E-nodes that are alive and not subsumed. */
  get nodeCount(): number {
    return this.words[L.NODES] as number;
  }

  /** Classes. */
  get classCount(): number {
    return this.words[L.CLASSES] as number;
  }

  /** Ids given, dead e-nodes included: every id is below. */
  get created(): number {
    return (this.words[L.RECORD + 1] as number) / L.STRIDE;
  }

  /** The canonical id of a class. Throws an {@link EGraphError} `id` for what is none. */
  find(id: Id): Id {
    if (id !== (id | 0) || id < 0 || id >= this.created)
      throw new EGraphError(
        "id",
        `${id} is no id of this frozen graph, which has ${this.created}; was it made later, or in another graph?`,
      );
    let x = id;
    for (;;) {
      const up = this.field(x, L.PARENT);
      if (up === x) return x;
      x = up;
    }
  }

  /** The live e-nodes of a class, in creation order. */
  nodes(id: Id): NodeId[] {
    const root = this.find(id);
    const nodes: NodeId[] = [];
    let node = root;
    do {
      const word = this.field(node, L.SYMBOL);
      if (word >= 0 && (word & L.SUBSUMED) === 0) nodes.push(node);
      node = this.field(node, L.NEXT);
    } while (node !== root);
    return nodes;
  }

  /** The operator of an e-node. */
  op(node: NodeId): OpId {
    return this.ofSymbol(this.symbolAt(node), L.OPERATOR);
  }

  /** The argument of an e-node; its value is known where the graph was frozen. */
  arg(node: NodeId): ArgId {
    return this.field(node, L.ARGUMENT);
  }

  /** The canonical ids of the children. */
  children(node: NodeId): Id[] {
    const arity = this.ofSymbol(this.symbolAt(node), L.ARITY);
    return Array.from({ length: arity }, (_, i) => this.find(this.stored(node, i)));
  }

  /** The number of an operator with so many children; that of no e-node where there were none. @internal */
  symbol(op: OpId, arity: number): number {
    this.operatorName(op);
    return this.symbolOf.get(op)?.get(arity) ?? this.absent;
  }

  /** How many children a symbol has. @internal */
  arityOf(symbol: number): number {
    return this.ofSymbol(symbol, L.ARITY);
  }

  /** How many e-nodes are listed for a symbol, or for the complement of an operator; dead ones count too. @internal */
  listed(wanted: number): number {
    let sum = 0;
    for (const symbol of this.symbols(wanted)) sum += this.ofSymbol(symbol, L.COUNT);
    return sum;
  }

  /** The e-nodes that fit, of those listed from place `from` up to `to`, in the order of the lists. @internal */
  scan(wanted: number, from: number, to: number): Int32Array {
    const { words, records } = this;
    const lists = words[L.LIST] as number;
    const found = new Int32Array(to - from);
    let count = 0;
    let passed = 0;
    for (const symbol of this.symbols(wanted)) {
      const listed = this.ofSymbol(symbol, L.COUNT);
      const end = Math.min(listed, to - passed);
      let i = Math.max(0, from - passed);
      passed += listed;
      if (i >= end) continue;
      let chunk = lists + this.ofSymbol(symbol, L.FIRST);
      for (let skip = Math.floor(i / L.CHUNK_ITEMS); skip > 0; skip--)
        chunk = lists + (words[chunk] as number);
      for (let place = i % L.CHUNK_ITEMS; i < end; i++, place++) {
        if (place === L.CHUNK_ITEMS) {
          place = 0;
          chunk = lists + (words[chunk] as number);
        }
        const node = words[chunk + 2 + place] as number;
        if (words[records + node * L.STRIDE + L.SYMBOL] === symbol) found[count++] = node;
      }
    }
    return found.subarray(0, count);
  }

  /** The classes with ids from `from` up to `to`. @internal */
  classes(from: number, to: number): Int32Array {
    const found = new Int32Array(to - from);
    let count = 0;
    for (let id = from; id < to; id++) if (this.field(id, L.PARENT) === id) found[count++] = id;
    return found.subarray(0, count);
  }

  /**
   * The class of the e-node with this symbol, argument and canonical children, or -1. Goes through the e-nodes of
   * the symbol: what is asked for are the few patterns without variables of a query. @internal
   */
  seek(symbol: number, argument: ArgId, children: readonly Id[]): Id {
    const sorted = this.ofSymbol(symbol, L.COMMUTATIVE) === 1;
    const key = sorted ? children.toSorted(ascending) : children;
    const node = this.scan(symbol, 0, this.listed(symbol)).find((node) => {
      if (this.field(node, L.ARGUMENT) !== argument) return false;
      const mine = key.map((_, i) => this.stored(node, i));
      return (sorted ? mine.sort(ascending) : mine).every((child, i) => child === key[i]);
    });
    return node === undefined ? -1 : this.find(node);
  }

  /** The symbols that are wanted, by number. */
  private symbols(wanted: number): readonly number[] {
    if (wanted >= 0) return [wanted];
    return [...(this.symbolOf.get(~wanted)?.values() ?? [])];
  }

  private symbolAt(node: NodeId): number {
    const word = this.field(node, L.SYMBOL);
    return word < 0 ? ~word : word & ~L.SUBSUMED;
  }

  private stored(node: NodeId, i: number): Id {
    return this.words[this.records + childAt(2 * node + i)] as number;
  }

  private field(id: number, offset: number): number {
    return this.words[this.records + id * L.STRIDE + offset] as number;
  }

  private ofSymbol(symbol: number, offset: number): number {
    const { words } = this;
    return words[(words[L.SYMBOLS] as number) + symbol * L.SYMBOL_STRIDE + offset] as number;
  }
}

const ascending = (a: number, b: number): number => a - b;
