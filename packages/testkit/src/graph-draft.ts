import type {
  Attrs,
  Constant,
  Dialect,
  Dim,
  DType,
  Graph,
  GraphNode,
  NdArray,
  Operand,
  Source,
  TensorType,
} from "@rewright/plugin";
import { typeOf } from "./array-type.ts";

/** Writes a program node by node, its types inferred. */
export class GraphDraft {
  readonly #dialects: readonly Dialect[];
  readonly #inputs: { readonly name: string; readonly type: TensorType }[] = [];
  readonly #constants: Constant[] = [];
  readonly #nodes: GraphNode[] = [];

  constructor(dialects: readonly Dialect[]) {
    this.#dialects = dialects;
  }

  input(shape: readonly Dim[], dtype: DType = "f32"): Source {
    const index = this.#inputs.length;
    this.#inputs.push({ name: `x${index}`, type: { dtype, shape } });
    return { from: "input", index };
  }

  /** Weights: numbers of about the size that keeps sums of many products near 1, made when they are asked for. */
  weights(...shape: number[]): Source {
    const index = this.#constants.length;
    const fan = shape.slice(shape.length > 2 ? 1 : 0, shape.length > 2 ? undefined : 1);
    const size = 1 / Math.sqrt(fan.reduce((product, dim) => product * dim, 1));
    const count = shape.reduce((product, dim) => product * dim, 1);
    const load = (): NdArray => ({
      ...{ dtype: "f32", shape },
      data: Float32Array.from({ length: count }, (_, i) => size * wave(i, index)),
    });
    this.#constants.push({ type: { dtype: "f32", shape }, key: `weights ${index} ${shape}`, load });
    return { from: "constant", index };
  }

  /** A constant of these elements. */
  constant(array: NdArray): Source {
    const index = this.#constants.length;
    const key = `${array.dtype} [${array.shape}] ${Array.from(array.data as ArrayLike<unknown>, String)}`;
    this.#constants.push({ type: typeOf(array), key, load: () => array });
    return { from: "constant", index };
  }

  number(value: number): Source {
    return this.constant({ dtype: "f32", shape: [], data: Float32Array.of(value) });
  }

  integers(...items: number[]): Source {
    const data = BigInt64Array.from(items, BigInt);
    return this.constant({ dtype: "i64", shape: [items.length], data });
  }

  /** The first result of an application. */
  node(op: string, inputs: readonly (Source | undefined)[], attrs: Attrs = {}): Source {
    return this.nodes(op, inputs, attrs, 1)[0] as Source;
  }

  /** All results of an application. @throws ShapeError where it is ill-shaped */
  nodes(
    op: string,
    inputs: readonly (Source | undefined)[],
    attrs: Attrs,
    count: number,
  ): readonly Source[] {
    const definition = this.#dialects.find(({ ops }) => Object.hasOwn(ops, op))?.ops[op];
    if (!definition) throw new Error(`no dialect here has the operator ${op}`);
    const operands = inputs.map((source) => source && this.#operand(source));
    const results = definition.infer(operands, attrs, count).slice(0, count);
    const index = this.#nodes.push({ op, attrs, operands, results, inputs }) - 1;
    return results.map((_, result) => ({ from: "node", index, result }));
  }

  graph(...outputs: Source[]): Graph {
    return {
      inputs: this.#inputs,
      constants: this.#constants,
      nodes: this.#nodes,
      outputs: outputs.map((source, i) => ({ name: `y${i}`, source })),
    };
  }

  #operand(source: Source): Operand {
    return { ...this.#type(source), constant: source.from === "constant" };
  }

  #type(source: Source): TensorType {
    switch (source.from) {
      case "input":
        return (this.#inputs[source.index] as { readonly type: TensorType }).type;
      case "constant":
        return (this.#constants[source.index] as Constant).type;
      case "node":
        return (this.#nodes[source.index] as GraphNode).results[source.result] as TensorType;
    }
  }
}

/** Numbers between -1 and 1 that repeat nowhere soon. */
function wave(i: number, seed: number): number {
  return Math.sin(1.7 * i + 0.9 * seed + 0.3 * ((i * i) % 101));
}

/** Something to run a program on. */
export function inputsOf(graph: Graph): readonly NdArray[] {
  return graph.inputs.map(({ type }, at): NdArray => {
    const shape = type.shape.map((dim) => (typeof dim === "number" ? dim : 2));
    const count = shape.reduce((product, dim) => product * dim, 1);
    const data = Float32Array.from({ length: count }, (_, i) => wave(i, at + 7));
    return { dtype: type.dtype, shape, data };
  });
}
