import {
  type BoundRule,
  bindRule,
  type KeptMatch,
  loadGraph,
  type Rule,
  Terms,
} from "@rewright/dsl";
import type { Dialect, Graph } from "@rewright/plugin";
import type { Mark as GraphMark, Id, NodeId } from "egraph-ts";
import { Applications } from "./applications.ts";
import type { Limits } from "./budget.ts";
import { Estimator, type EstimatorMark } from "./estimate.ts";
import type { Evidence } from "./evidence.ts";
import { messageOf, SearchError } from "./search-error.ts";
import type { Tally } from "./statistics.ts";

/** A rule over an e-graph, and what its last search found. */
export interface Slot {
  readonly index: number;
  readonly rule: Rule;
  readonly bound: BoundRule;
  /** Matches are kept from this state, */
  searched: number;
  /** and they are all there are, */
  complete: boolean;
  /** or all that were not there when the rule was last applied. */
  fresh: boolean;
  /** A search for fresh matches has taken note of them, and they have not been applied yet. */
  pending: boolean;
  /** In this state all its matches were applied, and changed nothing. */
  settled: number;
}

/** Matches to apply: of one rule, these or, without a list, all that were found. */
export interface Selection {
  readonly slot: Slot;
  readonly matches?: readonly (number | KeptMatch)[];
}

/** How full the e-graph is: an apply has been refused for want of room, to growing rules or to all. */
export type Fullness = "room" | "grown" | "full";

/** No search keeps more matches than this at once; a guard of memory, not of quality. */
const MATCHES = 1_000_000;
/** Growing rules leave this share of the nodes to the others, which make use of what has grown. */
const GROWING_SHARE = 0.9;
/** An e-graph that was full has room again once it is smaller than this share of its limit. */
const ROOM_SHARE = 0.75;

const UNSEARCHED = {
  ...{ searched: -1, settled: -1 },
  ...{ complete: false, fresh: false, pending: false },
};

/** What all worlds of a session have in common. */
export interface WorldOptions {
  readonly rules: readonly Rule[];
  readonly dialects: readonly Dialect[];
  readonly limits: Limits;
  readonly tally: Tally;
  readonly report: (phase: "searching" | "applying", rule: string) => void;
  /** What running an e-node once counts. */
  readonly price: (world: World, node: NodeId) => number;
  /** What the bounds of inexact applications may sum up to, at present. */
  readonly tolerance: () => number;
}

/** A state of a world, to come back to. */
export interface WorldMark extends Pick<World, "state" | "fullness" | "error"> {
  readonly graph: GraphMark;
  /** How many applications had been made. */
  readonly made: number;
  /** How many matches were known to have been applied. */
  readonly applied: number;
  readonly estimator: EstimatorMark | undefined;
}

/** Sums of bounds, that are numbers like 1e-3, are rounded. */
const ROUNDING = 1 + 1e-12;

/** One e-graph grown from one program, and the rules over it. Enforces the limits while rules are applied. */
export class World {
  readonly start: Graph;
  readonly terms: Terms;
  readonly outputs: readonly Id[];
  readonly slots: readonly Slot[];
  readonly applications: Applications = new Applications();
  /** What the program it began with rests on already. */
  readonly inherited: Evidence;
  /** Names the state: equal numbers, equal states, in all worlds of a session. */
  state: number;
  fullness: Fullness = "room";
  /** The sum of what inexact applications may each have changed, those that the start rests on included. */
  error: number;
  /** An application broke off with an error: nothing but a restore makes this e-graph whole again. */
  broken = false;
  /** Estimates the cost of the present state. */
  readonly estimator: Estimator;
  readonly #limits: Limits;
  readonly #tally: Tally;
  readonly #report: (phase: "searching" | "applying", rule: string) => void;
  readonly #growingNodes: number;
  readonly #tolerance: () => number;
  /** The rule of each match that is known to have been applied, in order. */
  readonly #applied: Slot[] = [];
  /** Rules that gather classes, and remember which. */
  readonly #gathering: readonly Slot[];
  /** The states that led to the present one, and itself. */
  readonly #lineage: number[] = [];
  #clean: number;
  #asked = 0;

