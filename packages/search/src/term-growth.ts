import type {
  Graph,
  Mark,
  Move,
  RuleInfo,
  SearchStrategy,
  Session,
  Window,
} from "@rewright/plugin";
import { type Mark as GraphMark, parseTerm, type Term } from "egraph-ts";
import type { StopReason } from "./budget.ts";
import { helpers } from "./helper-terms.ts";
import { Lemmas } from "./lemmas.ts";
import { Run, type RunOptions } from "./run.ts";
import { type TermId, TermPool } from "./term-pool.ts";
import { TermProgram } from "./term-program.ts";
import { type Choice, type Sample, TermWorld } from "./term-world.ts";
import type { Theory } from "./theory.ts";

/** What a session over terms works on, and with what. */
export interface TermGrowthOptions extends RunOptions {
  /** The term to improve; as text, an s-expression. It has no variables. */
  readonly term: Term | string;
  /** Makes the algebra: an empty e-graph and its rules. Called again where states have to be kept beside each other. */
  readonly theory: () => Theory;
}

/** What is grown at present: a part of a program, by itself. */
interface Scene {
  readonly world: TermWorld;
  /** The whole. */
  readonly base: TermId;
  /** The part; the base itself where all of it is grown. */
  readonly part: TermId;
  /** All of the term, and nothing else, is grown. */
  readonly isWhole: boolean;
  /** E-nodes at most. */
  readonly nodes: number;
  /** Of the matches of a rule, which are applied; all unless said. */
  readonly sample: Sample | undefined;
}

interface Entry {
  readonly mark: Mark;
  readonly scene: Scene;
  graphMark: GraphMark;
  readonly state: number;
  readonly isVoid: boolean;
  readonly isFull: boolean;
  readonly found: Found | undefined;
}

/** The cheapest program of a state; made once it is asked for, where all of the term is grown. */
interface Found {
  readonly cost: number;
  program: TermProgram | undefined;
}

interface Best extends Found {
  readonly program: TermProgram;
}

/** The share of an e-graph's room that helper terms take at most. */
const HELPED = 1 / 12;
const NOWHERE: readonly number[] = Object.freeze([]);

/** A session over the e-graph of a term of any algebra: the search strategies, for whoever simplifies formulas. */
export function termGrowth(options: TermGrowthOptions): TermGrowth {
  return new TermGrowth(options);
}

/**
 * Growth of an e-graph of terms. The cost is that of the tree, so that a part used twice is paid twice. An e-graph in which
 * two facts contradict each other costs Infinity and grows no further, until a mark is restored or it begins again.
 */
export class TermGrowth implements Session {
  readonly space = "growth";
  readonly rules: readonly RuleInfo[];
  readonly #theory: () => Theory;
  readonly #run: Run;
  readonly #pool: TermPool;
  readonly #indices: ReadonlyMap<string, number>;
  /** By rule: the choice of all its matches. */
  readonly #whole: readonly Choice[];
  readonly #terms = new WeakMap<Graph, TermProgram>();
  readonly #lemmas: Lemmas;
  readonly #worlds: TermWorld[] = [];
  readonly #marks: Entry[] = [];
  readonly #issued = new WeakSet<object>();
  readonly #start: TermId;
  #scene: Scene;
  /** The helper terms made last; which come first is left from the last draw. */
  #helpers: { readonly term: TermId; readonly size: number; readonly all: TermId[] } | undefined;
  #states = 0;
  #state = 0;
  #found: Found | undefined;
  #best: Best;
  /** The most e-nodes that there were at once. */
  peak = 0;
  /** E-nodes created in all. */
  #created = 0;

