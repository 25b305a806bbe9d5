import type { Mark, Move, SearchStrategy, Session } from "@rewright/plugin";
import { Tree } from "./tree.ts";

/** How far and how wide to look. */
export interface MctsOptions {
  /** Simulations before each move that is made. 64 unless said. */
  readonly simulations?: number;
  /** Random moves at most in a roll-out. 6 unless said. */
  readonly depth?: number;
  /** The weight of curiosity in UCB1. 1 unless said. */
  readonly exploration?: number;
  /** What a fall of cost one move later is worth, in (0, 1]. 0.95 unless said. */
  readonly discount?: number;
}

/** Rounds of shrinking rules after each move of a simulation. */
const ROUNDS = 3;

/**
 * Monte Carlo tree search (UCT) over growing rules: each is a move, applied wherever it matches and followed by the
 * shrinking rules, which are never a choice. (Where no rule is growing, every rule is a move.) A simulation descends the
 * tree, adds one state, goes on at random, and returns the fall of cost as a share of the start's, later falls discounted;
 * then everything is taken back. After so many of them, the move that was visited most is made. Ends when no simulation has
 * found anything cheaper than where it began, and leaves the session in the cheapest state seen.
 */
export function mcts(options: MctsOptions = {}): SearchStrategy {
  const settings = check({
    simulations: options.simulations ?? 64,
    depth: options.depth ?? 6,
    exploration: options.exploration ?? 1,
    discount: options.discount ?? 0.95,
  });
  return {
    kind: "strategy",
    spec: 1,
    name: "mcts",
    search: (session) => new Search(session, settings).run(),
  };
}

type Settings = Required<MctsOptions>;

/** One run over one session. */
class Search {
  readonly #session: Session;
  readonly #settings: Settings;
  readonly #moves: readonly Move[];
  readonly #shrinking: readonly Move[];
  /** The cost that shrinking alone reaches; returns are shares of it. */
  #start = 0;
  /** The largest return so far: the unit in which means are compared. */
  #scale = Number.MIN_VALUE;
  /** The moves that led to the cheapest state seen. */
  #best: { cost: number; path: readonly Move[] } = { cost: Infinity, path: [] };

  constructor(session: Session, settings: Settings) {
    this.#session = session;
    this.#settings = settings;
    const growing = new Set(session.rules.filter((rule) => rule.growing).map(({ name }) => name));
    const moves = session.moves({ granularity: "rule" });
    this.#moves = growing.size > 0 ? moves.filter(({ rule }) => growing.has(rule)) : moves;
    this.#shrinking = growing.size > 0 ? moves.filter(({ rule }) => !growing.has(rule)) : [];
  }

  async run(): Promise<void> {
    const session = this.#session;
    this.#shrink(Infinity);
    const origin = session.mark();
    this.#start = session.cost();
    this.#best = { cost: this.#start, path: [] };
    let root = new Tree(undefined, this.#start, this.#moves);
    const made: Move[] = [];
    while (!session.spent.all) {
      await this.#simulate(root, made);
      const next = this.#best.cost < root.cost ? root.favourite() : undefined;
      if (!next?.move || session.spent.all) break;
      this.#make(next.move);
      made.push(next.move);
      root = next;
    }
    this.#settle(origin);
  }

  /** Runs the simulations that are due at the present state. */
  async #simulate(root: Tree, made: readonly Move[]): Promise<void> {
    const session = this.#session;
    const here = session.mark();
    for (let i = 0; i < this.#settings.simulations && !session.spent.all; i++) {
      const path = this.#descend(root);
      const leaf = path.at(-1) ?? root;
      const steps = this.#rollOut();
      const cost = steps.length > 0 ? session.cost() : leaf.cost;
      const moves = path.map((tree) => tree.move as Move);
      this.#note(cost, [...made, ...moves, ...steps]);
      this.#credit(root, path, cost, steps.length);
      session.restore(here);
      await session.breathe?.();
    }
  }

