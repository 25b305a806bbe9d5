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

/** Text that is the same for equal values: numbers as the float32 that a file would hold. */
function valueText(value: Attr): string {
  if (isArray(value)) return `[${value.map(valueText).join(",")}]`;
  if (typeof value === "number")
    return String(Math.fround(value) === 0 ? 0 : integerOrFloat(value));
  if (typeof value === "object") return constantOf(value).key;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function integerOrFloat(value: number): number {
  return Number.isSafeInteger(value) ? value : Math.fround(value);
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

  /** The number of each node of a program. */
  number(graph: Graph): readonly number[] {
    const constants: (number | undefined)[] = [];
    const ids: number[] = [];
    const idOf = (source: Source | undefined): string => {
      if (source === undefined) return "-";
      if (source.from === "input") return `i${source.index}`;
      if (source.from === "node") return `${ids[source.index]}.${source.result}`;
      constants[source.index] ??= this.#id(`c${graph.constants[source.index]?.key}`);
      return `c${constants[source.index]}`;
    };
    for (const node of graph.nodes) {
      const def = definitionOf(node.op, this.#dialects);
      const operands = node.inputs.map(idOf);
      while (operands.length > 0 && operands.at(-1) === "-") operands.pop();
      if (def?.commutative && operands.length === 2) operands.sort();
      // The parts that Split makes follow from how many it is asked for.
      const count = def?.results === "variadic" ? node.results.length : "";
      const what =
        node.opaque === undefined ? attrsText(node.attrs, def, node) : JSON.stringify(node.opaque);
      ids.push(this.#id(`${JSON.stringify(node.op)}(${operands.join(" ")})${count};${what}`));
    }
    return ids;
  }
}

/**
 * For each node of `graph`, the index of the node of `original` that it is, if any. No node of `original` is given twice;
 * among equal ones the very same object is preferred.
 */
export function matchNodes(
  original: Graph,
  graph: Graph,
  dialects: readonly Dialect[],
): readonly (number | undefined)[] {
  if (original === graph) return graph.nodes.map((_, index) => index);
  const interner = new Interner(dialects);
  const positions = new Map(original.nodes.map((node, index) => [node, index]));
  const free = new Map<number, number[]>();
  for (const [index, id] of interner.number(original).entries()) {
    const list = free.get(id);
    if (list) list.push(index);
    else free.set(id, [index]);
  }
  const ids = interner.number(graph);
  const matched = new Array<number | undefined>(graph.nodes.length);
  const claim = (node: number, index: number | undefined): void => {
    const list = free.get(ids[node] as number);
    const at = index === undefined ? 0 : (list?.indexOf(index) ?? -1);
    if (list === undefined || at < 0 || at >= list.length) return;
    matched[node] = list.splice(at, 1)[0];
  };
  for (const [node, view] of graph.nodes.entries()) {
    const index = positions.get(view);
    if (index !== undefined) claim(node, index);
  }
  for (const [node, index] of matched.entries()) if (index === undefined) claim(node, undefined);
  return matched;
}