  constructor(options: TermGrowthOptions) {
    const { theory, term } = options;
    const first = theory();
    this.#theory = theory;
    this.#run = new Run(options);
    this.#pool = new TermPool(first.cost ?? (() => 1));
    this.rules = first.rules.map(({ name }) =>
      Object.freeze({ name, ruleset: "", tags: [], growing: !first.shrinking?.(name) }),
    );
    this.#whole = this.rules.map((_, rule) => ({ rule }));
    this.#lemmas = new Lemmas(this.#pool);
    this.#indices = new Map(this.rules.map(({ name }, i) => [name, i]));
    this.#worlds.push(new TermWorld(first, this.#pool));
    this.#start = this.#pool.read(typeof term === "string" ? parseTerm(term) : term);
    const program = this.#program(this.#start);
    this.#best = { cost: this.#pool.cost(this.#start), program };
    this.#scene = this.#stage(program, {});
    this.cost();
  }

  // ── Session ────────────────────────────────────────────────────────────────

  random(): number {
    return this.#run.random();
  }

  get signal(): AbortSignal {
    return this.#run.limits.signal;
  }

  get spent(): Session["spent"] {
    const { iterations, ms, spent } = this.#run.limits;
    const all = this.#run.over || spent !== undefined || this.#isOverweight;
    const { graph, isFull: full } = this.#scene.world;
    return { nodes: graph.nodeCount, iterations, ms, all, full };
  }

  get limits(): NonNullable<Session["limits"]> {
    return this.#run.limits.told;
  }

