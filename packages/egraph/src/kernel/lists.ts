/** The e-nodes of each symbol, in creation order, in chunks; dead ones stay until {@link relist}. */
import { ensure } from "./column.ts";
import {
  CHUNK,
  CHUNK_ITEMS,
  COUNT,
  FIRST,
  LAST,
  LIST,
  LISTED,
  RECORD,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  SYMBOL_STRIDE,
  SYMBOLS,
} from "./layout.ts";
import { get, put } from "./memory.ts";

/** Appends a node to the list of its symbol, where there is room for a chunk. */
export function enlist(symbol: number, node: number): void {
  const at = get(SYMBOLS) + symbol * SYMBOL_STRIDE;
  const count = get(at + COUNT);
  const place = count & (CHUNK_ITEMS - 1);
  if (place === 0) {
    const chunk = get(LIST + 1);
    put(LIST + 1, chunk + CHUNK);
    const last = get(at + LAST);
    const words = get(LIST) + chunk;
    put(words, -1);
    put(words + 1, last);
    if (last < 0) put(at + FIRST, chunk);
    else put(get(LIST) + last, chunk);
    put(at + LAST, chunk);
  }
  put(get(LIST) + get(at + LAST) + 2 + place, node);
  put(at + COUNT, count + 1);
  put(LISTED, get(LISTED) + 1);
}

/** Takes the newest node out of the list of its symbol. Aliases and dead nodes after {@link relist} are in none. */
export function delist(symbol: number, node: number): void {
  const at = get(SYMBOLS) + symbol * SYMBOL_STRIDE;
  const count = get(at + COUNT);
  if (count === 0) return;
  const place = (count - 1) & (CHUNK_ITEMS - 1);
  const chunk = get(LIST) + get(at + LAST);
  if (get(chunk + 2 + place) !== node) return;
  put(at + COUNT, count - 1);
  put(LISTED, get(LISTED) - 1);
  if (place > 0) return;
  const before = get(chunk + 1);
  put(at + LAST, before);
  if (before < 0) put(at + FIRST, -1);
  else put(get(LIST) + before, -1);
}

/** Makes the lists anew, of live nodes only. */
export function relist(): void {
  const symbols = get(SYMBOLS + 1);
  for (let s = 0; s < symbols; s += SYMBOL_STRIDE) {
    const at = get(SYMBOLS) + s;
    put(at + COUNT, 0);
    put(at + FIRST, -1);
    put(at + LAST, -1);
  }
  put(LIST + 1, 0);
  put(LISTED, 0);
  const words = get(RECORD + 1);
  for (let at = 0; at < words; at += STRIDE) {
    const symbol = get(get(RECORD) + at + SYMBOL);
    if (symbol < 0) continue;
    ensure(LIST, CHUNK);
    enlist(symbol & ~SUBSUMED, at / STRIDE);
  }
}
