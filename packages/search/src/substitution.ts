import type { Rule } from "@rewright/dsl";
import type {
  Graph,
  Mark,
  Move,
  Observation,
  RuleInfo,
  SearchStrategy,
  Session,
} from "@rewright/plugin";
import type { NodeId } from "egraph-ts";
import type { Limits, StopReason } from "./budget.ts";
import { nothing } from "./evidence.ts";
import type { Finalist } from "./finalist.ts";
import { Finds } from "./finds.ts";
import type { GrowthOptions } from "./growth.ts";
import type { HostedSession } from "./hosted.ts";
import { MarkStack } from "./mark-stack.ts";
import { observe } from "./observation.ts";
import { OneProgram, type PlaceSlot, type ProgramMark } from "./one-program.ts";
import { PlaceBook } from "./place-book.ts";
import { type Progress, Reporter } from "./progress.ts";
import { ruleList } from "./rule-list.ts";
import { Run } from "./run.ts";
import { messageOf, SearchError } from "./search-error.ts";
import { type RuleStatistics, Tally } from "./statistics.ts";

/** A session over single programs: a state is a program, a move rewrites it in one place, or in each place where a rule matches. */
export function substitution(options: GrowthOptions): SubstitutionSession {
  return new SubstitutionSession(options);
}

/** No search keeps more matches than this at once. */
const MATCHES = 100_000;
/** Sums of bounds, that are numbers like 1e-3, are rounded. */
const ROUNDING = 1 + 1e-12;
/** The size at which symbolic dimensions are priced unless something else is said. */
const eight = (): number => 8;

/**
 * Substitution on one program, the space of TASO (Jia et al., SOSP 2019) and X-RLflow (He, Parker and Yoneki, MLSys 2023). Its cost is
 * kept along with each rewrite, under sharing. Equal programs have equal hashes, however they were come by. A move that stands for every
 * match of a rule rewrites one place after the other, those nearest the outputs first, and never back to a program passed on the way, so that
 * one-way rules come to an end. The budget's `nodes` are those of the program.
 */
export class SubstitutionSession implements HostedSession {
  readonly space = "substitution";
  readonly rules: readonly RuleInfo[];
  readonly #options: GrowthOptions;
  readonly #run: Run;
  readonly #limits: Limits;
  readonly #reporter: Reporter;
  readonly #tally: Tally;
  readonly #finds: Finds;
  readonly #marks = new MarkStack<ProgramMark>();
  readonly #program: OneProgram;
  readonly #book: PlaceBook;
  readonly #slots: ReadonlyMap<string, PlaceSlot>;
  /** Of the best program so far. */
  #best = { cost: Infinity, size: Infinity };
  #tolerance = 0;
  /** A rewrite was refused because the program would have been too large. */
  #full = false;
  #asked = 0;

  constructor(options: GrowthOptions) {
    const { graph, rules, dialects, costModel, bind = eight } = options;
    this.#options = options;
    this.#run = new Run(options);
    this.#limits = this.#run.limits;
    this.#reporter = new Reporter(options.onProgress);
    this.rules = ruleList(rules);
    this.#tally = new Tally(this.rules.map(({ name }) => name));
    this.#finds = new Finds(graph, this.rules);
    this.#program = new OneProgram(graph, nothing, { rules, dialects, costModel, bind });
    this.#slots = new Map(this.#program.slots.map((slot) => [slot.rule.name, slot]));
    this.#book = new PlaceBook(this.#program, (slot, limit) => this.#search(slot, limit));
    this.#judge();
  }

  // ── Session ────────────────────────────────────────────────────────────────

