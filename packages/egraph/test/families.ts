/** Families of generated e-graphs that are hard to extract from, each in its own way. */
import { EGraph, type Id, type NodeCost } from "../src/index.ts";

/** A graph to extract from. */
interface Instance {
  readonly graph: EGraph;
  readonly roots: readonly Id[];
  readonly cost: NodeCost;
}

/** Builds e-nodes of given costs, all distinct, with random numbers to choose by. */
class Builder {
  readonly graph: EGraph = new EGraph();
  private readonly costs: number[] = [];
  private readonly op = this.graph.operator("f");
  private state: number;
  private count = 0;

  constructor(seed: number) {
    this.state = (seed * 2654435761) >>> 0;
  }

  /** A whole number from 0 and below `below` (mulberry32). */
  random(below: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random(items.length)] as T;
  }

  node(cost: number, ...children: Id[]): Id {
    const name = `${this.count++}`;
    const id = this.graph.add(this.op, this.graph.intern(name, name), children);
    this.costs[id] = cost;
    return id;
  }

  done(roots: readonly Id[]): Instance {
    this.graph.rebuild();
    const { graph, costs } = this;
    return { graph, roots, cost: (node) => costs[node] as number };
  }
}

/** Layers of classes, each with several e-nodes over the layers below: much is shared by chance. */
function layers(seed: number, size: number): Instance {
  const b = new Builder(seed);
  const all = Array.from({ length: 4 }, () => b.node(1 + b.random(9)));
  while (all.length < size) {
    const below = all.slice(-12);
    const id = b.node(1 + b.random(5), b.pick(below), b.pick(below));
    for (let i = b.random(3); i > 0; i--)
      b.graph.union(id, b.node(1 + b.random(8), b.pick(below), b.pick(below)));
    all.push(id);
  }
  return b.done([all.at(-1) as Id]);
}

/** Classes at random, any e-node over any of them: one large knot of cycles. */
function knot(seed: number, size: number): Instance {
  const b = new Builder(seed);
  const ids = Array.from({ length: size }, () => b.node(40 + b.random(60)));
  for (const id of ids)
    for (let i = 0; i < 3; i++)
      b.graph.union(
        id,
        b.random(2) === 0
          ? b.node(1 + b.random(20), b.pick(ids))
          : b.node(1 + b.random(9), b.pick(ids), b.pick(ids)),
      );
  return b.done([ids[0] as Id, ids[1] as Id]);
}

/** Elements to cover, each by several sets: the roots are the elements. */
function covering(seed: number, size: number): Instance {
  const b = new Builder(seed);
  const sets = Array.from({ length: size }, () => b.node(3 + b.random(5)));
  const roots = Array.from({ length: 2 * size }, () => {
    const id = b.node(0, b.pick(sets));
    for (let i = 1 + b.random(2); i > 0; i--) b.graph.union(id, b.node(0, b.pick(sets)));
    return id;
  });
  return b.done(roots);
}

/** Values that can be had together: a large e-node whose parts cost nothing to take apart and to put together. */
function parts(seed: number, size: number): Instance {
  const b = new Builder(seed);
  const values = Array.from({ length: size }, () => b.node(6 + b.random(6)));
  const pairs: Id[] = [];
  for (let i = 0; i < 2 * size; i++) {
    const [x, y] = [b.pick(values), b.pick(values)];
    const pair = b.node(7 + b.random(5));
    b.graph.union(pair, b.node(0, x, y));
    b.graph.union(x, b.node(0, pair));
    b.graph.union(y, b.node(0, pair));
    pairs.push(pair);
  }
  return b.done([...values.slice(0, size >> 1), ...pairs.slice(0, 3)]);
}

/** Many outputs over common sub-terms that are dear alone and cheap together. */
function outputs(seed: number, size: number): Instance {
  const b = new Builder(seed);
  const common = Array.from({ length: size >> 1 }, () => b.node(4 + b.random(10)));
  const roots = Array.from({ length: size }, () => {
    const id = b.node(5 + b.random(6));
    b.graph.union(id, b.node(1, b.pick(common), b.pick(common)));
    b.graph.union(id, b.node(1 + b.random(2), b.pick(common), b.pick(common), b.pick(common)));
    return id;
  });
  for (let i = 0; i + 1 < common.length; i++)
    b.graph.union(common[i] as Id, b.node(1 + b.random(4), common[i + 1] as Id));
  return b.done(roots);
}

/** The families by name. */
export const families: Readonly<
  Record<
    "layers" | "knot" | "covering" | "parts" | "outputs",
    (seed: number, size: number) => Instance
  >
> = {
  layers,
  knot,
  covering,
  parts,
  outputs,
};
