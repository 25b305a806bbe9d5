import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { NodeCost } from "./extract/extraction.ts";
import type { Id, NodeId } from "./ids.ts";
import { type Spelling, Writer } from "./spelling.ts";

/** Options of {@link serialize}. */
export interface SerializeOptions {
  /** The classes that the graph is about. */
  readonly roots?: readonly Id[];
  /** What e-nodes cost: finite and ≥ 0; 1 unless said. */
  readonly cost?: NodeCost;
  /** What else is to be said of a class, such as its `type`; undefined: nothing. */
  readonly classData?: (id: Id) => Readonly<Record<string, string>> | undefined;
  /** How e-nodes with arguments are written; as JSON behind the operator unless it says. */
  readonly syntax?: Spelling;
}

/** Longer texts are no strings any more in some engines. */
const MAX_LENGTH = 2 ** 29 - 25;

/**
 * The graph as JSON in the format of the crate egraph-serialize, which egg, egglog, extraction-gym and their
 * visualisers read: `nodes` by id in creation order, each with `op`, `children` (an e-node of each child's
 * class), `eclass`, `cost` and, if so, `subsumed`; `root_eclasses`; `class_data`. Class 12 is called `12`, e-node 13 `n13`.
 * {@link deserialize} gives the same graph again, ids renumbered without gaps.
 *
 * Throws an {@link EGraphError}: `pending` when the graph is not rebuilt, `literal` for an argument without a
 * spelling, `id` for a root that is no class, `option` for a cost that JSON cannot say, `size` when the text would be
 * too long for a string.
 */
export function serialize<D>(graph: EGraph<D>, options: SerializeOptions = {}): string {
  const { roots = [], cost, classData, syntax = {} } = options;
  if (!graph.clean)
    throw new EGraphError(
      "pending",
      "the e-graph has unions pending: call rebuild() before it is written",
    );
  const writer = new Writer(graph, syntax);
  const classes = graph.classes();
  const known = new Set(classes);
  const nodes: NodeId[] = [];
  const first = new Map<Id, string>();
  for (let node = 0; node < graph.created; node++) {
    if (!graph["isLive"](node)) continue;
    nodes.push(node);
    const id = graph.find(node);
    if (!first.has(id)) first.set(id, `n${node}`);
  }

  const text = new Text();
  text.add('{"nodes":{');
  for (const [i, node] of nodes.entries()) {
    const own = cost ? cost(node) : 1;
    if (!(own >= 0 && own < Number.POSITIVE_INFINITY))
      throw new EGraphError(
        "option",
        `e-node ${node} (${graph.operatorName(graph.op(node))}) costs ${own}; a file holds finite costs ≥ 0`,
      );
    const op = JSON.stringify(writer.write(graph.op(node), graph.arg(node)));
    const children = graph.children(node).map((child) => `"${first.get(child)}"`);
    const subsumed = graph["isSeen"](node) ? "" : ',"subsumed":true';
    text.add(
      `${i > 0 ? "," : ""}\n"n${node}":{"op":${op},"children":[${children.join()}],"eclass":"${graph.find(node)}","cost":${own}${subsumed}}`,
    );
  }
  const heads = roots.map((root) => {
    const id = graph.find(root);
    if (!known.has(id))
      throw new EGraphError("option", `the root ${root} is no class of this graph`);
    return `"${id}"`;
  });
  text.add(`\n},"root_eclasses":[${heads.join()}],"class_data":{`);
  let separator = "";
  for (const id of classData ? classes : []) {
    const data = classData?.(id);
    if (data === undefined) continue;
    text.add(`${separator}\n"${id}":${JSON.stringify(data)}`);
    separator = ",";
  }
  text.add("}}\n");
  return text.toString();
}

class Text {
  private readonly parts: string[] = [];
  private length = 0;

  add(part: string): void {
    this.length += part.length;
    if (this.length > MAX_LENGTH)
      throw new EGraphError(
        "size",
        `the graph takes more than ${MAX_LENGTH} characters, the most that a string can hold`,
      );
    this.parts.push(part);
  }

  toString(): string {
    return this.parts.join("");
  }
}