  moves(filter: Parameters<Session["moves"]>[0] = {}): readonly Move[] {
    const { granularity = "rule", ruleset, rule, most, limit = Infinity } = filter;
    const moves: Move[] = [];
    for (const [i, info] of this.rules.entries()) {
      if (moves.length >= limit) break;
      if (rule !== undefined && info.name !== rule) continue;
      if (ruleset !== undefined && info.ruleset !== ruleset) continue;
      if (most !== undefined && this.#scene.world.countFresh(i, most + 1) > most) continue;
      if (granularity === "rule") moves.push({ rule: info.name, at: NOWHERE });
      else
        for (const at of this.#places(i).keys())
          if (moves.length < limit) moves.push({ rule: info.name, at: at.split(",").map(Number) });
    }
    return moves;
  }

  apply(moves: Iterable<Move>): number {
    const listed = [...moves];
    if (listed.length === 0) return 0;
    if (this.spent.all) return 0;
    this.#run.limits.iterations++;
    const { world, nodes, sample } = this.#scene;
    const { created } = world.graph;
    const changed = world.apply(this.#choose(listed), nodes, sample);
    this.#created += world.graph.created - created;
    if (world.graph.nodeCount > this.peak) this.peak = world.graph.nodeCount;
    if (changed === 0) return 0;
    this.#state = ++this.#states;
    this.#found = undefined;
    return changed;
  }

  mark(): Mark {
    const mark = Object.freeze({}) as Mark;
    this.#issued.add(mark);
    const scene = this.#scene;
    const { world } = scene;
    const { isVoid, isFull } = world;
    const now = { state: this.#state, isVoid, isFull, found: this.#found };
    this.#marks.push({ mark, scene, graphMark: world.mark(), ...now });
    return mark;
  }

  restore(mark: Mark): void {
    const index = this.#marks.findLastIndex((entry) => entry.mark === mark);
    const entry = this.#marks[index];
    if (!entry) throw new Error(this.#complaint(mark));
    this.#marks.length = index + 1;
    const { world } = entry.scene;
    world.restore(entry.graphMark, entry);
    entry.graphMark = world.mark();
    this.#scene = entry.scene;
    this.#state = entry.state;
    this.#found = entry.found;
  }

  cost(): number {
    return this.#present().cost;
  }

  best(): { readonly cost: number; readonly graph: Graph } {
    const found = this.#present();
    found.program ??= this.#extract().program;
    return { cost: found.cost, graph: found.program };
  }

  variant(spread: number): { readonly cost: number; readonly graph: Graph } {
    const { world, base, part } = this.#scene;
    if (world.isVoid) return this.best();
    const found = world.variant(() => spread * this.random());
    const term = this.#pool.replace(base, part, found);
    return { cost: this.#pool.cost(term), graph: this.#program(term) };
  }

  regrow(from: Graph = this.#best.program): void {
    this.focus({}, from);
  }

  focus(window: Window, from: Graph = this.#best.program): void {
    const program = this.#terms.get(from);
    if (!program) throw new Error("regrow from a program that this session did not give out");
    this.#found = undefined;
    this.#state = ++this.#states;
    this.#scene = this.#stage(program, window);
  }

  breathe(): Promise<void> | undefined {
    return this.#run.breathe();
  }

  hash(): string {
    const { world, base, part } = this.#scene;
    return `${base} ${part} ${world.graph.hash()}`;
  }

  // ── What the host sees besides ─────────────────────────────────────────────

  /** The cheapest term that any state has shown, and its cost. */
  get bestEver(): { readonly cost: number; readonly term: Term } {
    const { cost, program } = this.#best;
    return { cost, term: this.#pool.write(program.term) };
  }

  /** E-nodes created so far, in all e-graphs. */
  get created(): number {
    return this.#created;
  }

  /** Why the run ended; while it goes on, why it would end now. */
  get stopped(): StopReason {
    const { stopped, limits } = this.#run;
    const rest = this.#scene.world.isFull ? "nodes" : "satisfied";
    return stopped ?? limits.spent ?? (this.#isOverweight ? "bytes" : rest);
  }

  /** Lets a strategy drive this session, on from its present state. Throws a `SearchError` that names the strategy if it fails; what was found stays. */
  async run(strategy: SearchStrategy): Promise<void> {
    await this.#run.drive(
      strategy,
      this,
      () => this.stopped,
      () => this.cost(),
    );
  }

  // ── Inside ─────────────────────────────────────────────────────────────────

  /** Puts a part of a program into an e-graph of its own. */
  #stage(program: TermProgram, window: Window): Scene {
    const { parts, term } = program;
    const { matches } = window;
    if (matches !== undefined && !(matches >= 1))
      throw new RangeError(`a window in which a rule takes ${matches} matches: it is 1 at least`);
    const at = (index: number): TermId => {
      const part = parts[index];
      if (part !== undefined) return part;
      throw new RangeError(`a window at node ${index}: the program has ${parts.length}`);
    };
    const part = window.root === undefined ? term : at(window.root);
    const leaves = (window.leaves ?? []).map(at);
    const world = this.#freeWorld();
    world.load(part, leaves);
    const nodes = Math.min(this.#run.limits.nodes, window.nodes ?? Infinity);
    if (window.helpers !== undefined)
      for (const helper of this.#drawn(term, window.helpers, Math.ceil(nodes * HELPED))) {
        if (world.graph.nodeCount >= nodes) break;
        world.add(helper);
      }
    world.settle();
    this.#created += world.graph.created;
    const sample =
      matches === undefined
        ? undefined
        : { size: Math.floor(matches), random: () => this.random() };
    const isWhole = part === term && leaves.length === 0 && window.helpers === undefined;
    return { world, base: term, part, isWhole, nodes, sample };
  }

  /** Helper terms of a term: all, or so many drawn at random. */
  #drawn(term: TermId, size: number, count: number): readonly TermId[] {
    if (this.#helpers?.term !== term || this.#helpers.size !== size)
      this.#helpers = { term, size, all: [...helpers(this.#pool, term, size)] };
    const { all } = this.#helpers;
    if (count >= all.length) return all;
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(this.random() * (all.length - i));
      [all[i], all[j]] = [all[j] as TermId, all[i] as TermId];
    }
    return all.slice(0, count);
  }

  /** An e-graph that no mark needs. */
  #freeWorld(): TermWorld {
    const held = new Set(this.#marks.map(({ scene }) => scene.world));
    const free = this.#worlds.find((world) => !held.has(world));
    if (free) return free;
    const world = new TermWorld(this.#theory(), this.#pool);
    this.#worlds.push(world);
    return world;
  }

  #choose(moves: readonly Move[]): readonly Choice[] {
    const [first] = moves;
    if (first && moves.length === 1 && first.at.length === 0)
      return [this.#whole[this.#index(first.rule)] as Choice];
    if (moves.every(({ at }) => at.length === 0)) {
      const rules = new Set(moves.map(({ rule }) => this.#index(rule)));
      return Array.from(rules, (rule) => this.#whole[rule] as Choice);
    }
    const chosen = new Map<number, number[] | "all">();
    for (const { rule, at } of moves) {
      const index = this.#index(rule);
      if (at.length === 0) chosen.set(index, "all");
      else if (chosen.get(index) !== "all") {
        const known = chosen.get(index) as number[] | undefined;
        const matches = known ?? [];
        if (!known) chosen.set(index, matches);
        const match = this.#places(index, known !== undefined).get(this.#canonical(at));
        if (match !== undefined) matches.push(match);
      }
    }
    return [...chosen].map(([rule, matches]) => (matches === "all" ? { rule } : { rule, matches }));
  }

  #index(rule: string): number {
    const index = this.#indices.get(rule);
    if (index !== undefined) return index;
    throw new Error(`a move of the rule \`${rule}\`, which this session does not have`);
  }

  #canonical(at: readonly number[]): string {
    const { graph } = this.#scene.world;
    const ids = at.slice(0, -1);
    const known = ids.every((id) => Number.isInteger(id) && id >= 0 && id < graph.created);
    return known ? [...ids.map((id) => graph.find(id)), at.at(-1)].join() : "";
  }

  /** The matches of a rule by the classes of their roots, and which of the matches there it is. */
  #listed: { rule: number; state: number; places: Map<string, number> } | undefined;
  #places(rule: number, again = false): Map<string, number> {
    const listed = this.#listed;
    if (again && listed?.rule === rule && listed.state === this.#state) return listed.places;
    const { world } = this.#scene;
    const places = new Map<string, number>();
    const ordinals = new Map<string, number>();
    const count = world.list(rule);
    for (let match = 0; match < count; match++) {
      const roots = world.at(rule, match).join();
      const ordinal = ordinals.get(roots) ?? 0;
      ordinals.set(roots, ordinal + 1);
      places.set(`${roots},${ordinal}`, match);
    }
    this.#listed = { rule, state: this.#state, places };
    return places;
  }

  /** The cheapest program of the present state, or its cost alone; looked for once a state. */
  #present(): Found {
    if (this.#found) return this.#found;
    const { world, base, isWhole } = this.#scene;
    let found: Found;
    if (world.isVoid) found = { cost: Infinity, program: this.#program(base) };
    else if (isWhole)
      found = { cost: Math.min(world.cost, this.#pool.cost(base)), program: undefined };
    else found = this.#extract();
    if (found.cost < this.#best.cost) {
      found.program ??= this.#extract().program;
      this.#best = { cost: found.cost, program: found.program };
    }
    this.#found = found;
    return found;
  }

  /** Makes the cheapest program of the present state. What is known of parts from elsewhere helps where a part is grown. */
  #extract(): Best {
    const { world, base, part, isWhole } = this.#scene;
    const pool = this.#pool;
    const found = world.cheapest((term, cheaper) => this.#lemmas.learn(term, cheaper));
    const replaced = pool.cost(found) < pool.cost(part) ? pool.replace(base, part, found) : base;
    const term = isWhole ? replaced : this.#lemmas.apply(replaced);
    return { cost: pool.cost(term), program: this.#program(term) };
  }

  #complaint(mark: Mark): string {
    const known = typeof mark === "object" && mark !== null && this.#issued.has(mark);
    return known
      ? "restored a mark out of order: an older mark was restored since, which dropped this one; make a new mark after each restore of an older one"
      : "restored a mark that this session did not make; only what `mark()` returned can be restored";
  }

  get #isOverweight(): boolean {
    return this.#scene.world.graph.bytes >= this.#run.limits.bytes;
  }

  #program(term: TermId): TermProgram {
    const program = new TermProgram(this.#pool, term);
    this.#terms.set(program, program);
    return program;
  }
}
