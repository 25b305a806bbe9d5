import { TREES } from "./budget.ts";
import { TOLERANCE } from "./costsets.ts";
import type { Incumbent } from "./incumbent.ts";
import { Supposition } from "./supposition.ts";
import { cheapestTrees, type Trees } from "./tree.ts";

/** Steps that a round may spend on trying joint moves, the most promising first: well below a second. */
const EFFORT = 2e7;

/**
 * Local improvement by marginal cost: what the program computes already is free, so other classes enter
 * with the term that is cheapest then. Two kinds of moves are made until neither helps: another e-node
 * for one class; and classes that pay only when several others use them (one large product in place of
 * several small ones), taken for a trial with the moves that they allow. Returns the rounds it took, at
 * most `rounds`.
 */
export function improve(incumbent: Incumbent, rounds: number, stop: () => boolean): number {
  for (let round = 0; round < rounds; round++) {
    if (stop()) return round;
    reprice(incumbent);
    const single = moveOne(incumbent, stop);
    if (!moveTogether(incumbent, reprice(incumbent), stop) && !single) return round + 1;
  }
  return rounds;
}

/** Lets every class outside the program enter, should it be needed, with its cheapest term beside the program. */
function reprice(incumbent: Incumbent): Trees {
  const { task, choice, uses, budget } = incumbent;
  budget.spent += TREES * (task.nodes + task.children.length);
  const free = Uint8Array.from(uses, (count) => (count > 0 ? 1 : 0));
  const trees = cheapestTrees(task, task.costs, { free });
  for (let c = 0; c < task.classes; c++) if (free[c] === 0) choice[c] = trees.choice[c] as number;
  return trees;
}

function moveOne(incumbent: Incumbent, stop: () => boolean): boolean {
  let moved = false;
  const order = incumbent.order.slice();
  for (let i = order.length - 1; i >= 0; i--) {
    if ((i & 15) === 0 && stop()) break;
    const c = order[i] as number;
    if (incumbent.uses[c] === 0) continue;
    if (incumbent.improve(c, incumbent.cost * TOLERANCE)) moved = true;
  }
  return moved;
}

function moveTogether(incumbent: Incumbent, trees: Trees, stop: () => boolean): boolean {
  const supposition = new Supposition(incumbent, trees);
  const promising: { classes: readonly number[]; net: number }[] = [];
  let saved = incumbent.savings();
  let asked = 0;
  for (const classes of newcomers(incumbent, trees)) {
    if ((++asked & 15) === 0 && stop()) return false;
    supposition.begin(classes);
    const net = supposition.net(saved);
    supposition.end();
    if (net > incumbent.cost * TOLERANCE) promising.push({ classes, net });
  }
  promising.sort((p, q) => q.net - p.net);
  let moved = false;
  const trials = Math.ceil(EFFORT / (incumbent.task.classes + incumbent.order.length));
  for (const { classes } of promising.slice(0, trials)) {
    if (stop()) break;
    if (classes.some((c) => (incumbent.uses[c] as number) > 0)) continue;
    supposition.begin(classes);
    if (supposition.net(saved) > incumbent.cost * TOLERANCE && supposition.tryOut()) {
      moved = true;
      saved = incumbent.savings();
    }
    supposition.end();
  }
  return moved;
}

/** Classes that might enter the program together: each by itself, and what some e-node would need. */
function* newcomers(incumbent: Incumbent, trees: Trees): Generator<readonly number[]> {
  const { task, uses, order } = incumbent;
  const canEnter = (c: number): boolean =>
    uses[c] === 0 && (trees.cost[c] as number) < Number.POSITIVE_INFINITY;
  for (let c = 0; c < task.classes; c++) if (canEnter(c)) yield [c];
  const seen = new Set<string>();
  for (const c of order) {
    const end = task.first[c + 1] as number;
    for (let n = task.first[c] as number; n < end; n++) {
      const children = task.children.subarray(task.childAt[n], task.childAt[n + 1]);
      const fresh = [...new Set(children)].filter((child) => uses[child] === 0).sort(ascending);
      if (fresh.length < 2 || !fresh.every(canEnter)) continue;
      const key = fresh.join();
      if (seen.has(key)) continue;
      seen.add(key);
      yield fresh;
    }
  }
}

const ascending = (a: number, b: number): number => a - b;
