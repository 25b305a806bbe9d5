/**
 * Applications of operators as programs to run.
 *
 * @module
 */

import type { Constant, Graph, GraphNode, NdArray, OpDef, Source } from "@rewright/plugin";
import { typeOf } from "./array-type.ts";
import { hasFiniteElements } from "./closeness.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Application } from "./operator-samples.ts";

/** An application, and what it comes to. */
export interface Trial {
  readonly name: string;
  readonly application: Application;
  readonly node: Pick<GraphNode, "operands" | "results">;
  readonly expected: readonly NdArray[];
}

/** The application as a trial; `undefined` where its operator cannot be computed on it, or comes to infinity. */
export function trialOf(name: string, op: OpDef, application: Application): Trial | undefined {
  const { operands, attrs, count } = application;
  try {
    const types = operands.map((array) => array && typeOf(array));
    const results = op.infer(types, attrs, count).slice(0, count);
    const expected = op.evaluate?.(operands, attrs, count);
    if (!expected?.every(hasFiniteElements)) return undefined;
    const given = types.map((type) => type && { ...type, constant: type.value !== undefined });
    return { name, application, node: { operands: given, results }, expected };
  } catch {
    return undefined; // indices out of range, say
  }
}

/** One program of all trials, side by side, and its inputs. Lists of integers, which are mostly shapes, are constants. */
export function programOf(trials: readonly Trial[]): {
  readonly graph: Graph;
  readonly inputs: readonly NdArray[];
} {
  const inputs: NdArray[] = [];
  const constants: Constant[] = [];
  const nodes = trials.map(({ name, application, node }): GraphNode => {
    const sources = application.operands.map((array, i): Source | undefined => {
      if (!array) return undefined;
      if (node.operands[i]?.constant !== true)
        return { from: "input", index: inputs.push(array) - 1 };
      const constant = { type: typeOf(array), key: fingerprint(array), load: () => array };
      return { from: "constant", index: constants.push(constant) - 1 };
    });
    return { op: name, attrs: application.attrs, inputs: sources, ...node };
  });
  const graph: Graph = {
    inputs: inputs.map(({ dtype, shape }, i) => ({ name: `x${i}`, type: { dtype, shape } })),
    constants,
    nodes,
    outputs: nodes.flatMap(({ results }, index) =>
      results.map((_, result) => {
        return { name: `y${index}_${result}`, source: { from: "node", index, result } as const };
      }),
    ),
  };
  return { graph, inputs };
}
