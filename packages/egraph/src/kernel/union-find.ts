import { PARENT, RECORD, STRIDE } from "./layout.ts";
import { get, put } from "./memory.ts";

/**
 * The root of the class of an id: the oldest id of the class, so that canonical ids do not depend on the
 * order of unions. Paths are halved as they are walked, but not below the floor, where each halving would
 * have to be logged.
 */
export function find(id: number): number {
  const parents = get(RECORD) + PARENT;
  let x = id;
  let up = get(parents + x * STRIDE);
  if (up === x) return x;
  const floor = get(RECORD + 3);
  while (up !== x) {
    const next = get(parents + up * STRIDE);
    if (x * STRIDE >= floor) put(parents + x * STRIDE, next);
    x = up;
    up = next;
  }
  return x;
}
