import type { Analysis } from "./analysis.ts";
import { EGraphError } from "./error.ts";
import { Facts } from "./facts.ts";
import { type Snapshot, snapshot } from "./frozen/snapshot.ts";
import { Heap } from "./heap.ts";
import type { ArgId, Id, NodeId, OpId } from "./ids.ts";
import * as L from "./kernel/layout.ts";
import { childAt, nextAt } from "./kernel/links.ts";
import type { Guard } from "./pattern.ts";
import { ProofForest } from "./proof.ts";
import { Symbols } from "./symbols.ts";
import { Worklist } from "./worklist.ts";

/** How an e-graph is made. */
export interface EGraphOptions<D> {
  /** Facts to keep about each class. */
  readonly analysis?: Analysis<D>;
  /** Keep what made classes equal, so that {@link EGraph.reasons} works. */
  readonly proofs?: boolean;
  /** Whether it is worked on by WebAssembly, where there is any; true unless said. The results are equal. */
  readonly wasm?: boolean;
}

/** A state of an e-graph to come back to, see {@link EGraph.mark}. */
export interface Mark {
  /** Distinguishes the marks of a graph. */
  readonly serial: number;
}

interface OpenMark extends Mark {
  /** Lengths of the columns that only grow. */
  readonly lengths: Int32Array;
  readonly trail: number;
  readonly nodes: number;
  readonly classes: number;
  readonly generation: number;
  /** What was pending, where anything was. */
  readonly pending: readonly Int32Array[] | undefined;
  readonly facts: number;
  readonly stale: Int32Array | undefined;
  readonly changed: Int32Array | undefined;
}

/** Columns that only grow, so that restoring cuts them. */
const GROWING = [L.RECORD, L.LINKS, L.GIVEN, L.EQUATIONS, L.LIST, L.TOUCHED] as const;
/** Columns of what is pending. */
const PENDING = [L.REPAIR, L.MERGED, L.JOINED] as const;
/** A floor above all words. */
const ALL = 0x7fffffff;
const FIELDS = L.STRIDE;

/**
 * An e-graph: e-nodes in classes of equals, closed under congruence once rebuilt (egg, Willsey et al.,
 * POPL 2021). All of it lies in one memory of 32-bit words, whose changes can be undone.
 *
 * `D` is the type of the facts its analysis keeps about each class.
 */
export class EGraph<D = undefined> {
  /** Its memory. @internal */
  readonly heap: Heap;
  /** Guards of its queries, by number. @internal */
  readonly guards: Guard[] = [];
  private symbols: Symbols = new Symbols();
  /** By operator, then by number of children. */
  private readonly symbolOf: Int32Array[] = [];
  private facts: Facts<D> | undefined;
  private readonly analysis: Analysis<D> | undefined;
  /** What its proofs rest on. @internal */
  readonly forest: ProofForest | undefined;
  private readonly options: EGraphOptions<D>;
  private serial = 0;
  private marks: OpenMark[] = [];
  /** E-nodes whose facts are to be made again. */
  private readonly stale = new Worklist();
  /** Classes to be shown to `modify`. */
  private readonly changed = new Worklist();
  private contradiction: { readonly error: unknown } | undefined;

