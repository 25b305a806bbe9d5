import type { Graph, Move, SearchStrategy, Session, Source, Window } from "@rewright/plugin";
import { isInner, windowAt } from "./windows.ts";

/** How `multistart` looks. */
export interface MultistartOptions {
  /** E-nodes of the largest windows; the session's limit holds besides. 500 unless said. */
  readonly nodes?: number;
  /** Size of the helper terms that half of the windows get; 0: none do. 3 unless said. */
  readonly helpers?: number;
  /** Windows in a row that may gain nothing before a climb ends. 40 unless said. */
  readonly patience?: number;
  /** Programs that climbs left behind, kept to begin again from. 8 unless said. */
  readonly kept?: number;
  /** It ends when a program costs no more. 0 unless said. */
  readonly enough?: number;
}

/** A program that a session gave out. */
interface Program {
  readonly cost: number;
  readonly graph: Graph;
}

/** Shares of the largest windows that are drawn from alike. */
const SHARES = [1, 1, 1 / 4, 1 / 16];
/** How much prices are disturbed where another program is asked for. */
const VARIETY = 0.5;
/** How much dearer it may be, in parts of the start's cost per node. */
const SLACK = 2;

/**
 * Extract and regrow from many starts. A climb begins at the session's first program, at the best, or at one that an earlier climb passed;
 * now and then it first goes over all parts from the bottom up; then it grows random windows, each by itself, and puts what was found in
 * their place, until a number of them gained nothing. Windows, their limits, the rules that take part and their order, which decides who
 * gets the room, and whether there are helper terms are drawn at random, so that climbs differ. Most climbs wander besides: they go on from
 * another program of the window, a little dearer, now and then. The limit on e-nodes is that of a window: programs may be far larger. Where a session
 * cannot grow windows, whole programs are grown.
 */
export function multistart(options: MultistartOptions = {}): SearchStrategy {
  const { nodes = 500, helpers = 3, patience = 40, kept = 8, enough = 0 } = options;
  if (!(nodes >= 16 && helpers >= 0 && patience >= 1 && kept >= 1))
    throw new RangeError(
      `multistart needs windows of 16 e-nodes at least, helpers of size 0 at least, patience and programs kept of 1 at least, not ${nodes}, ${helpers}, ${patience} and ${kept}`,
    );
  return {
    kind: "strategy",
    spec: 1,
    name: "multistart",
    search: (session) => new Multistart(session, { nodes, helpers, patience, kept, enough }).run(),
  };
}

/** One run over one session. */
class Multistart {
  readonly #session: Session;
  readonly #options: Required<MultistartOptions>;
  readonly #moves: readonly Move[];
  readonly #start: Program;
  readonly #pool: Program[] = [];
  /** What a node of the start costs on average. */
  readonly #unit: number;
  #best: Program;

  constructor(session: Session, options: Required<MultistartOptions>) {
    this.#session = session;
    this.#options = options;
    this.#moves = session.moves({ granularity: "rule" });
    this.#start = session.best();
    this.#best = this.#start;
    this.#unit = this.#start.cost / treeSize(this.#start.graph);
  }

  async run(): Promise<void> {
    this.#grow(this.#moves);
    this.#look(this.#start);
    while (!this.#isDone) {
      let program = this.#begin();
      if (program === this.#start || this.#chance(0.3)) program = await this.#sweep(program);
      program = await this.#climb(program);
      this.#keep(program);
    }
  }

  get #isDone(): boolean {
    return this.#session.spent.all || this.#best.cost <= this.#options.enough;
  }

  /** Where a climb begins. */
  #begin(): Program {
    if (this.#pool.length === 0 || this.#chance(0.3)) return this.#start;
    return this.#chance(0.4) ? (this.#draw(this.#pool) as Program) : this.#best;
  }

