import type { Move } from "@rewright/plugin";

/** A state in the search tree, reached from its parent by a move. */
export class Tree {
  /** What led here from the parent; nothing led to the root. */
  readonly move: Move | undefined;
  /** The session's cost in this state. */
  readonly cost: number;
  readonly children: Tree[] = [];
  /** Moves not tried from here yet; those that turned out to change nothing are in neither list. */
  readonly untried: Move[];
  visits = 0;
  /** The sum of the returns of all simulations through here. */
  total = 0;

  constructor(move: Move | undefined, cost: number, moves: readonly Move[]) {
    this.move = move;
    this.cost = cost;
    this.untried = [...moves];
  }

  /** The mean return of the simulations through here. */
  get mean(): number {
    return this.visits === 0 ? 0 : this.total / this.visits;
  }

  /**
   * The child to descend to: UCB1 over mean returns (Kocsis and Szepesvári, Bandit based Monte-Carlo planning, ECML 2006),
   * with returns measured in units of `scale`.
   */
  select(exploration: number, scale: number): Tree | undefined {
    const log = Math.log(Math.max(1, this.visits));
    return argmax(this.children, ({ mean, visits }) => {
      return mean / scale + exploration * Math.sqrt(log / Math.max(1, visits));
    });
  }

  /** The child most visited, the one with the higher mean among equals: the robust choice of a move to make. */
  favourite(): Tree | undefined {
    const most = Math.max(...this.children.map((child) => child.visits));
    return argmax(this.children, ({ mean, visits }) => (visits === most ? mean : -Infinity));
  }
}

/** The first item of the highest value. */
function argmax<T>(items: readonly T[], value: (item: T) => number): T | undefined {
  let best: T | undefined;
  let highest = Number.NaN;
  for (const item of items) {
    const own = value(item);
    if (best === undefined || own > highest) {
      best = item;
      highest = own;
    }
  }
  return best;
}
