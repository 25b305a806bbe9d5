/**
 * What proofs need. Terms that are equal by congruence keep ids of their own, since they are equal for a
 * reason: aliases, which an index finds by their children as given.
 */

import { ensure, push } from "./column.ts";
import { mix } from "./hashcons.ts";
import {
  ARGUMENT,
  ARITY,
  CONGRUENCE,
  EQUATION_STRIDE,
  EQUATIONS,
  EXTENSION,
  GIVEN,
  GIVENS,
  GIVENS_USED,
  OPERATORS,
  PARENT,
  RECORD,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  SYMBOL_STRIDE,
  SYMBOLS,
} from "./layout.ts";
import { get, grow, put } from "./memory.ts";
import { append, inputAt } from "./record.ts";
import { find } from "./union-find.ts";

/** Notes the children that the newest node was given. */
export function keepGiven(node: number): void {
  const arity = arityOf(node);
  const end = (get(RECORD + 1) / STRIDE) * 2;
  ensure(GIVEN, end - 2 * node);
  put(GIVEN + 1, end);
  const input = inputAt();
  for (let i = 0; i < end - 2 * node; i++)
    put(get(GIVEN) + 2 * node + i, i < arity ? get(input + i) : 0);
}

function arityOf(node: number): number {
  const word = get(get(RECORD) + node * STRIDE + SYMBOL);
  const symbol = word < 0 ? ~word : word & ~SUBSUMED;
  return get(get(SYMBOLS) + symbol * SYMBOL_STRIDE + ARITY);
}

/** Records that two ids, and with them their classes, were made equal. */
export function equate(a: number, b: number, reason: number): void {
  ensure(EQUATIONS, EQUATION_STRIDE);
  push(EQUATIONS, a);
  push(EQUATIONS, b);
  push(EQUATIONS, reason);
}

/** A dead node of its own id, equal to `twin` by congruence: a term that was given other children. */
export function alias(symbol: number, argument: number, twin: number): number {
  const arity = get(get(SYMBOLS) + symbol * SYMBOL_STRIDE + ARITY);
  const node = append(~symbol, argument, arity, 0);
  put(get(RECORD) + node * STRIDE + PARENT, find(twin));
  keepGiven(node);
  equate(node, twin, CONGRUENCE);
  insertGiven(node);
  return node;
}

// ── The index by children as given ──

function hashGiven(symbol: number, argument: number, from: number, arity: number): number {
  let h = mix(mix(symbol, argument), arity);
  for (let i = 0; i < arity; i++) h = mix(h, get(from + i));
  return h;
}

/** The node that was created with the input as children, or -1. */
export function findGiven(symbol: number, argument: number): number {
  const arity = get(get(SYMBOLS) + symbol * SYMBOL_STRIDE + ARITY);
  const input = inputAt();
  const mask = get(GIVENS + 1) - 1;
  let slot = hashGiven(symbol, argument, input, arity) & mask;
  let node = get(get(GIVENS) + slot) - 1;
  while (node >= 0) {
    const record = get(RECORD) + node * STRIDE;
    const word = get(record + SYMBOL);
    const same = word < 0 ? ~word : word & ~SUBSUMED;
    if (same === symbol && get(record + ARGUMENT) === argument) {
      const given = get(GIVEN) + 2 * node;
      let i = 0;
      while (i < arity && get(given + i) === get(input + i)) i++;
      if (i === arity) return node;
    }
    slot = (slot + 1) & mask;
    node = get(get(GIVENS) + slot) - 1;
  }
  return -1;
}

/** Whether a node was created with the input as children. */
export function isGiven(node: number): boolean {
  const arity = arityOf(node);
  const input = inputAt();
  const given = get(GIVEN) + 2 * node;
  let i = 0;
  while (i < arity && get(given + i) === get(input + i)) i++;
  return i === arity;
}

/** Where the probing for a node begins. */
function home(node: number): number {
  const record = get(RECORD) + node * STRIDE;
  const word = get(record + SYMBOL);
  const symbol = word < 0 ? ~word : word & ~SUBSUMED;
  const given = get(GIVEN) + 2 * node;
  return hashGiven(symbol, get(record + ARGUMENT), given, arityOf(node));
}

/** Notes a node that is not there. */
function insertGiven(node: number): void {
  if (get(GIVENS_USED) * 2 >= get(GIVENS + 1)) {
    grow(GIVENS, 1);
    put(GIVENS_USED, 0);
    // In creation order, so that removing the newest leaves no gap.
    for (let older = 0; older < node; older++) if (isAlias(older)) place(older);
  }
  place(node);
}

function isAlias(id: number): boolean {
  const record = get(RECORD) + id * STRIDE;
  const word = get(record + SYMBOL);
  return word < 0 && word !== EXTENSION && get(record + OPERATORS) === 0;
}

function place(node: number): void {
  const mask = get(GIVENS + 1) - 1;
  let slot = home(node) & mask;
  while (get(get(GIVENS) + slot) !== 0) slot = (slot + 1) & mask;
  put(get(GIVENS) + slot, node + 1);
  put(GIVENS_USED, get(GIVENS_USED) + 1);
}

/** Forgets a node if it is here; those that were created later must have been forgotten before. */
export function removeGiven(node: number): void {
  const mask = get(GIVENS + 1) - 1;
  let slot = home(node) & mask;
  while (get(get(GIVENS) + slot) !== node + 1) {
    if (get(get(GIVENS) + slot) === 0) return;
    slot = (slot + 1) & mask;
  }
  put(get(GIVENS) + slot, 0);
  put(GIVENS_USED, get(GIVENS_USED) - 1);
}
