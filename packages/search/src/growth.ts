import type { KeptMatch, Rule } from "@rewright/dsl";
import type {
  CostModel,
  Dialect,
  Graph,
  Mark,
  Move,
  Observation,
  RuleInfo,
  SearchStrategy,
  Session,
} from "@rewright/plugin";
import type { Id, NodeId } from "egraph-ts";
import type { Limits, StopReason } from "./budget.ts";
import { type CostReport, type ExtractionKind, reportCosts } from "./cost-report.ts";
import { doubts } from "./doubts.ts";
import type { Known } from "./estimate.ts";
import { type Evidence, nothing } from "./evidence.ts";
import { Extractor, type Program, type Taste } from "./extractor.ts";
import type { Finalist } from "./finalist.ts";
import { Finds } from "./finds.ts";
import type { HostedSession } from "./hosted.ts";
import { MarkStack } from "./mark-stack.ts";
import { MoveBook } from "./move-book.ts";
import { observe, type Reach } from "./observation.ts";
import { type Progress, Reporter } from "./progress.ts";
import { ruleList } from "./rule-list.ts";
import { Run, type RunOptions } from "./run.ts";
import { type RuleStatistics, Tally } from "./statistics.ts";
import { type Selection, type Slot, World, type WorldMark } from "./world.ts";

/** What a growth session works on, and with what. */
export interface GrowthOptions extends RunOptions {
  /** The program to improve. */
  readonly graph: Graph;
  /** Tried in this order; names must be unique. */
  readonly rules: readonly Rule[];
  /** The operators of program and rules. */
  readonly dialects: readonly Dialect[];
  readonly costModel: CostModel;
  /** The size at which a symbolic dimension is priced; 8 for each unless said. What is found holds for every size. */
  readonly bind?: (dim: string) => number;
  /** Told what is going on, at most ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A session over the e-graph of a program: a state is an e-graph, a move a rule with all its matches, or one match. */
export function growth(options: GrowthOptions): GrowthSession {
  return new GrowthSession(options);
}

/** Matches of one rule that an observation looks at, at most: it is to be quick. */
const SEEN = 256;

/**
 * Growth of an e-graph, the first of the search spaces. It enforces its limits whatever a strategy does, and keeps the best
 * program that any state has shown, `bestEver`, even when the strategy turns back or fails.
 */
export class GrowthSession implements HostedSession {
  readonly space = "growth";
  readonly rules: readonly RuleInfo[];
  readonly #options: GrowthOptions;
  readonly #run: Run;
  readonly #limits: Limits;
  readonly #reporter: Reporter;
  readonly #extractor: Extractor;
  readonly #marks = new MarkStack<{
    readonly world: World;
    readonly at: WorldMark;
    readonly program: Program | undefined;
    readonly known: Known | undefined;
  }>();
  readonly #book = new MoveBook();
  readonly #tally: Tally;
  readonly #finds: Finds;
  readonly #indices: ReadonlyMap<string, number>;
  #world: World;
  #tolerance = 0;
  #states = 0;
  /** Of the present state. */
  #program: Program | undefined;
  /** What was extracted last on the way to the present state. */
  #known: Known | undefined;
  #best: Program | undefined;
  readonly #given = new WeakMap<Program, Finalist>();

  constructor(options: GrowthOptions) {
    this.#options = options;
    this.#run = new Run(options);
    this.#limits = this.#run.limits;
    this.#reporter = new Reporter(options.onProgress);
    this.rules = ruleList(options.rules);
    this.#indices = new Map(this.rules.map(({ name }, index) => [name, index]));
    this.#finds = new Finds(options.graph, this.rules);
    this.#tally = new Tally(this.rules.map((rule) => rule.name));
    this.#world = this.#grow(options.graph, nothing);
    const { costModel, bind = eight } = options;
    this.#extractor = new Extractor(this.#world, { costModel, bind, limits: this.#limits });
    this.cost();
  }

  // ── Session ────────────────────────────────────────────────────────────────

