import type { EGraph } from "./egraph.ts";
import * as Step from "./kernel/steps.ts";
import type { Guard, NodePattern, Pattern } from "./pattern.ts";
import type { Plan } from "./plan.ts";
import { symmetricRoots } from "./symmetry.ts";

/** Orders of this many children are tried at most: 6! = 720. */
const MAX_COMMUTATIVE = 6;

/** What compiling asks of a graph. */
type Operators = Pick<EGraph<unknown>, "symbol" | "isCommutative" | "operatorName">;

/** Where a match begins: at a root, in the classes that changed; or at a pattern within the first root. */
export type Start = { readonly changed: number } | { readonly within: NodePattern };

/**
 * Compiles the roots of a query, in an order in which each is connected to those before it where it can be.
 * Patterns without variables are looked up first. Else a match begins at the first root's e-nodes, unless
 * `start` says otherwise.
 */
export function compile(
  graph: Operators,
  roots: readonly Pattern[],
  slots: number,
  rootSlots: readonly number[],
  guards: readonly Guard[],
  start?: Start,
): Plan {
  return new Compiler(graph, roots, slots, rootSlots, guards).run(start);
}

/** A way up from a bound class to a root: each pattern is a child of the one after it. */
interface Ascent {
  readonly from: number;
  readonly nodes: readonly NodePattern[];
}

class Compiler {
  private readonly code: number[] = [];
  private readonly orders: number[] = [];
  private readonly bound = new Set<number>();
  private readonly waiting: Set<number>;
  /** Registers of the classes of patterns without variables. */
  private readonly ground = new Map<Pattern, number>();
  /** Where to begin instead of at the root that it is within. */
  private within: NodePattern | undefined;
  private registers: number;
  private generator = -1;
  private readonly graph: Operators;
  private readonly roots: readonly Pattern[];
  private readonly rootSlots: readonly number[];
  private readonly guards: readonly Guard[];

  constructor(
    graph: Operators,
    roots: readonly Pattern[],
    slots: number,
    rootSlots: readonly number[],
    guards: readonly Guard[],
  ) {
    this.graph = graph;
    this.roots = roots;
    this.rootSlots = rootSlots;
    this.guards = guards;
    this.registers = slots;
    this.waiting = new Set(guards.keys());
  }

  run(start: Start | undefined): Plan {
    const changed = start && "changed" in start ? start.changed : undefined;
    this.within = start && "within" in start ? start.within : undefined;
    const open = [...this.roots.keys()];
    const done: number[] = [];
    const nodeOf: number[] = [];
    const twins = symmetricRoots(this.roots, this.rootSlots, this.guards);
    this.flushGuards();
    for (const root of this.roots) this.lookUp(root);
    if (changed !== undefined) {
      const slot = this.rootSlots[changed] as number;
      this.step(Step.DIRTY, slot);
      this.bind(slot);
    }
    while (open.length > 0) {
      const isFirst = changed !== undefined && done.length === 0;
      const at = isFirst
        ? open.indexOf(changed)
        : Math.max(
            0,
            open.findIndex((root) => this.isConnected(root)),
          );
      const root = open.splice(at, 1)[0] as number;
      nodeOf[root] = this.root(root);
      const slot = this.rootSlots[root] as number;
      for (const other of done) this.step(Step.DIFFER, slot, this.rootSlots[other] as number);
      done.push(root);
      for (const [first, second] of twins)
        if ((first === root && done.includes(second)) || (second === root && done.includes(first)))
          this.step(Step.BEFORE, nodeOf[first] as number, nodeOf[second] as number);
    }
    for (const i of this.waiting)
      throw new RangeError(
        `guard ${i} needs the slots ${this.guards[i]?.needs.join(", ")}, but the roots do not bind all of them`,
      );
    this.step(Step.YIELD);
    return {
      code: this.code,
      registers: this.registers,
      guards: this.guards,
      orders: this.orders,
    };
  }

  private step(code: number, a = 0, b = 0, c = 0, d = 0): void {
    const generates = code <= Step.ORDERS;
    const here = this.code.length / Step.STEP;
    this.code.push(code, a, b, c, d, this.generator);
    if (generates) this.generator = here;
  }

  private register(): number {
    return this.registers++;
  }

  private bind(slot: number): void {
    this.bound.add(slot);
    this.flushGuards();
  }

  /** Emits the guards all of whose slots are bound. */
  private flushGuards(): void {
    for (const i of this.waiting) {
      if (!(this.guards[i] as Guard).needs.every((slot) => this.bound.has(slot))) continue;
      this.waiting.delete(i);
      this.step(Step.GUARD, i);
    }
  }

