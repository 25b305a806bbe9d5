import type { Analysis } from "./analysis.ts";
import type { EGraph } from "./egraph.ts";
import { Facts } from "./facts.ts";
import type { Id, NodeId } from "./ids.ts";
import * as L from "./kernel/layout.ts";
import { Worklist } from "./worklist.ts";

/** What {@link Upkeep.restore} needs to come back. */
export interface SavedUpkeep {
  readonly facts: number;
  /** Ids that had facts. */
  readonly known: number;
  readonly stale: Int32Array | undefined;
  readonly changed: Int32Array | undefined;
}

/** Keeps the facts of an analysis up to date as the graph changes (egg, Willsey et al., POPL 2021, section 4.1). */
export class Upkeep<D> {
  private readonly graph: EGraph<D>;
  private readonly analysis: Analysis<D>;
  private facts: Facts<D> = new Facts<D>();
  /** E-nodes whose facts are to be made again. */
  private readonly stale = new Worklist();
  /** Classes to be shown to `modify`. */
  private readonly changed = new Worklist();
  /** Of them, those that are being shown. */
  private readonly shown = new Worklist();
  private contradiction: { readonly error: unknown } | undefined;

  constructor(graph: EGraph<D>, analysis: Analysis<D>) {
    this.graph = graph;
    this.analysis = analysis;
  }

  /** Whether there is anything left to do. */
  get isPending(): boolean {
    return this.stale.size + this.changed.size > 0 || this.facts.data.length < this.graph.created;
  }

  /** Bytes of the typed arrays held. */
  get bytes(): number {
    return this.stale.bytes + this.changed.bytes + this.shown.bytes;
  }

  /** The ids that there is something left to do about, in order. */
  get pending(): readonly number[] {
    return [this.stale, this.changed].flatMap((list) => [...(list.save() ?? [])]);
  }

  /** The facts about a class, given its canonical id. */
  of(root: Id): D {
    return this.facts.data[root] as D;
  }

  /** Makes the facts of the ids below `end` that have none yet. What the analysis throws propagates; the next call tries again. */
  learn(end: number): void {
    const { analysis, graph } = this;
    const { data } = this.facts;
    while (data.length < end) {
      const id = data.length;
      data.push(undefined as D);
      if (!graph.isLive(id)) continue;
      try {
        data[id] = analysis.make(graph, id);
      } catch (error) {
        data.length = id;
        throw error;
      }
      if (analysis.modify) this.changed.push(id);
    }
  }

  /** Joins the facts of two classes that are about to become one. What the analysis throws propagates. */
  join(older: Id, younger: Id): void {
    const [left, right] = this.joined(older, younger);
    if (left) this.invalidate(this.graph.field(older, L.HEAD), -1);
    if (right) this.invalidate(this.graph.field(younger, L.HEAD), -1);
  }

  /** Sets the facts of the older class to those of both; whether that is news to the one and to the other. */
  private joined(older: Id, younger: Id): readonly [boolean, boolean] {
    const { analysis, facts } = this;
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
    this.graph.heap.append(L.TOUCHED, [id]);
  }

  /** Facts of the e-nodes behind the links from `first` to `last` (-1: to the end) are to be made again. */
  private invalidate(first: number, last: number): void {
    const { graph, stale } = this;
    for (let link = first; link >= 0; link = graph.linkAfter(link)) {
      const owner = graph.ownerOf(link);
      if (graph.isLive(owner)) stale.push(owner);
      if (link === last) return;
    }
  }

  /** Brings the facts up to what was done in bulk, in the order in which it was done. */
  settle(): void {
    const { graph } = this;
    const { heap } = graph;
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
      const own = head >= 0 ? graph.linkAfter(tail) : graph.field(older, L.HEAD);
      if (left) this.invalidate(own, -1);
      if (right && head >= 0) this.invalidate(head, tail);
    }
    heap.resize(L.JOINED, 0);
    this.learn(graph.created);
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

  /** Makes again what is stale, then shows `modify` what is new or has changed. */
  refresh(): void {
    while (this.stale.size > 0) this.remake(this.stale.shift());
    this.showChanged();
  }

  private remake(node: NodeId): void {
    const { analysis, facts, graph } = this;
    if (!graph.isLive(node)) return;
    const root = graph.find(node);
    const old = facts.data[root] as D;
    const made = analysis.make(graph, node);
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
    this.invalidate(graph.field(root, L.HEAD), -1);
    if (analysis.modify) this.changed.push(root);
  }

  /** Shows `modify` each class that is new or has changed, once. */
  private showChanged(): void {
    const { changed, shown, analysis, graph } = this;
    // What is left of a time when `modify` threw.
    shown.load(undefined);
    while (changed.size > 0) shown.push(graph.find(changed.shift()));
    while (shown.size > 0) analysis.modify?.(graph, graph.find(shown.shift()));
  }

  /** Throws what an analysis threw while classes were joined that are one already. */
  report(): void {
    const { contradiction } = this;
    this.contradiction = undefined;
    if (contradiction) throw contradiction.error;
  }

  /** Notes the present state. */
  mark(): SavedUpkeep {
    return {
      facts: this.facts.mark(),
      known: this.facts.data.length,
      stale: this.stale.save(),
      changed: this.changed.save(),
    };
  }

  /** Comes back to a state; the first `floor` ids are marked still. */
  restore(saved: SavedUpkeep, floor: number): void {
    this.facts.restore(saved.facts, saved.known, floor);
    this.stale.load(saved.stale);
    this.changed.load(saved.changed);
  }

  /** Keeps what changed since a mark; the first `floor` ids are marked still. */
  release(floor: number): void {
    this.facts.release(floor);
  }

  clear(): void {
    this.facts.clear();
    this.stale.load(undefined);
    this.changed.load(undefined);
  }

  /** Takes over what another graph's knows. */
  copy(other: Upkeep<D>): void {
    this.facts = other.facts.clone();
    this.stale.load(other.stale.save());
    this.changed.load(other.changed.save());
  }
}