  constructor(options: EGraphOptions<D> = {}) {
    this.options = options;
    this.heap = new Heap(
      (index, registers) => (this.guards[index] as Guard).test(this.heap.words, registers),
      options.wasm ?? true,
    );
    this.widen(8);
    this.heap.words[L.PROOFS] = options.proofs ? 1 : 0;
    if (options.proofs) this.heap.grow(L.GIVENS, 1);
    this.analysis = options.analysis;
    this.facts = options.analysis ? new Facts<D>() : undefined;
    this.forest = options.proofs ? new ProofForest(this.heap) : undefined;
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

  /** Makes room for actions that build so many e-nodes. @internal */
  reserveBuilt(nodes: number, width: number = this.heap.words[L.WIDTH] as number): void {
    const { heap } = this;
    const more = 4 * width + nodes - heap.length(L.SCRATCH);
    if (more <= 0) return;
    heap.ensure(L.SCRATCH, more);
    heap.resize(L.SCRATCH, 4 * width + nodes);
  }

  // ── Building ──

  /**
   * The class of the e-node with this operator, argument and children, made when there is none. Children
   * may be any ids; they keep the order they are given in, that of a commutative operator does not matter.
   * With proofs the id returned stands for exactly the term that was asked for and need not be canonical, so
   * that a later {@link reasons} explains that very term; compare ids by {@link find}.
   *
   * Throws an {@link EGraphError}: `id` for children that are none of this graph, `nodes` and `memory` when it
   * is full; the graph is then as it was.
   */
  add(op: OpId, arg: ArgId, children: ArrayLike<Id>): Id {
    const symbol = this.input(op, children);
    const before = this.created;
    const node = this.heap.kernel.add(symbol, arg);
    if (this.analysis && this.created > before) this.learn(this.created);
    return node;
  }

  /** Whether there is such an e-node: its canonical class, or -1. */
  lookup(op: OpId, arg: ArgId, children: ArrayLike<Id>): Id | -1 {
    const symbol = this.input(op, children);
    return this.heap.kernel.lookup(symbol, arg);
  }

  /** Puts the children where the kernel expects them; returns the symbol. */
  private input(op: OpId, children: ArrayLike<Id>): number {
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

  /** The canonical id of a class. */
  find(id: Id): Id {
    const { words } = this.heap;
    const parents = (words[L.RECORD] as number) + L.PARENT;
    if (id !== (id | 0) || id < 0 || id >= this.created) throw this.noId(id);
    let x = id;
    for (;;) {
      const up = words[parents + x * FIELDS] as number;
      if (up === x) return x;
      x = up;
    }
  }

  private noId(id: number): EGraphError {
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
    if (!(reason >= -1)) throw new RangeError(`a reason is an integer ≥ 0, not ${reason}`);
    if (this.facts) this.joinFacts(Math.min(x, y), Math.max(x, y));
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

  // ── Facts ──

  /** Joins the facts of two classes that are about to become one. What the analysis throws propagates. */
  private joinFacts(older: Id, younger: Id): void {
    const [left, right] = this.joined(older, younger);
    if (left) this.invalidate(this.field(older, L.HEAD), -1);
    if (right) this.invalidate(this.field(younger, L.HEAD), -1);
  }

  /** Sets the facts of the older class to those of both; whether that is news to the one and to the other. */
  private joined(older: Id, younger: Id): readonly [boolean, boolean] {
    const facts = this.facts as Facts<D>;
    const analysis = this.analysis as Analysis<D>;
    const left = facts.data[older] as D;
    const right = facts.data[younger] as D;
    const both = analysis.join(left, right);
    if (both !== left) {
      facts.set(older, both);
      this.touch(older);
    }
    if (analysis.modify && (both !== left || both !== right)) this.changed.push(older);
    return [both !== left, both !== right];
  }

  private touch(id: Id): void {
    this.heap.append(L.TOUCHED, [id]);
  }

  /** Facts of the e-nodes behind the links from `first` to `last` (-1: to the end) are to be made again. */
  private invalidate(first: number, last: number): void {
    for (let link = first; link >= 0; link = this.linkAfter(link)) {
      const owner = this.ownerOf(link);
      if (this.isLive(owner)) this.stale.push(owner);
      if (link === last) return;
    }
  }

  /** Makes the facts of the ids below `end` that have none yet. */
  private learn(end: number): void {
    const { data } = this.facts as Facts<D>;
    const analysis = this.analysis as Analysis<D>;
    while (data.length < end) {
      const id = data.length;
      data.push(undefined as D);
      if (!this.isLive(id)) continue;
      data[id] = analysis.make(this, id);
      if (analysis.modify) this.changed.push(id);
    }
  }

  /** Whether what is done in bulk must be noted for {@link settle}. @internal */
  get isWatched(): boolean {
    return this.facts !== undefined;
  }

  /** Brings the facts up to what was done in bulk, in the order in which it was done. @internal */
  settle(): void {
    if (!this.facts) return;
    const { heap } = this;
    const { data } = this.facts;
    for (let at = 0; at < heap.length(L.JOINED); at += L.JOIN_STRIDE) {
      const { words } = heap;
      const from = (words[L.JOINED] as number) + at;
      const older = words[from] as number;
      const younger = words[from + 1] as number;
      const head = words[from + 2] as number;
      const tail = words[from + 3] as number;
      this.learn(words[from + 4] as number);
      // What is joined with itself stays.
      if (data[older] === data[younger]) continue;
      const [left, right] = this.rejoined(older, younger);
      // The links of the younger class come before those that the older one had.
      const own = head >= 0 ? this.linkAfter(tail) : this.field(older, L.HEAD);
      if (left) this.invalidate(own, -1);
      if (right && head >= 0) this.invalidate(head, tail);
    }
    heap.resize(L.JOINED, 0);
    this.learn(this.created);
  }

  /** As {@link joined}, of classes that are one already: a contradiction is kept until all is settled. */
  private rejoined(older: Id, younger: Id): readonly [boolean, boolean] {
    try {
      return this.joined(older, younger);
    } catch (error) {
      this.contradiction ??= { error };
      return [false, false];
    }
  }

  /** Throws what an analysis threw while classes were joined that are one already. */
  private report(): void {
    const { contradiction } = this;
    this.contradiction = undefined;
    if (contradiction) throw contradiction.error;
  }

  private remake(node: NodeId): void {
    const { analysis, facts } = this;
    if (!analysis || !facts || !this.isLive(node)) return;
    const root = this.find(node);
    const old = facts.data[root] as D;
    const made = analysis.make(this, node);
    let joined: D;
    try {
      joined = analysis.join(old, made);
    } catch (error) {
      this.contradiction ??= { error };
      return;
    }
    if (joined === old) return;
    facts.set(root, joined);
    this.touch(root);
    this.invalidate(this.field(root, L.HEAD), -1);
    if (analysis.modify) this.changed.push(root);
  }

  /** Shows `modify` each class that is new or has changed, once. */
  private showChanged(): void {
    const { changed, analysis } = this;
    const roots = new Worklist();
    while (changed.size > 0) roots.push(this.find(changed.shift()));
    while (roots.size > 0) analysis?.modify?.(this, this.find(roots.shift()));
  }

  // ── Rebuilding ──

  /** Whether no rebuild is pending. */
  get clean(): boolean {
    const { words } = this.heap;
    return (
      (words[L.REPAIR + 1] as number) + (words[L.MERGED + 1] as number) === 0 &&
      this.stale.size + this.changed.size === 0
    );
  }

  /**
   * Restores congruence (equal children make equal nodes, and duplicates vanish) and brings the analysis
   * up to date. What joining facts threw is thrown once all is rebuilt: the classes are one, with the facts of
   * the older. What else an analysis throws propagates at once; the graph must then be restored to a mark.
   */
  rebuild(): void {
    const { heap, stale, changed, analysis } = this;
    do {
      heap.words[L.WATCHED] = analysis ? 1 : 0;
      heap.kernel.repair();
      this.settle();
      while (stale.size > 0) this.remake(stale.shift());
      this.showChanged();
    } while (heap.length(L.REPAIR) + stale.size + changed.size > 0);
    if (heap.length(L.MERGED) > 0) heap.kernel.tidy();
    const { words } = heap;
    if (
      this.marks.length === 0 &&
      (words[L.LISTED] as number) > 2 * (words[L.NODES] as number) + 1024
    )
      heap.kernel.relist();
    this.report();
  }

  // ── Reading ──

  /** The facts about a class. Up to date once rebuilt. */
  data(id: Id): D {
    return this.facts?.data[this.find(id)] as D;
  }

  /** E-nodes that are alive and not subsumed; distinct ones once rebuilt. */
  get nodeCount(): number {
    return this.heap.words[L.NODES] as number;
  }

  /** Classes. */
  get classCount(): number {
    return this.heap.words[L.CLASSES] as number;
  }

  /** Ids given so far, dead e-nodes included: every id is below. */
  get created(): number {
    return (this.heap.words[L.RECORD + 1] as number) / FIELDS;
  }

  /** Unions of two classes so far. */
  get unionCount(): number {
    return this.heap.words[L.UNIONS] as number;
  }

  /** Bytes of the typed arrays held. */
  get bytes(): number {
    return this.heap.bytes + this.stale.bytes + this.changed.bytes;
  }

  /** A word of the record of an id. */
  private field(id: number, offset: number): number {
    const { words } = this.heap;
    return words[(words[L.RECORD] as number) + id * FIELDS + offset] as number;
  }

  /** The parent link after one, -1: none. */
  private linkAfter(link: number): number {
    const { words } = this.heap;
    return words[(words[L.LINKS] as number) + nextAt(link)] as number;
  }

  /** The e-node that a parent link belongs to. */
  private ownerOf(link: number): NodeId {
    const id = link >> 1;
    return this.field(id, L.SYMBOL) === L.EXTENSION ? this.field(id, L.ARGUMENT) : id;
  }

  /** A word of what is known of the symbol of a node. */
  private ofSymbol(node: NodeId, offset: number): number {
    const word = this.field(node, L.SYMBOL);
    const symbol = word < 0 ? ~word : word & ~L.SUBSUMED;
    const { words } = this.heap;
    return words[(words[L.SYMBOLS] as number) + symbol * L.SYMBOL_STRIDE + offset] as number;
  }

  private isLive(node: NodeId): boolean {
    return this.field(node, L.SYMBOL) >= 0;
  }

  /** Whether an e-node is alive and not subsumed. */
  private isSeen(node: NodeId): boolean {
    const word = this.field(node, L.SYMBOL);
    return word >= 0 && (word & L.SUBSUMED) === 0;
  }

  /** Canonical ids of all classes, in creation order. */
  classes(): Id[] {
    const ids: Id[] = [];
    const { words } = this.heap;
    const parents = (words[L.RECORD] as number) + L.PARENT;
    const { created } = this;
    for (let id = 0; id < created; id++) if (words[parents + id * FIELDS] === id) ids.push(id);
    return ids;
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
    return this.heap.length(L.MERGED) > 0 ? nodes.sort(ascending) : nodes;
  }

  /** The live e-nodes with an operator, in creation order. */
  nodesWith(op: OpId): NodeId[] {
    const { words } = this.heap;
    const nodes: NodeId[] = [];
    const lists = words[L.LIST] as number;
    let kinds = 0;
    for (const [arity, symbol] of (this.symbolOf[op] ?? new Int32Array(0)).entries()) {
      if (symbol === 0) continue;
      const at = (words[L.SYMBOLS] as number) + (symbol - 1) * L.SYMBOL_STRIDE;
      const count = words[at + L.COUNT] as number;
      if (count > 0 && arity >= 0) kinds++;
      let chunk = lists + (words[at + L.FIRST] as number);
      for (let i = 0; i < count; i++) {
        const place = i % L.CHUNK_ITEMS;
        if (place === 0 && i > 0) chunk = lists + (words[chunk] as number);
        const node = words[chunk + 2 + place] as number;
        if (this.isSeen(node)) nodes.push(node);
      }
    }
    return kinds > 1 ? nodes.sort(ascending) : nodes;
  }

  /** How many e-nodes are listed for a symbol, or for the complement of an operator; dead ones count too. @internal */
  listed(wanted: number): number {
    const counts = this.heap.column(L.SYMBOLS);
    if (wanted >= 0) return counts[wanted * L.SYMBOL_STRIDE + L.COUNT] as number;
    let sum = 0;
    for (const symbol of this.symbolOf[~wanted] ?? [])
      if (symbol > 0) sum += counts[(symbol - 1) * L.SYMBOL_STRIDE + L.COUNT] as number;
    return sum;
  }

  /** The operator of an e-node. */
  op(node: NodeId): OpId {
    return this.ofSymbol(node, L.OPERATOR);
  }

  /** The argument of an e-node. */
  arg(node: NodeId): ArgId {
    return this.field(node, L.ARGUMENT);
  }

  /** The number of children of an e-node. */
  arity(node: NodeId): number {
    return this.ofSymbol(node, L.ARITY);
  }

  /** The canonical id of a child. */
  child(node: NodeId, i: number): Id {
    const { words } = this.heap;
    return this.find(words[(words[L.RECORD] as number) + childAt(2 * node + i)] as number);
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

  /** The id an e-node was given when it was created. */
  originalId(node: NodeId): Id {
    return node;
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
    const { heap } = this;
    const { words } = heap;
    const mark: OpenMark = {
      serial: this.serial++,
      lengths: Int32Array.from(GROWING, (column) => heap.length(column)),
      trail: heap.length(L.TRAIL),
      nodes: this.nodeCount,
      classes: this.classCount,
      generation: heap.generation,
      pending: PENDING.some((column) => heap.length(column) > 0)
        ? PENDING.map((column) => heap.column(column).slice())
        : undefined,
      facts: this.facts?.mark() ?? 0,
      stale: this.stale.save(),
      changed: this.changed.save(),
    };
    words[L.MARKED] = 1;
    words[L.RECORD + 3] = heap.length(L.RECORD);
    words[L.LINKS + 3] = heap.length(L.LINKS);
    // Queries outlive a mark that they were made within, so what they have seen is always logged.
    words[L.CODE + 3] = ALL;
    this.marks.push(mark);
    return mark;
  }

  /**
   * Undoes everything since a mark, and closes it and the marks set after it. Only interned operators and
   * arguments stay. Throws an {@link EGraphError} `mark` when the mark is closed already or another graph's.
   */
  restore(mark: Mark): void {
    const depth = this.depth(mark);
    const open = this.marks[depth] as OpenMark;
    const { heap } = this;
    heap.kernel.undo(open.trail, (open.lengths[0] as number) / FIELDS);
    for (const [i, column] of GROWING.entries()) heap.resize(column, open.lengths[i] as number);
    heap.words[L.NODES] = open.nodes;
    heap.words[L.CLASSES] = open.classes;
    heap.words[L.REPAIRED] = 0;
    for (const [i, column] of PENDING.entries()) {
      heap.resize(column, 0);
      if (open.pending) heap.append(column, open.pending[i] as Int32Array);
    }
    this.marks.length = depth;
    this.setFloors();
    // The table was made anew since: what the trail knows of the old one is void.
    if (open.generation !== heap.generation) heap.refill();
    this.facts?.restore(open.facts, this.created, this.floor());
    this.stale.load(open.stale);
    this.changed.load(open.changed);
    this.forest?.cut();
  }

  /** Closes a mark and the marks set after it, keeping what was done since. Throws when it is closed already. */
  release(mark: Mark): void {
    this.marks.length = this.depth(mark);
    if (this.marks.length === 0) this.heap.resize(L.TRAIL, 0);
    this.setFloors();
    this.facts?.release(this.floor());
  }

  private floor(): number {
    return ((this.marks.at(-1)?.lengths[0] as number | undefined) ?? 0) / FIELDS;
  }

  private setFloors(): void {
    const { words } = this.heap;
    const open = this.marks.at(-1);
    words[L.MARKED] = open ? 1 : 0;
    words[L.RECORD + 3] = open ? (open.lengths[0] as number) : 0;
    words[L.LINKS + 3] = open ? (open.lengths[1] as number) : 0;
    words[L.CODE + 3] = open ? ALL : 0;
  }

  private depth(mark: Mark): number {
    const depth = this.marks.indexOf(mark as OpenMark);
    if (depth < 0)
      throw new EGraphError(
        "mark",
        "this mark is closed, or another graph's: it, or a mark set before it, was restored or released; restore marks innermost first",
      );
    return depth;
  }

  /**
   * Takes all classes and e-nodes out and closes all marks; operators, arguments and the queries made for the
   * graph stay, as does its memory, so that it grows faster the next time.
   */
  clear(): void {
    const { heap } = this;
    const { words } = heap;
    for (const column of [...GROWING, ...PENDING, L.TRAIL]) heap.resize(column, 0);
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
    this.facts?.clear();
    this.stale.load(undefined);
    this.changed.load(undefined);
    this.marks = [];
    this.setFloors();
    this.forest?.cut();
    this.clears++;
  }

  /** Counts how often the graph was cleared: what queries have seen before is void. @internal */
  clears = 0;

  /** A copy with the same ids, without open marks; queries have to be made for it anew. */
  clone(): EGraph<D> {
    const copy = new EGraph<D>(this.options);
    copy.symbols = this.symbols.clone();
    copy.symbolOf.push(...this.symbolOf.map((table) => table.slice()));
    copy.heap.copy(this.heap);
    copy.heap.resize(L.TRAIL, 0);
    copy.setFloors();
    copy.guards.push(...this.guards);
    if (this.facts) copy.facts = this.facts.clone();
    copy.stale.load(this.stale.save());
    copy.changed.load(this.changed.save());
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
    for (const list of [this.stale, this.changed]) for (const id of list.save() ?? []) take(id);
    return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }

  // ── Proofs ──

  /**
   * The distinct reasons, ascending, on which the equality of two ids rests, through congruence too.
   * Original, uncanonical ids are explained as such. Throws if they are not equal or proofs are off.
   */
  reasons(a: Id, b: Id): number[] {
    if (!this.forest)
      throw new Error("this e-graph keeps no proofs; make it with { proofs: true }");
    if (this.find(a) !== this.find(b)) throw new Error(`${a} and ${b} are not known to be equal`);
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

const ascending = (a: number, b: number): number => a - b;

function scramble(word: number, by: number): number {
  const x = Math.imul(word ^ (word >>> 16), by);
  return x ^ (x >>> 13);
}
