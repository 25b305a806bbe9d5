import type { Problem } from "./problem.ts";

/** What no class uses, but the program itself: above all roots. */
const TOP = -1;

/**
 * Per class of a program, what leaves with it: its own cost and that of the classes that it dominates, which nothing
 * else uses. `order` holds the classes of the program, children before parents; `isHeld`: what is used from outside.
 *
 * Dominators of an acyclic graph in one pass from the roots, each the nearest common ancestor of its users; ancestors
 * are found by jump pointers (Myers, "An applicative random-access stack", 1983), so that a deep program takes no longer than a flat one.
 */
export function leaving(
  task: Problem,
  choice: Int32Array,
  order: Int32Array,
  isHeld: (c: number) => boolean,
): Float64Array {
  const { childAt, children, costs, classes } = task;
  const tree = new AncestorTree(classes);
  const dominator = new Int32Array(classes);
  const isUsed = new Uint8Array(classes);
  for (let i = order.length - 1; i >= 0; i--) {
    const c = order[i] as number;
    tree.add(c, isHeld(c) ? TOP : (dominator[c] as number));
    const n = choice[c] as number;
    for (let k = childAt[n] as number; k < (childAt[n + 1] as number); k++) {
      const child = children[k] as number;
      dominator[child] = isUsed[child] === 1 ? tree.meet(dominator[child] as number, c) : c;
      isUsed[child] = 1;
    }
  }
  const cost = new Float64Array(classes);
  for (const c of order) {
    cost[c] = (cost[c] as number) + (costs[choice[c] as number] as number);
    const above = tree.parent(c);
    if (above !== TOP) cost[above] = (cost[above] as number) + (cost[c] as number);
  }
  return cost;
}

/** A tree that grows downwards and finds the nearest common ancestor in logarithmic time. */
class AncestorTree {
  private readonly parents: Int32Array;
  /** An ancestor further up: half way to the top, or so. */
  private readonly jumps: Int32Array;
  private readonly depths: Int32Array;

  constructor(size: number) {
    this.parents = new Int32Array(size);
    this.jumps = new Int32Array(size);
    this.depths = new Int32Array(size);
  }

  parent(c: number): number {
    return this.parents[c] as number;
  }

  add(c: number, parent: number): void {
    const jump = this.jump(parent);
    const isEven =
      this.depth(parent) - this.depth(jump) === this.depth(jump) - this.depth(this.jump(jump));
    this.parents[c] = parent;
    this.depths[c] = this.depth(parent) + 1;
    this.jumps[c] = isEven ? this.jump(jump) : parent;
  }

  /** The nearest common ancestor. */
  meet(a: number, b: number): number {
    let [low, high] = this.depth(a) > this.depth(b) ? [a, b] : [b, a];
    while (this.depth(low) > this.depth(high))
      low = this.depth(this.jump(low)) >= this.depth(high) ? this.jump(low) : this.parent(low);
    // At equal depths jumps go equally far.
    while (low !== high) {
      const differ = this.jump(low) !== this.jump(high);
      low = differ ? this.jump(low) : this.parent(low);
      high = differ ? this.jump(high) : this.parent(high);
    }
    return low;
  }

  private depth(c: number): number {
    return c === TOP ? 0 : (this.depths[c] as number);
  }

  private jump(c: number): number {
    return c === TOP ? TOP : (this.jumps[c] as number);
  }
}
