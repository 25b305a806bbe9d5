/** Programs for people to read. */
import type { NdArray, Source } from "../../packages/plugin/src/index.ts";
import type { Case } from "./sketch.ts";

/** A program line by line, with what it was run on. */
export function listing({ graph, inputs }: Case): string[] {
  const spelled = (source: Source | undefined): string => {
    if (source === undefined) return "_";
    if (source.from === "input") return graph.inputs[source.index]?.name ?? "";
    if (source.from === "constant") {
      const array = graph.constants[source.index]?.load() as NdArray;
      return tensor(array);
    }
    return `n${source.index}${source.result > 0 ? `.${source.result}` : ""}`;
  };
  return [
    ...graph.inputs.map(({ name, type }, i) => {
      return `${name}: ${type.dtype}[${type.shape}] = ${tensor(inputs[i] as NdArray)}`;
    }),
    ...graph.nodes.map(({ op, attrs, inputs: operands }, i) => {
      const said = Object.entries(attrs).map(
        ([name, value]) => `${name} = ${JSON.stringify(value)}`,
      );
      const given = [operands.map(spelled).join(", "), said.join(", ")].filter(
        (part) => part !== "",
      );
      return `n${i} = ${op}(${given.join("; ")})`;
    }),
    ...graph.outputs.map(({ name, source }) => `${name} = ${spelled(source)}`),
  ];
}

function tensor({ dtype, shape, data }: NdArray): string {
  const items = Array.from(data as ArrayLike<number | bigint>, (x) => `${x}`);
  return `${dtype}[${shape}]{${items.length > 24 ? [...items.slice(0, 24), "…"] : items}}`;
}
