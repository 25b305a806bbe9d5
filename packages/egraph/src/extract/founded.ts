import type { Problem } from "./problem.ts";

/** A set of classes K and one of them: if it is used, so is an e-node of K without a child in K. */
export interface FoundedCut {
  /** The class that must be founded. */
  readonly class: number;
  /** The e-nodes of K none of whose children are in K. */
  readonly nodes: readonly number[];
}

/** E-nodes and classes are held to be used from here on. */
const USED = 1e-6;

/**
 * The founded cuts (loop formulas of answer-set programming; Lin and Zhao, "ASSAT", 2004) that a fractional choice violates: `x` is
 * how much each e-node is chosen, `y` how much each class is used. Classes are derived from e-nodes chosen
 * at least `threshold`; the used ones that are not derived, and their strongly connected parts, are sets K.
 */
export function violated(
  task: Problem,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  threshold: number,
): FoundedCut[] {
  const { classes, nodes, classOf, childAt, children, parentAt, parents } = task;
  const isDerived = new Uint8Array(classes);
  const missing = new Int32Array(nodes);
  const queue: number[] = [];
  const derive = (c: number): void => {
    if (isDerived[c] === 1) return;
    isDerived[c] = 1;
    queue.push(c);
  };
  for (let n = 0; n < nodes; n++) {
    missing[n] = (childAt[n + 1] as number) - (childAt[n] as number);
    if (missing[n] === 0 && (x[n] as number) >= threshold) derive(classOf[n] as number);
  }
  for (let i = 0; i < queue.length; i++) {
    const c = queue[i] as number;
    for (let k = parentAt[c] as number; k < (parentAt[c + 1] as number); k++) {
      const n = parents[k] as number;
      missing[n] = (missing[n] as number) - 1;
      if (missing[n] === 0 && (x[n] as number) >= threshold) derive(classOf[n] as number);
    }
  }
  const open: number[] = [];
  for (let c = 0; c < classes; c++) if (isDerived[c] === 0 && (y[c] as number) > USED) open.push(c);
  const cuts: FoundedCut[] = [];
  const inside = new Uint8Array(classes);
  const add = (set: readonly number[], heads: readonly number[]): void => {
    for (const c of set) inside[c] = 1;
    const cut: number[] = [];
    let sum = 0;
    for (const c of set)
      for (let n = task.first[c] as number; n < (task.first[c + 1] as number); n++) {
        let k = childAt[n] as number;
        while (k < (childAt[n + 1] as number) && inside[children[k] as number] === 0) k++;
        if (k < (childAt[n + 1] as number)) continue;
        cut.push(n);
        sum += x[n] as number;
      }
    for (const c of set) inside[c] = 0;
    for (const c of heads) if ((y[c] as number) > sum + 1e-4) cuts.push({ class: c, nodes: cut });
  };
  for (const part of components(task, open, x)) if (part.length > 1) add(part, part);
  for (const c of open) add(below(task, c, x, isDerived), [c]);
  return cuts;
}

/** The classes among those not derived that are reached from one, along e-nodes chosen at all. */
function below(task: Problem, from: number, x: ArrayLike<number>, isDerived: Uint8Array): number[] {
  const seen = new Set([from]);
  for (const c of seen)
    for (let n = task.first[c] as number; n < (task.first[c + 1] as number); n++) {
      if ((x[n] as number) <= USED) continue;
      for (let k = task.childAt[n] as number; k < (task.childAt[n + 1] as number); k++) {
        const child = task.children[k] as number;
        if (isDerived[child] === 0) seen.add(child);
      }
    }
  return [...seen];
}

/** The strongly connected components of some classes, along e-nodes chosen at all (Tarjan 1972). */
function components(task: Problem, classes: readonly number[], x: ArrayLike<number>): number[][] {
  const { first, childAt, children } = task;
  const index = new Int32Array(task.classes).fill(-2);
  for (const c of classes) index[c] = -1;
  const low = new Int32Array(task.classes);
  const stack: number[] = [];
  const path: { c: number; n: number; k: number }[] = [];
  const parts: number[][] = [];
  let count = 0;
  const enter = (c: number): void => {
    index[c] = low[c] = count++;
    stack.push(c);
    const n = first[c] as number;
    path.push({ c, n, k: childAt[n] as number });
  };
  const isOnStack = new Uint8Array(task.classes);
  for (const start of classes) {
    if (index[start] !== -1) continue;
    enter(start);
    isOnStack[start] = 1;
    while (path.length > 0) {
      const top = path[path.length - 1] as { c: number; n: number; k: number };
      const { c } = top;
      if (top.n >= (first[c + 1] as number)) {
        path.pop();
        const above = path[path.length - 1];
        if (above) low[above.c] = Math.min(low[above.c] as number, low[c] as number);
        if (low[c] !== index[c]) continue;
        const part: number[] = [];
        for (let other = -1; other !== c; ) {
          other = stack.pop() as number;
          isOnStack[other] = 0;
          part.push(other);
        }
        parts.push(part);
        continue;
      }
      if ((x[top.n] as number) <= USED || top.k >= (childAt[top.n + 1] as number)) {
        top.n++;
        top.k = childAt[top.n] as number;
        continue;
      }
      const child = children[top.k++] as number;
      if (index[child] === -1) {
        enter(child);
        isOnStack[child] = 1;
      } else if (isOnStack[child] === 1)
        low[c] = Math.min(low[c] as number, index[child] as number);
    }
  }
  return parts;
}
