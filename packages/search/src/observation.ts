import type { Rule } from "@rewright/dsl";
import type { Observation } from "@rewright/plugin";
import type { Id } from "egraph-ts";
import { describeMove, MOVE_WIDTH } from "./move-features.ts";
import { type Chosen, describeProgram, NODE_WIDTH, type Surroundings } from "./node-features.ts";

/**
 * Names what the columns of an observation mean. It changes when they do, and only then: what was learned under one version is of use wherever
 * the version is the same, whatever rules and operators there are.
 */
export const FEATURE_VERSION = "rewright-program-1";

/** A move as it is described: its rule, and the classes that the roots of each of its matches are in. */
export interface Reach {
  readonly rule: Rule;
  readonly places: readonly (readonly Id[])[];
  /** It stands for one match, not for all. */
  readonly single: boolean;
}

/** A program and moves as features. */
export function observe(
  program: Chosen,
  surroundings: Surroundings,
  moves: readonly Reach[],
): Observation {
  const { nodes, edges, rowOf } = describeProgram(program, surroundings);
  const features = new Float32Array(moves.length * MOVE_WIDTH);
  const { egraph } = surroundings.terms;
  const moveNodes = moves.map(({ rule, places, single }, i) => {
    const rows = new Set<number>();
    let inside = 0;
    for (const roots of places) {
      let isInside = false;
      for (const root of roots) {
        // A move from another state may name what is no class here.
        const exists = Number.isInteger(root) && root >= 0 && root < egraph.created;
        const row = exists ? rowOf.get(egraph.find(root)) : undefined;
        if (row === undefined) continue;
        rows.add(row);
        isInside = true;
      }
      if (isInside) inside++;
    }
    describeMove(features, i * MOVE_WIDTH, rule, { matches: places.length, inside, single });
    return [...rows];
  });
  return {
    version: FEATURE_VERSION,
    ...{ nodes, nodeWidth: NODE_WIDTH, edges },
    ...{ moves: features, moveWidth: MOVE_WIDTH, moveNodes },
  };
}
