import type { Analysis } from "./analysis.ts";
import { ClassLists } from "./classlist.ts";
import { ObjectColumn } from "./column.ts";
import { hashNode, mix } from "./hash.ts";
import { Hashcons } from "./hashcons.ts";
import type { ArgId, Id, NodeId, OpId } from "./ids.ts";
import { NodeLists } from "./nodelists.ts";
import { NodeStore } from "./nodes.ts";
import { ParentLists } from "./parents.ts";
import { CONGRUENCE, GivenIndex, ProofForest } from "./proof.ts";
import { Symbols } from "./symbols.ts";
import { Trail } from "./trail.ts";
import { UnionFind } from "./unionfind.ts";
import { Worklist } from "./worklist.ts";

/** How an e-graph is made. */
export interface EGraphOptions<D> {
  /** Facts to keep about each class. */
  readonly analysis?: Analysis<D>;
  /** Keep a proof forest, so that {@link EGraph.reasons} works. */
  readonly proofs?: boolean;
}

/** A state of an e-graph to come back to, see {@link EGraph.mark}. */
export interface Mark {
  /** Distinguishes the marks of a graph. */
  readonly serial: number;
}

interface OpenMark extends Mark {
  readonly nodes: number;
  readonly classes: number;
  readonly repairs: Int32Array | undefined;
  readonly merged: Int32Array | undefined;
  readonly stale: Int32Array | undefined;
  readonly changed: Int32Array | undefined;
}

/**
 * An e-graph: e-nodes in classes of equals, closed under congruence once rebuilt (egg, Willsey et al.,
 * POPL 2021). All of it lies in flat integer columns whose changes can be undone.
 *
 * `D` is the type of the facts its analysis keeps about each class.
 */
export class EGraph<D = undefined> {
  /** Operators and arguments. @internal */
  readonly symbols: Symbols = new Symbols();
  /** The e-nodes. @internal */
  readonly store: NodeStore;
  /** Which ids are equal. @internal */
  readonly sets: UnionFind;
  /** The e-nodes of each class. @internal */
  readonly members: ClassLists;
  /** The parents of each class. @internal */
  readonly links: ParentLists;
  /** The e-nodes of each operator. @internal */
  readonly lists: NodeLists = new NodeLists();
  private readonly trail: Trail = new Trail();
  private readonly table: Hashcons;
  private readonly facts: ObjectColumn<D> | undefined;
  private readonly analysis: Analysis<D> | undefined;
  private readonly forest: ProofForest | undefined;
  private readonly givenIndex: GivenIndex | undefined;

  private liveNodes = 0;
  private liveClasses = 0;
  private listed = 0;
  private serial = 0;
  private readonly marks: OpenMark[] = [];

  /** Merged classes whose former parents are to be canonicalised. */
  private readonly repairs = new Worklist();
  /** Merged classes whose member lists are to be put in order. */
  private readonly merged = new Worklist();
  /** E-nodes whose facts are to be made again. */
  private readonly stale = new Worklist();
  /** Classes to be shown to `modify`. */
  private readonly changed = new Worklist();

  private key: Int32Array = new Int32Array(16);
  private given: Int32Array = new Int32Array(16);
  private readonly isLive = (node: NodeId): boolean => this.store.isLive(node);

  constructor(options: EGraphOptions<D> = {}) {
    this.store = new NodeStore(this.trail);
    this.table = new Hashcons(this.store, this.trail);
    this.sets = new UnionFind(this.trail);
    this.members = new ClassLists(this.trail);
    this.links = new ParentLists(this.trail);
    this.analysis = options.analysis;
    this.facts = options.analysis ? new ObjectColumn<D>(this.trail) : undefined;
    this.forest = options.proofs ? new ProofForest(this.trail) : undefined;
    this.givenIndex = options.proofs ? new GivenIndex(this.store) : undefined;
  }

  // ── Symbols ──

