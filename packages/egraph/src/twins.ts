import type { Guard, Pattern } from "./pattern.ts";
import type { Rule } from "./rule.ts";
import { symmetricRoots } from "./symmetry.ts";

/**
 * The guards of a rule. A query matches two roots that look alike in one order only; where the rule does
 * different things to them, a guard that reads their slots makes it match both orders.
 */
export function guardsOf(rule: Rule): readonly Guard[] {
  const { left, rootSlots, guards = [] } = rule;
  const alike = symmetricRoots(left, rootSlots, guards);
  if (alike.length === 0) return guards;
  const whole = symmetricSides(rule, guards);
  return alike.every(([i, j]) => whole.some(([k, l]) => i === k && j === l))
    ? guards
    : [...guards, { needs: rootSlots, test: () => true }];
}

/** Pairs of roots that may be exchanged together with what the rule does to them. */
function symmetricSides(rule: Rule, guards: readonly Guard[]): [number, number][] {
  const { left, rootSlots, condition, right } = rule;
  if (condition || typeof right === "function") return [];
  if (!right.every(({ slot }) => rootSlots.includes(slot))) return [];
  const sides = left.map((pattern, i): Pattern => {
    const built = right.filter(({ slot }) => slot === rootSlots[i]);
    return { kind: "node", op: 0, children: [pattern, ...built.map(({ template }) => template)] };
  });
  return symmetricRoots(sides, rootSlots, guards);
}
