import type { Problem } from "./problem.ts";

/**
 * A lower bound on the cost of a program, by dual ascent over founded cuts. Take any set K of classes with
 * a root in it: a program without a cycle has an e-node in K none of whose children are in K, since
 * descending from the root within K must end. So every set K whose such e-nodes all cost at least δ raises
 * the bound by δ, which is then taken off their costs. K is found from a root that cannot be had for
 * nothing yet, along the e-nodes that cost nothing any more. (Wong, "A dual ascent approach for Steiner
 * tree problems on a directed graph", 1984, carried over to hyperedges; LM-cut of Helmert and Domshlak,
 * ICAPS 2009, is of the same kind.)
 */
export class Ascent {
  /** What the e-nodes cost still: any program costs at least the bound and the reduced costs of its e-nodes. */
  readonly reduced: Float64Array;
  bound = 0;
  /** E-nodes looked at. */
  steps = 0;
  private readonly task: Problem;
  /** Per e-node: children that cannot be had for nothing. */
  private readonly missing: Int32Array;
  /** Per class: whether it can be had for nothing. */
  private readonly isFree: Uint8Array;
  /** Per class: the last cut whose K it was in. */
  private readonly within: Int32Array;
  private cuts = 0;
  private readonly members: Int32Array;
  private readonly queue: Int32Array;

  constructor(task: Problem) {
    this.task = task;
    this.reduced = new Float64Array(task.nodes);
    this.missing = new Int32Array(task.nodes);
    this.isFree = new Uint8Array(task.classes);
    this.within = new Int32Array(task.classes);
    this.members = new Int32Array(task.classes);
    this.queue = new Int32Array(task.classes);
  }

  /**
   * Raises the bound as far as it goes, or until it reaches `limit` or is stopped. Infinity as a cost removes an e-node; a bound of Infinity: some root has no program.
   * `heights`: of several children of an e-node the one of the greatest is followed.
   */
  run(
    costs: Float64Array,
    roots: Iterable<number>,
    heights: Float64Array,
    limit: number,
    stop: () => boolean,
  ): void {
    const { task, reduced, missing, isFree, within, members } = this;
    const { first, childAt, children } = task;
    reduced.set(costs);
    this.bound = 0;
    isFree.fill(0);
    for (let n = 0; n < task.nodes; n++)
      missing[n] = (childAt[n + 1] as number) - (childAt[n] as number);
    for (let n = 0; n < task.nodes; n++)
      if (childAt[n + 1] === childAt[n] && reduced[n] === 0) this.free(task.classOf[n] as number);
    this.steps = task.nodes;
    const pending = [...roots];
    const cut: number[] = [];
    while (pending.length > 0) {
      const root = pending[pending.length - 1] as number;
      if (isFree[root] === 1) {
        pending.pop();
        continue;
      }
      if (this.bound >= limit) return;
      const epoch = ++this.cuts;
      if ((epoch & 255) === 0 && stop()) return;
      within[root] = epoch;
      members[0] = root;
      let count = 1;
      for (let i = 0; i < count; i++) {
        const c = members[i] as number;
        for (let n = first[c] as number; n < (first[c + 1] as number); n++) {
          this.steps++;
          if ((reduced[n] as number) > 0) continue;
          // Not all children are free, or the class would be.
          let chosen = -1;
          const end = childAt[n + 1] as number;
          for (let k = childAt[n] as number; k < end; k++) {
            const child = children[k] as number;
            if (isFree[child] === 1) continue;
            if (within[child] === epoch) {
              chosen = -1;
              break;
            }
            if (chosen < 0 || (heights[child] as number) > (heights[chosen] as number))
              chosen = child;
          }
          if (chosen < 0) continue;
          within[chosen] = epoch;
          members[count++] = chosen;
        }
      }
      let least = Number.POSITIVE_INFINITY;
      cut.length = 0;
      for (let i = 0; i < count; i++) {
        const c = members[i] as number;
        for (let n = first[c] as number; n < (first[c + 1] as number); n++) {
          if ((reduced[n] as number) === 0) continue;
          let k = childAt[n] as number;
          const end = childAt[n + 1] as number;
          while (k < end && within[children[k] as number] !== epoch) k++;
          this.steps += k - (childAt[n] as number) + 1;
          if (k < end) continue;
          cut.push(n);
          if ((reduced[n] as number) < least) least = reduced[n] as number;
        }
      }
      this.bound += least;
      if (least === Number.POSITIVE_INFINITY) return;
      for (const n of cut) {
        const left = (reduced[n] as number) - least;
        reduced[n] = left;
        if (left === 0 && missing[n] === 0) this.free(task.classOf[n] as number);
      }
    }
    return;
  }

  /** Costs by which the cheapest trees keep to what made the bound. */
  leaning(costs: Float64Array): Float64Array {
    return this.reduced.map((left, n) => left + 1e-3 * (costs[n] as number));
  }

  /** Notes that a class can be had for nothing, and what follows. */
  private free(c: number): void {
    const { isFree, queue, missing, reduced } = this;
    const { parentAt, parents, classOf } = this.task;
    if (isFree[c] === 1) return;
    isFree[c] = 1;
    queue[0] = c;
    let count = 1;
    for (let i = 0; i < count; i++) {
      const child = queue[i] as number;
      for (let k = parentAt[child] as number; k < (parentAt[child + 1] as number); k++) {
        const n = parents[k] as number;
        const left = (missing[n] as number) - 1;
        missing[n] = left;
        const owner = classOf[n] as number;
        if (left > 0 || (reduced[n] as number) > 0 || isFree[owner] === 1) continue;
        isFree[owner] = 1;
        queue[count++] = owner;
      }
    }
  }
}
