/**
 * Applications of operators to check plugins on.
 *
 * @module
 */

import { type OperatorSample, sampleOperator } from "@rewright/dsl";
import type { NdArray, OpDef } from "@rewright/plugin";
import { typeOf } from "./array-type.ts";

/** An application of an operator: operands with their contents, attributes, and how many results are asked for. */
export type Application = OperatorSample;

/** Draws at most, for each application asked for. */
const DRAWS = 12;

/** Guessing is the dearest part of checking, and repeats: applications by definition, with how many were asked for. */
const known = new WeakMap<OpDef, { readonly asked: number; readonly found: Application[] }>();

/**
 * At most `count` applications of an operator: those given, and as many as guessing adds. None is ill-shaped; a faulty `infer` does not
 * break the search for them.
 */
export function applicationsOf(
  name: string,
  op: OpDef,
  count: number,
  given: readonly Application[] = [],
): readonly Application[] {
  const chosen = given.slice(0, count);
  if (chosen.length === count) return chosen;
  let entry = known.get(op);
  if (!entry || entry.asked < count) {
    const found = [...guessed(name, op, count)];
    entry = { asked: count, found };
    known.set(op, entry);
  }
  return [...chosen, ...entry.found].slice(0, count);
}

function guessed(name: string, op: OpDef, samples: number): readonly Application[] {
  return sampleOperator(name, forgiving(op), { samples, attempts: samples * DRAWS, seed: 1 });
}

/** The operator, except that whatever `infer` throws is taken for a ShapeError, and a result that is no type for ill-shaped. */
function forgiving(op: OpDef): OpDef {
  return {
    ...op,
    infer(operands, attrs, count) {
      try {
        // Copies: what it is given belongs to the sample.
        const types = op.infer([...operands], { ...attrs }, count);
        if (types.slice(0, count).every(({ shape }) => shape.every(isDim))) return types;
      } catch {
        // judged by a check of its own
      }
      throw Object.assign(new Error("ill-shaped"), { name: "ShapeError" });
    },
  };
}

/** Whether something is a dimension: a whole number from 0, or a name. */
export function isDim(dim: unknown): boolean {
  return typeof dim === "string" ? dim !== "" : Number.isSafeInteger(dim) && (dim as number) >= 0;
}

/** The least number of results that an operator yields. */
export function resultsOf(op: OpDef): number {
  return typeof op.results === "number" ? op.results : 1;
}

/** The types that inference is given for an application. */
export function typesOf({ operands }: Application): ReturnType<typeof typeOrNone>[] {
  return operands.map(typeOrNone);
}

function typeOrNone(array: NdArray | undefined): ReturnType<typeof typeOf> | undefined {
  return array && typeOf(array);
}
