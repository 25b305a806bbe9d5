import type { Graph, Move, SearchStrategy, Session, Source, Window } from "@rewright/plugin";
import { isInner, type Shaped, windowAt } from "./windows.ts";

/** How `multistart` looks. */
export interface MultistartOptions {
  /** E-nodes of the largest windows; the session's limit holds besides. 500 unless said. */
  readonly nodes?: number;
  /** Size of the helper terms that most windows get; 0: none do. 3 unless said. */
  readonly helpers?: number;
  /** Windows in a row that may gain nothing before a climb ends. 20 unless said. */
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

/** A way to go on: what it gained, in parts of what the best program cost, and with how much effort. */
interface Way {
  readonly go: () => Promise<void>;
  gained: number;
  effort: number;
}

/**
 * Rounds of growth of the largest windows that a way is taken to have had at first, so that little is concluded from few, and its gains by them.
 * Exploring promises more the more windows there are, and climbs through them all promise less: `windows` are as many as make it promise 1.
 */
const DOUBT = { rounds: 100, climbing: 0.01, windows: 1_000 } as const;
const rate = ({ gained, effort }: Way): number => gained / effort;

/** Shares of the largest windows that are drawn from alike. */
const SHARES = [1, 1, 1 / 4, 1 / 16];
/** Shares of the rules that are left out, drawn from alike. */
const OMITTED = [0, 0, 0, 0, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3];
/** Nodes of the windows that are grown first, from the bottom up. */
const SIZES = [1, 4, 16, 64];
/** Nodes of the windows of the first program that are tried again and again, drawn from alike. */
const SMALL = [2, 2, 4];
/** Shares of the rules that wait in each round of growth there, drawn from alike. */
const WAITING = [0, 0, 0, 0, 0.1, 0.3, 0.5, 0.7];
/** Of the largest windows' room, the logarithm (to base 2) of the part that a rule takes at once there: at most, and the span below it. */
const TAKEN = [-4.5, 2] as const;
/** Nodes drawn to take the one of them whose window was tried least. */
const DRAWN = 4;
/** How much prices are disturbed where another program is asked for. */
const VARIETY = 0.5;
/** How much dearer it may be, in parts of the start's cost per node. */
const SLACK = 2;

/**
 * Extract and regrow from many starts. First it grows windows at each part of the program from the bottom up, each by itself, small ones
 * before large ones, and puts what was found in their place. Then it goes on in two ways, and takes the one that has found more for its effort.
 *
 * It climbs: from the session's first program, from the best, or from one that an earlier climb passed, it grows random windows until a
 * number of them gained nothing. Windows, their limits, the rules that take part and their order, which decides who gets the room, are drawn at random, so
 * that climbs differ; most windows get helper terms. Most climbs wander besides: they go on from another program of the window, a little dearer.
 *
 * It returns to the first program, since what has been made simpler lets fewer rules fire: there it grows small windows, in which each rule
 * takes a few matches at a time, so that none takes the room of the others, and keeps what they show to be equal. In half of them rules wait
 * now and then, so that others see what they would do away with.
 *
 * The limit on e-nodes is that of a window: programs may be far larger. Where a session cannot grow windows, whole programs are grown.
 */
export function multistart(options: MultistartOptions = {}): SearchStrategy {
  const { nodes = 500, helpers = 3, patience = 20, kept = 8, enough = 0 } = options;
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
  /** How often small windows of the first program were grown, by their shape. */
  readonly #tried = new Map<string, number>();
  /** What a node of the start costs on average. */
  readonly #unit: number;
  #best: Program;
  /** E-nodes that there were, summed over the rounds of growth, since a round takes the longer the more there are. */
  #effort = 0;

  constructor(session: Session, options: Required<MultistartOptions>) {
    this.#session = session;
    this.#options = options;
    this.#moves = session.moves({ granularity: "rule" });
    this.#start = session.best();
    this.#best = this.#start;
    this.#unit = this.#start.cost / treeSize(this.#start.graph);
  }

  async run(): Promise<void> {
    if (this.#moves.length === 0) return;
    this.#grow(this.#moves);
    this.#look(this.#start);
    const { graph } = this.#start;
    const windows = graph.nodes.filter((_, node) => isInner(graph, node)).length;
    if (windows === 0) return;
    await this.#deepen();
    const effort = DOUBT.rounds * this.#options.nodes;
    const climbing = { go: () => this.#climbAnew(), gained: DOUBT.climbing, effort };
    const exploring = { go: () => this.#explore(), gained: (windows / DOUBT.windows) ** 2, effort };
    // What climbs are worth shows at once where they are worth much.
    for (let way: Way = climbing; !this.#isDone; ) {
      const { cost } = this.#best;
      const before = this.#effort;
      await way.go();
      way.effort += this.#effort - before;
      way.gained += (cost - this.#best.cost) / cost;
      way = rate(exploring) > rate(climbing) ? exploring : climbing;
    }
  }

  get #isDone(): boolean {
    return this.#session.spent.all || this.#best.cost <= this.#options.enough;
  }

  /** Grows small windows everywhere, then larger ones; of those of one shape none after one that gained nothing. */
  async #deepen(): Promise<void> {
    const barren = new Set<string>();
    let program = this.#start;
    for (const size of SIZES)
      program = await this.#sweep(program, (now, node) => {
        const { window, shape } = windowAt(now.graph, node, size);
        if (barren.has(shape)) return now;
        const next = this.#regrow(now, { ...window, nodes: this.#options.nodes }, this.#moves);
        if (next.cost >= now.cost) barren.add(shape);
        return next;
      });
  }

  /** Grows small windows of the first program, and leaves it as it is. */
  async #explore(): Promise<void> {
    const { nodes, patience } = this.#options;
    const session = this.#session;
    for (let i = 0; i < patience && !this.#isDone; i++) {
      const found = this.#leastTried(this.#draw(SMALL));
      if (!found) return;
      const tried = this.#tried.get(found.shape) ?? 0;
      this.#tried.set(found.shape, tried + 1);
      const matches = Math.ceil(nodes * 2 ** (TAKEN[0] - TAKEN[1] * session.random()));
      const window = { ...found.window, nodes, matches };
      this.#regrow(this.#start, window, this.#some(0), this.#draw(WAITING));
      await session.breathe?.();
    }
  }

