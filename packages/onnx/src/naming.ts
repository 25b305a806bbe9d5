/**
 * Names of values in the file to be written: outputs keep theirs, whatever was in the file keeps its own where no output
 * needs it, all else gets new ones.
 *
 * @module
 */

import type { Graph, Source } from "@rewright/plugin";
import { ModelError, quote } from "./error.ts";
import type { Match } from "./match.ts";
import type { Origin } from "./model.ts";

/** The names of a program's values. */
export interface Naming {
  /** The name of each result of each node; "" for one that is not asked for. */
  readonly results: readonly (readonly string[])[];
  /** Outputs that are no node's own result under that name, and so take an Identity. */
  readonly copies: readonly { readonly name: string; readonly source: Source }[];
  /** Outputs that are constants under their own name. */
  readonly constantOutputs: ReadonlyMap<string, number>;
}

/** Gives out names that nothing in a file has. */
export class FreshNames {
  readonly #read: () => Iterable<string>;
  #taken: Set<string> | undefined;
  readonly #counts = new Map<string, number>();

  /** `taken`: what the names in the file are; asked for with the first new one. */
  constructor(taken: () => Iterable<string>) {
    this.#read = taken;
  }

  /** A new name that begins with this. */
  make(prefix: string): string {
    this.#taken ??= new Set(this.#read());
    let count = this.#counts.get(prefix) ?? 0;
    let name: string;
    do name = `${prefix}_${count++}`;
    while (this.#taken.has(name));
    this.#counts.set(prefix, count);
    this.#taken.add(name);
    return name;
  }
}

const keyOf = (source: Source): string =>
  source.from === "node" ? `${source.index}.${source.result}` : `${source.from} ${source.index}`;

/** Which results of which nodes anything uses. */
function usedResults(graph: Graph): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { inputs } of graph.nodes)
    for (const source of inputs) if (source?.from === "node") used.add(keyOf(source));
  for (const { source } of graph.outputs) used.add(keyOf(source));
  return used;
}

/**
 * Names for the values of a program.
 *
 * @param matched for each node the node of the file that it is
 * @param carries whether a constant of the program lies in the file under this name
 * @throws {ModelError} when the outputs are not those of the file
 */
export function nameValues(
  origin: Origin,
  graph: Graph,
  matched: readonly (Match | undefined)[],
  carries: (constant: number, name: string) => boolean,
  fresh: FreshNames,
): Naming {
  const inputs = new Map(origin.inputs.map((name, index) => [name, index]));
  const originalName = (node: number, result: number): string => {
    const match = matched[node];
    return match === undefined ? "" : (origin.nodes[match.index]?.outputs[result] ?? "");
  };
  /** The output that each value is, and the value that each output is. */
  const claims = new Map<string, string>();
  const outputs = new Map<string, string>();
  const constantOutputs = new Map<string, number>();
  const copies: { name: string; source: Source }[] = [];
  const listed = origin.outputs.map((name, index) => {
    const output = graph.outputs[index];
    if (output === undefined)
      throw new ModelError(
        `the program has no output ${index}, which the file calls ${quote(name)}`,
      );
    return { name, source: output.source, key: keyOf(output.source) };
  });
  for (const { name, source, key } of listed) {
    if (outputs.has(name) && outputs.get(name) !== key)
      throw new ModelError(`output ${quote(name)} is listed twice, and the two are not the same`);
    outputs.set(name, key);
    if (source.from === "node" && originalName(source.index, source.result) === name)
      claims.set(key, name);
  }
  for (const [name, index] of inputs)
    if (outputs.has(name) && outputs.get(name) !== `input ${index}`)
      throw new ModelError(`output ${quote(name)} is an input of the file, but not of the program`);
  const done = new Set<string>();
  for (const { name, source, key } of listed) {
    if (done.has(name)) continue;
    done.add(name);
    if (source.from === "node" && (claims.get(key) ?? name) === name) claims.set(key, name);
    else if (source.from === "input" && origin.inputs[source.index] === name) continue;
    else if (source.from === "constant" && carries(source.index, name))
      constantOutputs.set(name, source.index);
    else copies.push({ name, source });
  }
  let used: ReadonlySet<string> | undefined;
  const isUsed = (key: string): boolean => {
    used ??= usedResults(graph);
    return used.has(key);
  };
  const results = graph.nodes.map((node, index) => {
    const prefix = node.op.slice(node.op.lastIndexOf(".") + 1);
    const named = node.results.map((_, result) => {
      const claimed = claims.get(`${index}.${result}`);
      if (claimed !== undefined) return claimed;
      const original = originalName(index, result);
      if (original !== "" && !outputs.has(original)) return original;
      // A result that nothing uses stays unnamed only where the file has it so: operators may demand one.
      const wanted =
        original !== "" || isUsed(`${index}.${result}`) || matched[index] === undefined;
      return wanted ? fresh.make(prefix) : "";
    });
    // The file may name further results. What another node yields as an output now is no longer this one's.
    const match = matched[index];
    const further = (match && origin.nodes[match.index]?.outputs.slice(named.length)) ?? [];
    return further.some((name) => outputs.has(name))
      ? [...named, ...further.map((name) => (outputs.has(name) ? fresh.make(prefix) : name))]
      : named;
  });
  return { results, copies, constantOutputs };
}
