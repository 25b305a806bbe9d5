/**
 * Hash-consing by open addressing with linear probing. A word is 0, or 8 bits of the hash and 24 bits of
 * node id + 1: the tag spares nearly every look at a record that would not match. The table is insert
 * only: the word of a node whose children were canonicalised stays behind, stale, until the table is made
 * anew. So undoing is setting words back to 0.
 */

import { log } from "./column.ts";
import {
  ARGUMENT,
  ARITY,
  CHILD,
  COMMUTATIVE,
  LARGE,
  MARKED,
  PLAIN,
  RECORD,
  SCRATCH,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  SYMBOL_STRIDE,
  SYMBOLS,
  TABLE,
  USED,
  WIDTH,
} from "./layout.ts";
import { childOf } from "./links.ts";
import { get, grow, mul, put } from "./memory.ts";

const TAG = -0x1000000;
const ID = 0x00ffffff;

/** Mixes one word into a running hash. */
export function mix(hash: number, word: number): number {
  const h = mul(hash ^ word, -0x61c8864f);
  return h ^ (h >>> 15);
}

/** Hash of an e-node whose canonical children are the words at `key`, two at least: 0 where there is no child. */
export function hashOf(symbol: number, argument: number, key: number): number {
  const at = get(SYMBOLS) + symbol * SYMBOL_STRIDE;
  if (get(at + PLAIN) !== 0) return hashPlain(symbol, argument, get(key), get(key + 1));
  return hashAll(begin(symbol, argument), get(at + ARITY), get(at + COMMUTATIVE) !== 0, key);
}

/** As {@link hashOf}, of a plain symbol and its children, 0 where there is none. */
export function hashPlain(symbol: number, argument: number, x: number, y: number): number {
  return mix(mix(begin(symbol, argument), x), y);
}

/** Begins a hash. */
export function begin(symbol: number, argument: number): number {
  return mix(mix(symbol, 0x2545f491), argument);
}

function hashAll(hash: number, arity: number, commutative: boolean, key: number): number {
  let children = key;
  if (commutative) {
    children = get(SCRATCH) + get(WIDTH);
    sortInto(children, key, arity);
  }
  let h = hash;
  for (let i = 0; i < arity; i++) h = mix(h, get(children + i));
  return h;
}

/** Sorts words into place, which may be their own: children are few. */
export function sortInto(to: number, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const word = get(from + i);
    let j = i - 1;
    while (j >= 0 && get(to + j) > word) {
      put(to + j + 1, get(to + j));
      j--;
    }
    put(to + j + 1, word);
  }
}

/** The live node with this key, or -1. */
export function findNode(hash: number, symbol: number, argument: number, key: number): number {
  if (get(get(SYMBOLS) + symbol * SYMBOL_STRIDE + PLAIN) !== 0)
    return findPlain(hash, symbol, argument, get(key), get(key + 1));
  const table = get(TABLE);
  const mask = get(TABLE + 1) - 1;
  const records = get(RECORD);
  let slot = hash & mask;
  let word = get(table + slot);
  while (word !== 0) {
    if (((word ^ hash) & TAG) === 0) {
      const node = (word & ID) - 1;
      const record = records + node * STRIDE;
      if (
        (get(record + SYMBOL) & ~SUBSUMED) === symbol &&
        get(record + ARGUMENT) === argument &&
        hasChildren(node, symbol, key)
      )
        return node;
    }
    slot = (slot + 1) & mask;
    word = get(table + slot);
  }
  return -1;
}

/** As {@link findNode}, of a plain symbol and its children, 0 where there is none. */
export function findPlain(
  hash: number,
  symbol: number,
  argument: number,
  x: number,
  y: number,
): number {
  const table = get(TABLE);
  const mask = get(TABLE + 1) - 1;
  const records = get(RECORD);
  let slot = hash & mask;
  let word = get(table + slot);
  while (word !== 0) {
    if (((word ^ hash) & TAG) === 0) {
      const node = (word & ID) - 1;
      const record = records + node * STRIDE;
      // One decision, nearly always the same, rather than four.
      const children = (get(record + CHILD) ^ x) | (get(record + CHILD + 1) ^ y);
      const head =
        ((get(record + SYMBOL) & ~SUBSUMED) ^ symbol) | (get(record + ARGUMENT) ^ argument);
      if ((children | head) === 0) return node;
    }
    slot = (slot + 1) & mask;
    word = get(table + slot);
  }
  return -1;
}