  /**
   * The operator of this name. Whether it is commutative is settled when it is first named with that
   * option, or else at its first naming; saying otherwise later is an error.
   */
  operator(name: string, options?: { readonly commutative?: boolean }): OpId {
    const op = this.symbols.operator(name, options?.commutative);
    this.lists.cover(this.symbols.operatorCount);
    return op;
  }

  /** The name an operator was made with. */
  operatorName(op: OpId): string {
    return this.symbols.operatorName(op);
  }

  /** The number of an argument: equal keys give the same number, and the value given first stays. Never undone. */
  intern(key: string, value: unknown): ArgId {
    return this.symbols.intern(key, value);
  }

  /** The value of an argument. */
  argument(arg: ArgId): unknown {
    return this.symbols.argument(arg);
  }

  // ── Building ──

  /**
   * The class of the e-node with this operator, argument and children, made when there is none. Children
   * may be any ids; those of a commutative operator are stored in ascending order. With proofs the id
   * returned stands for exactly the term that was asked for and need not be canonical, so that a later
   * {@link reasons} explains that very term; compare ids by {@link find}.
   */
  add(op: OpId, arg: ArgId, children: ArrayLike<Id>): Id {
    const arity = children.length;
    const hash = this.prepare(op, arg, children);
    if (this.givenIndex) {
      const exact = this.givenIndex.find(op, arg, this.given, arity);
      if (exact >= 0) return exact;
    }
    const found = this.table.find(hash, op, arg, this.key, arity);
    if (found >= 0) return this.givenIndex ? this.alias(op, arg, arity, found) : this.find(found);

    const { key, given, links, sets } = this;
    const node = this.store.append(op, arg, key, given, arity);
    sets.push(node);
    this.members.push(node);
    links.pushClass();
    for (let i = 0; i < arity; i++) links.pushLink(node, sets.find(given[i] as number));
    this.lists.push(op, node);
    this.table.insert(hash, node);
    this.forest?.push(node);
    this.givenIndex?.insert(node);
    this.liveNodes++;
    this.listed++;
    this.liveClasses++;
    if (this.analysis) {
      (this.facts as ObjectColumn<D>).push(undefined as D);
      (this.facts as ObjectColumn<D>).data[node] = this.analysis.make(this, node);
      if (this.analysis.modify) this.changed.push(node);
    }
    return node;
  }

  /** Whether there is such an e-node: its canonical class, or -1. */
  lookup(op: OpId, arg: ArgId, children: ArrayLike<Id>): Id | -1 {
    const hash = this.prepare(op, arg, children);
    const found = this.table.find(hash, op, arg, this.key, children.length);
    return found < 0 ? -1 : this.find(found);
  }

  /** Canonicalises children into `key` and keeps them as given in `given`; returns the hash of the key. */
  private prepare(op: OpId, arg: ArgId, children: ArrayLike<Id>): number {
    const arity = children.length;
    if (arity > this.key.length) {
      this.key = new Int32Array(arity * 2);
      this.given = new Int32Array(arity * 2);
    }
    const { key, given, sets } = this;
    const ids = sets.parent.length;
    for (let i = 0; i < arity; i++) {
      const child = children[i] as number;
      if (!(child >= 0 && child < ids))
        throw new RangeError(
          `child ${i} of ${this.operatorName(op)} is ${child}, which is no class of this graph; was it made after a mark that has been restored?`,
        );
      given[i] = child;
      key[i] = sets.find(child);
    }
    if (arity > 1 && this.symbols.commutative[op] === 1) sortPrefix(key, arity);
    return hashNode(op, arg, key, 0, arity);
  }

  /** A dead e-node of its own id, equal to `node` by congruence: a term that was given other children. */
  private alias(op: OpId, arg: ArgId, arity: number, node: NodeId): Id {
    const alias = this.store.append(~op, arg, this.key, this.given, arity);
    this.sets.push(this.find(node));
    this.members.push(alias);
    this.links.pushClass();
    for (let i = 0; i < arity; i++) this.links.pushLink(alias, -1);
    this.forest?.push(alias);
    this.forest?.join(alias, node, CONGRUENCE);
    this.givenIndex?.insert(alias);
    this.facts?.push(undefined as D);
    return alias;
  }

