/** Undoing. */
import { ensure, set } from "./column.ts";
import { removeGiven } from "./evidence.ts";
import {
  CODE,
  EXTENSION,
  LINK_STRIDE,
  LINKS,
  PROOFS,
  RECORD,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  TABLE,
  TRAIL,
  USED,
} from "./layout.ts";
import { delist } from "./lists.ts";
import { get, put } from "./memory.ts";

/** Takes back all that was logged since the trail had `entries` words, and the e-nodes from `first` on. */
export function undo(entries: number, first: number): void {
  for (let node = get(RECORD + 1) / STRIDE - 1; node >= first; node--) {
    const word = get(get(RECORD) + node * STRIDE + SYMBOL);
    if (word === EXTENSION) continue;
    if (get(PROOFS) !== 0) removeGiven(node);
    delist(word < 0 ? ~word : word & ~SUBSUMED, node);
  }
  const trail = get(TRAIL);
  for (let at = get(TRAIL + 1) - 2; at >= entries; at -= 2) {
    const address = get(trail + at);
    const column = (address & 15) << 2;
    put(get(column) + (address >>> 4), get(trail + at + 1));
    if (column === TABLE) put(USED, get(USED) - 1);
  }
  put(TRAIL + 1, entries);
  put(LINKS + 1, first * LINK_STRIDE);
  put(RECORD + 1, first * STRIDE);
}

/** Sets a word of the code, where it can be undone. */
export function note(index: number, value: number): void {
  ensure(TRAIL, 2);
  set(CODE, index, value);
}
