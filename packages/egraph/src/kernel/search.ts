/**
 * Runs plans: the steps of a query, one after another, over registers of which the first are the slots of a
 * match row. A step tests, binds, or generates, that is binds one alternative after another; when a test
 * fails, the machine goes back to the generator before it. Its state is in memory, so it can be left and
 * taken up again.
 */
import { seek } from "./add.ts";
import {
  ARGUMENT,
  ARITY as ARITY_OF,
  CHUNK_ITEMS,
  CODE,
  COUNT,
  DIRTY,
  FIRST,
  HEAD,
  LIST,
  NEXT,
  OPERATOR,
  OPERATORS,
  PARENT,
  RECORD,
  ROWS,
  STRIDE,
  SUBSUMED,
  SYMBOL,
  SYMBOL_STRIDE,
  SYMBOLS,
} from "./layout.ts";
import { childOf, nextOf, ownerOf } from "./links.ts";
import { get, guard, put } from "./memory.ts";
import { inputAt } from "./record.ts";
import {
  ARG,
  ARITY,
  BEFORE,
  CHILD as CHILD_STEP,
  CLASS,
  CLASSES,
  COPY,
  CURSOR,
  DIFFER,
  DIRTY as DIRTY_STEP,
  GUARD,
  LOAD_ARG,
  LOOKUP,
  MEMBERS,
  MIN_ARITY,
  ORDERS,
  PARENTS,
  SAME,
  SAME_ARG,
  SAME_CHILD,
  SAME_CLASS,
  SCAN,
  STEP,
} from "./steps.ts";

/** The search is complete. */
export const DONE = 0;
/** It worked for a while and can go on. */
export const PAUSED = 1;
/** It has found as many matches as it may. */
export const FULL = 2;
/** It needs room for another row. */
const ROOM = 3;

/** Steps before it pauses. */
const PATIENCE = 4096;

/**
 * Searches until it is done or interrupted. `state` is where the machine keeps its place: the step, whether
 * it comes back to it, the steps taken, then the cursors; `registers` and `orders` are in the same column,
 * and all three are relative to its beginning. Rows of `slots` words are appended to the rows, at most `limit`.
 */
export function search(
  plan: number,
  state: number,
  registers: number,
  orders: number,
  slots: number,
  limit: number,
): number {
  const code = get(CODE) + plan;
  const place = get(CODE) + state;
  const row = get(CODE) + registers;
  const order = get(CODE) + orders;
  const records = get(RECORD);
  const symbols = get(SYMBOLS);
  let pc = get(place);
  let resuming = get(place + 1) !== 0;
  let patience = PATIENCE;
  let found = 0;
  while (pc >= 0) {
    patience--;
    if (patience === 0) return leave(place, pc, resuming, PATIENCE, PAUSED);
    const step = code + pc * STEP;
    const a = get(step + 1);
    const b = get(step + 2);
    const c = get(step + 3);
    const d = get(step + 4);
    const cursor = place + 3 + pc * CURSOR;
    let ok = false;
    switch (get(step)) {
      case SCAN: {
        ok = scan(a, row + b, cursor, resuming);
        break;
      }
      case CLASSES: {
        const ids = get(RECORD + 1) / STRIDE;
        let id = resuming ? get(row + a) + 1 : 0;
        while (id < ids && get(records + id * STRIDE + PARENT) !== id) id++;
        put(row + a, id);
        ok = id < ids;
        break;
      }
      case DIRTY_STEP: {
        const i = resuming ? get(cursor) + 1 : 0;
        put(cursor, i);
        ok = i < get(DIRTY + 1);
        if (ok) put(row + a, get(get(DIRTY) + i));
        break;
      }
      case MEMBERS: {
        const root = get(row + a);
        let node = root;
        if (resuming) {
          node = get(records + get(row + b) * STRIDE + NEXT);
          if (node === root) break;
        } else if ((get(records + root * STRIDE + OPERATORS) & d) === 0) break;
        do {
          if (fits(get(records + node * STRIDE + SYMBOL), c, symbols)) {
            put(row + b, node);
            ok = true;
            break;
          }
          node = get(records + node * STRIDE + NEXT);
        } while (node !== root);
        break;
      }
      case PARENTS: {
        const child = get(row + a);
        let link = resuming ? nextOf(get(cursor)) : get(records + child * STRIDE + HEAD);
        while (link >= 0) {
          const node = ownerOf(link);
          if (
            fits(get(records + node * STRIDE + SYMBOL), c, symbols) &&
            isFirst(node, link, child)
          ) {
            put(row + b, node);
            put(cursor, link);
            ok = true;
            break;
          }
          link = nextOf(link);
        }
        break;
      }
      case ORDERS: {
        const node = get(row + a);
        let permutation = resuming ? get(row + b) + c : d;
        const end = d + factorial(c) * c;
        while (permutation < end) {
          if (permutation === d || isNew(node, order + permutation, c)) {
            put(row + b, permutation);
            ok = true;
            break;
          }
          permutation += c;
        }
        break;
      }
      case ARITY:
        ok = arityOf(get(row + a), records, symbols) === b;
        break;
      case MIN_ARITY:
        ok = arityOf(get(row + a), records, symbols) >= b;
        break;
      case ARG:
        ok = get(records + get(row + a) * STRIDE + ARGUMENT) === b;
        break;
      case LOAD_ARG:
        put(row + b, get(records + get(row + a) * STRIDE + ARGUMENT));
        ok = true;
        break;
      case SAME_ARG:
        ok = get(records + get(row + a) * STRIDE + ARGUMENT) === get(row + b);
        break;
      case CHILD_STEP:
        put(row + c, child(get(row + a), b, d, row, order, records, symbols));
        ok = true;
        break;
      case SAME_CHILD:
        ok = get(row + c) === child(get(row + a), b, d, row, order, records, symbols);
        break;
      case CLASS:
        put(row + b, get(records + get(row + a) * STRIDE + PARENT));
        ok = true;
        break;
      case SAME_CLASS:
        ok = get(records + get(row + a) * STRIDE + PARENT) === get(row + b);
        break;
      case COPY:
        put(row + b, get(row + a));
        ok = true;
        break;
      case SAME:
        ok = get(row + a) === get(row + b);
        break;
      case DIFFER:
        ok = get(row + a) !== get(row + b);
        break;
      case BEFORE:
        ok = get(row + a) < get(row + b);
        break;
      case GUARD:
        ok = guard(a, row);
        break;
      case LOOKUP: {
        const arity = get(symbols + a * SYMBOL_STRIDE + ARITY_OF);
        const input = inputAt();
        for (let i = 0; i < arity; i++) put(input + i, get(row + get(order + d + i)));
        const id = seek(a, b);
        put(row + c, id);
        ok = id >= 0;
        break;
      }
      default: {
        // A match.
        const length = get(ROWS + 1);
        if (length + slots > get(ROWS + 2))
          return leave(place, pc, false, PATIENCE - patience, ROOM);
        const to = get(ROWS) + length;
        for (let i = 0; i < slots; i++) put(to + i, get(row + i));
        put(ROWS + 1, length + slots);
        found++;
        if (found >= limit) return leave(place, get(step + 5), true, PATIENCE - patience, FULL);
      }
    }
    if (ok) {
      resuming = false;
      pc++;
    } else {
      resuming = true;
      pc = get(step + 5);
    }
  }
  return leave(place, -1, true, PATIENCE - patience, DONE);
}

