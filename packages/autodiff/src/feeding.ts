import type { Elements } from "./kernels.ts";
import type { Feeds } from "./runnable.ts";
import { shapeOf, type Value } from "./value.ts";

/** Inputs by name: what they are, and their elements. */
export type Inputs = ReadonlyMap<
  string,
  { readonly value: Value; readonly data: Elements | Int32Array }
>;

/** The elements of an input. @throws RangeError for a name that is none */
export function inputOf(inputs: Inputs, name: string): Elements | Int32Array {
  const known = inputs.get(name);
  if (known) return known.data;
  const names = [...inputs.keys()].join(", ");
  throw new RangeError(`the program has no input ${name}; it has ${names || "none"}`);
}

/** Writes what is fed. @throws RangeError for an unknown name or a wrong number of elements */
export function feed(inputs: Inputs, feeds: Feeds): void {
  for (const [name, elements] of Object.entries(feeds)) {
    const data = inputOf(inputs, name);
    if (elements.length !== data.length)
      throw new RangeError(
        `${name} is ${shapeOf((inputs.get(name) as { value: Value }).value)}: it has ${data.length} elements, not ${elements.length}`,
      );
    if (elements !== data) data.set(elements);
  }
}

/** Takes an input in. @throws RangeError when another has its name */
export function enter(
  inputs: Map<string, { value: Value; data: Elements | Int32Array }>,
  name: string,
  value: Value,
  data: Elements | Int32Array,
): void {
  if (inputs.has(name))
    throw new RangeError(`two inputs are called ${name}: make it once and use it twice`);
  inputs.set(name, { value, data });
}