  /** Of some windows of the first program, the one whose shape was tried least. */
  #leastTried(size: number): Shaped | undefined {
    const { graph } = this.#start;
    const tries = ({ shape }: Shaped): number => this.#tried.get(shape) ?? 0;
    let least: Shaped | undefined;
    for (let i = 0; i < DRAWN; i++) {
      const node = this.#below(graph.nodes.length);
      if (!isInner(graph, node)) continue;
      const drawn = windowAt(graph, node, size);
      if (!least || tries(drawn) < tries(least)) least = drawn;
    }
    return least;
  }

  /** A climb from one of the programs there are. */
  async #climbAnew(): Promise<void> {
    let program = this.#begin();
    // Later on few sweep: what is known of the parts by then would lead a sweep of the first program to where the last one came.
    if (this.#pool.length < 2 || this.#chance(0.3))
      program = await this.#sweep(program, (now, node) => this.#try(now, node));
    this.#keep(await this.#climb(program));
  }

  /** Where a climb begins. */
  #begin(): Program {
    if (this.#pool.length === 0 || this.#chance(0.3)) return this.#start;
    return this.#chance(0.4) ? this.#draw(this.#pool) : this.#best;
  }

  /** Grows a window at each part, from the bottom up. */
  async #sweep(program: Program, step: (now: Program, node: number) => Program): Promise<Program> {
    let now = program;
    // Counted from the end, since what is in the place of a window may have fewer parts.
    for (let left = now.graph.nodes.length; left > 0 && !this.#isDone; left--) {
      const node = now.graph.nodes.length - left;
      if (node < 0 || !isInner(now.graph, node)) continue;
      now = step(now, node);
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
    const { nodes, helpers } = this.#options;
    // As many small windows as large ones.
    const { window } = windowAt(program.graph, root, (nodes / 2) ** this.#session.random());
    const drawn = {
      nodes: Math.ceil(nodes * this.#draw(SHARES)),
      ...(helpers > 0 && this.#chance(0.9) && { helpers }),
    };
    return this.#regrow(program, { ...window, ...drawn }, this.#some(this.#draw(OMITTED)));
  }

  /** Grows a window of a program; the program that follows, if it is no dearer. */
  #regrow(program: Program, window: Window, moves: readonly Move[], waiting = 0): Program {
    if (this.#session.focus) this.#session.focus(window, program.graph);
    else this.#session.regrow(program.graph);
    this.#grow(moves, waiting);
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

  /** Applies rules until that changes nothing. In each round a share of them waits, drawn anew. */
  #grow(moves: readonly Move[], waiting = 0): void {
    // Where some wait, one barren round says little.
    const patience = waiting > 0 ? 2 : 1;
    for (let idle = 0; idle < patience && !this.#session.spent.all; ) {
      const now = waiting > 0 ? moves.filter(() => !this.#chance(waiting)) : moves;
      idle = this.#session.apply(now) > 0 ? 0 : idle + 1;
      this.#effort += this.#session.spent.nodes;
    }
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

  #draw<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
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