  private isConnected(root: number): boolean {
    const pattern = this.roots[root] as Pattern;
    return (
      this.bound.has(this.rootSlots[root] as number) ||
      (pattern.kind === "variable"
        ? this.bound.has(pattern.slot)
        : this.ascent(pattern) !== undefined)
    );
  }

  /** Emits a root; returns the register of its node (of its class when it is a variable). */
  private root(index: number): number {
    const pattern = this.roots[index] as Pattern;
    const slot = this.rootSlots[index] as number;
    if (pattern.kind === "variable") {
      const from = this.bound.has(pattern.slot) ? pattern.slot : slot;
      if (!this.bound.has(from)) {
        this.step(Step.CLASSES, from);
        this.bind(from);
      }
      for (const other of [pattern.slot, slot]) this.equateOrCopy(from, other);
      return slot;
    }
    const node = this.register();
    const known = new Map<Pattern, number>();
    const classSlot = pattern.classSlot;
    const ground = this.ground.get(pattern);
    if (ground !== undefined) this.equateOrCopy(ground, slot);
    if (this.bound.has(slot)) this.members(slot, node, pattern);
    else if (classSlot !== undefined && this.bound.has(classSlot))
      this.members(classSlot, node, pattern);
    else this.climb(pattern, node, known);
    this.loadClass(node, slot);
    this.node(pattern, node, known);
    return node;
  }

  /** Generates candidates for a root: upwards from a class that is bound, or else all with its operator. */
  private climb(pattern: NodePattern, register: number, known: Map<Pattern, number>): void {
    const ascent = this.ascent(pattern) ?? this.begin(pattern, known);
    if (!ascent) {
      this.step(Step.SCAN, this.wanted(pattern), register);
      return;
    }
    let from = ascent.from;
    for (const step of ascent.nodes) {
      const node = step === pattern ? register : this.register();
      this.step(Step.PARENTS, from, node, this.wanted(step));
      if (step === pattern) return;
      from = this.register();
      this.step(Step.CLASS, node, from);
      this.node(step, node, known);
      known.clear();
      known.set(step, from);
    }
  }

  /** Generates the pattern to begin at, where it is within this one; returns the way up from it. */
  private begin(pattern: NodePattern, known: Map<Pattern, number>): Ascent | undefined {
    const { within } = this;
    const nodes = within && wayUp(pattern, within);
    if (!within || !nodes || nodes.length === 0) return undefined;
    const node = this.register();
    const from = this.register();
    this.step(Step.SCAN, this.wanted(within), node);
    this.step(Step.CLASS, node, from);
    this.node(within, node, known);
    known.set(within, from);
    return { from, nodes };
  }

  /** Looks up the classes of the largest parts without variables: without them there is no match. */
  private lookUp(pattern: Pattern): void {
    if (pattern.kind === "variable") return;
    const children = [...pattern.children, ...(pattern.suffix ?? [])];
    for (const child of children) this.lookUp(child);
    if (!isGround(pattern) || this.ground.has(pattern)) return;
    const registers = children.map((child) => this.ground.get(child) as number);
    const at = this.orders.push(...registers) - registers.length;
    const to = this.register();
    this.step(Step.LOOKUP, this.wanted(pattern), pattern.arg, to, at);
    this.ground.set(pattern, to);
  }

  /** The shortest way up from a bound class to the root of a pattern. */
  private ascent(pattern: NodePattern): Ascent | undefined {
    let best: Ascent | undefined;
    for (const child of [...pattern.children, ...(pattern.suffix ?? [])]) {
      let way: Ascent | undefined;
      if (child.kind === "variable") {
        if (this.bound.has(child.slot)) way = { from: child.slot, nodes: [pattern] };
      } else if (this.ground.has(child)) {
        way = { from: this.ground.get(child) as number, nodes: [pattern] };
      } else if (child.classSlot !== undefined && this.bound.has(child.classSlot)) {
        way = { from: child.classSlot, nodes: [pattern] };
      } else {
        const below = this.ascent(child);
        if (below) way = { from: below.from, nodes: [...below.nodes, pattern] };
      }
      if (way && (!best || way.nodes.length < best.nodes.length)) best = way;
    }
    return best;
  }

  private members(from: number, to: number, pattern: NodePattern): void {
    this.step(Step.MEMBERS, from, to, this.wanted(pattern), 1 << (pattern.op & 31));
  }

  private wanted(pattern: NodePattern): number {
    return wanted(this.graph, pattern);
  }

