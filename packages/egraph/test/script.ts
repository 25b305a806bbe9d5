/** Random scripts of operations, run on the engine and on the reference side by side. */
import fc from "fast-check";
import { EGraph, type EGraphOptions, type Mark } from "../src/index.ts";
import * as L from "../src/kernel/layout.ts";
import { Reference } from "./reference.ts";

/** Children and united ids are given as numbers, taken modulo the handles there are. */
export type Action =
  | { readonly do: "add"; readonly op: number; readonly arg: number; readonly children: number[] }
  | { readonly do: "union"; readonly a: number; readonly b: number }
  | { readonly do: "rebuild" | "mark" | "restore" | "release" };

/** Operators: 0 and 1 take anything, 2 and 3 are commutative. */
export const COMMUTATIVE: ReadonlySet<number> = new Set([2, 3]);
const OPERATORS = 4;

const handle = fc.nat({ max: 1000 });
const add = fc.record({
  do: fc.constant("add" as const),
  op: fc.nat({ max: OPERATORS - 1 }),
  arg: fc.nat({ max: 2 }),
  children: fc.array(handle, { maxLength: 3, size: "max" }),
});
const union = fc.record({ do: fc.constant("union" as const), a: handle, b: handle });
const rebuild = fc.constant({ do: "rebuild" as const });

/** Scripts that only grow the graph. */
export const growth: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof({ arbitrary: add, weight: 5 }, { arbitrary: union, weight: 2 }, rebuild),
  { minLength: 1, maxLength: 40 },
);

/** Scripts with marks: stretches of growth, each between two of them. */
export const history: fc.Arbitrary<Action[]> = fc
  .array(
    fc.tuple(
      fc.array(fc.oneof({ arbitrary: add, weight: 4 }, { arbitrary: union, weight: 3 }, rebuild), {
        minLength: 1,
        maxLength: 20,
      }),
      fc.constantFrom("mark", "mark", "mark", "restore", "restore", "release"),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((stretches) => stretches.flatMap(([growth, then]) => [...growth, { do: then } as Action]));

/** Everything of a graph that a mark must bring back, word by word. */
function snapshot<D>(graph: EGraph<D>): unknown {
  const { heap } = graph;
  const columns = [
    L.RECORD,
    L.LINKS,
    L.GIVEN,
    L.EQUATIONS,
    L.REPAIR,
    L.MERGED,
    L.JOINED,
    L.TOUCHED,
  ];
  const symbols = heap.column(L.SYMBOLS);
  const lists = [];
  for (let at = 0; at < symbols.length; at += L.SYMBOL_STRIDE) {
    const list: number[] = [];
    let chunk = symbols[at + L.FIRST] as number;
    for (let i = 0; i < (symbols[at + L.COUNT] as number); i++) {
      if (i > 0 && i % L.CHUNK_ITEMS === 0) chunk = heap.column(L.LIST)[chunk] as number;
      list.push(heap.column(L.LIST)[chunk + 2 + (i % L.CHUNK_ITEMS)] as number);
    }
    if (list.length > 0) lists.push(list);
  }
  const nodes = (column: number): number[] =>
    Array.from(heap.column(column))
      .filter((word) => word !== 0)
      .map((word) => word & 0xffffff)
      .sort();
  const table = new Set(nodes(L.TABLE));
  return {
    columns: columns.map((column) => Array.from(heap.column(column))),
    lists,
    // Where the table was made anew since, what was stale has vanished from it.
    table: graph.classes().flatMap((id) => graph.nodes(id).map((node) => table.has(node + 1))),
    given: nodes(L.GIVENS),
    facts: graph["upkeep"]
      ? Array.from({ length: graph.created }, (_, id) => graph["upkeep"]?.of(id))
      : [],
    scalars: [L.NODES, L.CLASSES, L.LISTED, L.MARKED, L.GIVENS_USED].map((at) => heap.words[at]),
    clean: graph.clean,
  };
}

/** An engine and a reference that have seen the same. */
export class Pair<D = undefined> {
  readonly graph: EGraph<D>;
  reference: Reference = new Reference(COMMUTATIVE);
  /** Per handle: the id the engine gave. */
  readonly ids: number[] = [];
  /** Per union: the handles united; its index is its reason. */
  readonly unions: [number, number][] = [];
  private readonly marks: {
    mark: Mark;
    reference: Reference;
    unions: number;
    snapshot: unknown;
    hash: string | undefined;
  }[] = [];
  private readonly check: (before: unknown, after: unknown) => void;
  /** Whether to compare hashes too, which looks every id up, and so shortens paths. */
  private readonly hashes: boolean;

  constructor(
    options: EGraphOptions<D> = {},
    check: (before: unknown, after: unknown) => void = () => {},
    hashes = false,
  ) {
    this.hashes = hashes;
    this.graph = new EGraph<D>(options);
    this.check = check;
    for (let op = 0; op < OPERATORS; op++)
      this.graph.operator(`op${op}`, { commutative: COMMUTATIVE.has(op) });
    this.graph.intern("1", 1);
    this.graph.intern("2", 2);
  }

  run(script: readonly Action[]): this {
    for (const action of script) this.step(action);
    this.graph.rebuild();
    this.reference.rebuild();
    return this;
  }

  step(action: Action): void {
    const { graph, reference, ids, marks } = this;
    const pick = (n: number): number => n % ids.length;
    switch (action.do) {
      case "add": {
        const children = ids.length === 0 ? [] : action.children.map(pick);
        ids.push(
          graph.add(
            action.op,
            action.arg,
            children.map((child) => ids[child] as number),
          ),
        );
        reference.add(action.op, action.arg, children);
        break;
      }
      case "union": {
        if (ids.length === 0) break;
        const [a, b] = [pick(action.a), pick(action.b)];
        graph.union(ids[a] as number, ids[b] as number, this.unions.push([a, b]) - 1);
        reference.union(a, b);
        break;
      }
      case "rebuild":
        graph.rebuild();
        reference.rebuild();
        break;
      case "mark": {
        const hash = this.hashes ? graph.hash() : undefined;
        const before = snapshot(graph);
        marks.push({
          hash,
          mark: graph.mark(),
          reference: reference.copy(),
          unions: this.unions.length,
          snapshot: before,
        });
        break;
      }
      case "restore": {
        const mark = marks.pop();
        if (!mark) break;
        graph.restore(mark.mark);
        this.check(mark.snapshot, snapshot(graph));
        if (mark.hash) this.check(mark.hash, graph.hash());
        this.reference = mark.reference;
        ids.length = mark.reference.terms.length;
        this.unions.length = mark.unions;
        break;
      }
      case "release": {
        const mark = marks.pop();
        if (mark) graph.release(mark.mark);
      }
    }
  }

  /** The label of the reference for a class of the engine. */
  label(id: number): number {
    const root = this.graph.find(id);
    return this.ids.findIndex((other) => this.graph.find(other) === root);
  }

  /** The string of the reference for an e-node of the engine. */
  key(node: number): string {
    const { graph } = this;
    const labels = graph.children(node).map((child) => this.label(child));
    if (COMMUTATIVE.has(graph.op(node))) labels.sort((p, q) => p - q);
    return `${graph.op(node)}:${graph.arg(node)}(${labels.join(",")})`;
  }
}
