/** Programs for tests: written by hand, drawn at random, and run. */

import type {
  Attrs,
  Constant,
  Graph,
  GraphNode,
  NdArray,
  Source,
  TensorType,
} from "@rewright/plugin";
import { array, tiny } from "./tiny.ts";

/** Writes a program node by node; types are inferred. */
export class Program {
  readonly #inputs: { name: string; type: TensorType }[] = [];
  readonly #constants: Constant[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #outputs: { name: string; source: Source }[] = [];

  input(name: string, shape: TensorType["shape"], dtype: TensorType["dtype"] = "f32"): Source {
    return { from: "input", index: this.#inputs.push({ name, type: { dtype, shape } }) - 1 };
  }

  constant(value: NdArray): Source {
    const type = { dtype: value.dtype, shape: value.shape };
    const key = `file:${this.#constants.length}`;
    return { from: "constant", index: this.#constants.push({ type, key, load: () => value }) - 1 };
  }

  /** An application; `count` results, of which the sources are returned. */
  all(op: string, inputs: (Source | undefined)[], attrs: Attrs = {}, count = 1): Source[] {
    const def = tiny.ops[op];
    const operands = inputs.map((source) => source && { ...this.type(source), constant: false });
    const declared = Object.entries(def?.attrs ?? {});
    const defaults = declared.flatMap(([name, attr]) =>
      attr.default === undefined ? [] : [[name, attr.default]],
    );
    const full = { ...Object.fromEntries(defaults), ...attrs };
    const results = def?.infer(operands, full, count) ?? [];
    const index = this.#nodes.push({ op, attrs: full, operands, results, inputs }) - 1;
    return Array.from({ length: count }, (_, result) => ({ from: "node", index, result }));
  }

  node(op: string, inputs: (Source | undefined)[], attrs: Attrs = {}): Source {
    return this.all(op, inputs, attrs)[0] as Source;
  }

  /** An operator that no dialect models. */
  opaque(op: string, key: string, inputs: Source[], results: TensorType[]): Source {
    const operands = inputs.map((source) => ({ ...this.type(source), constant: false }));
    const node = { op, attrs: {}, operands, results, inputs, opaque: key };
    return { from: "node", index: this.#nodes.push(node) - 1, result: 0 };
  }

  output(name: string, source: Source): this {
    this.#outputs.push({ name, source });
    return this;
  }

  type(source: Source): TensorType {
    if (source.from === "input") return this.#inputs[source.index]?.type as TensorType;
    if (source.from === "node")
      return this.#nodes[source.index]?.results[source.result] as TensorType;
    const { type, load } = this.#constants[source.index] as Constant;
    const { data } = load();
    return type.dtype === "i64"
      ? { ...type, value: Array.from(data as BigInt64Array, Number) }
      : type;
  }

  get graph(): Graph {
    return {
      inputs: this.#inputs,
      constants: this.#constants,
      nodes: this.#nodes,
      outputs: this.#outputs,
    };
  }
}

/** Runs a program. */
export function run(graph: Graph, inputs: readonly NdArray[]): NdArray[] {
  const results: (readonly NdArray[])[] = [];
  const read = (source: Source | undefined): NdArray | undefined => {
    if (!source) return undefined;
    if (source.from === "input") return inputs[source.index];
    if (source.from === "constant") return graph.constants[source.index]?.load();
    return results[source.index]?.[source.result];
  };
  for (const { op, attrs, inputs: sources, results: types } of graph.nodes) {
    const evaluate = tiny.ops[op]?.evaluate;
    if (!evaluate) throw new Error(`${op} cannot be run`);
    results.push(evaluate(sources.map(read), attrs, types.length));
  }
  return graph.outputs.map(({ source }) => read(source) as NdArray);
}

/** A source of small random integers: `draw(n)` is in [0, n). */
export type Draw = (bound: number) => number;

/** A random program over matrices of a few sizes, deterministic in `draw`. */
export function randomProgram(draw: Draw, length: number): Graph {
  const program = new Program();
  const dims = [2, 3];
  const dim = (): number => dims[draw(2)] as number;
  const sources = [0, 1, 2].map((i) => program.input(`x${i}`, [dim(), dim()]));
  sources.push(program.constant(array("f32", [2, 2], [1, -2, 0, 3])));
  sources.push(program.constant(array("f32", [], [2])));
  const pick = (): Source => {
    return (draw(2) ? sources[draw(sources.length)] : sources.at(-1 - draw(3))) as Source;
  };
  const attempts: (() => Source[])[] = [
    () => [program.node(["Add", "Mul", "Sub"][draw(3)] as string, [pick(), pick()])],
    () => [program.node(["Relu", "Neg"][draw(2)] as string, [pick()])],
    () => [program.node("Neg", [program.node("Neg", [pick()])])],
    () => [program.node("MatMul", [pick(), pick()])],
    () => {
      const [a, b, c] = [pick(), pick(), pick()];
      const products = [program.node("MatMul", [a, b]), program.node("MatMul", [a, c])];
      return draw(2)
        ? [program.node("Concat", products, { axis: 1 })]
        : [program.node("Add", products)];
    },
    () => [
      program.node("Concat", [program.node("Relu", [pick()]), program.node("Relu", [pick()])], {
        axis: draw(2),
      }),
    ],
    () => [
      program.node(
        "Concat",
        [program.node("Add", [pick(), pick()]), program.node("Add", [pick(), pick()])],
        { axis: draw(2) },
      ),
    ],
    () => [program.node("Transpose", [pick()], { perm: [1, 0] })],
    () => [program.node("Concat", [pick(), pick()], { axis: draw(2) })],
    () =>
      program.all(
        "Split",
        [pick(), program.constant(array("i64", [2], [1, 1 + draw(2)]))],
        { axis: draw(2) },
        2,
      ),
    () => {
      const [x, axis] = [pick(), draw(2)];
      const sizes = program.constant(array("i64", [2], [1, 1 + draw(2)]));
      return [program.node("Concat", program.all("Split", [x, sizes], { axis }, 2), { axis })];
    },
    () => [
      program.node("Gemm", [pick(), pick(), draw(2) ? pick() : undefined], { transB: draw(2) }),
    ],
    () => [program.node("Clip", [pick(), undefined, sources[4] as Source])],
    () => program.all("Count", [pick()], {}, 2).slice(0, 1),
    () => [program.node("Reshape", [pick(), program.constant(array("i64", [1], [-1]))])],
  ];
  for (let made = 0; made < length; ) {
    try {
      sources.push(...(attempts[draw(attempts.length)] as () => Source[])());
      made++;
    } catch (error) {
      if ((error as Error).name !== "ShapeError") throw error;
    }
  }
  program.output("last", sources.at(-1) as Source);
  program.output("other", sources[5 + draw(sources.length - 5)] as Source);
  return program.graph;
}