  random(): number {
    return this.#run.random();
  }

  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  get spent(): Session["spent"] {
    const { iterations, ms } = this.#limits;
    const all = this.#run.over || this.#limits.spent !== undefined || this.#overweight;
    return { nodes: this.#program.size, iterations, ms, all };
  }

  get limits(): NonNullable<Session["limits"]> {
    return this.#limits.told;
  }

  moves(filter: Parameters<Session["moves"]>[0] = {}): readonly Move[] {
    const { granularity = "rule", ruleset, rule, most, limit = Infinity } = filter;
    const moves: Move[] = [];
    for (const slot of this.#program.slots) {
      if (moves.length >= limit) break;
      if (ruleset !== undefined && slot.rule.ruleset !== ruleset) continue;
      if (rule !== undefined && slot.rule.name !== rule) continue;
      if (!this.#bears(slot.rule)) continue;
      if (most !== undefined && this.#search(slot, most + 1) > most) continue;
      if (granularity === "rule") moves.push(Object.freeze({ rule: slot.rule.name, at: NOWHERE }));
      else this.#book.list(slot, limit, moves);
    }
    return moves;
  }

  apply(moves: Iterable<Move>): number {
    const listed = [...moves];
    if (listed.length === 0) return 0;
    if (this.spent.all) return 0;
    this.#limits.iterations++;
    // Search for everything, then rewrite: a match stays one until the terms of its roots are gone.
    const selected = listed.map((move) => this.#select(move));
    let changed = 0;
    for (const selection of selected) changed += this.#rewrite(selection);
    return changed;
  }

  mark(): Mark {
    return this.#marks.push(this.#program.mark());
  }

  restore(mark: Mark): void {
    this.#marks.restore(mark, (saved) => this.#program.restore(saved));
  }

  cost(): number {
    return this.#program.cost;
  }

  best(): { readonly cost: number; readonly graph: Graph } {
    return this.#give();
  }

  regrow(from: Graph = this.bestEver.graph): void {
    const behind = this.#finds.behind(from);
    if (!behind) throw new Error("regrow from a program that this session did not give out");
    this.#program.begin(from, behind);
  }

  hash(): string {
    return this.#program.digest.toString(36);
  }

  note(text: string): void {
    this.#run.note(text);
  }

  breathe(): Promise<void> | undefined {
    return this.#run.breathe();
  }

  /** The program, a row for each of its classes, and moves by what their rules say: as of growth, see `NODE_WIDTH` and `MOVE_WIDTH`. */
  observe(moves: readonly Move[]): Observation {
    const program = this.#program;
    const { terms, pricing } = program;
    const reaches = moves.map((move) => {
      const slot = this.#slot(move);
      const single = move.at.length > 0;
      const matches = this.#select(move, SEEN).matches;
      const places = matches.map((match) => program.roots(slot, match));
      return { rule: slot.rule, places, single };
    });
    const { bind = eight } = this.#options;
    const price = (node: NodeId): number => pricing.of(node);
    return observe(program, { terms, price, bind }, reaches);
  }

  // ── What the host sees besides ─────────────────────────────────────────────

  get bestEver(): Finalist {
    return this.#finds.bests[0] as Finalist;
  }

  get notes(): readonly string[] {
    return this.#run.notes;
  }

  get stopped(): StopReason {
    const rest = this.#full ? "nodes" : "satisfied";
    return this.#run.stopped ?? this.#limits.spent ?? (this.#overweight ? "bytes" : rest);
  }

  get statistics(): readonly RuleStatistics[] {
    return this.#tally.snapshot();
  }

  get extent(): { readonly nodes: number; readonly classes: number } {
    return { nodes: this.#program.size, classes: this.#program.size };
  }

  ruleUse(program: Graph | Finalist): readonly string[] {
    return this.#finds.ruleUse(program);
  }

  tolerate(error: number): void {
    this.#tolerance = error;
    this.#limits.release();
  }

  /** The best programs that were the best when they were come by, and the one that the session began with. */
  finalists(k: number): readonly Finalist[] {
    return this.#finds.rank([...this.#finds.bests, this.#give()], k);
  }

  async run(strategy: SearchStrategy): Promise<void> {
    this.#full = false;
    await this.#run.drive(strategy, this, () => this.stopped);
  }

  // ── Inside ─────────────────────────────────────────────────────────────────

  get #overweight(): boolean {
    return this.#program.terms.egraph.bytes >= this.#limits.bytes;
  }

  #slot({ rule }: Move): PlaceSlot {
    const slot = this.#slots.get(rule);
    if (slot) return slot;
    throw new Error(`a move of the rule \`${rule}\`, which this session does not have`);
  }

  #bears({ lossy }: Rule): boolean {
    return lossy === 0 || this.#program.error + lossy <= this.#tolerance * ROUNDING;
  }

  #search(slot: PlaceSlot, limit: number = MATCHES): number {
    this.#report("searching", slot.rule.name);
    const begin = this.#limits.ms;
    const stop = (): boolean => this.#limits.interrupted;
    const isKnown = slot.searched === this.#program.state;
    const most = Math.min(limit, MATCHES);
    const matches = this.#blaming(slot.rule, () => this.#program.search(slot, most, stop));
    if (!isKnown) this.#tally.add(slot.index, { matches, ms: this.#limits.ms - begin });
    return matches;
  }

  #select(move: Move, limit: number = MATCHES): Selection {
    const slot = this.#slot(move);
    if (move.at.length > 0) {
      const match = this.#book.match(slot, move);
      return { slot, single: true, matches: match === undefined ? [] : [match] };
    }
    const count = Math.min(this.#search(slot, limit), limit);
    const nearest = Array.from({ length: count }, (_, match) => ({
      match,
      root: Math.max(...this.#program.roots(slot, match)),
    }));
    // What was built later lies nearer the outputs. What is rewritten there leaves what is below as it was, but not the other way round.
    nearest.sort((a, b) => b.root - a.root);
    return { slot, single: false, matches: nearest.map(({ match }) => match) };
  }

  #rewrite({ slot, matches, single }: Selection): number {
    const program = this.#program;
    const { rule } = slot;
    this.#report("applying", rule.name);
    const begin = this.#limits.ms;
    let fired = 0;
    for (const match of matches) {
      const late = (this.#asked++ & 15) === 0 && (this.#limits.interrupted || this.#overweight);
      if (late || !this.#bears(rule)) break;
      // Work on constants alone is done once, exactly: nothing is gained by doing it less well.
      const isConstant = (id: number): boolean => program.terms.facts(id).constant;
      if (rule.lossy > 0 && program.roots(slot, match).every(isConstant)) continue;
      const outcome = this.#blaming(rule, () =>
        program.rewrite(slot, match, { revisit: single, nodes: this.#limits.nodes }),
      );
      if (outcome === "large") this.#full = true;
      if (outcome !== "changed") continue;
      fired++;
      this.#judge();
    }
    this.#tally.add(slot.index, { fired, ms: this.#limits.ms - begin });
    return fired;
  }

  /** Keeps the present program if it is the best so far. */
  #judge(): void {
    const { cost, size } = this.#program;
    const best = this.#best;
    const tie = Math.abs(cost - best.cost) <= TIE * best.cost || cost === best.cost;
    if (tie ? size >= best.size : cost >= best.cost) return;
    this.#best = { cost, size };
    this.#finds.improve(this.#give());
  }

  #give(): Finalist {
    const program = this.#program;
    const own = (): ReturnType<OneProgram["evidence"]> => program.evidence();
    return this.#finds.give(program.graph(), program.cost, program.inherited, own);
  }

  #blaming<T>(rule: Rule, work: () => T): T {
    try {
      return work();
    } catch (caught) {
      if (caught instanceof SearchError) throw caught;
      const where = `rule \`${rule.name}\` (${rule.file}:${rule.line})`;
      throw new SearchError(where, messageOf(caught), { cause: caught });
    }
  }

  #report(phase: Progress["phase"], rule: string): void {
    const { ms, iterations } = this.#limits;
    this.#reporter.report(ms, () => ({
      ...{ phase, rule, iterations, ms, cost: this.#best.cost },
      ...this.extent,
    }));
  }
}

/** Matches of one rule to rewrite at, in this order. */
interface Selection {
  readonly slot: PlaceSlot;
  readonly matches: readonly number[];
  /** The move named this one match. */
  readonly single: boolean;
}

/** Matches of one rule that an observation looks at, at most: it is to be quick. */
const SEEN = 256;
/** Costs that differ by less than this share are equal; then the program with fewer nodes is better. */
const TIE = 1e-11;
const NOWHERE: readonly number[] = Object.freeze([]);