  /** Grows a window at each part, from the bottom up. */
  async #sweep(program: Program): Promise<Program> {
    let now = program;
    // Counted from the end, since what is in the place of a window may have fewer parts.
    for (let left = now.graph.nodes.length; left > 0 && !this.#isDone; left--) {
      const node = now.graph.nodes.length - left;
      if (node < 0 || !isInner(now.graph, node)) continue;
      now = this.#try(now, node);
      await this.#session.breathe?.();
    }
    return now;
  }

  /** Grows windows at random until some in a row have gained nothing. */
  async #climb(program: Program): Promise<Program> {
    const wanders = this.#chance(0.7);
    let least = program.cost;
    let now = program;
    for (let idle = 0; idle < this.#options.patience && !this.#isDone; idle++) {
      const { length } = now.graph.nodes;
      const node = this.#chance(0.4) ? length - 1 : this.#below(length);
      if (!isInner(now.graph, node)) continue;
      const next = this.#try(now, node);
      if (next.cost < least) {
        this.#keep(now);
        least = next.cost;
        idle = -1;
      }
      now = next.cost >= now.cost && wanders && this.#chance(0.5) ? this.#another(next) : next;
      await this.#session.breathe?.();
    }
    return now;
  }

  /** Another program of the present state, unless it is far dearer. */
  #another(program: Program): Program {
    if (!(this.#session.cost() < Infinity)) return program;
    const other = this.#session.variant?.(VARIETY);
    return other && other.cost <= program.cost + SLACK * this.#unit ? other : program;
  }

  /** Grows a window at a node, with what is drawn for it; the program that follows, if it is no dearer. */
  #try(program: Program, root: number): Program {
    const session = this.#session;
    const { nodes, helpers } = this.#options;
    const limit = Math.ceil(nodes * (this.#draw(SHARES) as number));
    // As many small windows as large ones.
    const size = 4 * (nodes / 8) ** session.random();
    const window: Window = {
      ...windowAt(program.graph, root, size),
      nodes: limit,
      ...(helpers > 0 && this.#chance(0.5) && { helpers }),
    };
    if (session.focus) session.focus(window, program.graph);
    else session.regrow(program.graph);
    this.#grow(this.#some(this.#chance(0.4) ? 0 : this.#chance(0.5) ? 0.1 : 0.3));
    return this.#look(program);
  }

  /** The rules, but for a share of them, in any order. */
  #some(share: number): readonly Move[] {
    const moves = this.#moves.filter(() => this.#session.random() >= share);
    for (let i = moves.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      [moves[i], moves[j]] = [moves[j] as Move, moves[i] as Move];
    }
    return moves;
  }

  #grow(moves: readonly Move[]): void {
    while (!this.#session.spent.all && this.#session.apply(moves) > 0);
  }

  /** The present state's program, unless it is dearer than the one it was grown from. */
  #look(from: Program): Program {
    if (!(this.#session.cost() < Infinity)) return from;
    const found = this.#session.best();
    if (found.cost < this.#best.cost) this.#best = found;
    return found.cost <= from.cost ? found : from;
  }

  /** Keeps the cheapest of the programs that climbs have passed, those that look alike once. */
  #keep(program: Program): void {
    const size = (graph: Graph): number => graph.nodes.length;
    const isKnown = this.#pool.some(
      ({ cost, graph }) => cost === program.cost && size(graph) === size(program.graph),
    );
    if (isKnown) return;
    this.#pool.push(program);
    this.#pool.sort((a, b) => a.cost - b.cost);
    this.#pool.length = Math.min(this.#pool.length, this.#options.kept);
  }

  #chance(probability: number): boolean {
    return this.#session.random() < probability;
  }

  #below(count: number): number {
    return Math.floor(this.#session.random() * count);
  }

  #draw<T>(items: readonly T[]): T | undefined {
    return items[this.#below(items.length)];
  }
}

/** How many nodes a program has where it is written out as a tree; at least 1. */
function treeSize({ nodes, outputs }: Graph): number {
  const sizes: number[] = [];
  const of = (source: Source | undefined): number =>
    source?.from === "node" ? (sizes[source.index] ?? 0) : 0;
  for (const { inputs } of nodes) sizes.push(inputs.reduce((sum, each) => sum + of(each), 1));
  return Math.max(
    1,
    outputs.reduce((sum, { source }) => sum + of(source), 0),
  );
}