  random(): number {
    return this.#run.random();
  }

  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  get spent(): Session["spent"] {
    const all = this.#run.over || this.#limits.spent !== undefined || this.#world.overweight;
    const { iterations, ms } = this.#limits;
    const full = this.#world.fullness !== "room";
    return { nodes: this.#world.terms.egraph.nodeCount, iterations, ms, all, full };
  }

  get limits(): NonNullable<Session["limits"]> {
    return this.#limits.told;
  }

  moves(filter: Parameters<Session["moves"]>[0] = {}): readonly Move[] {
    const { granularity = "rule", ruleset, rule, most, limit = Infinity } = filter;
    const moves: Move[] = [];
    const { slots } = this.#world;
    const one = rule === undefined ? undefined : slots[this.#indices.get(rule) ?? -1];
    for (const slot of rule === undefined ? slots : one ? [one] : []) {
      if (moves.length >= limit) break;
      if (ruleset !== undefined && slot.rule.ruleset !== ruleset) continue;
      if (!this.#world.bears(slot.rule)) continue;
      if (most !== undefined && this.#world.exceeds(slot, most)) continue;
      if (granularity === "rule") moves.push(Object.freeze({ rule: slot.rule.name, at: NOWHERE }));
      else this.#book.list(this.#world, slot, limit, moves);
    }
    return moves;
  }

  apply(moves: Iterable<Move>): number {
    const listed = [...moves];
    if (listed.length === 0) return 0;
    if (this.spent.all) return 0;
    const world = this.#whole();
    this.#limits.iterations++;
    // Search for everything, then apply it: no rule sees in part what another one has done.
    const selections = this.#select(listed);
    if (this.#limits.interrupted) return 0;
    const program = this.#program;
    this.#program = undefined;
    const changed = world.apply(selections, this.#states + 1);
    if (changed > 0) this.#states++;
    else this.#program = program;
    return changed;
  }

  mark(): Mark {
    const world = this.#whole();
    return this.#marks.push({
      world,
      at: world.mark(),
      program: this.#program,
      known: this.#known,
    });
  }

  restore(mark: Mark): void {
    this.#marks.restore(mark, ({ world, at, program, known }) => {
      this.#world = world;
      this.#program = program;
      this.#known = known;
      return { world, at: world.restore(at), program, known };
    });
  }

  cost(): number {
    return this.#present().cost;
  }

  estimate(): number {
    if (this.#program || !this.#known) return this.cost();
    const estimate = this.#whole().estimator.estimate(this.#known);
    // What may be the best so far is looked at closely, so that it is not lost.
    const isPromising = estimate < this.bestEver.cost * (1 - NOISE);
    return isPromising ? Math.min(estimate, this.cost()) : estimate;
  }

  best(): { readonly cost: number; readonly graph: Graph } {
    const program = this.#present();
    return { cost: program.cost, graph: this.#give(program).graph };
  }

  exact(ms: number): { readonly cost: number; readonly proven: boolean } {
    const end = this.#limits.ms + ms;
    const stop = (): boolean => this.#limits.interrupted || this.#limits.ms >= end;
    const { program, proven } = this.#extractor.exact(this.#whole(), stop);
    this.#judge(program);
    return { cost: program.cost, proven };
  }

  variant(spread: number): { readonly cost: number; readonly graph: Graph } {
    const factor = (): number => 1 + spread * this.random();
    const program = this.#extractor.extract(this.#whole(), { quick: true, factor });
    // What is chosen under other prices may be cheaper than what was found under the true ones.
    this.#judge(program);
    return { cost: program.cost, graph: this.#give(program).graph };
  }

  regrow(from: Graph = this.bestEver.graph): void {
    const behind = this.#finds.behind(from);
    if (!behind) {
      throw new Error("regrow from a program that this session did not give out");
    }
    this.#world = this.#grow(from, behind);
    this.#program = undefined;
    this.#known = undefined;
  }

  note(text: string): void {
    this.#run.note(text);
  }

  breathe(): Promise<void> | undefined {
    return this.#run.breathe();
  }

  /**
   * The cheapest program of this state, a row for each of its classes, and moves by what their rules say. Rows touched by a move are the classes
   * that its roots matched, as far as they are in that program. What the columns are is told at `NODE_WIDTH` and `MOVE_WIDTH`.
   */
  observe(moves: readonly Move[]): Observation {
    const { extraction } = this.#present();
    const world = this.#world;
    const { terms, outputs } = world;
    const price = (node: NodeId): number => this.#extractor.price(world, node);
    const { bind = eight } = this.#options;
    const { order } = extraction;
    const choice = (id: Id): NodeId => extraction.choice(id);
    const reaches = moves.map(({ rule, at }): Reach => {
      const slot = this.#slot(rule);
      const single = at.length > 0;
      return {
        rule: slot.rule,
        places: single ? [at.slice(0, -1)] : world.places(slot, SEEN),
        single,
      };
    });
    return observe({ outputs, order, choice }, { terms, price, bind }, reaches);
  }

  // ── What the host sees besides ─────────────────────────────────────────────

  /** The best program that any state has shown so far. */
  get bestEver(): Finalist {
    return this.#finds.bests[0] as Finalist;
  }

  /** What strategies have said of how the search went. */
  get notes(): readonly string[] {
    return this.#run.notes;
  }

  /** Why the run ended; while it goes on, why it would end now. */
  get stopped(): StopReason {
    return this.#run.stopped ?? this.#limits.spent ?? this.#rest;
  }

  /** What each rule has done so far, in the rules' order. */
  get statistics(): readonly RuleStatistics[] {
    return this.#tally.snapshot();
  }

  /** How large the present e-graph is. */
  get extent(): { readonly nodes: number; readonly classes: number } {
    return { nodes: this.egraph.nodeCount, classes: this.egraph.classCount };
  }

  /** The e-graph of the present state, to look at: what changes it behind the session's back breaks the session. */
  get egraph(): World["terms"]["egraph"] {
    return this.#world.terms.egraph;
  }

  /** The names of the rules that a program given out by this session rests on. Throws an Error on any other. */
  ruleUse(program: Graph | Finalist): readonly string[] {
    return this.#finds.ruleUse(program);
  }

  /**
   * Lets inexact rules (`~>`) apply from now on, as long as the sum of their bounds, one for each application, stays within
   * `error`. Until then none does. Any program found rests on no more than that; a finalist says on how much.
   */
  tolerate(error: number): void {
    this.#tolerance = error;
    this.#limits.release();
  }

  /**
   * What the present state's program costs when it is chosen by trees, greedily under sharing, or exactly, and where these ways of counting
   * disagree about which is cheaper. `cost` is what `greedy` gives.
   *
   * @param seconds how long to look for the very cheapest program; 5 unless said
   */
  costs(
    kinds: readonly ExtractionKind[] = ["tree", "greedy", "exact"],
    { seconds = 5 }: { readonly seconds?: number } = {},
  ): CostReport {
    const world = this.#whole();
    const programs = kinds.map((kind) => this.#extractor.choose(world, kind, seconds));
    return reportCosts(programs, this.#options.costModel.unit);
  }

  /**
   * At most `k` programs for a judge of whole graphs, the cheapest first and all different: the best ever, the best that the
   * present state yields with more effort, when ties are broken otherwise or the overhead of a node is thought larger or smaller,
   * former bests, and the program that the session began with. Where `varied`, also the best ones when a rule is doubted, and others
   * from an e-graph so large that more effort is of no use: what costs the same is of use only to a judge that measures.
   */
  finalists(k: number, { varied = true }: { readonly varied?: boolean } = {}): readonly Finalist[] {
    const found = [...this.#finds.bests];
    try {
      for (const other of this.#others(varied)) found.push(other);
    } catch (caught) {
      // A run that failed has told why, and what it found before stands.
      if (!this.#run.failed) throw caught;
    }
    return this.#finds.rank(found, k);
  }

  /**
   * Lets a strategy drive this session, on from its present state. Afterwards the present state is extracted once more, so that what the strategy
   * did not look at counts as well. Throws a `SearchError` that names the strategy if it throws, misuses the session, or
   * does not come to an end; what was found by then is kept.
   */
  async run(strategy: SearchStrategy): Promise<void> {
    const settle = (): void => {
      if (!this.#world.broken) this.cost();
    };
    await this.#run.drive(strategy, this, () => this.stopped, settle);
  }

  // ── Inside ─────────────────────────────────────────────────────────────────

  /** Why a run would end that no limit of the run and no error ends. */
  get #rest(): StopReason {
    if (this.#world.overweight) return "bytes";
    if (this.#world.fullness !== "room") return "nodes";
    return this.#world.saturated ? "saturated" : "satisfied";
  }

  /** What the present state yields besides the best program. */
  *#others(varied: boolean): Iterable<Finalist> {
    const world = this.#world;
    if (world.broken || this.signal.aborted) return;
    const present = this.#present();
    yield this.#give(present);
    const extract = (taste: Taste): Program => this.#extractor.extract(world, taste);
    const thorough = this.#extractor.isThorough(world);
    for (const taste of thorough ? [{}, ...TASTES] : varied ? TASTES : []) {
      if (this.#limits.late) return;
      yield this.#give(extract(taste));
    }
    if (!varied || this.#limits.late) return;
    const price = (node: NodeId): number => this.#extractor.price(world, node);
    for (const other of doubts(world, present, price, extract)) {
      yield this.#give(other);
      if (this.#limits.late) return;
    }
  }

  #grow(graph: Graph, inherited: Evidence): World {
    const { rules, dialects } = this.#options;
    const report = (phase: Progress["phase"], rule?: string): void => this.#report(phase, rule);
    return new World(graph, inherited, ++this.#states, {
      rules,
      dialects,
      limits: this.#limits,
      tally: this.#tally,
      report,
      price: (world, node) => this.#extractor.count(world, node),
      tolerance: () => this.#tolerance,
    });
  }

  #select(moves: readonly Move[]): readonly Selection[] {
    const selected = new Map<Slot, (number | KeptMatch)[] | "all">();
    for (const move of moves) {
      const slot = this.#slot(move.rule);
      if (move.at.length === 0) {
        this.#world.searchFresh(slot);
        selected.set(slot, "all");
      } else if (selected.get(slot) !== "all") {
        const match = this.#book.match(this.#world, slot, move);
        const matches = (selected.get(slot) ?? []) as (number | KeptMatch)[];
        if (match !== undefined) matches.push(match);
        selected.set(slot, matches);
      }
    }
    return [...selected].map(([slot, which]) =>
      which === "all" ? { slot } : { slot, matches: which },
    );
  }

  #slot(rule: string): Slot {
    const slot = this.#world.slots[this.#indices.get(rule) ?? -1];
    if (slot) return slot;
    throw new Error(`a move of the rule \`${rule}\`, which this session does not have`);
  }

  #whole(): World {
    if (!this.#world.broken) return this.#world;
    throw new Error("the e-graph broke off in the middle of a rule; restore a mark first");
  }

  /** The cheapest program of the present state; extracted once a state. */
  #present(): Program {
    if (this.#program) return this.#program;
    this.#report("extracting");
    const program = this.#extractor.extract(this.#whole(), { quick: true });
    this.#program = program;
    this.#known = { extraction: program.extraction, created: this.#world.created };
    this.#world.estimator.settle();
    this.#judge(program);
    return program;
  }

  /** Keeps a program if it is the best so far. */
  #judge(program: Program): void {
    if (this.#best && this.#extractor.compare(program, this.#best) >= 0) return;
    this.#best = program;
    this.#finds.improve(this.#give(program));
  }

  #give(program: Program): Finalist {
    const given = this.#given.get(program);
    if (given) return given;
    const { inherited } = this.#world;
    const finalist = this.#finds.give(program.graph(), program.cost, inherited, program.evidence);
    this.#given.set(program, finalist);
    return finalist;
  }

  #report(phase: Progress["phase"], rule?: string): void {
    const { ms, iterations } = this.#limits;
    this.#reporter.report(ms, () => ({
      phase,
      ...(rule !== undefined && { rule }),
      nodes: this.egraph.nodeCount,
      classes: this.egraph.classCount,
      iterations,
      cost: this.#best?.cost ?? Number.POSITIVE_INFINITY,
      ms,
    }));
  }
}

/** Falls of cost below this share of it are noise of the addition. */
const NOISE = 1e-9;
const NOWHERE: readonly number[] = Object.freeze([]);
const TASTES: readonly Taste[] = [{ ties: "newest" }, { overhead: 0.25 }, { overhead: 4 }];

/** The size at which symbolic dimensions are priced unless something else is said. */
const eight = (): number => 8;
