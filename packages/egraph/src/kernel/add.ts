/** Adding e-nodes. */
import { ensure, set } from "./column.ts";
import { alias, findGiven, isGiven, keepGiven } from "./evidence.ts";
import { ensureTable, findNode, hashOf, insert } from "./hashcons.ts";
import {
  ARITY,
  CHUNK,
  CLASSES,
  HEAD,
  LINK_STRIDE,
  LINKS,
  LIST,
  NODES,
  OPERATOR,
  PROOFS,
  RECORD,
  SCRATCH,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  SYMBOL_STRIDE,
  SYMBOLS,
  TAIL,
} from "./layout.ts";
import { childOf, nextAt } from "./links.ts";
import { enlist } from "./lists.ts";
import { get, put } from "./memory.ts";
import { append, inputAt } from "./record.ts";
import { find } from "./union-find.ts";

/** Canonicalises the input into the key; returns the hash. */
function prepare(symbol: number, argument: number): number {
  const arity = get(get(SYMBOLS) + symbol * SYMBOL_STRIDE + ARITY);
  const key = get(SCRATCH);
  const input = inputAt();
  put(key, 0);
  put(key + 1, 0);
  for (let i = 0; i < arity; i++) put(key + i, find(get(input + i)));
  return hashOf(symbol, argument, key);
}

/** The class of the node whose children are the input, made where there is none. */
export function add(symbol: number, argument: number): number {
  ensureTable();
  const hash = prepare(symbol, argument);
  const found = findNode(hash, symbol, argument, get(SCRATCH));
  if (found < 0) return create(hash, symbol, argument);
  if (get(PROOFS) === 0) return find(found);
  if (isGiven(found)) return found;
  const exact = findGiven(symbol, argument);
  return exact >= 0 ? exact : alias(symbol, argument, found);
}

/** The same node, or the one that it is congruent to: who is to explain it need not have an id for the exact term. */
export function build(symbol: number, argument: number): number {
  ensureTable();
  const hash = prepare(symbol, argument);
  const found = findNode(hash, symbol, argument, get(SCRATCH));
  return found >= 0 ? found : create(hash, symbol, argument);
}

/** Makes an e-node that there is not, of a plain symbol with the canonical children `x` and `y`, 0 where there is none, and of this hash. */
export function createPlain(
  hash: number,
  symbol: number,
  argument: number,
  x: number,
  y: number,
): number {
  ensureTable();
  put(get(SCRATCH), x);
  put(get(SCRATCH) + 1, y);
  return create(hash, symbol, argument);
}

/** The canonical class of the node whose children are the input, or -1. */
export function lookup(symbol: number, argument: number): number {
  const hash = prepare(symbol, argument);
  const found = findNode(hash, symbol, argument, get(SCRATCH));
  return found < 0 ? -1 : find(found);
}

/** As {@link lookup}, but -1 for an e-node that is hidden. */
export function seek(symbol: number, argument: number): number {
  const hash = prepare(symbol, argument);
  const found = findNode(hash, symbol, argument, get(SCRATCH));
  if (found < 0 || (get(get(RECORD) + found * STRIDE + SYMBOL) & SUBSUMED) !== 0) return -1;
  return find(found);
}

function create(hash: number, symbol: number, argument: number): number {
  const at = get(SYMBOLS) + symbol * SYMBOL_STRIDE;
  const arity = get(at + ARITY);
  const operator = get(at + OPERATOR);
  ensure(LIST, CHUNK);
  const node = append(symbol, argument, arity, 1 << (operator & 31));
  link(node, arity);
  enlist(symbol, node);
  insert(hash, node);
  if (get(PROOFS) !== 0) keepGiven(node);
  put(NODES, get(NODES) + 1);
  put(CLASSES, get(CLASSES) + 1);
  return node;
}

/** Puts a node at the front of its children's parent lists. */
function link(node: number, arity: number): void {
  for (let number = 2 * node; number < 2 * node + arity; number++) {
    const child = childOf(number);
    const head = get(get(RECORD) + child * STRIDE + HEAD);
    put(get(LINKS) + nextAt(number), head);
    set(RECORD, child * STRIDE + HEAD, number);
    if (head < 0) set(LINKS, child * LINK_STRIDE + TAIL, number);
  }
}