function leave(place: number, pc: number, resuming: boolean, steps: number, why: number): number {
  put(place, pc);
  put(place + 1, resuming ? 1 : 0);
  put(place + 2, get(place + 2) + steps);
  return why;
}

/** Whether a record's word is the symbol wanted, or, where the complement of an operator is wanted, one of its. */
function fits(word: number, wanted: number, symbols: number): boolean {
  if (wanted >= 0) return word === wanted;
  if (word < 0 || (word & SUBSUMED) !== 0) return false;
  return get(symbols + word * SYMBOL_STRIDE + OPERATOR) === ~wanted;
}

/** Binds the next listed e-node of a symbol, or of any symbol of an operator; the cursor is symbol, number, chunk. */
function scan(wanted: number, to: number, cursor: number, resuming: boolean): boolean {
  const records = get(RECORD);
  const symbols = get(SYMBOLS);
  const lists = get(LIST);
  const end = get(SYMBOLS + 1) / SYMBOL_STRIDE;
  let symbol = 0;
  if (wanted >= 0) symbol = wanted;
  let number = 0;
  let chunk = -1;
  if (resuming) {
    symbol = get(cursor);
    number = get(cursor + 1);
    chunk = get(cursor + 2);
  }
  while (symbol < end) {
    const at = symbols + symbol * SYMBOL_STRIDE;
    if (wanted >= 0 || get(at + OPERATOR) === ~wanted) {
      const count = get(at + COUNT);
      while (number < count) {
        const place = number & (CHUNK_ITEMS - 1);
        if (place === 0) chunk = number === 0 ? get(at + FIRST) : get(lists + chunk);
        const node = get(lists + chunk + 2 + place);
        number++;
        if (get(records + node * STRIDE + SYMBOL) !== symbol) continue;
        put(to, node);
        put(cursor, symbol);
        put(cursor + 1, number);
        put(cursor + 2, chunk);
        return true;
      }
    }
    if (wanted >= 0) return false;
    symbol++;
    number = 0;
  }
  return false;
}

function arityOf(node: number, records: number, symbols: number): number {
  return get(symbols + get(records + node * STRIDE + SYMBOL) * SYMBOL_STRIDE + ARITY_OF);
}

/** A child of a node, by the order in a register where there is one; a negative place counts from the end. */
function child(
  node: number,
  place: number,
  order: number,
  row: number,
  orders: number,
  records: number,
  symbols: number,
): number {
  let at = place;
  if (order >= 0) at = get(orders + get(row + order) + place);
  else if (place < 0) at = arityOf(node, records, symbols) + place;
  return childOf(2 * node + at);
}

/** Whether a link is the first of those that a node has to a class: a node that has it as a child twice is its parent once. */
function isFirst(node: number, link: number, child: number): boolean {
  for (let earlier = 2 * node; earlier < link; earlier++)
    if (childOf(earlier) === child) return false;
  return true;
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product = product * i;
  return product;
}

/** Whether an order puts equal children in ascending place: of the orders that look the same, one does. */
function isNew(node: number, order: number, count: number): boolean {
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const p = get(order + i);
      const q = get(order + j);
      if (p > q && childOf(2 * node + p) === childOf(2 * node + q)) return false;
    }
  return true;
}