  /** The canonical id of a class. */
  find(id: Id): Id {
    return this.sets.find(id);
  }

  /**
   * Makes two classes one; returns whether they were two. `reason` is any integer ≥ 0, such as the number
   * of a rule application; -1: none given. Congruence is restored by {@link rebuild}.
   */
  union(a: Id, b: Id, reason = -1): boolean {
    const x = this.find(a);
    const y = this.find(b);
    if (x === y) return false;
    if (!(reason >= -1)) throw new RangeError(`a reason is an integer ≥ 0, not ${reason}`);
    this.unite(a, b, Math.min(x, y), Math.max(x, y), reason);
    return true;
  }

  private unite(a: Id, b: Id, older: Id, younger: Id, reason: number): void {
    const facts = this.facts;
    if (facts && this.analysis) {
      const left = facts.data[older] as D;
      const right = facts.data[younger] as D;
      const joined = this.analysis.join(left, right);
      if (joined !== left) {
        facts.set(older, joined);
        this.invalidateParents(older);
      }
      if (joined !== right) this.invalidateParents(younger);
      if (this.analysis.modify && (joined !== left || joined !== right)) this.changed.push(older);
    }
    this.forest?.join(a, b, reason);
    this.sets.link(older, younger);
    this.members.splice(older, younger);
    this.links.concat(older, younger);
    this.repairs.push(younger);
    this.merged.push(younger);
    this.liveClasses--;
  }

  private invalidateParents(root: Id): void {
    const { head, node, next } = this.links;
    for (let link = head.data[root] as number; link >= 0; link = next.data[link] as number) {
      const parent = node.data[link] as number;
      if (this.store.isLive(parent)) this.stale.push(parent);
    }
  }

  // ── Rebuilding ──

  /** Whether no rebuild is pending. */
  get clean(): boolean {
    return this.repairs.size + this.merged.size + this.stale.size === 0 && this.changed.size === 0;
  }

  /**
   * Restores congruence (equal children make equal nodes, and duplicates vanish) and brings the analysis
   * up to date. What an analysis throws propagates; the graph must then be restored to a mark.
   */
  rebuild(): void {
    const { repairs, stale, changed, merged } = this;
    while (repairs.size + stale.size + changed.size > 0) {
      if (repairs.size > 0) this.repair(repairs.shift());
      else if (stale.size > 0) this.remake(stale.shift());
      else this.analysis?.modify?.(this, this.find(changed.shift()));
    }
    if (merged.size > 0) this.tidy();
    if (this.marks.length === 0 && this.listed > 2 * this.liveNodes + 1024) {
      this.lists.compact(this.isLive);
      this.listed = this.liveNodes;
    }
  }

  /** Canonicalises the e-nodes that were parents of a class before it was merged away. */
  private repair(merged: Id): void {
    const { head, tail, node, next } = this.links;
    let link = head.data[merged] as number;
    const last = tail.data[merged] as number;
    while (link >= 0) {
      const parent = node.data[link] as number;
      if (this.store.isLive(parent)) this.canonicalize(parent);
      if (link === last) return;
      link = next.data[link] as number;
    }
  }

  private canonicalize(node: NodeId): void {
    const { store, sets, table } = this;
    const record = store.at.data[node] as number;
    const arity = store.arity(node);
    const words = store.words.data;
    if (arity > this.key.length) this.key = new Int32Array(arity * 2);
    const key = this.key;
    let same = true;
    for (let i = 0; i < arity; i++) {
      const child = words[record + 2 + i] as number;
      const root = sets.find(child);
      key[i] = root;
      if (root !== child) same = false;
    }
    if (same) return;
    const op = words[record] as number;
    const arg = words[record + 1] as number;
    if (arity > 1 && this.symbols.commutative[op] === 1) sortPrefix(key, arity);
    const hash = hashNode(op, arg, key, 0, arity);
    const twin = table.find(hash, op, arg, key, arity);
    if (twin >= 0 && twin < node) {
      store.kill(node);
    } else {
      for (let i = 0; i < arity; i++)
        if (words[record + 2 + i] !== key[i]) store.words.set(record + 2 + i, key[i] as number);
      if (twin >= 0) store.kill(twin);
      table.insert(hash, node);
    }
    if (twin >= 0) {
      this.liveNodes--;
      const x = this.find(node);
      const y = this.find(twin);
      if (x !== y) this.unite(node, twin, Math.min(x, y), Math.max(x, y), CONGRUENCE);
    }
  }