  constructor(start: Graph, inherited: Evidence, state: number, options: WorldOptions) {
    this.start = start;
    this.inherited = inherited;
    this.error = inherited.error;
    this.#tolerance = options.tolerance;
    this.state = state;
    this.#lineage.push(state);
    this.#limits = options.limits;
    this.#tally = options.tally;
    this.#report = options.report;
    this.terms = new Terms(options.dialects);
    this.outputs = loadGraph(this.terms, start);
    this.terms.egraph.rebuild();
    this.estimator = new Estimator(this.terms.egraph, this.outputs, (node) =>
      options.price(this, node),
    );
    this.#clean = this.terms.egraph.nodeCount;
    this.slots = options.rules.map((rule, index) => {
      const bound = bindRule(rule, this.terms);
      return { ...{ index, rule, bound }, ...UNSEARCHED };
    });
    this.#gathering = this.slots.filter(({ rule }) =>
      rule.left.some(({ kind }) => kind === "spread"),
    );
    const { nodes } = options.limits;
    const mixed = options.rules.some((rule) => !rule.growing);
    this.#growingNodes = mixed ? Math.floor(nodes * GROWING_SHARE) : nodes;
  }

  /** No rule changes anything in this state. */
  get saturated(): boolean {
    return this.slots.every((slot) => slot.settled === this.state || !this.bears(slot.rule));
  }

  /** Whether the rule may be applied once more: it is exact, or what it may change is borne. */
  bears({ lossy }: Rule): boolean {
    return lossy === 0 || this.error + lossy <= this.#tolerance() * ROUNDING;
  }

  /** Whether this state, or one that led to it, is called so: then all that matched there matches still. */
  descends(state: number): boolean {
    return this.#lineage.includes(state);
  }

  /** The e-graph's arrays are as large as they may be. */
  get overweight(): boolean {
    return this.terms.egraph.bytes >= this.#limits.bytes;
  }

  /** How many ids there are: e-nodes and classes are numbered from 0, dead ones included. */
  get created(): number {
    return this.terms.egraph.created;
  }

  /** Finds the rule's matches in this state, at most `limit`, unless they are known. */
  search(slot: Slot, limit: number = MATCHES): void {
    const known = slot.searched === this.state && !slot.fresh;
    if (known && (slot.complete || slot.bound.count >= limit)) return;
    this.#search(slot, limit, false);
  }

  /** Finds the rule's matches, at most `limit`, at least those that may change anything: what has come since it was last applied. */
  searchFresh(slot: Slot, limit: number = MATCHES): void {
    const known = slot.searched === this.state;
    if (known && (slot.complete || slot.bound.count >= limit)) return;
    // What an inexact rule is refused for now it may be allowed later.
    this.#search(slot, limit, slot.rule.lossy === 0);
  }

  /** The classes that the roots of the rule's matches are in, of at most `limit` matches. */
  places(slot: Slot, limit: number): readonly (readonly Id[])[] {
    this.search(slot, limit);
    const count = Math.min(slot.bound.count, limit);
    return Array.from({ length: count }, (_, match) => slot.bound.at(match));
  }

  /** Whether more than `most` of the rule's matches may change anything. */
  exceeds(slot: Slot, most: number): boolean {
    // Where all matches have been listed, those that are settled are among them.
    if (!slot.fresh) slot.searched = -1;
    this.searchFresh(slot, most + 1);
    return slot.bound.count > most;
  }

  /** What it is now. */
  mark(): WorldMark {
    // A mark does not keep what is found and not applied.
    for (const slot of this.slots) this.#overlook(slot);
    const { state, fullness, error, terms, applications } = this;
    const applied = this.#applied.length;
    return {
      state,
      fullness,
      error,
      graph: terms.egraph.mark(),
      made: applications.length,
      applied,
      estimator: this.estimator.mark(),
    };
  }

  #search(slot: Slot, limit: number, fresh: boolean): void {
    this.#overlook(slot);
    this.#report("searching", slot.rule.name);
    const begin = this.#limits.ms;
    const most = Math.min(limit, MATCHES);
    const interrupted = (): boolean => this.#limits.interrupted;
    const { bound } = slot;
    const matches = this.#blaming(slot.rule, () =>
      fresh ? bound.searchFresh(most, interrupted) : bound.search(most, interrupted),
    );
    slot.searched = this.state;
    slot.complete = bound.complete;
    slot.fresh = fresh;
    slot.pending = fresh && bound.complete;
    this.#tally.add(slot.index, { matches, ms: this.#limits.ms - begin });
  }

  /** Fresh matches that were found and not applied must be found again. */
  #overlook(slot: Slot): void {
    if (slot.pending) slot.bound.overlook();
    slot.pending = false;
  }

  /**
   * Applies what was selected, in order, as long as limits allow; then rebuilds. `next` becomes the state's number if it
   * changes. Returns how many matches changed anything.
   */
  apply(selections: readonly Selection[], next: number): number {
    let changed = 0;
    for (const selection of selections) {
      const { slot } = selection;
      if (slot.settled === this.state) continue;
      this.#report("applying", slot.rule.name);
      const begin = this.#limits.ms;
      const fired = this.#blaming(slot.rule, () => this.#applyOne(selection));
      this.#tally.add(slot.index, { fired, ms: this.#limits.ms - begin });
      changed += fired;
    }
    this.#rebuild();
    if (changed === 0) return 0;
    this.state = next;
    this.#lineage.push(next);
    if (this.terms.egraph.nodeCount < ROOM_SHARE * this.#limits.nodes) this.fullness = "room";
    return changed;
  }

  /** Makes it what it was at a mark. Returns the mark that takes the place of that one, which the engine closes. */
  restore(mark: WorldMark): WorldMark {
    const { egraph } = this.terms;
    egraph.restore(mark.graph);
    this.applications.truncate(mark.made, this.created);
    ({ state: this.state, fullness: this.fullness, error: this.error } = mark);
    this.broken = false;
    while ((this.#lineage.at(-1) as number) > mark.state) this.#lineage.pop();
    this.#clean = egraph.nodeCount;
    for (const slot of this.slots) slot.pending = false;
    for (const { bound } of this.#gathering) bound.forget(bound.applications);
    while (this.#applied.length > mark.applied) {
      const { bound } = this.#applied.pop() as Slot;
      bound.forget(bound.applications - 1);
    }
    return { ...mark, graph: egraph.mark(), estimator: this.estimator.restore(mark.estimator) };
  }

  #applyOne({ slot, matches }: Selection): number {
    const count = matches?.length ?? slot.bound.count;
    let done = 0;
    let changed = 0;
    for (; done < count && this.#allowed(slot.rule); done++) {
      const selected = matches?.[done] ?? done;
      const match = typeof selected === "number" ? selected : slot.bound.seat(selected);
      if (slot.bound.applied(match) || !this.#mayApply(slot, match)) continue;
      const application = {
        rule: slot.index,
        roots: slot.bound.at(match),
        variables: slot.bound.variables(match),
        first: this.created,
        assumed: slot.bound.assumptions(match),
      };
      const known = slot.bound.applications;
      const fired = slot.bound.apply(match, this.applications.length);
      if (slot.bound.applications > known) this.#applied.push(slot);
      if (!fired) continue;
      this.applications.add(application, this.created);
      this.error += slot.rule.lossy;
      changed++;
    }
    if (!matches && done === count) {
      slot.pending = false;
      if (slot.complete && changed === 0) slot.settled = this.state;
    }
    return changed;
  }

  /** What is constant is computed once, exactly: nothing is gained by computing it less well. */
  #mayApply({ rule, bound }: Slot, match: number): boolean {
    if (rule.lossy === 0) return true;
    return this.bears(rule) && !bound.at(match).every((id) => this.terms.facts(id).constant);
  }

  #allowed(rule: Rule): boolean {
    if ((this.#asked++ & 63) === 0 && (this.#limits.interrupted || this.overweight)) return false;
    if (this.fullness === "full" || (rule.growing && this.fullness === "grown")) return false;
    const limit = rule.growing ? this.#growingNodes : this.#limits.nodes;
    if (this.#fits(limit)) return true;
    this.#rebuild();
    // What a rebuild frees again and again, a few nodes at a time, is not worth a rebuild a match.
    if (this.#fits(limit - Math.floor(limit / 1024))) return true;
    this.fullness = rule.growing && limit < this.#limits.nodes ? "grown" : "full";
    return false;
  }

  /** A rebuild may add one more node, a folded constant, for each that has been added since the last one. */
  #fits(limit: number): boolean {
    const { nodeCount } = this.terms.egraph;
    return nodeCount + Math.max(0, nodeCount - this.#clean) < limit;
  }

  #rebuild(): void {
    const { egraph } = this.terms;
    if (!egraph.clean) {
      try {
        egraph.rebuild();
      } catch (caught) {
        this.broken = true;
        const last = this.applications.at(this.applications.length - 1);
        const rule = last && this.slots[last.rule]?.rule;
        throw new SearchError(
          "rules",
          `${messageOf(caught)}; the rule applied last was \`${rule?.name}\``,
          { cause: caught },
        );
      }
    }
    this.#clean = egraph.nodeCount;
  }

  #blaming<T>(rule: Rule, work: () => T): T {
    try {
      return work();
    } catch (caught) {
      if (caught instanceof SearchError) throw caught;
      this.broken = true;
      const where = `${rule.file}:${rule.line}`;
      throw new SearchError(`rule \`${rule.name}\` (${where})`, messageOf(caught), {
        cause: caught,
      });
    }
  }
}
