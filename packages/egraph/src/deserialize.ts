import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { NodeCost } from "./extract/extraction.ts";
import type { ArgId, Id, NodeId, OpId } from "./ids.ts";
import { show } from "./json.ts";
import { type FileLimits, readSerialFile, type SerialFile } from "./serialfile.ts";
import { readSymbol, type Spelling } from "./spelling.ts";

/** Options of {@link deserialize}. */
export interface DeserializeOptions {
  /** How the texts of `op` are read; those that it does not know are read as {@link serialize} writes them. */
  readonly syntax?: Spelling;
  /**
   * Keep all e-nodes of the file apart, each with its name as the argument: for files where congruent e-nodes
   * differ in their cost or their class, since what tells them apart is not in the file.
   */
  readonly apart?: boolean;
  /** What the file may hold. */
  readonly limits?: FileLimits;
}

/** What {@link deserialize} added to a graph. */
export interface Deserialized {
  /** The classes of the file's `root_eclasses`. */
  readonly roots: readonly Id[];
  /** The classes by their names in the file, in the order of their first e-nodes. */
  readonly classes: ReadonlyMap<string, Id>;
  /**
   * Costs as in the file; of e-nodes that are one in the graph, the least. 1 for others, which is the format's
   * default.
   */
  readonly cost: NodeCost;
  /** What the file says about classes, by their names. */
  readonly classData: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Classes of the file that are one with another of it, by congruence or by what was in the graph. */
  readonly merged: number;
}

/** The operator of the e-nodes that begin classes without any finite term. */
const ENDLESS = "endless";

/**
 * Adds the e-graph in a JSON file of the crate egraph-serialize (see {@link serialize}) to a graph, which is
 * rebuilt afterwards. Ids follow the order of the file, children first. Operators that are to be commutative
 * must be declared before. Classes without any finite term, being cycles of their own, begin with an e-node
 * `endless` that is subsumed at once.
 *
 * Throws an {@link EGraphError} before it adds anything: `limit` for files larger than may be, `format` for
 * what is no such file, with the place: JSON errors, keys that come twice, missing or wrong fields, children and
 * roots that are not there, costs that are not finite or below 0, roots without any finite term.
 */
export function deserialize<D>(
  graph: EGraph<D>,
  text: string,
  options: DeserializeOptions = {},
): Deserialized {
  const file = readSerialFile(text, options.limits ?? {});
  const { order, endless } = buildOrder(file);
  for (const root of file.roots)
    if (endless.has(root))
      throw new EGraphError(
        "format",
        `the root ${show(file.classes[root] as string)} has no finite term: each of its e-nodes leads back to it or to another such class`,
      );

  const ids = new Array<Id>(file.classes.length).fill(-1);
  const added = new Array<Added>(file.names.length);
  const costs = new Map<NodeId, number>();
  for (const number of endless) {
    const name = file.classes[number] as string;
    ids[number] = graph.add(graph.operator(ENDLESS), graph.intern(`${ENDLESS} ${name}`, name), []);
  }
  for (const i of order) {
    const name = file.names[i] as string;
    const symbol = options.apart
      ? { op: graph.operator(file.ops[i] as string), arg: graph.intern(`node ${name}`, name) }
      : readSymbol(graph, options.syntax ?? {}, file.ops[i] as string);
    const children = (file.children[i] as readonly number[]).map((child) => ids[child] as Id);
    const number = file.classOf[i] as number;
    const { nodeCount } = graph;
    const id = graph.add(symbol.op, symbol.arg, children);
    added[i] = { ...symbol, children, id, isNew: graph.nodeCount > nodeCount };
    if (ids[number] === -1) ids[number] = id;
    else graph.union(ids[number] as Id, id);
  }
  graph.rebuild();

  const survivors = new Survivors(graph, ids);
  const subsumed: NodeId[] = [...endless].map((number) => ids[number] as Id);
  for (const i of order) {
    const node = survivors.of(added[i] as Added);
    // It may be one that was subsumed in the graph before.
    if (node === undefined) continue;
    if (file.subsumed[i]) subsumed.push(node);
    costs.set(node, Math.min(costs.get(node) ?? Number.POSITIVE_INFINITY, file.costs[i] as number));
  }
  for (const node of subsumed) graph.subsume(node);
  graph.rebuild();
  const classes = new Map(file.classes.map((name, i) => [name, graph.find(ids[i] as Id)]));
  return {
    roots: file.roots.map((root) => graph.find(ids[root] as Id)),
    classes,
    cost: (node) => costs.get(node) ?? 1,
    classData: file.classData,
    merged: classes.size - new Set(classes.values()).size,
  };
}

