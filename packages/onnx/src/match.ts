/**
 * Which nodes of a rewritten program were in the file: those with the same operator, the same attributes and the same
 * operands, all the way down. What is found only decides on names and bytes, never on meaning.
 *
 * @module
 */

import type { Attr, Attrs, Dialect, Graph, GraphNode, OpDef, Source } from "@rewright/plugin";
import { definitionOf } from "./raise.ts";
import { constantOf } from "./tensor.ts";

const isArray = (value: Attr): value is readonly Attr[] => Array.isArray(value);

/** Text that is the same for equal values: of a number, of the float32 that a file would hold. */
function valueText(value: Attr): string {
  if (isArray(value)) return `[${value.map(valueText).join(",")}]`;
  if (typeof value === "object") return constantOf(value).key;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "number") return String(value);
  if (Object.is(value, -0)) return "-0";
  return String(Number.isSafeInteger(value) ? value : Math.fround(value));
}

/** An attribute's value with axes counted from the front, where the rank is known. */
function settled(value: Attr, name: string, def: OpDef | undefined, node: GraphNode): Attr {
  const type = def?.attrs?.[name]?.type;
  const first = node.operands[0];
  if ((type !== "axis" && type !== "axes") || first === undefined || first.dtype === "unknown")
    return value;
  const front = (axis: Attr): Attr =>
    typeof axis === "number" && axis < 0 ? axis + first.shape.length : axis;
  return isArray(value) ? value.map(front) : front(value);
}

/** Text that is the same for attributes that mean the same: those that say the default are left out. */
function attrsText(attrs: Attrs, def: OpDef | undefined, node: GraphNode): string {
  const entries: string[] = [];
  for (const name of Object.keys(attrs).sort()) {
    const text = valueText(settled(attrs[name] as Attr, name, def, node));
    const usual = def?.attrs?.[name]?.default;
    if (usual === undefined || valueText(settled(usual, name, def, node)) !== text)
      entries.push(`${JSON.stringify(name)}:${text}`);
  }
  return entries.join(",");
}

/** How an operand is told apart: `undefined` for one that is absent. */
type OperandText = (source: Source) => string;

/** Numbers for the nodes of programs, equal where the nodes are. */
class Interner {
  readonly #dialects: readonly Dialect[];
  readonly #ids = new Map<string, number>();

  constructor(dialects: readonly Dialect[]) {
    this.#dialects = dialects;
  }

  #id(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(text, id);
    }
    return id;
  }

  /** The text of inputs and constants; of a node's result, what `node` says. */
  operandText(graph: Graph, node: (index: number) => string): OperandText {
    const constants: (number | undefined)[] = [];
    return (source) => {
      if (source.from === "input") return `i${source.index}`;
      if (source.from === "node") return `${node(source.index)}.${source.result}`;
      constants[source.index] ??= this.#id(`c${graph.constants[source.index]?.key}`);
      return `c${constants[source.index]}`;
    };
  }

  /** The number of a node on operands of these texts. */
  nodeId(node: GraphNode, text: OperandText): number {
    const def = definitionOf(node.op, this.#dialects);
    const operands = node.inputs.map((source) => (source ? text(source) : "-"));
    while (operands.length > 0 && operands.at(-1) === "-") operands.pop();
    if (def?.commutative && operands.length === 2) operands.sort();
    // The parts that Split makes follow from how many it is asked for.
    const count = def?.results === "variadic" ? node.results.length : "";
    const what =
      node.opaque === undefined ? attrsText(node.attrs, def, node) : JSON.stringify(node.opaque);
    return this.#id(`${JSON.stringify(node.op)}(${operands.join(" ")})${count};${what}`);
  }

  /** The number of each node of a program. */
  number(graph: Graph): readonly number[] {
    const ids: number[] = [];
    const text = this.operandText(graph, (index) => `${ids[index]}`);
    for (const node of graph.nodes) ids.push(this.nodeId(node, text));
    return ids;
  }
}

/** Indices by number, each to be taken once. */
class FreeList {
  readonly #free = new Map<number, number[]>();

  add(id: number, index: number): void {
    const list = this.#free.get(id);
    if (list) list.push(index);
    else this.#free.set(id, [index]);
  }

  /** Takes the first index, or this one; `undefined` where there is none. */
  take(id: number, wanted?: number): number | undefined {
    const list = this.#free.get(id);
    const at = wanted === undefined ? 0 : (list?.indexOf(wanted) ?? -1);
    return at < 0 ? undefined : list?.splice(at, 1)[0];
  }
}

/** What a node of a program is in the file. */
export interface Match {
  /** The index of the file's node. */
  readonly index: number;
  /** Its operands are the same, too; else it is the same operator in a place that has changed. */
  readonly exact: boolean;
}

/**
 * For each node of `graph`, the node of `original` that it is, if any; no node of `original` is given twice. First those
 * that are equal all the way down, the very same object preferred; then those that are equal but for what was found to
 * take the place of their operands; then those with the same constants, or the same unknown contents.
 */
export function matchNodes(
  original: Graph,
  graph: Graph,
  dialects: readonly Dialect[],
): readonly (Match | undefined)[] {
  if (original === graph) return graph.nodes.map((_, index) => ({ index, exact: true }));
  const interner = new Interner(dialects);
  const originalIds = interner.number(original);
  const ids = interner.number(graph);
  const positions = new Map(original.nodes.map((node, index) => [node, index]));
  const equal = new FreeList();
  for (const [index, id] of originalIds.entries()) equal.add(id, index);
  const matched = new Array<Match | undefined>(graph.nodes.length);
  const claim = (node: number, index: number | undefined, exact: boolean): void => {
    if (index !== undefined) matched[node] = { index, exact };
  };
  for (const [node, view] of graph.nodes.entries()) {
    const index = positions.get(view);
    if (index !== undefined) claim(node, equal.take(ids[node] as number, index), true);
  }
  for (const node of graph.nodes.keys())
    if (matched[node] === undefined) claim(node, equal.take(ids[node] as number), true);

  const taken = new Set(matched.map((match) => match?.index));
  const alike = new FreeList();
  const loose = (program: Graph): OperandText => {
    const constant = interner.operandText(program, () => "");
    return (source) => (source.from === "constant" ? constant(source) : "*");
  };
  const telling = (node: GraphNode): boolean =>
    node.opaque !== undefined || node.inputs.some((source) => source?.from === "constant");
  const originalText = loose(original);
  for (const [index, node] of original.nodes.entries())
    if (!taken.has(index) && telling(node)) alike.add(interner.nodeId(node, originalText), index);
  const text = loose(graph);
  const placed = interner.operandText(graph, (index) => {
    const match = matched[index];
    return match === undefined ? `new ${index}` : `${originalIds[match.index]}`;
  });
  for (const [node, view] of graph.nodes.entries()) {
    if (matched[node] !== undefined) continue;
    const free = (list: FreeList, id: number): number | undefined => {
      let index: number | undefined;
      do index = list.take(id);
      while (index !== undefined && taken.has(index));
      return index;
    };
    const index =
      free(equal, interner.nodeId(view, placed)) ??
      (telling(view) ? free(alike, interner.nodeId(view, text)) : undefined);
    if (index !== undefined) taken.add(index);
    claim(node, index, false);
  }
  return matched;
}
