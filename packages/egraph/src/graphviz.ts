import type { EGraph } from "./egraph.ts";
import type { Extraction } from "./extract/extraction.ts";
import type { Id } from "./ids.ts";
import { type Spelling, Writer } from "./spelling.ts";

/** Options of {@link toDot}. */
export interface DotOptions {
  /** Draw only what these classes lead to, and frame them; all classes unless said. */
  readonly roots?: readonly Id[];
  /** Highlight this program. */
  readonly extraction?: Extraction;
  /** What to write on a class, such as its facts; its id unless said. */
  readonly label?: (id: Id) => string;
  /** How e-nodes with arguments are written. */
  readonly syntax?: Spelling;
}

/**
 * The graph in Graphviz's language: a cluster for each class, an e-node with a port for each child, from which
 * an edge leads to the child's class. Render it by `dot -Tsvg`; beyond some hundred e-nodes, choose roots.
 */
export function toDot<D>(graph: EGraph<D>, options: DotOptions = {}): string {
  const { roots = [], extraction, label = (id: Id): string => `${id}` } = options;
  const writer = new Writer(graph, options.syntax ?? {});
  const framed = new Set(roots.map((root) => graph.find(root)));
  const program = new Set(extraction?.order);
  const chosen = new Set([...program].map((id) => extraction?.choice(id)));
  const classes = roots.length > 0 ? reachable(graph, framed) : graph.classes();

  const clusters: string[] = [];
  const edges: string[] = [];
  for (const id of classes) {
    const nodes = graph.nodes(id);
    const color = program.has(id) ? CHOSEN : "gray65";
    clusters.push(
      `  subgraph cluster_${id} {`,
      `    label=<<font color="gray40">${text(label(id))}</font>> color=${color} penwidth=${framed.has(id) ? 2 : 1} margin=7`,
      "    rank=same",
    );
    // An edge needs something to lead to.
    if (nodes.length === 0) clusters.push(`    none${id} [style=invis]`);
    for (const node of nodes) {
      const isChosen = chosen.has(node);
      const name = writer.write(graph.op(node), graph.arg(node));
      clusters.push(`    n${node} [label=${table(name, graph.arity(node), isChosen)}]`);
      for (const [i, child] of graph.children(node).entries()) {
        const own = child === id ? "" : ` lhead=cluster_${child}`;
        const bold = isChosen ? ` color=${CHOSEN} penwidth=1.6` : "";
        edges.push(
          `  n${node}:${i}:s -> ${target(graph, child, extraction, program)} [${own}${bold}]`,
        );
      }
    }
    clusters.push("  }");
  }
  return [...HEADER, ...clusters, ...edges, "}", ""].join("\n");
}

const CHOSEN = '"#2a7d46"';

const HEADER: readonly string[] = [
  "digraph egraph {",
  "  compound=true newrank=true ranksep=0.5 nodesep=0.2 fontname=Helvetica fontsize=9",
  '  graph [style="rounded,filled" fillcolor="#fafafa" labeljust=l]',
  "  node [shape=plain fontname=Helvetica fontsize=12]",
  "  edge [color=gray45 arrowsize=0.6]",
];

/** An edge has to lead to an e-node, though it is drawn as far as to the class. */
function target<D>(
  graph: EGraph<D>,
  id: Id,
  extraction: Extraction | undefined,
  program: ReadonlySet<Id>,
): string {
  if (extraction && program.has(id)) return `n${extraction.choice(id)}`;
  const [first] = graph.nodes(id);
  return first === undefined ? `none${id}` : `n${first}`;
}

function table(name: string, arity: number, isChosen: boolean): string {
  const fill = isChosen ? "#d5efdc" : "white";
  const border = isChosen ? "#2a7d46" : "gray45";
  const ports = Array.from({ length: arity }, (_, i) => `<td port="${i}" height="4"></td>`);
  return [
    `<<table border="1" cellborder="0" cellspacing="0" cellpadding="0" style="rounded" color="${border}" bgcolor="${fill}">`,
    `<tr><td cellpadding="4" colspan="${Math.max(1, arity)}">${text(name)}</td></tr>`,
    ...(arity > 0 ? ["<tr>", ...ports, "</tr>"] : []),
    "</table>>",
  ].join("");
}

/** A text in one of Graphviz's labels, which are like HTML; lines break where it does. */
function text(value: string): string {
  if (value === "") return " ";
  return [...value].map(character).join("");
}

function character(char: string): string {
  if (char === "&") return "&amp;";
  if (char === "<") return "&lt;";
  if (char === ">") return "&gt;";
  if (char === '"') return "&quot;";
  if (char === "\n") return "<br/>";
  // XML has no place for control characters and lone surrogates.
  return /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(char) ? "\uFFFD" : char;
}

/** What some classes lead to, in creation order. */
function reachable<D>(graph: EGraph<D>, roots: ReadonlySet<Id>): Id[] {
  const seen = new Set(roots);
  for (const id of seen)
    for (const node of graph.nodes(id)) for (const child of graph.children(node)) seen.add(child);
  return [...seen].sort((a, b) => a - b);
}
