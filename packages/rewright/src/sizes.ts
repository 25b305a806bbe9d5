import type { Dim, Graph } from "@rewright/plugin";
import { InputError } from "./errors.ts";

/** Sizes of symbolic dimensions, by name. */
export type Sizes = Readonly<Record<string, number>>;

/** The size at which an open dimension is priced and timed when nobody says. Never 1, at which most rewrites look alike. */
export const openSize = 8;

/** Sizes for the model's open dimensions: from those given for inputs, else the default. @throws InputError when they do not fit */
export function sizesOf(graph: Graph, shapes: Readonly<Record<string, readonly number[]>>): Sizes {
  const bind: Record<string, number> = {};
  for (const [name, given] of Object.entries(shapes)) {
    const input = graph.inputs.find((i) => i.name === name);
    if (input === undefined)
      throw new InputError(
        `the model has no input \`${name}\`; its inputs are ${graph.inputs.map((i) => i.name).join(", ")}`,
      );
    const { shape } = input.type;
    const fits =
      shape.length === given.length &&
      shape.every((d: Dim, i) =>
        typeof d === "number" ? d === given[i] : (bind[d] ?? given[i]) === given[i],
      );
    if (!fits)
      throw new InputError(
        `${given.join("x") || "a scalar"} does not fit input \`${name}\`, whose shape is [${shape.join(", ")}]`,
      );
    for (const [i, d] of shape.entries()) if (typeof d === "string") bind[d] = given[i] as number;
  }
  for (const { type } of graph.inputs)
    for (const d of type.shape) if (typeof d === "string") bind[d] ??= openSize;
  return bind;
}
