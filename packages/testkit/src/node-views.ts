/**
 * Nodes to ask cost models about: every operator, in all element types that it takes, from small to large.
 *
 * @module
 */

import type { Dialect, DType, NodeView, OpDef, TensorType } from "@rewright/plugin";
import { type Application, applicationsOf, isDim, typesOf } from "./operator-samples.ts";

/** What the floats of an application are made to be in turn. */
const FLOATS: readonly DType[] = ["f32", "f16", "bf16", "f64"];
/** What its integers are made to be. */
const INTEGERS: readonly DType[] = ["i64", "i32", "i8", "u8"];
/** What its sizes are multiplied by: a kernel that fits a cache, and one that does not. */
const SCALES: readonly number[] = [1, 16, 128];
/** No tensor is made larger: 4 Gi elements. */
const MOST = 2 ** 32;

/** How to make nodes. */
export interface NodeOptions {
  /** Nodes of each operator at most. */
  readonly nodes: number;
  /** Applications that an operator's nodes are made from. */
  readonly seeds: number;
  /** Applications by operator, for those that are hard to guess. */
  readonly applications: Readonly<Record<string, readonly Application[]>>;
}

/** Nodes of one operator: its applications with other element types and sizes, as far as inference takes them. */
function nodesOf(name: string, op: OpDef, options: NodeOptions): readonly NodeView[] {
  const given = options.applications[name];
  const nodes: NodeView[] = [];
  for (const scale of SCALES) {
    for (const application of applicationsOf(name, op, options.seeds, given)) {
      for (let i = 0; i < FLOATS.length && nodes.length < options.nodes; i++) {
        const types = typesOf(application).map((type) => {
          return type && retyped(type, FLOATS[i] as DType, INTEGERS[i] as DType);
        });
        const sizes = types.map((type) => type && scaled(type, scale));
        const node = nodeOf(name, op, sizes, application, nodes.length % 3 === 0);
        if (node) nodes.push(node);
      }
    }
  }
  return nodes;
}

/** Nodes of all operators of these dialects. */
export function nodesOfAll(
  dialects: readonly Dialect[],
  options: NodeOptions,
): ReadonlyMap<string, readonly NodeView[]> {
  const all = new Map<string, readonly NodeView[]>();
  for (const { ops } of dialects) {
    for (const [name, op] of Object.entries(ops)) {
      if (!all.has(name)) all.set(name, nodesOf(name, op, options));
    }
  }
  return all;
}

/** The node with one of its sizes doubled, wherever it occurs; `undefined` where its operator does not take that. */
export function doubled(node: NodeView, size: number, op: OpDef): NodeView | undefined {
  const types = node.operands.map((operand) => operand && resized(operand, size, 2 * size));
  const grown = inferred(node.op, op, types, node);
  if (!grown) return undefined;
  const before = node.results.map(({ shape }) => shape.length).join();
  return grown.results.map(({ shape }) => shape.length).join() === before ? grown : undefined;
}

/** The sizes of a node's operands, above 1. */
export function sizesOf(node: NodeView): readonly number[] {
  const sizes = node.operands.flatMap((operand) => operand?.shape ?? []);
  return [...new Set(sizes)].filter((size): size is number => typeof size === "number" && size > 1);
}

function nodeOf(
  name: string,
  op: OpDef,
  types: readonly (TensorType | undefined)[],
  { attrs, count }: Application,
  weights: boolean,
): NodeView | undefined {
  return inferred(name, op, types, { attrs, results: Array(count) }, weights);
}

function inferred(
  name: string,
  op: OpDef,
  types: readonly (TensorType | undefined)[],
  { attrs, results }: Pick<NodeView, "attrs" | "results">,
  weights = false,
): NodeView | undefined {
  if (types.some((type) => type && elements(type) > MOST)) return undefined;
  try {
    const found = op.infer(types, attrs, results.length);
    if (!found.every(({ shape }) => shape.every((dim) => isDim(dim) && typeof dim === "number")))
      return undefined;
    if (found.some((type) => elements(type) > MOST)) return undefined;
    // Lists of integers are mostly known before the program runs, and so are weights: all but the first operand.
    const operands = types.map((type, i) => {
      return type && { ...type, constant: i > 0 && (type.value !== undefined || weights) };
    });
    return { op: name, attrs, operands, results: found.slice(0, results.length) };
  } catch {
    return undefined; // this size, or this element type, it does not take
  }
}

function elements({ shape }: TensorType): number {
  return shape.reduce<number>((product, dim) => product * Number(dim), 1);
}

function retyped(type: TensorType, float: DType, integer: DType): TensorType {
  if (type.value) return type;
  if (/^f(64|32)$/.test(type.dtype)) return { ...type, dtype: float };
  return type.dtype === "i64" || type.dtype === "i32" ? { ...type, dtype: integer } : type;
}

function scaled(type: TensorType, scale: number): TensorType {
  if (scale === 1 || type.value) return type;
  return { ...type, shape: type.shape.map((dim) => (Number(dim) > 1 ? Number(dim) * scale : dim)) };
}

function resized(type: TensorType, from: number, to: number): TensorType {
  if (type.value) return type;
  return { ...type, shape: type.shape.map((dim) => (dim === from ? to : dim)) };
}