  private equateOrCopy(from: number, to: number): void {
    if (from === to) return;
    if (this.bound.has(to)) this.step(Step.SAME, from, to);
    else {
      this.step(Step.COPY, from, to);
      this.bind(to);
    }
  }

  private loadClass(node: number, slot: number): void {
    if (this.bound.has(slot)) this.step(Step.SAME_CLASS, node, slot);
    else {
      this.step(Step.CLASS, node, slot);
      this.bind(slot);
    }
  }

  /** Emits the tests of a node in a register: what needs no loop first. `known` are children matched already. */
  private node(pattern: NodePattern, node: number, known: ReadonlyMap<Pattern, number>): void {
    const { children, suffix = [], rest } = pattern;
    const count = children.length + suffix.length;
    if (rest) this.step(Step.MIN_ARITY, node, count);
    if (pattern.arg !== undefined) this.step(Step.ARG, node, pattern.arg);
    if (pattern.nodeSlot !== undefined) this.equateOrCopy(node, pattern.nodeSlot);
    if (pattern.classSlot !== undefined) this.loadClass(node, pattern.classSlot);
    if (pattern.argSlot !== undefined) {
      const isBound = this.bound.has(pattern.argSlot);
      this.step(isBound ? Step.SAME_ARG : Step.LOAD_ARG, node, pattern.argSlot);
      if (!isBound) this.bind(pattern.argSlot);
    }
    let order = -1;
    if (!rest && count > 1 && this.graph.isCommutative(pattern.op)) {
      order = this.register();
      this.step(Step.ORDERS, node, order, count, this.orderTable(pattern.op, count));
    }
    const inner: [NodePattern, number][] = [];
    const all = [...children, ...suffix];
    for (const [i, child] of all.entries()) {
      const index = rest && i >= children.length ? i - count : i;
      const matched = known.get(child) ?? this.ground.get(child);
      if (matched !== undefined) {
        this.step(Step.SAME_CHILD, node, index, matched, order);
      } else if (child.kind === "variable") {
        const isBound = this.bound.has(child.slot);
        this.step(isBound ? Step.SAME_CHILD : Step.CHILD, node, index, child.slot, order);
        if (!isBound) this.bind(child.slot);
      } else {
        const register = this.register();
        this.step(Step.CHILD, node, index, register, order);
        inner.push([child, register]);
      }
    }
    for (const [child, from] of inner) {
      const register = this.register();
      this.members(from, register, child);
      this.node(child, register, known);
    }
  }

  /** Where the orders of `count` children begin in the table, the identity first. */
  private orderTable(op: number, count: number): number {
    if (count > MAX_COMMUTATIVE)
      throw new RangeError(
        `a pattern of the commutative operator ${this.graph.operatorName(op)} has ${count} children, at most ${MAX_COMMUTATIVE} are matched in every order; write it with a rest`,
      );
    const from = this.orders.length;
    const permute = (chosen: number[]): void => {
      if (chosen.length === count) this.orders.push(...chosen);
      for (let i = 0; i < count; i++) if (!chosen.includes(i)) permute([...chosen, i]);
    };
    permute([]);
    return from;
  }
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
    [...pattern.children, ...(pattern.suffix ?? [])].every(isGround)
  );
}

/** The patterns from the one around `inner` up to `outer`; undefined where it is not within. */
function wayUp(outer: NodePattern, inner: NodePattern): NodePattern[] | undefined {
  if (outer === inner) return [];
  for (const child of [...outer.children, ...(outer.suffix ?? [])]) {
    const way = child.kind === "node" ? wayUp(child, inner) : undefined;
    if (way) return [...way, outer];
  }
  return undefined;
}

/** What is below a root; each search of a small graph asks for it. */
const starts = new WeakMap<Pattern, readonly NodePattern[]>();

/** The node patterns below a root that a match may begin at. */
export function startsWithin(root: Pattern): readonly NodePattern[] {
  const known = starts.get(root);
  if (known) return known;
  const found =
    root.kind === "variable"
      ? []
      : [...root.children, ...(root.suffix ?? [])].flatMap((child) =>
          child.kind === "node" && !isGround(child) ? [child, ...startsWithin(child)] : [],
        );
  starts.set(root, found);
  return found;
}

/** What the word of a record must be: a symbol, or the complement of an operator with any number of children. */
export function wanted(
  graph: Pick<Operators, "symbol">,
  { op, children, suffix = [], rest }: NodePattern,
): number {
  return rest ? ~op : graph.symbol(op, children.length + suffix.length);
}
