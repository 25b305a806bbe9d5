/**
 * A rule bound to an e-graph: it finds its matches there and applies them.
 *
 * @module
 */

import { type Application, type Guard, type Id, Matches, Query } from "egraph-ts";
import type * as ast from "../ast.ts";
import { compileCondition } from "../evaluate.ts";
import { type Tree, visitParts } from "../occurrence.ts";
import type { Terms } from "../terms/terms.ts";
import { Builder } from "./build.ts";
import type { Frame } from "./frame.ts";
import { Gatherer, gatheringOf } from "./gather.ts";
import { compileLeft, type LeftSide, openCounts } from "./pattern.ts";
import { RowSet } from "./row-set.ts";
import { SequenceMatcher } from "./sequence.ts";
import { sidesOf } from "./sides.ts";

/** One way of reading the left side: with each open number of results settled. */
interface Reading {
  readonly left: LeftSide;
  readonly query: Query;
  /** What the engine found. */
  readonly found: Matches;
  /** The same, extended by what spreads bind; `found` itself where there is nothing to extend. */
  readonly extended: Matches;
  /** The same, gathered; `extended` itself where there is nothing to gather. */
  readonly matches: Matches;
  readonly sequences: SequenceMatcher | undefined;
  readonly builder: Builder;
  readonly roots: readonly ReturnType<Builder["root"]>[];
  /** Puts the matches of a gathering root together, in `matches` of its own. */
  readonly gatherer: Gatherer | undefined;
  /** Reads the variables of the rule. */
  readonly frame: Frame;
  /** By operator, how many results the applications have whose number the rule leaves open. */
  readonly counts: ReadonlyMap<string, number>;
  /** What the `assuming` clauses say at a match. */
  readonly assumptions: readonly Assumption[];
  /** Whether the engine can tell which of its matches are new. */
  readonly isFresh: boolean;
  /** The matches whose equality the e-graph holds already. Not kept where spreads make rows refer to lists of one search. */
  readonly done: RowSet | undefined;
}

/** Something that a rule takes for granted where it is not known to be false. */
interface Assumption {
  readonly text: string;
  /** Whether it is known to hold, so that nothing is assumed. */
  readonly known: () => boolean;
}

/** A match by itself, apart from the search that found it. */
export interface KeptMatch {
  /** Which reading of the left side it is of. */
  readonly reading: string;
  readonly row: Int32Array;
}

/** The number of the match that has a seat. */
const SEAT = -1;

/** What the engine may find for one search before spreads are matched: a guard of memory, not of quality. */
const CANDIDATES = 1_000_000;
/** Candidates extended between two questions whether to stop. */
const PATIENCE = 64;

/** A rule in an e-graph, with the matches of its last search. */
export class BoundRule {
  readonly rule: ast.Rule;
  /** Whether the last search found every match there is: neither its limit nor `stop` cut it short. */
  complete = false;
  readonly #terms: Terms;
  /** Made when they are first needed: most rules never match anything. */
  readonly #readings = new Map<string, Reading>();
  /** The operators of the left side that have not been seen in the e-graph yet: until they have, nothing matches. */
  readonly #missing: Set<string>;
  /** Of which it leaves open how many results they have. */
  readonly #open: ReadonlyMap<string, number>;
  /** What each match that has been applied was noted in. */
  readonly #applied: RowSet[] = [];
  /** Where the row of the match that was looked at last lies, and begins. */
  #rows: Int32Array = new Int32Array(0);
  #base = 0;
  #seated: KeptMatch | undefined;
  /** The roots of the right side that was built last, as its builder knows them. */
  readonly #refs: number[] = [];

  /** What the classes that its roots match must hold, if not all classes are looked at. */
  readonly #within: ((id: Id) => boolean) | undefined;

  constructor(rule: ast.Rule, terms: Terms, within?: (id: Id) => boolean) {
    this.rule = rule;
    this.#terms = terms;
    this.#within = within;
    this.#missing = operatorsOf(rule);
    this.#open = openCounts(rule);
  }

  /**
   * Finds the matches there are, at most `limit`, and returns how many. They take the place of those found before. The
   * e-graph must be rebuilt. `stop` is asked now and then whether to give up.
   */
  search(limit: number, stop?: () => boolean): number {
    return this.#search(limit, stop, false);
  }

  /**
   * As `search`, but finds only what may be new since the last such search that was complete: a match that was there then comes
   * again only if something has changed that it, or what it builds, depends on. To be used where all that such searches find
   * is applied. Restoring a mark of the e-graph brings back what had been seen at it.
   */
  searchFresh(limit: number, stop?: () => boolean): number {
    return this.#search(limit, stop, true);
  }