  private remake(node: NodeId): void {
    const { analysis, facts } = this;
    if (!analysis || !facts || !this.store.isLive(node)) return;
    const root = this.find(node);
    const old = facts.data[root] as D;
    const joined = analysis.join(old, analysis.make(this, node));
    if (joined === old) return;
    facts.set(root, joined);
    this.invalidateParents(root);
    if (analysis.modify) this.changed.push(root);
  }

  /** Orders the members of the merged classes and points them straight at their roots. */
  private tidy(): void {
    const { merged, members, sets, store } = this;
    const { parent } = sets;
    // Many classes may have become one: its root stands for them, once.
    const roots = new Worklist();
    while (merged.size > 0) roots.push(sets.find(merged.shift()));
    while (roots.size > 0) {
      const root = roots.shift();
      const count = members.order(root, store);
      for (let i = 0; i < count; i++) {
        const node = members.ordered[i] as number;
        if (parent.data[node] !== root) parent.set(node, root);
      }
    }
  }

  // ── Reading ──

  /** The facts about a class. Up to date once rebuilt. */
  data(id: Id): D {
    return this.facts?.data[this.find(id)] as D;
  }

  /** E-nodes that are alive; distinct ones once rebuilt. */
  get nodeCount(): number {
    return this.liveNodes;
  }

  /** Classes. */
  get classCount(): number {
    return this.liveClasses;
  }

  /** Bytes of the typed arrays held. */
  get bytes(): number {
    return (
      this.trail.bytes +
      this.lists.bytes +
      (this.givenIndex?.bytes ?? 0) +
      this.repairs.bytes +
      this.merged.bytes +
      this.stale.bytes +
      this.changed.bytes
    );
  }

  /** Canonical ids of all classes, in creation order. */
  classes(): Id[] {
    const parent = this.sets.parent;
    const ids: Id[] = [];
    for (let id = 0; id < parent.length; id++) if (parent.data[id] === id) ids.push(id);
    return ids;
  }

  /** The live e-nodes of a class, in creation order. */
  nodes(id: Id): NodeId[] {
    const root = this.find(id);
    const next = this.members.next.data;
    const nodes: NodeId[] = [];
    let node = root;
    do {
      if (this.store.isLive(node)) nodes.push(node);
      node = next[node] as number;
    } while (node !== root);
    return this.merged.size > 0 ? nodes.sort(ascending) : nodes;
  }

  /** The live e-nodes with an operator, in creation order. */
  nodesWith(op: OpId): NodeId[] {
    const list = this.lists.items[op];
    const nodes: NodeId[] = [];
    if (!list) return nodes;
    const count = this.lists.counts[op] as number;
    for (let i = 0; i < count; i++) {
      const node = list[i] as number;
      if (this.store.isLive(node)) nodes.push(node);
    }
    return nodes;
  }

  /** The operator of an e-node. */
  op(node: NodeId): OpId {
    return this.store.op(node);
  }

  /** The argument of an e-node. */
  arg(node: NodeId): ArgId {
    return this.store.arg(node);
  }

  /** The number of children of an e-node. */
  arity(node: NodeId): number {
    return this.store.arity(node);
  }

  /** The canonical id of a child. */
  child(node: NodeId, i: number): Id {
    return this.find(this.store.child(node, i));
  }

  /** The canonical ids of the children. */
  children(node: NodeId): Id[] {
    const children: Id[] = [];
    const arity = this.store.arity(node);
    for (let i = 0; i < arity; i++) children.push(this.child(node, i));
    return children;
  }

  /** The canonical id of the class an e-node is in. */
  class(node: NodeId): Id {
    return this.find(node);
  }

