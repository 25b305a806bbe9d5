import { enter, feed, type Inputs, inputOf } from "./feeding.ts";
import type { Elements, Kernel, Kernels } from "./kernels.ts";
import { ordered } from "./order.ts";
import { reference } from "./reference.ts";
import type { Feeds, Runnable } from "./runnable.ts";
import type { Value } from "./value.ts";

interface Step {
  readonly value: Value;
  readonly kernel: Kernel;
  readonly operands: readonly (Elements | Int32Array)[];
  readonly out: Elements;
}

/**
 * Values compiled to steps over memory that is laid out once: a run allocates nothing, and a matrix that is needed no more
 * leaves its place to another.
 */
export class Program implements Runnable {
  readonly #steps: readonly Step[];
  readonly #inputs: Inputs;
  readonly #outputs: readonly Elements[];

  /** Throws a RangeError when two inputs have one name. */
  constructor(outputs: readonly Value[], kernels: Kernels = reference()) {
    const order = ordered(outputs);
    const places = plan(order, outputs);
    const indices = order.filter(({ op }) => op === "index");
    const memory = kernels.allocate(
      places.lengths,
      indices.map(({ rows }) => rows),
    );
    const dataOf = (value: Value): Elements | Int32Array =>
      value.op === "index"
        ? (memory.indices[indices.indexOf(value)] as Int32Array)
        : (memory.matrices[places.of.get(value) as number] as Elements);
    const inputs = new Map<string, { value: Value; data: Elements | Int32Array }>();
    const steps: Step[] = [];
    for (const value of order) {
      const { name } = value.attributes;
      if (name !== undefined) {
        enter(inputs, name, value, dataOf(value));
      } else {
        const operands = value.operands.map(dataOf);
        steps.push({ value, kernel: kernels.of(value), operands, out: dataOf(value) as Elements });
      }
    }
    this.#steps = steps;
    this.#inputs = inputs;
    this.#outputs = outputs.map((value) => dataOf(value) as Elements);
  }

  /** Whether the outputs depend on an input of that name. */
  has(name: string): boolean {
    return this.#inputs.has(name);
  }

  /** The elements of an input: what is written there is what the next runs see. Throws a RangeError for a name that is none. */
  input(name: string): Elements | Int32Array {
    return inputOf(this.#inputs, name);
  }

  /**
   * Computes the outputs, in the order they were given to the constructor. They are overwritten by the next run.
   *
   * @param feeds inputs to be written first; the others keep what they hold, 0 at first
   * @throws RangeError for an unknown name, a wrong number of elements, or a row number that is out of range
   */
  run(feeds: Feeds = {}): readonly Elements[] {
    feed(this.#inputs, feeds);
    for (const { kernel, value, operands, out } of this.#steps) kernel(value, operands, out);
    return this.#outputs;
  }
}

/** Gives each value a place in memory, one that is free by then if there is one of its length. */
function plan(
  order: readonly Value[],
  outputs: readonly Value[],
): { readonly lengths: readonly number[]; readonly of: ReadonlyMap<Value, number> } {
  const uses = new Map<Value, number>();
  const use = (value: Value): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { operands } of order) operands.forEach(use);
  // What is fed, and what is asked for, stays.
  outputs.forEach(use);
  for (const value of order) if (value.attributes.name !== undefined) use(value);
  const lengths: number[] = [];
  const free = new Map<number, number[]>();
  const of = new Map<Value, number>();
  const settle = (value: Value): void => {
    const length = value.rows * value.columns;
    of.set(value, free.get(length)?.pop() ?? lengths.push(length) - 1);
  };
  // What is fed is there before the first step.
  for (const value of order) if (value.op === "input") settle(value);
  for (const value of order) {
    if (value.op === "index") continue;
    if (value.op !== "input") settle(value);
    for (const operand of value.operands) {
      const left = (uses.get(operand) as number) - 1;
      uses.set(operand, left);
      const place = of.get(operand);
      if (left > 0 || place === undefined) continue;
      const size = lengths[place] as number;
      const places = free.get(size);
      if (places) places.push(place);
      else free.set(size, [place]);
    }
  }
  return { lengths, of };
}
