/**
 * Conditional operators whose condition is known: what the branch does, said in the graph around it. Exporters write what depends on sizes
 * so (PyTorch's `squeeze`), though the sizes are known.
 *
 * @module
 */

import type { NdArray } from "@rewright/plugin";
import { plainNode } from "./emit.ts";
import {
  ANNOTATION,
  INITIALIZER,
  INPUT,
  NODE,
  OUTPUT,
  SPARSE_INITIALIZER,
  VALUE_INFO,
} from "./graph-fields.ts";
import { initializerName, renamedInitializer } from "./initializer.ts";
import { FreshNames } from "./naming.ts";
import { type FileNode, readNode, textOf, withNames } from "./node.ts";
import { Pieces } from "./pieces.ts";
import { innerOf, renameCaptures } from "./scope.ts";
import { contentOf, type Field, fieldsOf, wholeOf } from "./wire.ts";

/** The field of AttributeProto that holds a graph. */
const ATTRIBUTE_GRAPH = 6;
/** The field of ValueInfoProto that names it. */
const INFO_NAME = 1;

/** A branch in the place of the operator that chose it. */
export interface Expansion {
  readonly nodes: readonly FileNode[];
  /** What it needs of the graph around, as fields of it. */
  readonly initializers: readonly Pieces[];
  readonly infos: readonly Pieces[];
}

/** The names of a file. */
export interface FileNames {
  readonly fresh: FreshNames;
  /** How often a value of this name is defined in the main graph and all graphs within it. */
  readonly definitions: ReadonlyMap<string, number>;
}

/** The names of a file, given those of its values, as often as they are defined, and those of its nodes. */
export function fileNames(definitions: Iterable<string>, others: Iterable<string>): FileNames {
  const counts = new Map<string, number>();
  for (const name of definitions) counts.set(name, (counts.get(name) ?? 0) + 1);
  return { fresh: new FreshNames(() => [...counts.keys(), ...others]), definitions: counts };
}

/** The graph of the branch that a condition of this value chooses; `undefined` where there is none, or the condition is none. */
export function chosenBranch(node: FileNode, condition: NdArray): Uint8Array | undefined {
  if (condition.dtype !== "bool" || condition.data.length !== 1) return undefined;
  const name = Number(condition.data[0]) === 0 ? "else_branch" : "then_branch";
  const attribute = node.attributes.get(name);
  const field = attribute && fieldsOf(attribute).findLast(({ no }) => no === ATTRIBUTE_GRAPH);
  return field && contentOf(attribute, field);
}

/** A value info under another name. */
function renamedInfo(graph: Uint8Array, field: Field, name: string): Pieces {
  const content = contentOf(graph, field);
  const info = new Pieces().field(INFO_NAME, name);
  for (const part of fieldsOf(content)) if (part.no !== INFO_NAME) info.raw(wholeOf(content, part));
  return new Pieces().field(field.no, info);
}

/**
 * A branch as nodes of the graph around it: what it calls its results, they call what the operator calls its own; names that are defined
 * elsewhere, too, are replaced.
 *
 * @param copies whether a value of the graph around may be an Identity's operand
 * @returns nothing where it cannot be said so
 */
export function expansionOf(
  node: FileNode,
  graph: Uint8Array,
  names: FileNames,
  copies: (name: string) => boolean,
): Expansion | undefined {
  const parts = Map.groupBy(fieldsOf(graph), ({ no }) => no);
  const fields = (...numbers: number[]): Field[] => numbers.flatMap((no) => parts.get(no) ?? []);
  if (fields(INPUT, ANNOTATION).length > 0) return undefined;
  const nodes = fields(NODE).map((field) => {
    const file = readNode(contentOf(graph, field));
    return { file, inner: innerOf(file) };
  });
  const initializers = fields(INITIALIZER, SPARSE_INITIALIZER).map((field) => {
    return { field, name: initializerName(graph, field) };
  });
  const results = fields(OUTPUT).map((field) => {
    const content = contentOf(graph, field);
    return textOf(content, fieldsOf(content), INFO_NAME);
  });
  if (node.outputs.length > results.length) return undefined;

  // What a branch calls its own means that throughout it: not something of the graph around before, and its own after.
  const own = new Set(initializers.map(({ name }) => name));
  if (own.size < initializers.length) return undefined;
  const later = new Set(nodes.flatMap(({ file }) => file.outputs).filter((name) => name !== ""));
  for (const { file, inner } of nodes) {
    if ([...file.inputs, ...(inner?.captures ?? [])].some((name) => later.has(name)))
      return undefined;
    for (const name of file.outputs) {
      if (name === "") continue;
      if (own.has(name)) return undefined;
      own.add(name);
      later.delete(name);
    }
  }

  const renamed = new Map<string, string>();
  const copied: (readonly [from: string, to: string])[] = [];
  for (const [i, to] of node.outputs.entries()) {
    const from = results[i] as string;
    if (to === "") continue;
    if (own.has(from) && !renamed.has(from)) renamed.set(from, to);
    else copied.push([from, to]);
  }
  // A graph within the branch would mean its own value by that name.
  const targets = new Set(node.outputs.filter((name) => name !== ""));
  for (const { inner } of nodes)
    for (const name of inner?.defines ?? []) if (targets.has(name)) return undefined;
  for (const name of own)
    if (!renamed.has(name))
      renamed.set(
        name,
        names.definitions.get(name) === 1 && !targets.has(name) ? name : names.fresh.make(name),
      );
  const now = (name: string): string => renamed.get(name) ?? name;
  if (copied.some(([from]) => !own.has(from) && !copies(from))) return undefined;

  return {
    nodes: [
      ...nodes.map(({ file, inner }) => {
        const bytes = withNames(file, file.inputs.map(now), file.outputs.map(now));
        return readNode(inner ? renameCaptures(bytes, renamed) : bytes);
      }),
      ...copied.map(([from, to]) =>
        readNode(plainNode(names.fresh.make("Identity"), "Identity", [], [now(from)], [to])),
      ),
    ],
    initializers: initializers.map(({ field, name }) =>
      renamedInitializer(graph, field, now(name)),
    ),
    infos: fields(VALUE_INFO).flatMap((field) => {
      const content = contentOf(graph, field);
      const name = textOf(content, fieldsOf(content), INFO_NAME);
      // Of the results it is said around the branch.
      return own.has(name) && !targets.has(now(name)) ? [renamedInfo(graph, field, now(name))] : [];
    }),
  };
}
