import { TRAIL } from "./layout.ts";
import { get, grow, put } from "./memory.ts";

/** Makes sure of room for `more` words in a column. Addresses taken before may be wrong afterwards. */
export function ensure(column: number, more: number): void {
  if (get(column + 1) + more > get(column + 2)) grow(column, more);
}

/** Appends a word, for which there is room. */
export function push(column: number, value: number): void {
  const length = get(column + 1);
  put(get(column) + length, value);
  put(column + 1, length + 1);
}

/** Overwrites a word of a logged column; the trail has room. */
export function set(column: number, index: number, value: number): void {
  const at = get(column) + index;
  if (index < get(column + 3)) log(column, index, get(at));
  put(at, value);
}

/** Notes what a word was. */
export function log(column: number, index: number, old: number): void {
  const length = get(TRAIL + 1);
  const at = get(TRAIL) + length;
  put(at, (index << 4) | (column >> 2));
  put(at + 1, old);
  put(TRAIL + 1, length + 2);
}
