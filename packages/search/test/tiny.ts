import { compileRules, type Rule } from "@rewright/dsl";
import type {
  CostModel,
  Dialect,
  Graph,
  GraphNode,
  NdArray,
  NodeView,
  OpDef,
  Source,
  TensorType,
} from "@rewright/plugin";

class ShapeError extends Error {
  override name = "ShapeError";
}

function elementwise(
  names: readonly string[],
  compute: (...values: number[]) => number,
  more: Partial<OpDef> = {},
): OpDef {
  return {
    operands: names.map((name) => ({ name })),
    infer(operands) {
      const [first, ...others] = operands as TensorType[];
      if (!first) throw new ShapeError("no operand");
      const shape = String(first.shape);
      if (others.some((other) => String(other.shape) !== shape)) throw new ShapeError("shapes");
      return [{ dtype: first.dtype, shape: first.shape }];
    },
    evaluate(operands) {
      const arrays = operands as NdArray[];
      const first = arrays[0] as NdArray;
      const data = Array.from(first.data as ArrayLike<number>, (_, i) =>
        compute(...arrays.map((array) => Number(array.data[i]))),
      );
      return [{ dtype: first.dtype, shape: first.shape, data }];
    },
    ...more,
  };
}

/** A few operators on tensors of one shape, and one that yields two results. */
export const tiny: Dialect = {
  kind: "dialect",
  spec: 1,
  name: "tiny",
  ops: {
    Add: elementwise(["a", "b"], (a, b) => a + b, { commutative: true }),
    Mul: elementwise(["a", "b"], (a, b) => a * b, { commutative: true }),
    Sub: elementwise(["a", "b"], (a, b) => a - b),
    Neg: elementwise(["x"], (x) => -x),
    Relu: elementwise(["x"], (x) => Math.max(0, x)),
    Fused: elementwise(["x", "y"], (x, y) => Math.max(0, x + y)),
    Scale: elementwise(["x"], (x) => x, { attrs: { by: { type: "int" } } }),
    Both: {
      ...elementwise(["x", "y"], () => 0),
      results: 2,
      infer: ([x, y]) => [x, y] as TensorType[],
    },
  },
};

/** What operators cost; 10 unless said. */
export function price(prices: Readonly<Record<string, number>> = {}): CostModel {
  return { unit: "µs", cost: ({ op }: NodeView) => prices[op] ?? 10 };
}

/** Compiled rules over the tiny dialect, or one of that name. */
export function tinyRules(text: string, dialect: Dialect = tiny): readonly Rule[] {
  const source = `import tiny from "dialect:tiny"\nrules t {\n${text}\n}`;
  return compileRules([{ file: "tiny.rules", text: source }], { dialects: [dialect] }).rules;
}

const VECTOR: TensorType = { dtype: "f32", shape: [4] };

/** Writes programs down by hand. */
export class Draft {
  readonly #inputs: { name: string; type: TensorType }[] = [];
  readonly #constants: { type: TensorType; key: string; load: () => NdArray }[] = [];
  readonly #nodes: GraphNode[] = [];

  input(name: string, type: TensorType = VECTOR): Source {
    return { from: "input", index: this.#inputs.push({ name, type }) - 1 };
  }

  constant(...data: number[]): Source {
    const array: NdArray = { dtype: "f32", shape: [data.length], data };
    const type: TensorType = { dtype: "f32", shape: [data.length] };
    const constant = { type, key: `constant ${data}`, load: () => array };
    return { from: "constant", index: this.#constants.push(constant) - 1 };
  }

  node(op: string, inputs: readonly Source[], more: Partial<GraphNode> = {}): Source {
    const first = this.#type(inputs[0]);
    const operands = inputs.map((source) => ({
      ...this.#type(source),
      constant: source.from === "constant",
    }));
    const node = { op, attrs: {}, operands, results: [first], inputs, ...more };
    return { from: "node", index: this.#nodes.push(node) - 1, result: 0 };
  }

  graph(...outputs: Source[]): Graph {
    return {
      inputs: this.#inputs,
      constants: this.#constants,
      nodes: this.#nodes,
      outputs: outputs.map((source, i) => ({ name: `out${i}`, source })),
    };
  }

  #type(source: Source | undefined): TensorType {
    if (source?.from === "input") return this.#inputs[source.index]?.type ?? VECTOR;
    if (source?.from === "constant") return this.#constants[source.index]?.type ?? VECTOR;
    return (source && this.#nodes[source.index]?.results[source.result]) ?? VECTOR;
  }
}

/** A program as one writes it: `Add(x, Neg(y))`, one output after the other. */
export function spell(graph: Graph): string {
  const of = (source: Source | undefined): string => {
    if (!source) return "_";
    if (source.from === "input") return graph.inputs[source.index]?.name ?? "?";
    if (source.from === "constant") {
      const { data = [] } = graph.constants[source.index]?.load() ?? {};
      return Array.from(data as ArrayLike<number>).join(" ");
    }
    const node = graph.nodes[source.index] as GraphNode;
    const inputs = node.inputs.map(of).join(", ");
    return `${node.op}(${inputs})${source.result > 0 ? `.${source.result}` : ""}`;
  };
  return graph.outputs.map(({ source }) => of(source)).join("; ");
}
