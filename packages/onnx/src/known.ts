/**
 * What is known of values before a program runs: constants, sizes of what has a known shape, and what is computed of these.
 *
 * @module
 */

import type { Constant, Dialect, GraphNode, NdArray, Source, TensorType } from "@rewright/plugin";
import { definitionOf } from "./raise.ts";
import { constantOf, smallContents } from "./tensor.ts";

/** Elements that a value on the way may have: conditions are computed of few. */
const SMALL = 4096;
/** Nodes that are looked at for one value. */
const REACH = 1000;

/** A program as far as it is known: nodes may be added. */
interface Program {
  readonly constants: readonly Constant[];
  readonly nodes: readonly GraphNode[];
}

/** What a type tells of the elements, where it tells of all. */
function told({ dtype, shape, value }: TensorType): NdArray | undefined {
  if (!value?.every((x) => typeof x === "number")) return undefined;
  const data = dtype === "i64" || dtype === "u64" ? value.map(BigInt) : value;
  return constantOf({ dtype, shape, data } as NdArray).load();
}

const isSmall = ({ dtype, shape }: TensorType): boolean =>
  dtype !== "unknown" && shape.reduce<number>((n, dim) => n * Number(dim), 1) <= SMALL;

/** The values of a program that are known before it runs. */
export class KnownValues {
  readonly #program: Program;
  readonly #dialects: readonly Dialect[];
  /** Results of nodes that were computed; absent ones cannot be. */
  readonly #results = new Map<number, readonly NdArray[] | undefined>();

  constructor(program: Program, dialects: readonly Dialect[]) {
    this.#program = program;
    this.#dialects = dialects;
  }

  /** The value of a source; `undefined` where it depends on what the program is given, or is large. */
  of(source: Source): NdArray | undefined {
    const behind: number[] = [];
    const seen = new Set<number>();
    const path = [source];
    for (let next = path.pop(); next !== undefined; next = path.pop()) {
      if (next.from === "input" || seen.size > REACH) return undefined;
      if (next.from === "constant" || seen.has(next.index) || this.#given(next)) continue;
      seen.add(next.index);
      behind.push(next.index);
      if (!this.#results.has(next.index))
        for (const operand of (this.#program.nodes[next.index] as GraphNode).inputs)
          if (operand) path.push(operand);
    }
    for (const index of behind.sort((a, b) => a - b)) this.#compute(index);
    return this.#at(source);
  }

  /** The value of what needs no computing. */
  #given(source: Source): NdArray | undefined {
    const { constants, nodes } = this.#program;
    if (source.from === "constant") return smallContents(constants[source.index]);
    const type = source.from === "node" && nodes[source.index]?.results[source.result];
    return type ? told(type) : undefined;
  }

  #at(source: Source): NdArray | undefined {
    const given = this.#given(source);
    return given || source.from !== "node"
      ? given
      : this.#results.get(source.index)?.[source.result];
  }

  #compute(index: number): void {
    if (this.#results.has(index)) return;
    const { op, attrs, inputs, results, opaque } = this.#program.nodes[index] as GraphNode;
    const def = opaque === undefined ? definitionOf(op, this.#dialects) : undefined;
    const operands = inputs.map((source) => source && this.#at(source));
    const isComplete = operands.every((operand, i) => operand || inputs[i] === undefined);
    let values: readonly NdArray[] | undefined;
    if (isComplete && def?.evaluate && !def.impure && results.every(isSmall))
      try {
        values = def.evaluate(operands, attrs, results.length);
      } catch {
        // Where it has no value (a division of integers by zero), the runtime will say so.
      }
    this.#results.set(index, values);
  }
}