/** The e-nodes of a file, each after a first one of each of its children's classes; and the classes that have no first one. */
function buildOrder(file: SerialFile): {
  readonly order: readonly number[];
  readonly endless: ReadonlySet<number>;
} {
  const waiting = file.classes.map((): number[] => []);
  const missing = file.children.map((children, i) => {
    const distinct = new Set(children);
    for (const child of distinct) (waiting[child] as number[]).push(i);
    return distinct.size;
  });
  const begun = file.classes.map(() => false);
  const order: number[] = [];
  const place = (first: number): void => {
    const ready = [first];
    for (const i of ready) {
      missing[i] = -1;
      order.push(i);
      const number = file.classOf[i] as number;
      if (begun[number]) continue;
      begun[number] = true;
      // Those further on in the file get their turn there.
      for (const parent of waiting[number] as number[])
        if (--(missing[parent] as number) === 0 && parent < first) ready.push(parent);
    }
  };
  for (const i of file.names.keys()) if (missing[i] === 0) place(i);
  const endless = new Set(begun.flatMap((is, number) => (is ? [] : [number])));
  for (const i of file.names.keys()) if ((missing[i] as number) >= 0) order.push(i);
  return { order, endless };
}

interface Added {
  readonly op: OpId;
  readonly arg: ArgId;
  readonly children: readonly Id[];
  /** What `add` returned. */
  readonly id: Id;
  /** Whether that is an e-node of its own. */
  readonly isNew: boolean;
}

/** The e-nodes that those that were added have become. */
class Survivors {
  // biome-ignore lint/suspicious/noExplicitAny: reading does not look at the facts of the graph
  private readonly graph: EGraph<any>;
  private readonly live = new Set<NodeId>();
  /** Per class in which it was asked for: the e-nodes by what they are. */
  private readonly classes = new Map<Id, Map<string, NodeId>>();

  // biome-ignore lint/suspicious/noExplicitAny: reading does not look at the facts of the graph
  constructor(graph: EGraph<any>, ids: readonly Id[]) {
    this.graph = graph;
    for (const id of new Set(ids.map((id) => graph.find(id))))
      for (const node of graph.nodes(id)) this.live.add(node);
  }

  of({ op, arg, children, id, isNew }: Added): NodeId | undefined {
    const { graph } = this;
    if (isNew && this.live.has(id)) return id;
    const root = graph.find(id);
    const nodes = this.classes.get(root) ?? this.index(root);
    const canonical = children.map((child) => graph.find(child));
    // Only a commutative operator can be stored in another order than it was added in.
    const node = nodes.get(key(op, arg, canonical)) ?? nodes.get(key(~op, arg, sorted(canonical)));
    return node;
  }

  private index(root: Id): Map<string, NodeId> {
    const { graph } = this;
    const nodes = new Map<string, NodeId>();
    for (const node of graph.nodes(root)) {
      const [op, arg, children] = [graph.op(node), graph.arg(node), graph.children(node)];
      nodes.set(key(op, arg, children), node);
      nodes.set(key(~op, arg, sorted(children)), node);
    }
    this.classes.set(root, nodes);
    return nodes;
  }
}

function key(op: number, arg: ArgId, children: readonly Id[]): string {
  return `${op} ${arg} ${children.join(" ")}`;
}

function sorted(children: readonly Id[]): readonly Id[] {
  return [...children].sort((a, b) => a - b);
}
