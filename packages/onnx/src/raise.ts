/**
 * Raising: what a node of a file says, in the vocabulary's form.
 *
 * @module
 */

import type { Attr, Attrs, Dialect, NdArray, OpDef, Source, TensorType } from "@rewright/plugin";
import { conform, readAttribute } from "./attribute.ts";
import type { DataFiles } from "./data-files.ts";
import { type Application, formedVersion, formOf, presentName } from "./forms.ts";
import type { Slot } from "./model.ts";
import type { FileNode } from "./node.ts";
import { canonicalVersion, sameMeaning, versionAt } from "./opset.ts";

/** An operand on its way: its source, and the input of the file's node that it came from. */
interface Carried {
  readonly source: Source;
  readonly input?: number;
}

/** What raising asks of the program being read. */
export interface Values {
  type(source: Source): TensorType;
  contents(source: Source): NdArray | undefined;
  constant(array: NdArray): Source;
}

/** A node in the vocabulary's form. */
export interface Raised {
  readonly op: string;
  readonly def: OpDef;
  readonly attrs: Attrs;
  readonly inputs: readonly (Source | undefined)[];
  readonly slots: readonly Slot[];
  /** How many results are wanted. */
  readonly count: number;
}

/** The full name of a node's operator. */
export function operatorName(node: FileNode): string {
  return node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
}

/** The definition of an operator in the first vocabulary that has it. */
export function definitionOf(op: string, dialects: readonly Dialect[]): OpDef | undefined {
  for (const { ops } of dialects) if (Object.hasOwn(ops, op)) return ops[op];
  return undefined;
}

/** How many results of a node are wanted: as many as its definition has, or up to the last that is used. */
function wantedResults(node: FileNode, def: OpDef, used: (name: string) => boolean): number {
  if (def.results === "variadic") return node.outputs.length;
  const least = def.results ?? 1;
  if (node.outputs.length <= least) return least;
  const last = node.outputs.findLastIndex((name) => name !== "" && used(name));
  return Math.max(least, last + 1);
}

function rawAttributes(node: FileNode, files: DataFiles): Map<string, Attr> | undefined {
  const attrs = new Map<string, Attr>();
  for (const [name, bytes] of node.attributes) {
    const value = readAttribute(bytes, files);
    if (value === undefined) return undefined;
    attrs.set(name, value);
  }
  return attrs;
}

/** The attributes of a definition that these are; `undefined` when one is unknown to it or of another type. */
function conformAll(attrs: ReadonlyMap<string, Attr>, def: OpDef): Attrs | undefined {
  // A definition declares plain names, so that none of them is one that objects have anyway.
  const result: Record<string, Attr> = {};
  for (const [name, value] of attrs) {
    const declared = def.attrs && Object.hasOwn(def.attrs, name) ? def.attrs[name] : undefined;
    const conformed = declared && conform(value, declared.type);
    if (conformed === undefined) return undefined;
    result[name] = conformed;
  }
  return result;
}

/** Whether the canonical form of an operator begins at this version or before, after what a form has done. */
function reachesCanonical(op: string, from: number): boolean {
  const key = `${op} ${from}`;
  let reaches = reached.get(key);
  if (reaches === undefined) {
    const canonical = canonicalVersion(op);
    reaches = canonical !== undefined && sameMeaning(op, from, canonical.since);
    reached.set(key, reaches);
  }
  return reaches;
}
const reached = new Map<string, boolean>();

/**
 * A node in the vocabulary's form; `undefined` when the vocabulary has no such operator, or cannot say what this node says.
 * @param used whether a result is used by anything
 */
export function raise(
  node: FileNode,
  inputs: readonly (Source | undefined)[],
  opset: number,
  used: (name: string) => boolean,
  dialects: readonly Dialect[],
  values: Values,
  files: DataFiles,
): Raised | undefined {
  if (node.overload !== "") return undefined;
  let op = operatorName(node);
  let def = definitionOf(node.domain === "" ? presentName(op) : op, dialects);
  if (def === undefined) return undefined;
  const attrs = rawAttributes(node, files);
  if (attrs === undefined) return undefined;
  const application: Application<Carried> = {
    op,
    attrs,
    operands: inputs.map((source, input) => source && { source, input }),
    results: wantedResults(node, def, used),
    named: node.outputs.filter((name) => name !== "").length,
  };
  if (node.domain === "") {
    const version = versionAt(op, opset);
    if (version === undefined) return undefined;
    let from = version.since;
    const form = formOf(op, from);
    if (form !== undefined) {
      const raised = form.raise(
        application,
        {
          type: ({ source }) => values.type(source),
          contents: ({ source }) => values.contents(source),
          constant: (array) => ({ source: values.constant(array) }),
        },
        from,
      );
      if (!raised) return undefined;
      from = formedVersion(op, from);
    }
    if (application.op !== op) {
      op = application.op;
      def = definitionOf(op, dialects) ?? def;
    }
    if (!reachesCanonical(op, from)) return undefined;
  }
  const conformed = conformAll(application.attrs, def);
  if (conformed === undefined) return undefined;
  const operands = application.operands;
  while (operands.length > 0 && operands.at(-1) === undefined) operands.pop();
  const slots = inputs.map((source, input): Slot => {
    const operand = operands.findIndex((candidate) => candidate?.input === input);
    return operand >= 0 ? { operand } : { fixed: source };
  });
  return {
    op,
    def,
    attrs: conformed,
    inputs: operands.map((operand) => operand?.source),
    slots,
    count: application.results,
  };
}
