/**
 * The way that the engine takes through the patterns of a rule, which `egraph-ts` documents at `Query`: what has no variables is
 * looked up first; a root that is connected to what is known is reached from there, by the shortest way up or from its class;
 * only the first one, or one that nothing connects, begins with all e-nodes of its operator. A test is made at once when all that
 * it reads is known.
 *
 * @module
 */

import type { NodePattern, Pattern } from "egraph-ts";
import type { LeftSide } from "./pattern.ts";

/** A stop on the way: what is found there, or the number of a test that is made. */
export type Stop =
  /** The class of a pattern without variables. */
  | { readonly kind: "look up"; readonly pattern: NodePattern }
  /** The e-nodes of an operator, one after the other; the patterns below may be begun with instead, where they are rarer. */
  | {
      readonly kind: "begin";
      readonly pattern: NodePattern;
      readonly root: number;
      readonly below: readonly NodePattern[];
    }
  /** All classes. */
  | { readonly kind: "any"; readonly root: number }
  /** The e-nodes that have a class as a child, and fit. */
  | {
      readonly kind: "above";
      readonly pattern: NodePattern;
      readonly from: Pattern;
      /** The root that is reached. */
      readonly root: number | undefined;
    }
  /** The e-nodes of a class that fit. */
  | { readonly kind: "in"; readonly pattern: NodePattern; readonly root: number }
  /** The e-nodes of an operand's class that fit. */
  | { readonly kind: "operand"; readonly pattern: NodePattern }
  | { readonly kind: "test"; readonly test: number };

/** The way through the patterns of a left side. */
export function itineraryOf(left: LeftSide): readonly Stop[] {
  return new Traveller(left).travel();
}

/** A way up from a class that is known to a root: each pattern is a child of the one after it. */
interface Ascent {
  readonly from: Pattern;
  readonly nodes: readonly NodePattern[];
}

class Traveller {
  private readonly stops: Stop[] = [];
  private readonly bound = new Set<number>();
  private readonly waiting: Set<number>;
  private readonly ground = new Set<Pattern>();
  private readonly left: LeftSide;

  constructor(left: LeftSide) {
    this.left = left;
    this.waiting = new Set(left.guards.keys());
  }

  travel(): readonly Stop[] {
    const { patterns } = this.left;
    const open = [...patterns.keys()];
    this.test();
    for (const pattern of patterns) this.lookUp(pattern);
    while (open.length > 0) {
      const at = Math.max(
        0,
        open.findIndex((root) => this.isConnected(root)),
      );
      this.root(open.splice(at, 1)[0] as number, open.length === patterns.length - 1);
    }
    return this.stops;
  }

  private bind(slot: number | undefined): void {
    if (slot === undefined || this.bound.has(slot)) return;
    this.bound.add(slot);
    this.test();
  }

  private test(): void {
    for (const test of this.waiting) {
      if (!this.left.guards[test]?.needs.every((slot) => this.bound.has(slot))) continue;
      this.waiting.delete(test);
      this.stops.push({ kind: "test", test });
    }
  }

  private lookUp(pattern: Pattern): void {
    if (pattern.kind === "variable") return;
    for (const child of childrenOf(pattern)) this.lookUp(child);
    if (!isGround(pattern)) return;
    this.ground.add(pattern);
    this.stops.push({ kind: "look up", pattern });
  }

  private isConnected(root: number): boolean {
    const pattern = this.left.patterns[root] as Pattern;
    if (this.bound.has(this.left.rootSlots[root] as number)) return true;
    return pattern.kind === "variable"
      ? this.bound.has(pattern.slot)
      : this.ascent(pattern) !== undefined;
  }

