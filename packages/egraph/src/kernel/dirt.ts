/** What changed: the classes that a search has to look at again. */
import { ensure, push } from "./column.ts";
import {
  CLASSES,
  DIRTY,
  DIRTY_BITS,
  HEAD,
  PARENT,
  RECORD,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  TOUCHED,
} from "./layout.ts";
import { nextOf, ownerOf } from "./links.ts";
import { fill, get, put } from "./memory.ts";

/** So many that a whole search is no dearer. */
function enough(): number {
  return get(CLASSES) >> 2;
}

/**
 * Collects the classes that changed since there were `created` ids and `touched` changes. Returns how many, or -1
 * when they are so many that a whole search is no dearer. The graph must be clean.
 */
export function collect(created: number, touched: number): number {
  const ids = get(RECORD + 1) / STRIDE;
  const bits = (ids + 31) >> 5;
  if (ids - created > 4 * enough()) return -1;
  put(DIRTY_BITS + 1, 0);
  ensure(DIRTY_BITS, bits);
  put(DIRTY_BITS + 1, bits);
  fill(get(DIRTY_BITS), 0, bits);
  put(DIRTY + 1, 0);
  ensure(DIRTY, enough() + 1);
  for (let id = created; id < ids; id++) {
    mark(id);
    if (get(DIRTY + 1) > enough()) return -1;
  }
  const changes = get(TOUCHED + 1);
  for (let i = touched; i < changes; i++) {
    mark(get(get(TOUCHED) + i));
    if (get(DIRTY + 1) > enough()) return -1;
  }
  return get(DIRTY + 1);
}

/** Collects those one level above what was collected from place `from` on, too; returns as {@link collect}. */
export function climb(from: number): number {
  const end = get(DIRTY + 1);
  for (let i = from; i < end; i++) {
    let link = get(get(RECORD) + get(get(DIRTY) + i) * STRIDE + HEAD);
    while (link >= 0) {
      const owner = ownerOf(link);
      const symbol = get(get(RECORD) + owner * STRIDE + SYMBOL);
      if (symbol >= 0 && (symbol & SUBSUMED) === 0) mark(owner);
      link = nextOf(link);
    }
    if (get(DIRTY + 1) > enough()) return -1;
  }
  return get(DIRTY + 1);
}

/** Adds the class of an id, unless it is there. */
function mark(id: number): void {
  const records = get(RECORD) + PARENT;
  let root = id;
  while (get(records + root * STRIDE) !== root) root = get(records + root * STRIDE);
  const at = get(DIRTY_BITS) + (root >> 5);
  const bit = 1 << (root & 31);
  if ((get(at) & bit) !== 0) return;
  put(at, get(at) | bit);
  ensure(DIRTY, 1);
  push(DIRTY, root);
}
