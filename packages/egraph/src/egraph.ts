import type { Analysis } from "./analysis.ts";
import { Changes } from "./changes.ts";
import { EGraphError } from "./error.ts";
import { type Snapshot, snapshot } from "./frozen/snapshot.ts";
import { Heap } from "./heap.ts";
import type { ArgId, Id, NodeId, OpId } from "./ids.ts";
import * as L from "./kernel/layout.ts";
import { GROWING, type Mark, Marks, PENDING } from "./marks.ts";
import type { Guard } from "./pattern.ts";
import { ProofForest } from "./proof.ts";
import { GraphReader } from "./reader.ts";
import { Symbols } from "./symbols.ts";
import { type SavedUpkeep, Upkeep } from "./upkeep.ts";

/** How an e-graph is made. */
export interface EGraphOptions<D> {
  /** Facts to keep about each class. */
  readonly analysis?: Analysis<D>;
  /** Keep what made classes equal, so that {@link EGraph.reasons} works. */
  readonly proofs?: boolean;
  /** Whether it is worked on by WebAssembly, where there is any; true unless said. The results are equal. */
  readonly wasm?: boolean;
}

/**
 * An e-graph: e-nodes in classes of equals, closed under congruence once rebuilt (egg, Willsey et al.,
 * POPL 2021). All of it lies in one memory of 32-bit words, whose changes can be undone.
 *
 * `D` is the type of the facts its analysis keeps about each class.
 */
export class EGraph<D = undefined> extends GraphReader {
  /** Its memory. @internal */
  readonly heap: Heap;
  /** Where its queries look for what is new. @internal */
  readonly changes: Changes;
  /** Guards of its queries, by number. @internal */
  readonly guards: Guard[] = [];
  private symbols: Symbols = new Symbols();
  /** By operator, then by number of children. */
  private readonly symbolOf: Int32Array[] = [];
  private readonly upkeep: Upkeep<D> | undefined;
  /** What its proofs rest on. @internal */
  readonly forest: ProofForest | undefined;
  private readonly options: EGraphOptions<D>;
  private readonly marks: Marks<SavedUpkeep | undefined>;

  constructor(options: EGraphOptions<D> = {}) {
    super();
    this.options = options;
    this.heap = new Heap(
      (index, registers) => (this.guards[index] as Guard).test(this.heap.words, registers),
      options.wasm ?? true,
    );
    this.changes = new Changes(this.heap);
    this.widen(8);
    this.heap.words[L.PROOFS] = options.proofs ? 1 : 0;
    if (options.proofs) this.heap.grow(L.GIVENS, 1);
    this.upkeep = options.analysis ? new Upkeep(this, options.analysis) : undefined;
    this.marks = new Marks(this.heap);
    this.forest = options.proofs ? new ProofForest(this.heap) : undefined;
  }

  /** @internal */
  get words(): Int32Array {
    return this.heap.words;
  }

  // ── Symbols ──

  /**
   * The operator of this name. Whether it is commutative is settled when it is first named with that
   * option, or else at its first naming; saying otherwise later is an error.
   */
  operator(name: string, options?: { readonly commutative?: boolean }): OpId {
    return this.symbols.operator(name, options?.commutative);
  }

  /** The name an operator was made with. */
  operatorName(op: OpId): string {
    return this.symbols.operatorName(op);
  }

  /** Whether the order of an operator's children does not matter. */
  isCommutative(op: OpId): boolean {
    return this.symbols.commutative[op] === 1;
  }

  /** The number of an argument: equal keys give the same number, and the value given first stays. Never undone. */
  intern(key: string, value: unknown): ArgId {
    return this.symbols.intern(key, value);
  }

  /** The value of an argument. */
  argument(arg: ArgId): unknown {
    return this.symbols.argument(arg);
  }

  /** The number of an operator with so many children. @internal */
  symbol(op: OpId, arity: number): number {
    const known = this.symbolOf[op]?.[arity];
    return known !== undefined && known > 0 ? known - 1 : this.makeSymbol(op, arity);
  }

  protected symbolsOf(op: OpId): readonly number[] {
    return [...(this.symbolOf[op] ?? [])].filter((made) => made > 0).map((made) => made - 1);
  }

