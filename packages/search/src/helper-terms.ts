import type { TermId, TermPool } from "./term-pool.ts";

/**
 * All terms of at most so many operators and atoms over the atoms and operators of a term, smallest first. An e-graph may hold them
 * besides: they add e-nodes, no equality, and let rules fire that lead to a term which nothing has built yet.
 */
export function helpers(pool: TermPool, term: TermId, size: number): readonly TermId[] {
  const atoms = new Set<TermId>();
  const operators = new Map<string, { symbol: number; arity: number }>();
  for (const part of pool.parts(term)) {
    const [symbol, arity] = [pool.symbolOf(part), pool.operands(part).length];
    if (arity === 0) atoms.add(part);
    else operators.set(`${symbol} ${arity}`, { symbol, arity });
  }
  const bySize: TermId[][] = [[], [...atoms]];
  for (let total = 2; total <= size; total++) {
    const made: TermId[] = [];
    for (const { symbol, arity } of operators.values())
      for (const operands of choices(bySize, arity, total - 1))
        made.push(pool.make(symbol, operands));
    bySize.push(made);
  }
  return bySize.slice(2).flat();
}

/** All lists of so many terms that have this size in all. */
function choices(bySize: readonly (readonly TermId[])[], count: number, size: number): TermId[][] {
  if (count === 0) return size === 0 ? [[]] : [];
  const lists: TermId[][] = [];
  for (let first = 1; first <= size - count + 1; first++) {
    const rest = choices(bySize, count - 1, size - first);
    for (const term of bySize[first] ?? [])
      for (const others of rest) lists.push([term, ...others]);
  }
  return lists;
}
