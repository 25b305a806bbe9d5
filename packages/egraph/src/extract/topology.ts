import type { Problem } from "./problem.ts";

/** Puts the classes that a choice of e-nodes needs in order. Its buffers are kept between calls. */
export class Topology {
  private readonly task: Problem;
  private readonly order: Int32Array;
  private readonly stack: Int32Array;
  /** Per class: the child to look at next. */
  private readonly at: Int32Array;
  /** Per class: 2e while on the stack in call e, 2e + 1 when done. */
  private readonly visit: Int32Array;
  private calls = 0;

  constructor(task: Problem) {
    this.task = task;
    this.order = new Int32Array(task.classes);
    this.stack = new Int32Array(task.classes);
    this.at = new Int32Array(task.classes);
    this.visit = new Int32Array(task.classes);
  }

  /** The classes that `roots` need, children before parents; valid until the next call. -1 in `choice` is no e-node. Undefined when there is a cycle or a class without an e-node. */
  sort(choice: Int32Array, roots: Iterable<number>): Int32Array | undefined {
    const { order, stack, at, visit } = this;
    const { childAt, children } = this.task;
    const open = 2 * ++this.calls;
    let count = 0;
    for (const root of roots) {
      if (visit[root] === open + 1) continue;
      if ((choice[root] as number) < 0) return undefined;
      let depth = 0;
      stack[0] = root;
      visit[root] = open;
      at[root] = childAt[choice[root] as number] as number;
      while (depth >= 0) {
        const c = stack[depth] as number;
        const k = at[c] as number;
        if (k === childAt[(choice[c] as number) + 1]) {
          visit[c] = open + 1;
          order[count++] = c;
          depth--;
          continue;
        }
        at[c] = k + 1;
        const child = children[k] as number;
        if (visit[child] === open + 1) continue;
        if (visit[child] === open || (choice[child] as number) < 0) return undefined;
        visit[child] = open;
        at[child] = childAt[choice[child] as number] as number;
        stack[++depth] = child;
      }
    }
    return order.subarray(0, count);
  }
}
