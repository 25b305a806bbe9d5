import type { Terms } from "@rewright/dsl";
import type { Id } from "egraph-ts";
import type { Living } from "./living.ts";

/**
 * Builds what lies above terms of a program once others have taken their place: adds to `fresh`, which says what takes the place of what,
 * each living term that consists of such, built anew. Each is built once, and those below before those above.
 */
export function renew(terms: Terms, living: Living, fresh: Map<Id, Id>): void {
  const { egraph } = terms;
  const above = consumers(terms, living, fresh);
  const stack = [...above];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const waiting = stack.length;
    const node = living.spelling(top);
    const children = egraph.children(node);
    if (!fresh.has(top))
      for (const child of children) if (above.has(child) && !fresh.has(child)) stack.push(child);
    if (stack.length > waiting) continue;
    stack.pop();
    if (fresh.has(top)) continue;
    fresh.set(
      top,
      terms.again(
        node,
        children.map((child) => fresh.get(child) ?? child),
      ),
    );
  }
}

/** The living terms that consist of those that are replaced, and are not replaced themselves. */
function consumers({ egraph }: Terms, living: Living, fresh: ReadonlyMap<Id, Id>): Set<Id> {
  const above = new Set<Id>();
  const queue = [...fresh.keys()];
  for (const id of queue) {
    for (const node of egraph.parents(id)) {
      const owner = egraph.class(node);
      if (above.has(owner) || fresh.has(owner)) continue;
      if (!living.has(owner) || living.spelling(owner) !== node) continue;
      above.add(owner);
      queue.push(owner);
    }
  }
  return above;
}
