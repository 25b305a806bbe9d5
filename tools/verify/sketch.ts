/** A program in the making, computed as it grows, so that nothing in it is ill-shaped or undefined. */

import { constantOf } from "../../packages/onnx/src/index.ts";
import type {
  Attrs,
  Dim,
  Graph,
  GraphNode,
  NdArray,
  OpDef,
  Source,
} from "../../packages/plugin/src/index.ts";
import { dialects } from "./rewriting.ts";

/** A value of a sketch, and what it comes to. */
export interface Value {
  readonly source: Source;
  readonly array: NdArray;
}

/** A program, and something to run it on. */
export interface Case {
  readonly graph: Graph;
  readonly inputs: readonly NdArray[];
}

const definitions = new Map<string, OpDef>(dialects.flatMap(({ ops }) => Object.entries(ops)));

/** Larger tensors tell no more, and take longer. */
const MOST_ELEMENTS = 6_000;
/** Beyond this, rounding is all that could be compared. */
const MOST = 1e12;

/** Whether floats are finite and not so large that rounding drowns everything. */
function tame({ dtype, data }: NdArray): boolean {
  if (data.length > MOST_ELEMENTS) return false;
  if (!/^b?f\d/.test(dtype)) return true;
  for (let i = 0; i < data.length; i++) if (!(Math.abs(data[i] as number) <= MOST)) return false;
  return true;
}

/** Integers are part of a type, as the shapes that programs compute are. */
function typed(array: NdArray) {
  const { dtype, shape, data } = array;
  const type = { dtype, shape };
  if (!/^[iu]\d+$/.test(dtype) || shape.length > 1 || data.length > 64) return type;
  return { ...type, value: Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** Builds a program node by node. */
export class Sketch {
  readonly inputs: Value[] = [];
  readonly constants: Value[] = [];
  readonly #nodes: GraphNode[] = [];
  /** Everything computed so far. */
  readonly results: Value[] = [];

  input(array: NdArray): Value {
    const value: Value = { source: { from: "input", index: this.inputs.length }, array };
    this.inputs.push(value);
    return value;
  }

  constant(array: NdArray): Value {
    const value: Value = { source: { from: "constant", index: this.constants.length }, array };
    this.constants.push(value);
    return value;
  }

  /** The results of an application; `undefined`, and nothing changed, where it is ill-shaped, undefined or too large. */
  apply(
    op: string,
    attrs: Attrs,
    operands: readonly (Value | undefined)[],
    count = 1,
  ): readonly Value[] | undefined {
    const def = definitions.get(op);
    if (def?.evaluate === undefined) throw new Error(`${op} cannot be computed`);
    const given = operands.map((operand) => operand?.array);
    let arrays: readonly NdArray[];
    try {
      def.infer(
        given.map((array) => array && typed(array)),
        attrs,
        count,
      );
      arrays = def.evaluate(given, attrs, count);
    } catch {
      return undefined;
    }
    if (arrays.length < count || !arrays.every(tame)) return undefined;
    const index = this.#nodes.length;
    this.#nodes.push({
      op,
      attrs,
      inputs: operands.map((operand) => operand?.source),
      operands: operands.map((operand) => {
        return operand && { ...typed(operand.array), constant: operand.source.from === "constant" };
      }),
      results: arrays.map(({ dtype, shape }) => ({ dtype, shape })),
    });
    const values = arrays.map((array, result): Value => {
      return { source: { from: "node", index, result }, array };
    });
    this.results.push(...values);
    return values;
  }

  /** The state to come back to by `restore`. */
  mark(): readonly number[] {
    return [this.inputs.length, this.constants.length, this.#nodes.length, this.results.length];
  }

  restore([inputs = 0, constants = 0, nodes = 0, results = 0]: readonly number[]): void {
    this.inputs.length = inputs;
    this.constants.length = constants;
    this.#nodes.length = nodes;
    this.results.length = results;
  }

  /** The results that nothing uses. */
  get loose(): readonly Value[] {
    const used = new Set(
      this.#nodes.flatMap(({ inputs }) => inputs.map((source) => source && keyOf(source))),
    );
    return this.results.filter(({ source }) => !used.has(keyOf(source)));
  }

  /** The whole program. `dim` says how a size of an input is declared. */
  program(outputs: readonly Value[], dim: (size: number) => Dim): Case {
    const graph: Graph = {
      inputs: this.inputs.map(({ array: { dtype, shape } }, i) => {
        return { name: `x${i}`, type: { dtype, shape: shape.map(dim) } };
      }),
      constants: this.constants.map(({ array }) => constantOf(array)),
      nodes: [...this.#nodes],
      outputs: outputs.map(({ source }, i) => ({ name: `y${i}`, source })),
    };
    return { graph, inputs: this.inputs.map(({ array }) => array) };
  }
}

/** A name for where a value comes from. */
function keyOf(source: Source): string {
  return source.from === "node"
    ? `${source.index}.${source.result}`
    : `${source.from}${source.index}`;
}