/** Whether a look-up mostly waits for memory. */
export function isLarge(): boolean {
  return get(RECORD + 1) >= LARGE;
}

/**
 * Loads what look-ups of these hashes begin with, a word of the table and a record each. A look-up mostly waits for
 * memory: in these loops, which decide nothing, all wait together. `words` is room for as many.
 */
export function touch(hashes: number, count: number, words: number): void {
  const table = get(TABLE);
  const mask = get(TABLE + 1) - 1;
  for (let i = 0; i < count; i++) {
    const hash = get(hashes + i);
    const word = get(table + (hash & mask));
    // All ones where the tags are the same, so that no record is loaded in vain.
    const same = (((word ^ hash) >>> 24) - 1) >> 31;
    put(words + i, word & ID & same);
  }
  const records = get(RECORD) - STRIDE;
  for (let i = 0; i < count; i++) put(words + i, get(records + get(words + i) * STRIDE));
}

function hasChildren(node: number, symbol: number, key: number): boolean {
  const at = get(SYMBOLS) + symbol * SYMBOL_STRIDE;
  const arity = get(at + ARITY);
  if (get(at + COMMUTATIVE) === 0) {
    for (let i = 0; i < arity; i++) if (childOf(2 * node + i) !== get(key + i)) return false;
    return true;
  }
  const wanted = get(SCRATCH) + get(WIDTH);
  const present = wanted + get(WIDTH);
  sortInto(wanted, key, arity);
  for (let i = 0; i < arity; i++) put(present + i, childOf(2 * node + i));
  sortInto(present, present, arity);
  for (let i = 0; i < arity; i++) if (get(wanted + i) !== get(present + i)) return false;
  return true;
}

/** Makes sure that a node can be inserted. Addresses taken before may be wrong afterwards. */
export function ensureTable(): void {
  if (get(USED) * 3 < get(TABLE + 1) * 2) return;
  // An empty one, perhaps larger.
  grow(TABLE, 1);
  refill();
}

/** Inserts a node that is not there, where there is room. */
export function insert(hash: number, node: number): void {
  const table = get(TABLE);
  const mask = get(TABLE + 1) - 1;
  let slot = hash & mask;
  while (get(table + slot) !== 0) slot = (slot + 1) & mask;
  put(table + slot, (hash & TAG) | (node + 1));
  put(USED, get(USED) + 1);
  if (get(MARKED) !== 0) log(TABLE, slot, 0);
}

/** Fills an empty table with the live nodes. */
export function refill(): void {
  const count = get(RECORD + 1);
  const marked = get(MARKED);
  put(MARKED, 0);
  put(USED, 0);
  for (let at = 0; at < count; at += STRIDE) {
    const record = get(RECORD) + at;
    const symbol = get(record + SYMBOL);
    if (symbol < 0) continue;
    insert(hashOfNode(at / STRIDE), at / STRIDE);
  }
  put(MARKED, marked);
}

/** Hash of a node by its children as they are stored. */
function hashOfNode(node: number): number {
  const record = get(RECORD) + node * STRIDE;
  const symbol = get(record + SYMBOL) & ~SUBSUMED;
  const arity = get(get(SYMBOLS) + symbol * SYMBOL_STRIDE + ARITY);
  const key = get(SCRATCH);
  putKey(key, node, arity);
  return hashOf(symbol, get(record + ARGUMENT), key);
}

/** Puts the children of a node, as they are stored, at `key`, and zeros where there are fewer than two. */
function putKey(key: number, node: number, arity: number): void {
  put(key, 0);
  put(key + 1, 0);
  for (let i = 0; i < arity; i++) put(key + i, childOf(2 * node + i));
}
