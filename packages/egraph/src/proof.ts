import type { Heap } from "./heap.ts";
import type { Id, NodeId, OpId } from "./ids.ts";
import { CONGRUENCE, EQUATION_STRIDE, EQUATIONS } from "./kernel/layout.ts";
import { Timeline } from "./timeline.ts";

export { CONGRUENCE };

/** What equations are about: each id stands for the term it was created with. */
interface Terms {
  op(id: NodeId): OpId;
  arity(id: NodeId): number;
  originalChild(id: NodeId, i: number): Id;
  isCommutative(op: OpId): boolean;
}

/**
 * The equations that made classes one, in order of time: which two ids were united, and why. An equation by
 * congruence rests on older ones only, so it can be explained later, when somebody asks (Nieuwenhuis and
 * Oliveras, "Proof-producing congruence closure", RTA 2005, whose forest is built only then).
 */
export class ProofForest {
  private readonly heap: Heap;
  private readonly timeline: Timeline = new Timeline();
  /** Equations of the timeline that are still those recorded. */
  private told = 0;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** To be called when equations were cut off, before others are written over them. */
  cut(): void {
    this.told = Math.min(this.told, this.length);
  }

  private word(equation: number, offset: number): number {
    const { words } = this.heap;
    return words[(words[EQUATIONS] as number) + equation * EQUATION_STRIDE + offset] as number;
  }

  /** Equations recorded. */
  get length(): number {
    return this.heap.length(EQUATIONS) / EQUATION_STRIDE;
  }

  /** The first id of an equation. */
  from(equation: number): Id {
    return this.word(equation, 0);
  }

  /** The second id of an equation. */
  to(equation: number): Id {
    return this.word(equation, 1);
  }

  /** Why: what the union was given, or {@link CONGRUENCE}. */
  reason(equation: number): number {
    return this.word(equation, 2);
  }

  /** When which ids became equal, up to now. */
  history(): Timeline {
    const { timeline, length } = this;
    timeline.cut(Math.min(this.told, length));
    for (let e = timeline.length; e < length; e++) timeline.push(this.from(e), this.to(e));
    this.told = length;
    return timeline;
  }

  /** The equations that lead from one id to an equal one, in order: `~e` where e is used from right to left. */
  path(a: Id, b: Id): number[] {
    const history = this.history();
    const path: number[] = [];
    // Pairs still to be joined, and between them, as one negative number and a blank, the equations that do.
    const todo: number[] = [b, a];
    while (todo.length > 0) {
      const x = todo.pop() as number;
      const y = todo.pop() as number;
      if (x < 0) {
        path.push(y);
        continue;
      }
      if (x === y) continue;
      const e = history.latest(x, y);
      const forwards = history.latest(x, this.from(e)) < e;
      const [near, far] = forwards ? [this.from(e), this.to(e)] : [this.to(e), this.from(e)];
      todo.push(y, far, forwards ? e : ~e, -1, near, x);
    }
    return path;
  }

  /** The distinct reasons, ascending, on which the equality of two equal ids rests. */
  reasons(a: Id, b: Id, terms: Terms): number[] {
    const found = new Set<number>();
    const seen = new Set<number>();
    const todo: Id[] = [a, b];
    while (todo.length > 0) {
      const y = todo.pop() as Id;
      const x = todo.pop() as Id;
      for (const step of this.path(x, y)) {
        const equation = step < 0 ? ~step : step;
        if (seen.has(equation)) continue;
        seen.add(equation);
        const reason = this.reason(equation);
        if (reason >= 0) found.add(reason);
        else if (reason === CONGRUENCE) this.pairChildren(equation, terms, todo);
      }
    }
    return [...found].sort((p, q) => p - q);
  }

  /** Appends the pairs of children that made the two nodes of an equation congruent. */
  private pairChildren(equation: number, terms: Terms, pairs: Id[]): void {
    const [from, to] = [this.from(equation), this.to(equation)];
    const arity = terms.arity(from);
    if (!terms.isCommutative(terms.op(from))) {
      for (let i = 0; i < arity; i++)
        pairs.push(terms.originalChild(from, i), terms.originalChild(to, i));
      return;
    }
    // Equality before an equation is an equivalence, so taking the first partner that fits cannot go wrong.
    const history = this.history();
    const open = Array.from({ length: arity }, (_, i) => terms.originalChild(to, i));
    for (let i = 0; i < arity; i++) {
      const child = terms.originalChild(from, i);
      const at = open.findIndex((other) => history.latest(child, other) < equation);
      pairs.push(child, open[at] as number);
      open.splice(at, 1);
    }
  }
}
