import type { Extraction, Id } from "egraph-ts";
import type { Application } from "./applications.ts";
import { premises } from "./premises.ts";
import type { World } from "./world.ts";

/** Rests on nothing: what a session begins with. */
export const nothing: Evidence = { rules: [], assumed: new Map(), error: 0 };

/** What a program rests on that was found in a world which began with another one. */
export function sum(a: Evidence, b: Evidence): Evidence {
  const assumed = new Map(a.assumed);
  for (const [rule, texts] of b.assumed) assume(assumed, rule, texts);
  const rules = [...new Set([...a.rules, ...b.rules])].sort((x, y) => x - y);
  return { rules, assumed, error: a.error + b.error };
}

function assume(
  assumed: Map<number, readonly string[]>,
  rule: number,
  texts: readonly string[],
): void {
  if (texts.length > 0) assumed.set(rule, [...new Set([...(assumed.get(rule) ?? []), ...texts])]);
}

/** What an extracted program rests on, beyond what the program rested on that its world began with. */
export interface Evidence {
  /** Rules, by index, ascending. */
  readonly rules: readonly number[];
  /** What these take for granted, by index: the conditions behind `assuming` that were not known to hold where they were applied. */
  readonly assumed: ReadonlyMap<number, readonly string[]>;
  /** The sum of what its inexact applications may each have changed; of all that were made, where it is not known which it needs. */
  readonly error: number;
}

/**
 * The rules that an extracted program rests on: those whose applications made its e-nodes, those that
 * made what an operand stands for equal to what its consumer was built over, and, transitively, those behind what these
 * applications matched. Rules that merely took part in the search are not among them.
 */
export function evidence(world: World, extraction: Extraction): Evidence {
  const { applications, outputs, terms } = world;
  const { egraph } = terms;
  const found = new Set<number>();
  /** The program uses what was once called `id`; the e-node chosen for that class must be equal to it. */
  const use = (id: Id): void => {
    const chosen = extraction.choice(id);
    if (chosen !== id) for (const reason of egraph.reasons(chosen, id)) found.add(reason);
  };
  for (const output of outputs) use(output);
  for (const id of extraction.order) {
    const node = extraction.choice(id);
    const creator = applications.creator(node);
    if (creator !== undefined) found.add(creator);
    const arity = egraph.arity(node);
    for (let i = 0; i < arity; i++) use(egraph.originalChild(node, i));
  }
  // A set visits what is added to it while it is walked.
  let complete = true;
  for (const number of found) {
    const known = premises(world, number);
    for (const premise of known ?? []) found.add(premise);
    complete &&= known !== undefined;
  }
  const rules = new Set<number>();
  const assumed = new Map<number, readonly string[]>();
  let error = 0;
  for (const number of found) {
    const application = applications.at(number) as Application;
    const { rule } = application;
    rules.add(rule);
    assume(assumed, rule, application.assumed);
    error += world.slots[rule]?.rule.lossy ?? 0;
  }
  return {
    rules: [...rules].sort((a, b) => a - b),
    assumed,
    error: complete ? error : world.error - world.inherited.error,
  };
}