  /** Goes down the tree as far as everything was tried there, and adds one state below. Returns the states passed. */
  #descend(root: Tree): Tree[] {
    const { exploration } = this.#settings;
    const path: Tree[] = [];
    let tree = root;
    for (;;) {
      const added = this.#expand(tree);
      const next = added ?? tree.select(exploration, this.#scale);
      if (!next) return path;
      path.push(next);
      if (added) return path;
      this.#make(next.move as Move);
      tree = next;
    }
  }

  /** Makes one move not tried before, at random; those that change nothing are forgotten. */
  #expand(tree: Tree): Tree | undefined {
    const session = this.#session;
    while (tree.untried.length > 0 && !session.spent.all) {
      const move = this.#draw(tree.untried);
      if (this.#make(move) === 0) continue;
      const child = new Tree(move, session.cost(), this.#moves);
      tree.children.push(child);
      return child;
    }
    return undefined;
  }

  /** Goes on with random moves. Returns those that changed anything. */
  #rollOut(): Move[] {
    const steps: Move[] = [];
    let open = [...this.#moves];
    while (steps.length < this.#settings.depth && open.length > 0 && !this.#session.spent.all) {
      const move = this.#draw(open);
      if (this.#make(move) === 0) continue;
      steps.push(move);
      open = [...this.#moves];
    }
    return steps;
  }

  /** Adds the return of a simulation to every state passed: of each, what came after it counts. */
  #credit(root: Tree, path: readonly Tree[], cost: number, steps: number): void {
    const { discount } = this.#settings;
    const share = (from: number, to: number): number =>
      this.#start > 0 && from < Infinity ? (from - to) / this.#start : 0;
    let value = discount ** steps * share((path.at(-1) ?? root).cost, cost);
    for (let i = path.length - 1; i >= 0; i--) {
      const tree = path[i] as Tree;
      const parent = path[i - 1] ?? root;
      value = share(parent.cost, tree.cost) + discount * value;
      tree.visits++;
      tree.total += value;
      if (value > this.#scale) this.#scale = value;
    }
    root.visits++;
    root.total += value;
  }

  #note(cost: number, path: readonly Move[]): void {
    if (cost < this.#best.cost) this.#best = { cost, path };
  }

  /** Leaves the session in the cheapest state seen, as far as the budget allows to get there again. */
  #settle(origin: Mark): void {
    const session = this.#session;
    if (session.cost() <= this.#best.cost) return;
    session.restore(origin);
    for (const move of this.#best.path) this.#make(move);
  }

  #make(move: Move): number {
    const changed = this.#session.apply([move]);
    if (changed > 0) this.#shrink(ROUNDS);
    return changed;
  }

  #shrink(rounds: number): void {
    for (let round = 0; round < rounds && this.#shrinking.length > 0; round++) {
      if (this.#session.spent.all || this.#session.apply(this.#shrinking) === 0) return;
    }
  }

  /** Takes one of the moves out of the list, at random. */
  #draw(moves: Move[]): Move {
    const index = Math.floor(this.#session.random() * moves.length);
    const last = moves.pop() as Move;
    if (index === moves.length) return last;
    const drawn = moves[index] as Move;
    moves[index] = last;
    return drawn;
  }
}

function check(settings: Settings): Settings {
  const { simulations, depth, exploration, discount } = settings;
  const whole = (n: number): boolean => Number.isInteger(n) && n >= 0;
  if (!whole(simulations))
    throw new RangeError(`mcts: simulations is ${simulations}: a whole number`);
  if (!whole(depth)) throw new RangeError(`mcts: depth is ${depth}: a whole number`);
  if (!(exploration >= 0)) throw new RangeError(`mcts: exploration is ${exploration}: at least 0`);
  if (!(discount > 0 && discount <= 1))
    throw new RangeError(`mcts: discount is ${discount}: in (0, 1]`);
  return settings;
}