  /** Makes the next fresh search one for all matches. */
  overlook(): void {
    for (const { query } of this.#readings.values()) query.forget();
  }

  #search(limit: number, stop: (() => boolean) | undefined, wantsFresh: boolean): number {
    this.complete = true;
    if (this.#isIdle) return 0;
    this.#readAll();
    const given = (): boolean => {
      if (stop?.() !== true) return false;
      this.complete = false;
      return true;
    };
    let room = limit;
    for (const reading of this.#readings.values()) {
      reading.found.clear();
      reading.extended.clear();
      reading.matches.clear();
      reading.left.frame.objects.length = 0;
      if (room <= 0) continue;
      // What the engine finds may be dropped or multiplied when spreads are matched, so that its number says nothing yet.
      const most = reading.sequences || reading.gatherer ? CANDIDATES : room;
      const fresh = wantsFresh && reading.isFresh;
      if (reading.query.search(reading.found, { limit: most, stop: given, fresh }) >= most)
        this.complete = false;
      // What is gathered is gathered from all that was found.
      const width = reading.gatherer ? CANDIDATES : room;
      if (reading.sequences) extend(reading, reading.sequences, width, given);
      if (reading.gatherer) {
        const items = reading.sequences ? reading.extended : reading.found;
        if (!reading.gatherer.gather(items, room)) this.complete = false;
      }
      room -= reading.matches.count;
    }
    if (room <= 0) this.complete = false;
    // Some readings may have been searched to the end: what was cut short has not been seen.
    if (wantsFresh && !this.complete && this.#readings.size > 1) this.overlook();
    return this.count;
  }

  /** The number of matches found by the last search. */
  get count(): number {
    let count = 0;
    for (const { matches } of this.#readings.values()) count += matches.count;
    return count;
  }

  /** The classes that the roots of match `i` are in: one a root, or as many as a list of roots stands for. */
  at(i: number): Id[] {
    return this.#targets(this.#match(i), false).flat();
  }

  /** The classes of the variables that stand for one term each at match `i`, by name. */
  variables(i: number): ReadonlyMap<string, Id> {
    const { frame } = this.#match(i);
    const { egraph } = this.#terms;
    const found = new Map<string, Id>();
    for (const [name, source] of frame.sources)
      if (source.kind === "class") found.set(name, egraph.find(frame.get(source.slot)));
    return found;
  }

  /**
   * Match `i` by itself. As an e-graph only grows, it is one in every state that its own has led to. `undefined` where spreads or lists make
   * matches refer to what one search found.
   */
  keep(i: number): KeptMatch | undefined {
    let at = i;
    for (const [reading, { matches, done }] of this.#readings) {
      if (at < matches.count) {
        const base = at * matches.width;
        return done && { reading, row: matches.rows.slice(base, base + matches.width) };
      }
      at -= matches.count;
    }
    return undefined;
  }

  /** Gives a match that was kept the number by which it is called until another one is given a seat. */
  seat(kept: KeptMatch): number {
    this.#seated = kept;
    return SEAT;
  }

  /** What match `i` takes for granted: the conditions behind `assuming` that are not known to hold there, as written. */
  assumptions(i: number): readonly string[] {
    return this.#match(i).assumptions.flatMap(({ text, known }) => (known() ? [] : [text]));
  }

  /** Match `i` as explanations show it. To be asked before it is applied. */
  describe(i: number): Application {
    const reading = this.#match(i);
    const rule = `${this.rule.name} (${this.rule.file}:${this.rule.line})`;
    const facts = this.rule.conditions.map(({ text }) => text);
    // The items of a gathering root are as many rows as there are items; what was united stands for itself.
    if (reading.gatherer || this.rule.left.some(({ kind }) => kind === "results"))
      return { rule, facts };
    return { rule, facts, ...sidesOf(reading.left, this.#terms, reading.matches, this.#base) };
  }

  /** Whether match `i` has been applied before, so that applying it again would change nothing. */
  applied(i: number): boolean {
    const { done } = this.#match(i);
    return done?.has(this.#rows, this.#base) ?? false;
  }

  /** How many matches are known to have been applied. */
  get applications(): number {
    return this.#applied.length;
  }

  /**
   * Forgets that the last matches were applied, all but the first `applications`: to be called when the e-graph has been restored to a mark,
   * with what was known there.
   */
  forget(applications: number): void {
    while (this.#applied.length > applications) this.#applied.pop()?.pop();
    for (const { gatherer } of this.#readings.values()) gatherer?.forget();
  }

  /**
   * Applies match `i`: builds the right side and unites its roots with those matched, for `reason`. Does nothing, and
   * returns false, when the right side would be ill-shaped, needs a value that is not known, would have a type that does
   * not fit, or is there already. Does not rebuild.
   */
  apply(i: number, reason: number): boolean {
    const reading = this.#match(i);
    const [rows, base] = [this.#rows, this.#base];
    const targets = this.#build(reading);
    if (!targets) return false;
    const { builder, gatherer, done } = reading;
    const { egraph } = this.#terms;
    this.#terms.blame = this.rule.name;
    let changed = false;
    for (const [index, ref] of this.#refs.entries()) {
      const [target, built] = [targets[index] as Id, builder.id(ref)];
      // What is equal already gets no second reason: the caller gives the number away again where nothing changes.
      if (egraph.find(target) !== egraph.find(built) && egraph.union(target, built, reason))
        changed = true;
    }
    gatherer?.applied(builder.added);
    for (const slot of reading.left.nodeSlots)
      if (egraph.subsume(reading.frame.get(slot))) changed = true;
    if (done?.add(rows, base)) this.#applied.push(done);
    return changed;
  }

  /**
   * Adds the right side of match `i` to the e-graph and unites nothing: the classes matched, a root each, and those built for them.
   * `undefined`, and nothing is added, where `apply` would refuse.
   */
  build(i: number): { readonly matched: readonly Id[]; readonly built: readonly Id[] } | undefined {
    const reading = this.#match(i);
    const matched = this.#build(reading);
    return matched && { matched, built: this.#refs.map((ref) => reading.builder.id(ref)) };
  }

  /** Builds the right side at the match the frame is at, into `#refs`. Returns the classes matched; `undefined` when it is refused. */
  #build(reading: Reading): readonly Id[] | undefined {
    const { builder, roots } = reading;
    const { table } = this.#terms;
    const lists = this.#targets(reading, true);
    const targets = lists.flat();
    if (targets.length > 1 && new Set(targets).size < targets.length) return undefined;
    const [first] = targets;
    if (first === undefined) return undefined;
    builder.begin(this.#terms.facts(first).types[0]?.dtype);
    const refs = this.#refs;
    refs.length = 0;
    for (const [index, root] of roots.entries()) {
      const list = lists[index] as readonly Id[];
      const built = root(list.length);
      if (built?.length !== list.length) return undefined;
      for (const [at, ref] of built.entries()) {
        const type = builder.facts(ref)?.types[0];
        const wanted = this.#terms.facts(list[at] as Id).types[0];
        if (!type || !wanted || type === table.types.unknown) return undefined;
        if (!table.types.fits(type, wanted)) return undefined;
        refs.push(ref);
      }
    }
    builder.commit(refs);
    return targets;
  }

  /** The classes of each root at the match the frame is at. `complete`: results that nothing has asked for yet are added. */
  #targets({ left, frame, gatherer, counts }: Reading, complete: boolean): (readonly Id[])[] {
    const { egraph } = this.#terms;
    return this.rule.left.map((root, i): readonly Id[] => {
      if (root.kind === "spread") return gatherer?.classes.map((id) => egraph.find(id)) ?? [];
      const id = egraph.find(frame.get(left.rootSlots[i] as number));
      if (root.kind !== "results") return [id];
      const count = counts.get(root.of.name) ?? 1;
      if (count === 1) return [id];
      return Array.from({ length: count }, (_, index) => {
        const { id: projection } = this.#terms.result(index);
        const known = egraph.lookup(projection, 0, [id]);
        if (known >= 0) return egraph.find(known);
        return complete ? egraph.add(projection, 0, [id]) : -1;
      }).filter((result) => result >= 0);
    });
  }

  /** Moves the frame of a reading to match `i`. */
  #match(i: number): Reading {
    const seated = i === SEAT ? this.#seated : undefined;
    const kept = seated && this.#readings.get(seated.reading);
    if (seated && kept) {
      this.#rows = seated.row;
      this.#base = 0;
      kept.frame.at(seated.row, 0);
      return kept;
    }
    let at = i;
    for (const reading of this.#readings.values()) {
      const { matches, frame } = reading;
      if (at < matches.count) {
        this.#rows = matches.rows;
        this.#base = at * matches.width;
        frame.at(matches.rows, this.#base);
        return reading;
      }
      at -= matches.count;
    }
    throw new RangeError(
      `rule ${this.rule.name} has ${this.count} matches, there is no match ${i}`,
    );
  }

  get #isIdle(): boolean {
    for (const name of this.#missing) {
      if (!this.#terms.occurs(name)) return true;
      this.#missing.delete(name);
    }
    return false;
  }

  /** Settles open numbers of results in every way that the e-graph has operators for. */
  #readAll(): void {
    if (this.#open.size === 0 && this.#readings.size > 0) return;
    const open = [...this.#open];
    const settle = (at: number, counts: ReadonlyMap<string, number>): void => {
      const next = open[at];
      if (!next) {
        this.#read(counts);
        return;
      }
      const [name, largest] = next;
      for (const { count } of this.#terms.operationsNamed(name)) {
        if (count > largest) settle(at + 1, new Map([...counts, [name, count]]));
      }
    };
    settle(0, new Map());
  }

  #read(counts: ReadonlyMap<string, number>): void {
    const key = JSON.stringify([...counts]);
    if (this.#readings.has(key)) return;
    const gathering = gatheringOf(this.rule);
    const left = compileLeft(gathering?.single ?? this.rule, this.#terms, counts, compose);
    const { patterns, rootSlots, slots, tasks, checks } = left;
    const within = this.#within;
    const guards = within
      ? [...rootSlots.map((slot) => guarded(slot, within)), ...left.guards]
      : left.guards;
    const found = new Matches(slots);
    const isExtended = tasks.length > 0 || checks.length > 0;
    // Spreads look deeper than the engine does when it tells what is new, and lists are gathered from old items as well.
    const isFresh = !isExtended && gathering === undefined;
    const reads = variablesOf(left.frame);
    const query = new Query(this.#terms.egraph, patterns, { slots, rootSlots, guards, reads });
    const extended = isExtended ? new Matches(slots) : found;
    const gatherer = gathering && new Gatherer(this.rule, gathering, left, compose);
    const frame = gatherer?.frame ?? left.frame;
    const builder = new Builder(frame);
    this.#readings.set(key, {
      left,
      query,
      found,
      extended,
      matches: gatherer?.matches ?? extended,
      sequences: isExtended ? new SequenceMatcher(this.rule, left.frame, tasks) : undefined,
      gatherer,
      frame,
      counts,
      builder,
      roots: this.rule.right.map((root) => builder.root(root)),
      assumptions: this.rule.conditions.flatMap(({ kind, text, value }) => {
        if (kind !== "assuming") return [];
        const truth = compileCondition(value, frame);
        return [{ text, known: () => truth() === true }];
      }),
      isFresh,
      done: isExtended || gatherer ? undefined : new RowSet(slots),
    });
  }
}

/** The operators without which a left side matches nothing. */
function operatorsOf(rule: ast.Rule): Set<string> {
  const names = new Set<string>();
  const visit = (tree: Tree): void => {
    if (tree.kind === "apply") names.add(tree.name);
    visitParts(tree, visit);
  };
  rule.left.forEach(visit);
  return names;
}

/** The slots of what a right side is built from: what it comes to depends on all that is known of these classes. */
function variablesOf({ sources }: Frame): readonly number[] {
  return [...sources.values()].flatMap(({ kind, slot }) => (kind === "class" ? [slot] : []));
}

/** Extends what the engine found by what the spreads bind, and tests what could not be tested before. */
function extend(
  { left, found, extended: matches }: Reading,
  sequences: SequenceMatcher,
  limit: number,
  stop: () => boolean,
): void {
  const { frame, checks } = left;
  for (let i = 0; i < found.count && matches.count < limit; i++) {
    if (i % PATIENCE === PATIENCE - 1 && stop()) return;
    const row = found.rows.slice(i * found.width, (i + 1) * found.width);
    frame.at(row, 0);
    sequences.extend(() => {
      if (checks.every((holds) => holds())) matches.push(row);
      return matches.count < limit;
    });
  }
}

/** Reads a composite term by drafting it. */
function compose(frame: Frame, term: ast.Term): ReturnType<Frame["compose"]> {
  const builder = new Builder(frame);
  const part = builder.compile(term);
  return (item) => {
    builder.begin();
    return builder.facts(part(item))?.term;
  };
}

/** Keeps a root to certain classes. */
function guarded(slot: number, within: (id: Id) => boolean): Guard {
  return { needs: [slot], test: (row, base) => within(row[base + slot] as Id) };
}

/**
 * Binds a rule to an e-graph. It is compiled when its operators occur there: one that can never be built is refused by then.
 *
 * @param within the classes that its roots may match; all unless said. Fresh searches do not notice when that changes
 */
export function bindRule(rule: ast.Rule, terms: Terms, within?: (id: Id) => boolean): BoundRule {
  return new BoundRule(rule, terms, within);
}