  private makeSymbol(op: OpId, arity: number): number {
    this.operatorName(op);
    const { heap } = this;
    this.widen(arity);
    const symbol = heap.length(L.SYMBOLS) / L.SYMBOL_STRIDE;
    const commutative = this.isCommutative(op);
    const plain = arity <= 2 && !commutative;
    heap.append(L.SYMBOLS, [op, arity, commutative ? 1 : 0, 0, -1, -1, plain ? 1 : 0, 0]);
    const old = this.symbolOf[op] ?? new Int32Array(4);
    const table = arity < old.length ? old : new Int32Array(Math.max(arity + 1, old.length * 2));
    if (table !== old) table.set(old);
    table[arity] = symbol + 1;
    while (this.symbolOf.length < op) this.symbolOf.push(new Int32Array(4));
    this.symbolOf[op] = table;
    return symbol;
  }

  /** Makes room in the scratch for so many children. */
  private widen(arity: number): void {
    const { heap } = this;
    const width = heap.words[L.WIDTH] as number;
    if (arity <= width) return;
    const wide = Math.max(arity, 2 * width);
    this.reserveBuilt(heap.length(L.SCRATCH) - 4 * width, wide);
    heap.words[L.WIDTH] = wide;
  }

  /** Makes room in the scratch for so many words of what an action looks for and builds. @internal */
  reserveBuilt(words: number, width: number = this.heap.words[L.WIDTH] as number): void {
    const { heap } = this;
    const more = 4 * width + words - heap.length(L.SCRATCH);
    if (more <= 0) return;
    heap.ensure(L.SCRATCH, more);
    heap.resize(L.SCRATCH, 4 * width + words);
  }

  // ── Building ──

  /**
   * The class of the e-node with this operator, argument and children, made when there is none. Children
   * may be any ids; they keep the order they are given in, that of a commutative operator does not matter.
   * With proofs the id returned stands for exactly the term that was asked for and need not be canonical, so
   * that a later {@link reasons} explains that very term; compare ids by {@link find}.
   *
   * Throws an {@link EGraphError}: `id` for an operator, an argument or children that are none of this graph, `nodes`
   * and `memory` when it is full; the graph is then as it was. What an analysis throws propagates: the e-node is there,
   * but without facts until a {@link rebuild} makes them, and nothing can be searched until then.
   */
  add(op: OpId, arg: ArgId, children: ArrayLike<Id>): Id {
    const symbol = this.input(op, arg, children);
    const before = this.created;
    const node = this.heap.kernel.add(symbol, arg);
    if (this.created > before) this.upkeep?.learn(this.created);
    return node;
  }

  /** Whether there is such an e-node: its canonical class, or -1. Throws an {@link EGraphError} `id` as {@link add} does. */
  lookup(op: OpId, arg: ArgId, children: ArrayLike<Id>): Id | -1 {
    const symbol = this.input(op, arg, children);
    return this.heap.kernel.lookup(symbol, arg);
  }

  /** Puts the children where the kernel expects them; returns the symbol. */
  private input(op: OpId, arg: ArgId, children: ArrayLike<Id>): number {
    this.symbols.requireArgument(arg);
    const arity = children.length;
    const symbol = this.symbol(op, arity);
    const { words } = this.heap;
    const input = (words[L.SCRATCH] as number) + 3 * (words[L.WIDTH] as number);
    const ids = this.created;
    for (let i = 0; i < arity; i++) {
      const child = children[i] as number;
      if (!(child >= 0 && child < ids) || child !== (child | 0))
        throw new EGraphError(
          "id",
          `child ${i} of ${this.operatorName(op)} is ${child}, which is no class of this graph; was it made in another one, or after a mark that has been restored?`,
        );
      words[input + i] = child;
    }
    return symbol;
  }

  protected noId(id: number): EGraphError {
    return new EGraphError(
      "id",
      `${id} is no id of this graph, which has given ${this.created}; was it made in another graph, or after a mark that has been restored?`,
    );
  }