  /** The live e-nodes that have a class as a child, each once, in creation order. */
  parents(id: Id): NodeId[] {
    const { head, node, next } = this.links;
    const parents = new Set<NodeId>();
    let link = head.data[this.find(id)] as number;
    for (; link >= 0; link = next.data[link] as number) {
      const parent = node.data[link] as number;
      if (this.store.isLive(parent)) parents.add(parent);
    }
    return [...parents].sort(ascending);
  }

  /** The id an e-node was given when it was created. */
  originalId(node: NodeId): Id {
    return node;
  }

  /** A child as it was given when the e-node was created; of a commutative operator too in that order. */
  originalChild(node: NodeId, i: number): Id {
    return this.store.given.data[this.store.slot(node) + i] as number;
  }

  // ── Marks ──

  /** Notes the present state, to come back to by {@link restore}. Marks nest; it costs next to nothing. */
  mark(): Mark {
    const mark: OpenMark = {
      serial: this.serial++,
      nodes: this.liveNodes,
      classes: this.liveClasses,
      repairs: this.repairs.save(),
      merged: this.merged.save(),
      stale: this.stale.save(),
      changed: this.changed.save(),
    };
    this.trail.mark();
    this.marks.push(mark);
    return mark;
  }

  /**
   * Undoes everything since a mark, and closes it and the marks set after it. Only interned operators and
   * arguments stay. Throws when the mark is closed already.
   */
  restore(mark: Mark): void {
    const depth = this.depth(mark);
    const open = this.marks[depth] as OpenMark;
    const first = this.nodesAt(depth);
    for (let node = this.store.created - 1; node >= first; node--) {
      this.givenIndex?.remove(node);
      const op = this.store.op(node);
      if (this.lists.pop(op, node)) this.listed--;
    }
    this.trail.restore(depth);
    this.marks.length = depth;
    this.liveNodes = open.nodes;
    this.liveClasses = open.classes;
    this.repairs.load(open.repairs);
    this.merged.load(open.merged);
    this.stale.load(open.stale);
    this.changed.load(open.changed);
  }

  /** Closes a mark and the marks set after it, keeping what was done since. Throws when it is closed already. */
  release(mark: Mark): void {
    const depth = this.depth(mark);
    this.trail.release(depth);
    this.marks.length = depth;
  }

  private depth(mark: Mark): number {
    const depth = this.marks.indexOf(mark as OpenMark);
    if (depth < 0)
      throw new Error(
        "this mark is closed: it, or a mark set before it, was restored or released; restore marks innermost first",
      );
    return depth;
  }

  private nodesAt(depth: number): number {
    return this.trail.lengthAt(depth, this.sets.parent);
  }

  /** A hash of the content: e-nodes, the classes they are in, and what is pending. Equal after restoring. */
  hash(): string {
    const { store, sets } = this;
    let a = 0x9e3779b9 | 0;
    let b = 0x7f4a7c15;
    const take = (word: number): void => {
      a = mix(a, word);
      b = mix(b, Math.imul(word, 0x85ebca6b) ^ a);
    };
    take(this.liveNodes);
    take(this.liveClasses);
    for (let node = 0; node < store.created; node++) {
      take(sets.find(node));
      take(this.members.next.data[node] as number);
    }
    for (let i = 0; i < store.words.length; i++) take(store.words.data[i] as number);
    for (let i = 0; i < store.given.length; i++) take(store.given.data[i] as number);
    for (const list of [this.repairs, this.merged, this.stale, this.changed])
      for (const id of list.save() ?? []) take(id);
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
    return this.forest.reasons(a, b, this.store, this.symbols.commutative);
  }
}

const ascending = (a: number, b: number): number => a - b;

/** Insertion sort of the first `count` entries: children are few. */
function sortPrefix(key: Int32Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const value = key[i] as number;
    let j = i - 1;
    while (j >= 0 && (key[j] as number) > value) {
      key[j + 1] = key[j] as number;
      j--;
    }
    key[j + 1] = value;
  }
}
