import type { Mark, Move, SearchStrategy, Session } from "@rewright/plugin";
import { type Progress, read, write } from "./checkpoint.ts";
import { type MctsOptions, type Settings, settingsOf } from "./options.ts";
import { Position } from "./position.ts";
import { choose } from "./selection.ts";
import type { Edge, State } from "./state.ts";
import { Tree } from "./tree.ts";
import type { Crew } from "./workers.ts";

/**
 * Monte Carlo tree search (UCT) over growing rules: each is a move, applied wherever it matches, or each of its matches is one, and the
 * shrinking rules follow, which are never a choice. A simulation descends the tree, adds one state, goes on by a roll-out policy, and
 * returns the fall of cost as a share of the start's, later falls discounted; then everything is taken back. After so many of them a move
 * is made. It ends when some moves in a row have come with nothing cheaper, or begins again with more of them, as often as it is to, and leaves
 * the session in the cheapest state seen.
 *
 * With a prior it descends by PUCT, and with a value it need not roll out: both are functions of what `observe` tells. With workers, as
 * many threads simulate besides, and their counts are added at the root; a seed and a number of threads repeat a run.
 */
export function mcts(options: MctsOptions = {}): SearchStrategy {
  const settings = settingsOf(options);
  return {
    kind: "strategy",
    spec: 1,
    name: "mcts",
    search: (session) => new Search(session, settings).run(),
  };
}

/** One run over one session. */
class Search {
  readonly #session: Session;
  readonly #settings: Settings;
  readonly #position: Position;
  #made: Move[] = [];
  #idle = 0;
  /** The cheapest state that former passes have seen, and the moves that lead there from the start. */
  #best: Progress["best"] = { cost: Infinity, path: [] };

  constructor(session: Session, settings: Settings) {
    this.#session = session;
    this.#settings = settings;
    this.#position = new Position(session, settings);
  }

  async run(): Promise<void> {
    const session = this.#session;
    this.#position.shrink(Infinity);
    const origin = session.mark();
    const start = session.cost();
    const { passes, simulations } = this.#settings;
    try {
      await this.#pass(start, simulations, this.#settings.resume);
      for (let pass = 1; pass < passes && !session.spent.all; pass++) {
        session.restore(origin);
        [this.#made, this.#idle] = [[], 0];
        await this.#pass(start, simulations * 2 ** pass);
      }
    } finally {
      // Whatever has gone wrong, nothing is lost that was found.
      this.#settle(origin);
    }
  }

  /** Searches from the session's state, until it is of no use or not allowed to go on. */
  async #pass(start: number, simulations: number, resume?: string): Promise<void> {
    const session = this.#session;
    const tree = new Tree(this.#position, this.#settings, start);
    let root = resume === undefined ? tree.state() : this.#resume(tree, start, resume);
    const { workers } = this.#settings;
    // Threads are Node's: without workers this runs in browsers.
    const crew =
      workers && new (await import("./workers.ts")).Crew(workers, this.#settings, session);
    try {
      await crew?.open(this.#made);
      while (this.#goesOn) {
        const next = await this.#decide(tree, root, simulations, crew);
        if (!next) break;
        root = next;
        const best = this.#cheapest(tree);
        const progress = { made: this.#made, best, idle: this.#idle, root };
        this.#settings.onCheckpoint?.(write(progress, session, start));
      }
    } finally {
      this.#best = this.#cheapest(tree);
      await crew?.close();
    }
  }

  #cheapest({ best }: Tree): Progress["best"] {
    return best.cost < this.#best.cost ? best : this.#best;
  }

  get #goesOn(): boolean {
    return !this.#session.spent.all && this.#made.length < this.#settings.moves;
  }

  /** Simulates, and makes the move that did best. Returns where it leads. */
  async #decide(
    tree: Tree,
    root: State,
    simulations: number,
    crew: Crew | undefined,
  ): Promise<State | undefined> {
    const { choice, reuse } = this.#settings;
    const before = tree.best.cost;
    const share = crew ? Math.ceil(simulations / (crew.count + 1)) : simulations;
    const theirs = crew?.simulate(share);
    theirs?.catch(() => {}); // It is looked at below, once our own simulations are done.
    await tree.simulate(root, this.#made, share);
    const found = await theirs;
    for (const { best, edges } of found ?? []) {
      if (best.cost < tree.best.cost) tree.best = best;
      for (const edge of edges) add(root, edge);
    }
    if (this.#session.spent.all) return undefined;
    this.#idle = tree.best.cost < before ? 0 : this.#idle + 1;
    if (this.#idle >= this.#settings.patience) return undefined;
    const chosen = choose(root, choice);
    if (!chosen) return undefined;
    this.#tell(root, chosen);
    if (!this.#position.make(chosen.move)) return undefined;
    this.#made.push(chosen.move);
    crew?.make(chosen.move);
    return reuse && chosen.to ? chosen.to : tree.state();
  }

  #tell({ observation, tried }: State, chosen: Edge): void {
    if (!observation) return;
    const visits = new Map(tried.map((edge) => [edge.move, edge.visits]));
    this.#settings.onDecision?.({
      observation: observation.seen,
      moves: observation.moves,
      visits: observation.moves.map((move) => visits.get(move) ?? 0),
      value: chosen.visits === 0 ? 0 : chosen.total / chosen.visits,
    });
  }

  #resume(tree: Tree, start: number, checkpoint: string): State {
    const { made, best, idle, root } = read(checkpoint, this.#session, start);
    this.#position.follow(made);
    this.#made = [...made];
    this.#idle = idle;
    tree.best = best;
    return root;
  }

  /** Leaves the session in the cheapest state seen, as far as the budget allows to get there again. */
  #settle(origin: Mark): void {
    const session = this.#session;
    const best = this.#best;
    if (best.path.length > 0 && session.cost() > best.cost) {
      session.restore(origin);
      this.#position.follow(best.path);
    }
  }
}

/** Adds what another thread has counted of a move. */
function add(root: State, { move, visits, total, highest }: Edge): void {
  const isIt = (edge: Edge): boolean =>
    edge.move.rule === move.rule && edge.move.at.join() === move.at.join();
  let edge = root.tried.find(isIt);
  if (!edge) {
    const index = root.untried.findIndex(isIt);
    if (index < 0) return;
    [edge] = root.untried.splice(index, 1) as [Edge];
    root.tried.push(edge);
  }
  edge.visits += visits;
  edge.total += total;
  edge.highest = Math.max(edge.highest, highest);
}