  /**
   * Makes two classes one; returns whether they were two. `reason` is any integer ≥ 0, such as the number
   * of a rule application; -1: none given. Congruence is restored by {@link rebuild}.
   */
  union(a: Id, b: Id, reason = -1): boolean {
    const x = this.find(a);
    const y = this.find(b);
    if (x === y) {
      // A second reason may be the shorter one to give.
      if (this.forest && a !== b && reason >= 0) this.heap.append(L.EQUATIONS, [a, b, reason]);
      return false;
    }
    if (!(reason >= -1 && reason === (reason | 0)))
      throw new EGraphError("option", `a reason is an integer ≥ 0 and < 2³¹, not ${reason}`);
    this.upkeep?.join(Math.min(x, y), Math.max(x, y));
    this.heap.words[L.WATCHED] = 0;
    // Compiled, it says 1 or 0.
    return Boolean(this.heap.kernel.unite(a, b, reason));
  }

  /**
   * Hides an e-node: it stays in the graph, so that adding it again finds its class, but is seen no more by
   * matching, by {@link nodes} and by extraction. A congruent e-node is hidden as well. Returns whether it was
   * seen. The graph must be rebuilt afterwards.
   */
  subsume(node: NodeId): boolean {
    this.find(node);
    return Boolean(this.heap.kernel.subsume(node));
  }

  /** Whether what is done in bulk must be noted for {@link settle}. @internal */
  get isWatched(): boolean {
    return this.upkeep !== undefined;
  }

  /** Brings the facts up to what was done in bulk. @internal */
  settle(): void {
    this.upkeep?.settle();
  }

  // ── Rebuilding ──

  /** Whether no rebuild is pending. */
  get clean(): boolean {
    const { words } = this.heap;
    return (
      (words[L.REPAIR + 1] as number) + (words[L.MERGED + 1] as number) === 0 &&
      !this.upkeep?.isPending
    );
  }

  /**
   * Restores congruence (equal children make equal nodes, and duplicates vanish) and brings the analysis
   * up to date. What joining facts threw is thrown once all is rebuilt: the classes are one, with the facts of
   * the older. What else an analysis throws propagates at once; the graph must then be restored to a mark.
   */
  rebuild(): void {
    const { heap, upkeep } = this;
    do {
      heap.words[L.WATCHED] = upkeep ? 1 : 0;
      heap.kernel.repair();
      upkeep?.settle();
      upkeep?.refresh();
    } while (heap.length(L.REPAIR) > 0 || upkeep?.isPending);
    if (heap.length(L.MERGED) > 0) heap.kernel.tidy();
    const { words } = heap;
    if (
      this.marks.size === 0 &&
      (words[L.LISTED] as number) > 2 * (words[L.NODES] as number) + 1024
    )
      heap.kernel.relist();
    upkeep?.report();
  }

  // ── Reading ──

  /** The facts about a class. Up to date once rebuilt. */
  data(id: Id): D {
    return this.upkeep?.of(this.find(id)) as D;
  }

  /** Unions of two classes so far. */
  get unionCount(): number {
    return this.heap.words[L.UNIONS] as number;
  }

  /** Bytes of the typed arrays held. */
  get bytes(): number {
    return this.heap.bytes + (this.upkeep?.bytes ?? 0);
  }

  /** A child as it was given when the e-node was created; without proofs, the canonical id of its class. */
  originalChild(node: NodeId, i: number): Id {
    if (!this.forest) return this.child(node, i);
    const { words } = this.heap;
    return words[(words[L.GIVEN] as number) + 2 * node + i] as number;
  }

  // ── Marks ──

  /** Notes the present state, to come back to by {@link restore}. Marks nest; it costs next to nothing. */
  mark(): Mark {
    return this.marks.set(this.upkeep?.mark());
  }

  /**
   * Undoes everything since a mark, and closes it and the marks set after it. Only interned operators and
   * arguments stay. Throws an {@link EGraphError} `mark` when the mark is closed already or another graph's.
   */
  restore(mark: Mark): void {
    const saved = this.marks.restore(mark);
    this.changes.forget();
    if (saved) this.upkeep?.restore(saved, this.marks.floor);
    this.forest?.cut();
  }

  /** Closes a mark and the marks set after it, keeping what was done since. Throws when it is closed already. */
  release(mark: Mark): void {
    this.marks.release(mark);
    this.upkeep?.release(this.marks.floor);
  }