  private root(root: number, isFirst: boolean): void {
    const pattern = this.left.patterns[root] as Pattern;
    const slot = this.left.rootSlots[root] as number;
    if (pattern.kind === "variable") {
      const from = this.bound.has(pattern.slot) ? pattern.slot : slot;
      if (!this.bound.has(from)) this.stops.push({ kind: "any", root });
      for (const own of [from, pattern.slot, slot]) this.bind(own);
      return;
    }
    if (this.ground.has(pattern)) this.bind(slot);
    const isKnown = [slot, pattern.classSlot].some(
      (own) => own !== undefined && this.bound.has(own),
    );
    const known = new Set<Pattern>();
    const ascent = isKnown ? undefined : this.ascent(pattern);
    if (isKnown) this.stops.push({ kind: "in", pattern, root });
    else if (ascent) this.climb(ascent, pattern, root, known);
    else {
      this.stops.push({ kind: "begin", pattern, root, below: isFirst ? rarerThan(pattern) : [] });
    }
    this.bind(slot);
    this.node(pattern, known);
  }

  private climb(ascent: Ascent, goal: NodePattern, root: number, known: Set<Pattern>): void {
    let { from } = ascent;
    for (const pattern of ascent.nodes) {
      const isGoal = pattern === goal;
      this.stops.push({ kind: "above", pattern, from, root: isGoal ? root : undefined });
      if (isGoal) return;
      this.node(pattern, known);
      known.clear();
      known.add(pattern);
      from = pattern;
    }
  }

  private node(pattern: NodePattern, known: ReadonlySet<Pattern>): void {
    this.bind(pattern.nodeSlot);
    this.bind(pattern.classSlot);
    this.bind(pattern.argSlot);
    const inner: NodePattern[] = [];
    for (const child of childrenOf(pattern)) {
      if (known.has(child) || this.ground.has(child)) continue;
      if (child.kind === "variable") this.bind(child.slot);
      else inner.push(child);
    }
    for (const child of inner) {
      this.stops.push({ kind: "operand", pattern: child });
      this.node(child, known);
    }
  }

  /** The shortest way up from a class that is known to the root of a pattern. */
  private ascent(pattern: NodePattern): Ascent | undefined {
    let best: Ascent | undefined;
    for (const child of childrenOf(pattern)) {
      let way: Ascent | undefined;
      const isKnown =
        child.kind === "variable"
          ? this.bound.has(child.slot)
          : this.ground.has(child) ||
            (child.classSlot !== undefined && this.bound.has(child.classSlot));
      if (isKnown) way = { from: child, nodes: [pattern] };
      else if (child.kind === "node") {
        const below = this.ascent(child);
        if (below) way = { from: below.from, nodes: [...below.nodes, pattern] };
      }
      if (way && (!best || way.nodes.length < best.nodes.length)) best = way;
    }
    return best;
  }
}

function childrenOf({ children, suffix = [] }: NodePattern): readonly Pattern[] {
  return [...children, ...suffix];
}

/** Whether a pattern is one certain term. */
function isGround(pattern: Pattern): boolean {
  return (
    pattern.kind === "node" &&
    pattern.arg !== undefined &&
    pattern.argSlot === undefined &&
    pattern.nodeSlot === undefined &&
    pattern.classSlot === undefined &&
    !pattern.rest &&
    childrenOf(pattern).every(isGround)
  );
}

/** The patterns below a root that the engine begins with where they are rarer: one of each operator. */
function rarerThan(root: NodePattern): readonly NodePattern[] {
  const seen = new Set([symbolOf(root)]);
  const found: NodePattern[] = [];
  const visit = (pattern: Pattern): void => {
    if (pattern.kind === "variable" || isGround(pattern)) return;
    if (!seen.has(symbolOf(pattern))) found.push(pattern);
    seen.add(symbolOf(pattern));
    childrenOf(pattern).forEach(visit);
  };
  childrenOf(root).forEach(visit);
  return found;
}

/** What e-nodes are counted by: their operator and number of operands. */
function symbolOf(pattern: NodePattern): string {
  return `${pattern.op} ${pattern.rest ? "any" : childrenOf(pattern).length}`;
}
