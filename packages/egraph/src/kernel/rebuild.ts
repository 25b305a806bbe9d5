/** Restoring congruence. */
import { ensure, push, set } from "./column.ts";
import {
  ensureTable,
  findNode,
  hashOf,
  hashPlain,
  insert,
  isLarge,
  sortInto,
  touch,
} from "./hashcons.ts";
import {
  ARGUMENT,
  ARITY,
  BLOCK,
  BUILT,
  CHILD,
  CONGRUENCE,
  MARKED,
  MEMBERS,
  MERGED,
  NEXT,
  NODES,
  PARENT,
  PLAIN,
  RECORD,
  REPAIR,
  REPAIRED,
  SCRATCH,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  SYMBOL_STRIDE,
  SYMBOLS,
  TRAIL,
} from "./layout.ts";
import { childAt, childOf, nextOf, ownerOf } from "./links.ts";
import { get, put } from "./memory.ts";
import { blockAt } from "./record.ts";
import { find } from "./union-find.ts";
import { unite } from "./unite.ts";

/** Canonicalises the e-nodes that were parents of a class before it was merged away, until there are none. */
export function repair(): void {
  while (get(REPAIRED) < get(REPAIR + 1)) {
    const count = gather();
    if (isLarge()) approach(count);
    for (let i = 0; i < count; i++) canonicalize(get(blockAt(BUILT) + i));
  }
  put(REPAIR + 1, 0);
  put(REPAIRED, 0);
}

/** Takes the next e-nodes out of the segments, as many as a block has room for. */
function gather(): number {
  const owners = blockAt(BUILT);
  let count = 0;
  while (count < BLOCK && get(REPAIRED) < get(REPAIR + 1)) {
    const at = get(REPAIR) + get(REPAIRED);
    const link = get(at);
    put(owners + count, ownerOf(link));
    count++;
    if (link === get(at + 1)) put(REPAIRED, get(REPAIRED) + 2);
    else put(at, nextOf(link));
  }
  return count;
}

/** Touches what the look-ups of a block of e-nodes will begin with, see {@link touch}. */
function approach(count: number): void {
  const records = get(RECORD);
  const symbols = get(SYMBOLS);
  const owners = blockAt(BUILT);
  const hashes = blockAt(2);
  for (let i = 0; i < count; i++) {
    const record = records + get(owners + i) * STRIDE;
    const symbol = get(record + SYMBOL) & ~SUBSUMED;
    let hash = 0;
    if (symbol >= 0 && get(symbols + symbol * SYMBOL_STRIDE + PLAIN) !== 0) {
      const second = get(symbols + symbol * SYMBOL_STRIDE + ARITY) > 1;
      const y = second ? find(get(record + CHILD + 1)) : 0;
      hash = hashPlain(symbol, get(record + ARGUMENT), find(get(record + CHILD)), y);
    }
    put(hashes + i, hash);
  }
  touch(hashes, count, blockAt(0));
}

function canonicalize(node: number): void {
  const word = get(get(RECORD) + node * STRIDE + SYMBOL);
  if (word < 0) return;
  const symbol = word & ~SUBSUMED;
  const arity = get(get(SYMBOLS) + symbol * SYMBOL_STRIDE + ARITY);
  const key = get(SCRATCH);
  let same = true;
  for (let i = 0; i < arity; i++) {
    const child = childOf(2 * node + i);
    const root = find(child);
    put(key + i, root);
    if (root !== child) same = false;
  }
  if (same) return;
  ensureTable();
  if (get(MARKED) !== 0) ensure(TRAIL, 2 * arity + 8);
  const argument = get(get(RECORD) + node * STRIDE + ARGUMENT);
  // Making the table anew may have used the scratch.
  put(get(SCRATCH), 0);
  put(get(SCRATCH) + 1, 0);
  for (let i = 0; i < arity; i++) put(get(SCRATCH) + i, find(childOf(2 * node + i)));
  const hash = hashOf(symbol, argument, get(SCRATCH));
  const twin = findNode(hash, symbol, argument, get(SCRATCH));
  if (twin >= 0 && twin < node) {
    merge(twin, node);
    return;
  }
  for (let i = 0; i < arity; i++) {
    const root = get(get(SCRATCH) + i);
    if (childOf(2 * node + i) !== root) set(RECORD, childAt(2 * node + i), root);
  }
  insert(hash, node);
  if (twin >= 0) merge(node, twin);
}