  /**
   * Takes all classes and e-nodes out and closes all marks; operators, arguments and the queries made for the
   * graph stay, as does its memory, so that it grows faster the next time.
   */
  clear(): void {
    const { heap } = this;
    const { words } = heap;
    for (const column of [...GROWING, ...PENDING]) heap.resize(column, 0);
    for (const scalar of [
      L.NODES,
      L.CLASSES,
      L.USED,
      L.LISTED,
      L.REPAIRED,
      L.GIVENS_USED,
      L.UNIONS,
    ])
      words[scalar] = 0;
    heap.column(L.TABLE).fill(0);
    heap.column(L.GIVENS).fill(0);
    const symbols = heap.column(L.SYMBOLS);
    for (let at = 0; at < symbols.length; at += L.SYMBOL_STRIDE) {
      symbols[at + L.COUNT] = 0;
      symbols[at + L.FIRST] = -1;
      symbols[at + L.LAST] = -1;
    }
    this.upkeep?.clear();
    this.marks.clear();
    this.forest?.cut();
    this.changes.forget();
    this.clears++;
  }

  /** Counts how often the graph was cleared: what queries have seen before is void. @internal */
  clears = 0;

  /** A copy with the same ids, without open marks; queries have to be made for it anew. */
  clone(): EGraph<D> {
    const copy = new EGraph<D>(this.options);
    copy.symbols = this.symbols.clone();
    for (const table of this.symbolOf) copy.symbolOf.push(table.slice());
    copy.heap.copy(this.heap);
    copy.marks.clear();
    for (const guard of this.guards) copy.guards.push(guard);
    if (this.upkeep) copy.upkeep?.copy(this.upkeep);
    return copy;
  }

  /** A hash of the content: e-nodes, the classes they are in, and what is pending. Equal after restoring. */
  hash(): string {
    let a = 0x9e3779b9 | 0;
    let b = 0x7f4a7c15;
    const take = (word: number): void => {
      a = scramble(a ^ word, 0x85ebca6b);
      b = scramble(b + word, 0xcc9e2d51) ^ a;
    };
    const { created, heap } = this;
    take(this.nodeCount);
    take(this.classCount);
    for (let id = 0; id < created; id++) {
      take(this.find(id));
      for (const offset of [L.ARGUMENT, L.CHILD, L.CHILD + 1, L.NEXT]) take(this.field(id, offset));
      const word = this.field(id, L.SYMBOL);
      // Symbols are numbered as they were first used, which is not content.
      if (word === L.EXTENSION) continue;
      take(this.op(id));
      take(this.arity(id) * 4 + (word < 0 ? 2 : 0) + (this.isSeen(id) ? 0 : 1));
    }
    for (const column of [L.GIVEN, L.EQUATIONS, ...PENDING])
      for (const word of heap.column(column)) take(word);
    for (const id of this.upkeep?.pending ?? []) take(id);
    return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }

  // ── Proofs ──

  /**
   * The distinct reasons, ascending, on which the equality of two ids rests, through congruence too.
   * Original, uncanonical ids are explained as such. Throws if they are not equal or proofs are off.
   */
  reasons(a: Id, b: Id): number[] {
    if (!this.forest)
      throw new EGraphError(
        "option",
        "this e-graph keeps no proofs; make it with { proofs: true }",
      );
    if (this.find(a) !== this.find(b))
      throw new EGraphError("unequal", `${a} and ${b} are not known to be equal`);
    return this.forest.reasons(a, b, this);
  }

  // ── Threads ──

  /**
   * What searching needs of the graph as it is now, as data that can be posted to other threads, see {@link openFrozen}.
   * It costs a copy, of about 60 bytes for each e-node. Facts, proofs and the values of arguments are not in it. Throws an
   * {@link EGraphError} `pending` where the graph is not rebuilt.
   */
  freeze(): Snapshot {
    if (!this.clean)
      throw new EGraphError(
        "pending",
        "the e-graph has unions pending: call rebuild() before freezing it",
      );
    return snapshot(this.heap, this.symbols);
  }
}

function scramble(word: number, by: number): number {
  const x = Math.imul(word ^ (word >>> 16), by);
  return x ^ (x >>> 13);
}
