import type { Terms } from "@rewright/dsl";
import type { Dim, DType, TensorType } from "@rewright/plugin";
import type { Id, NodeId } from "egraph-ts";
import { OPERATOR_WIDTH, operatorCode } from "./operator-code.ts";

const SHAPE = OPERATOR_WIDTH;
const DIMS = 4;
const DTYPE = SHAPE + DIMS + 2;
const COST = DTYPE + 4;
const PLACE = COST + 2;
const KIND = PLACE + 3;

/**
 * How many numbers stand for a node of a program. With w = `OPERATOR_WIDTH`, in this order:
 *
 * - w for the operator: 1 at the places of its code. Inputs, constants, absent operands and projections (`.0`) are nodes with operators of their own
 * - log2(1 + size) / 16 of each of the last four dimensions, the last one last, 0 where there are fewer; symbolic ones are priced as the run says
 * - rank / 8, and log2(1 + number of elements) / 32
 * - the element type: whether floating, whether an integer, whether boolean; bits / 64
 * - its share of the program's cost, and the square root of that (1 for what the target cannot run)
 * - log2(1 + n) / 4 for the number n of its operands, then of its uses in the program, outputs included
 * - its depth, the number of steps from the leaves, as a share of the deepest node's
 * - whether it is known before the program runs, an input, an output
 * - log2(n) / 8 for the number n of e-nodes that are known to equal it, itself included
 */
export const NODE_WIDTH: number = KIND + 4;

/** A program, chosen from terms. */
export interface Chosen {
  /** Its classes, operands before what uses them. */
  readonly order: readonly Id[];
  choice(id: Id): NodeId;
  readonly outputs: readonly Id[];
}

/** What the features of nodes are read from. */
export interface Surroundings {
  readonly terms: Terms;
  readonly price: (node: NodeId) => number;
  readonly bind: (dim: string) => number;
}

/** A program's nodes as features, their uses, and the row of each class. */
export interface Rows {
  readonly nodes: Float32Array;
  readonly edges: Int32Array;
  readonly rowOf: ReadonlyMap<Id, number>;
}

/** Describes a program: a row a class, in its order; an edge from each operand to what uses it. */
export function describeProgram(program: Chosen, { terms, price, bind }: Surroundings): Rows {
  const { egraph } = terms;
  const { order } = program;
  const rowOf = new Map<Id, number>();
  let [total, uses] = [0, 0];
  for (const [row, id] of order.entries()) {
    rowOf.set(id, row);
    const node = program.choice(id);
    const cost = price(node);
    if (cost < Infinity) total += cost;
    uses += egraph.arity(node);
  }
  const nodes = new Float32Array(order.length * NODE_WIDTH);
  const edges = new Int32Array(2 * uses);
  const depths = new Int32Array(order.length);
  const fanOut = new Int32Array(order.length);
  let [edge, deepest] = [0, 1];
  for (const [row, id] of order.entries()) {
    const node = program.choice(id);
    const arity = egraph.arity(node);
    for (let i = 0; i < arity; i++) {
      const operand = rowOf.get(egraph.find(egraph.child(node, i))) as number;
      edges[edge++] = operand;
      edges[edge++] = row;
      fanOut[operand] = (fanOut[operand] as number) + 1;
      depths[row] = Math.max(depths[row] as number, (depths[operand] as number) + 1);
    }
    deepest = Math.max(deepest, depths[row] as number);
  }
  for (const id of program.outputs) {
    const row = rowOf.get(egraph.find(id)) as number;
    fanOut[row] = (fanOut[row] as number) + 1;
    nodes[row * NODE_WIDTH + KIND + 2] = 1;
  }
  for (const [row, id] of order.entries()) {
    const at = row * NODE_WIDTH;
    const node = program.choice(id);
    const { name, kind } = terms.operationOf(egraph.op(node));
    for (const place of operatorCode(kind === "apply" ? name : `(${name})`)) nodes[at + place] = 1;
    const facts = terms.facts(id);
    if (facts.types[0]) describeType(nodes, at, facts.types[0], bind);
    const cost = price(node);
    const share = cost > 0 ? Math.min(1, cost / total) : 0;
    nodes[at + COST] = share;
    nodes[at + COST + 1] = Math.sqrt(share);
    nodes[at + PLACE] = Math.log2(1 + egraph.arity(node)) / 4;
    nodes[at + PLACE + 1] = Math.log2(1 + (fanOut[row] as number)) / 4;
    nodes[at + PLACE + 2] = (depths[row] as number) / deepest;
    nodes[at + KIND] = facts.constant ? 1 : 0;
    nodes[at + KIND + 1] = kind === "input" ? 1 : 0;
    nodes[at + KIND + 3] = Math.log2(Math.max(1, egraph.nodes(id).length)) / 8;
  }
  return { nodes, edges, rowOf };
}

function describeType(
  into: Float32Array,
  at: number,
  { dtype, shape }: TensorType,
  bind: (dim: string) => number,
): void {
  const size = (dim: Dim): number => (typeof dim === "number" ? dim : bind(dim));
  let elements = 1;
  for (const [i, dim] of shape.entries()) {
    elements *= size(dim);
    const place = i - shape.length + DIMS;
    if (place >= 0) into[at + SHAPE + place] = Math.log2(1 + size(dim)) / 16;
  }
  into[at + SHAPE + DIMS] = shape.length / 8;
  into[at + SHAPE + DIMS + 1] = Math.log2(1 + elements) / 32;
  const bits = bitsOf(dtype);
  into[at + DTYPE] = /^b?f\d/.test(dtype) ? 1 : 0;
  into[at + DTYPE + 1] = /^[iu]\d/.test(dtype) ? 1 : 0;
  into[at + DTYPE + 2] = dtype === "bool" ? 1 : 0;
  into[at + DTYPE + 3] = bits / 64;
}

/** How wide an element is; 8 bits for booleans, 0 for what has no width. */
function bitsOf(dtype: DType): number {
  if (dtype === "bool") return 8;
  return Number(/\d+/.exec(dtype)?.[0] ?? 0);
}
