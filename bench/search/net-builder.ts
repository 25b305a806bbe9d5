import type {
  Attrs,
  Constant,
  Graph,
  GraphNode,
  NdArray,
  Source,
  TensorType,
} from "@rewright/plugin";
import { onnx } from "@rewright/tensor";

/** A value of a net under construction. */
export interface Value {
  readonly source: Source;
  readonly type: TensorType;
}

/** Builds a program whose weights are never looked at: they have a name and a shape, and zeros if somebody asks. */
export class NetBuilder {
  readonly #inputs: { name: string; type: TensorType }[] = [];
  readonly #constants: Constant[] = [];
  readonly #nodes: GraphNode[] = [];

  input(...shape: number[]): Value {
    const type: TensorType = { dtype: "f32", shape };
    const index = this.#inputs.push({ name: `x${this.#inputs.length}`, type }) - 1;
    return { source: { from: "input", index }, type };
  }

  weight(...shape: number[]): Value {
    const size = shape.reduce((a, b) => a * b, 1);
    const load = (): NdArray => ({ dtype: "f32", shape, data: new Float32Array(size) });
    const key = `w${this.#constants.length}`;
    return this.#constant({ type: { dtype: "f32", shape }, key, load });
  }

  integers(...value: number[]): Value {
    const type: TensorType = { dtype: "i64", shape: [value.length], value };
    const data = BigInt64Array.from(value, BigInt);
    const load = (): NdArray => ({ dtype: "i64", shape: [value.length], data });
    return this.#constant({ type, key: `i64[${value}]`, load });
  }

  node(op: string, operands: readonly Value[], attrs: Attrs = {}): Value {
    const definition = onnx.ops[op];
    if (!definition) throw new Error(`there is no operator ${op}`);
    const filled = Object.entries(definition.attrs ?? {}).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const all = { ...Object.fromEntries(filled), ...attrs };
    const types = operands.map(({ type }) => type);
    const [type] = definition.infer(types, all, 1);
    if (!type) throw new Error(`${op} has no result`);
    const isConstant = (value: Value): boolean => value.source.from === "constant";
    const index =
      this.#nodes.push({
        ...{ op, attrs, results: [type], inputs: operands.map(({ source }) => source) },
        operands: operands.map((value) => ({ ...value.type, constant: isConstant(value) })),
      }) - 1;
    return { source: { from: "node", index, result: 0 }, type };
  }

  graph(...outputs: Value[]): Graph {
    return {
      ...{ inputs: this.#inputs, constants: this.#constants, nodes: this.#nodes },
      outputs: outputs.map(({ source }, i) => ({ name: `y${i}`, source })),
    };
  }

  #constant(constant: Constant): Value {
    const index = this.#constants.push(constant) - 1;
    return { source: { from: "constant", index }, type: constant.type };
  }
}
