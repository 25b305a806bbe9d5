import type { Guard, NodePattern, Pattern } from "./pattern.ts";

/**
 * Pairs of roots that may be exchanged without changing the query: identical up to renaming slots that
 * occur nowhere else and in no guard. Each match of such a pair would be found twice.
 */
export function symmetricRoots(
  roots: readonly Pattern[],
  rootSlots: readonly number[],
  guards: readonly Guard[],
): [number, number][] {
  const pairs: [number, number][] = [];
  const slots = roots.map((root, i) => new Set([...slotsOf(root), rootSlots[i] as number]));
  const guarded = new Set(guards.flatMap((guard) => [...guard.needs]));
  for (let i = 0; i < roots.length; i++) {
    for (let j = i + 1; j < roots.length; j++) {
      const [left, right] = [roots[i] as Pattern, roots[j] as Pattern];
      if (left.kind === "variable" || right.kind === "variable") continue;
      const renaming = new Map([[rootSlots[i] as number, rootSlots[j] as number]]);
      if (!rename(left, right, renaming)) continue;
      const elsewhere = (slot: number): boolean =>
        guarded.has(slot) || slots.some((set, k) => k !== i && k !== j && set.has(slot));
      const isSwap = [...renaming].every(
        ([from, to]) =>
          from === to ||
          (!slots[j]?.has(from) && !slots[i]?.has(to) && !elsewhere(from) && !elsewhere(to)),
      );
      const isOneToOne = new Set(renaming.values()).size === renaming.size;
      if (isSwap && isOneToOne) pairs.push([i, j]);
    }
  }
  return pairs;
}

function slotsOf(pattern: Pattern): number[] {
  if (pattern.kind === "variable") return [pattern.slot];
  return [
    ...ownSlots(pattern).filter((slot) => slot !== undefined),
    ...pattern.children.flatMap(slotsOf),
    ...(pattern.suffix ?? []).flatMap(slotsOf),
  ];
}

function ownSlots(pattern: NodePattern): (number | undefined)[] {
  return [pattern.argSlot, pattern.nodeSlot, pattern.classSlot];
}

/** Extends a renaming of slots to one that makes `left` `right`; false when there is none. */
function rename(left: Pattern, right: Pattern, renaming: Map<number, number>): boolean {
  const slot = (from: number | undefined, to: number | undefined): boolean => {
    if (from === undefined || to === undefined) return from === to;
    const known = renaming.get(from);
    if (known !== undefined) return known === to;
    renaming.set(from, to);
    return true;
  };
  if (left.kind === "variable") return right.kind === "variable" && slot(left.slot, right.slot);
  if (right.kind === "variable") return false;
  const [a, b] = [left.suffix ?? [], right.suffix ?? []];
  return (
    left.op === right.op &&
    left.arg === right.arg &&
    (left.rest ?? false) === (right.rest ?? false) &&
    left.children.length === right.children.length &&
    a.length === b.length &&
    ownSlots(left).every((from, i) => slot(from, ownSlots(right)[i])) &&
    left.children.every((child, i) => rename(child, right.children[i] as Pattern, renaming)) &&
    a.every((child, i) => rename(child, b[i] as Pattern, renaming))
  );
}