/** Kills the younger of two congruent e-nodes and unites their classes. */
function merge(older: number, younger: number): void {
  const records = get(RECORD);
  const kept = get(records + older * STRIDE + SYMBOL);
  const killed = get(records + younger * STRIDE + SYMBOL);
  set(RECORD, younger * STRIDE + SYMBOL, ~(killed & ~SUBSUMED));
  const hidden = ((kept | killed) & SUBSUMED) !== 0;
  if (hidden && (kept & SUBSUMED) === 0) set(RECORD, older * STRIDE + SYMBOL, kept | SUBSUMED);
  if ((kept & killed & SUBSUMED) === 0) put(NODES, get(NODES) - 1);
  unite(older, younger, CONGRUENCE);
}

/**
 * Puts the members of merged classes into creation order, without e-nodes that are dead or hidden, and
 * points them straight at their roots. The root, being the oldest, begins its circle whatever it is.
 */
export function tidy(): void {
  // Many classes may have become one: a flag on its root sees to it that it is put in order once.
  const count = get(MERGED + 1);
  let roots = 0;
  for (let i = 0; i < count; i++) {
    const root = find(get(get(MERGED) + i));
    const next = get(RECORD) + root * STRIDE + NEXT;
    if (get(next) < 0) continue;
    put(next, ~get(next));
    put(get(MERGED) + roots, root);
    roots++;
  }
  for (let i = 0; i < roots; i++) {
    const next = get(RECORD) + get(get(MERGED) + i) * STRIDE + NEXT;
    put(next, ~get(next));
  }
  put(MERGED + 1, roots);
  while (get(MERGED + 1) > 0) {
    const left = get(MERGED + 1);
    let some = BLOCK;
    if (left < some) some = left;
    if (isLarge()) approachMembers(get(MERGED) + left - some, some);
    for (let i = 1; i <= some; i++) order(get(get(MERGED) + left - i));
    put(MERGED + 1, left - some);
  }
}

/** Touches the first members of some classes, so that those of all are waited for together. */
function approachMembers(roots: number, count: number): void {
  const nexts = get(RECORD) + NEXT;
  const members = blockAt(0);
  for (let i = 0; i < count; i++) put(members + i, get(nexts + get(roots + i) * STRIDE));
  for (let step = 0; step < 2; step++)
    for (let i = 0; i < count; i++) put(members + i, get(nexts + get(members + i) * STRIDE));
}

function order(root: number): void {
  let count = 0;
  let ascending = true;
  let before = -1;
  let node = root;
  do {
    if (node === root || isSeen(node)) {
      if (count === get(MEMBERS + 2)) {
        put(MEMBERS + 1, count);
        ensure(MEMBERS, count);
      }
      put(get(MEMBERS) + count, node);
      count++;
      if (node < before) ascending = false;
      before = node;
    }
    node = get(get(RECORD) + node * STRIDE + NEXT);
  } while (node !== root);
  put(MEMBERS + 1, count);
  if (!ascending) sort(get(MEMBERS), count);
  if (get(MARKED) !== 0) ensure(TRAIL, 4 * count);
  put(MEMBERS + 1, 0);
  const members = get(MEMBERS);
  const records = get(RECORD);
  for (let i = 0; i < count; i++) {
    const member = get(members + i) * STRIDE;
    const after = i + 1 < count ? get(members + i + 1) : root;
    if (get(records + member + NEXT) !== after) set(RECORD, member + NEXT, after);
    if (get(records + member + PARENT) !== root) set(RECORD, member + PARENT, root);
  }
}

function isSeen(node: number): boolean {
  const symbol = get(get(RECORD) + node * STRIDE + SYMBOL);
  return symbol >= 0 && (symbol & SUBSUMED) === 0;
}

/** Sorts words: by insertion where they are few, else by a heap. */
function sort(at: number, count: number): void {
  if (count <= 32) {
    sortInto(at, at, count);
    return;
  }
  for (let i = (count >> 1) - 1; i >= 0; i--) sift(at, i, count);
  for (let end = count - 1; end > 0; end--) {
    const top = get(at);
    put(at, get(at + end));
    put(at + end, top);
    sift(at, 0, end);
  }
}

function sift(at: number, from: number, count: number): void {
  const item = get(at + from);
  let i = from;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= count) break;
    if (child + 1 < count && get(at + child + 1) > get(at + child)) child++;
    if (get(at + child) <= item) break;
    put(at + i, get(at + child));
    i = child;
  }
  put(at + i, item);
}

/** Hides an e-node from matching and extraction; it stays in the hashcons. */
export function subsume(node: number): boolean {
  const word = get(get(RECORD) + node * STRIDE + SYMBOL);
  if (word < 0 || (word & SUBSUMED) !== 0) return false;
  ensure(MERGED, 1);
  if (get(MARKED) !== 0) ensure(TRAIL, 2);
  set(RECORD, node * STRIDE + SYMBOL, word | SUBSUMED);
  push(MERGED, find(node));
  put(NODES, get(NODES) - 1);
  return true;
}
