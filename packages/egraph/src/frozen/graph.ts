import { EGraphError } from "../error.ts";
import type { ArgId, Id, OpId } from "../ids.ts";
import * as L from "../kernel/layout.ts";
import { GraphReader } from "../reader.ts";
import type { Snapshot } from "./snapshot.ts";

/** The e-graph of a snapshot, in whatever thread: answers questions and is searched, and never changes. */
export function openFrozen(snapshot: Snapshot): FrozenGraph {
  return new FrozenGraph(snapshot);
}

/**
 * An e-graph to be read only. Numbers of operators, arguments, e-nodes and classes are those of the graph that
 * was frozen; the values of arguments, facts and proofs stayed behind.
 */
export class FrozenGraph extends GraphReader {
  /** Its memory, of which other threads may read the same words. @internal */
  readonly words: Int32Array;
  private readonly operators: readonly string[];
  private readonly commutative: readonly number[];
  /** By operator, then by number of children. */
  private readonly symbolOf = new Map<OpId, Map<number, number>>();
  /** The symbol that no e-node has. */
  private readonly absent: number;

  constructor({ words, operators, commutative }: Snapshot) {
    super();
    this.words = words;
    this.operators = operators;
    this.commutative = commutative;
    this.absent = (words[L.SYMBOLS + 1] as number) / L.SYMBOL_STRIDE - 1;
    for (let symbol = 0; symbol < this.absent; symbol++) {
      const op = this.ofSymbol(symbol, L.OPERATOR);
      const byArity = this.symbolOf.get(op) ?? new Map<number, number>();
      this.symbolOf.set(op, byArity.set(this.ofSymbol(symbol, L.ARITY), symbol));
    }
  }

  /** The name of an operator. Throws an {@link EGraphError} `id` where the graph had none of this number when it was frozen. */
  operatorName(op: OpId): string {
    const name = this.operators[op];
    if (name === undefined)
      throw new EGraphError("id", `there was no operator ${op} when the graph was frozen`);
    return name;
  }

  /** Whether the order of an operator's children does not matter. */
  isCommutative(op: OpId): boolean {
    return this.commutative[op] === 1;
  }

  protected noId(id: number): EGraphError {
    return new EGraphError(
      "id",
      `${id} is no id of this frozen graph, which has ${this.created}; was it made later, or in another graph?`,
    );
  }

  protected symbolsOf(op: OpId): readonly number[] {
    return [...(this.symbolOf.get(op)?.values() ?? [])];
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

  /** The live e-nodes of those listed for a symbol, or for the complement of an operator, from place `from` up to `to`. @internal */
  scan(wanted: number, from: number, to: number): Int32Array {
    const found = new Int32Array(to - from);
    let count = 0;
    let passed = 0;
    for (const symbol of wanted >= 0 ? [wanted] : this.symbolsOf(~wanted)) {
      const listed = this.ofSymbol(symbol, L.COUNT);
      const some = this.listedFrom(
        symbol,
        Math.max(0, from - passed),
        Math.min(listed, to - passed),
      );
      found.set(some, count);
      count += some.length;
      passed += listed;
    }
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
}

const ascending = (a: number, b: number): number => a - b;
