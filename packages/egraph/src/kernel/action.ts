/**
 * Applying actions: building e-nodes and uniting them with what was matched. In a large graph both mostly wait for
 * memory; so what they begin with is read for a block of rows in loops whose rounds wait together.
 */
import { build, createPlain } from "./add.ts";
import { begin, findPlain, isLarge, mix, touch } from "./hashcons.ts";
import {
  ARITY,
  BLOCK,
  BUILT,
  CLASS_LIMIT,
  CLASSES,
  CODE,
  NODE_LIMIT,
  NODES,
  PLAIN,
  ROWS,
  SYMBOL_STRIDE,
  SYMBOLS,
} from "./layout.ts";
import { get, put } from "./memory.ts";
import { blockAt, inputAt } from "./record.ts";
import { find } from "./union-find.ts";
import { unite } from "./unite.ts";

/**
 * Applies an action to rows [from, to) of `width` words in the column of rows; row r is united with the reason
 * `reason` + r - from, or -1. Returns the row it came to: before `to` where a limit is exceeded.
 *
 * An action is how many e-nodes it builds, then each: symbol, argument (its complement: the argument in that
 * slot) and children; then how many unions it makes, then each: a slot, and what to unite it with. Slots stand for
 * themselves, e-nodes built for the complement of their number.
 */
export function apply(
  program: number,
  width: number,
  from: number,
  to: number,
  reason: number,
): number {
  let row = from;
  while (row < to) {
    const nodes = get(NODE_LIMIT) - get(NODES);
    const classes = get(CLASS_LIMIT) - get(CLASSES);
    if (nodes < 0 || classes < 0) return row;
    // Where a limit may be exceeded within a block, row by row.
    const most = get(get(CODE) + program) * BLOCK;
    let count = nodes < most || classes < most ? 1 : BLOCK;
    if (to - row < count) count = to - row;
    run(program, width, row, count, reason < 0 ? -1 : reason + row - from);
    row += count;
  }
  return to;
}

/** Builds each e-node for all rows of a block before the next one, then makes the unions. */
function run(program: number, width: number, row: number, count: number, reason: number): void {
  let pc = program + 1;
  const nodes = get(get(CODE) + program);
  for (let n = 0; n < nodes; n++) {
    const at = get(CODE) + pc;
    const symbol = get(at);
    const argument = get(at + 1);
    const meaning = get(SYMBOLS) + symbol * SYMBOL_STRIDE;
    const arity = get(meaning + ARITY);
    const isPlain = get(meaning + PLAIN) !== 0 && argument >= 0;
    if (isPlain) approach(at, arity, row * width, width, count, builtAt(n));
    for (let i = 0; i < count; i++) {
      const base = (row + i) * width;
      const x = get(blockAt(0) + i);
      const y = get(blockAt(1) + i);
      const hash = get(blockAt(2) + i);
      let id = isPlain ? findPlain(hash, symbol, argument, x, y) : -1;
      if (id < 0) {
        for (let c = 0; c < arity; c++)
          put(inputAt() + c, operand(get(get(CODE) + pc + 2 + c), base, i));
        id = isPlain
          ? createPlain(hash, symbol, argument, x, y)
          : build(symbol, argument >= 0 ? argument : get(get(ROWS) + base + ~argument));
      }
      put(builtAt(n) + i, id);
    }
    pc += 2 + arity;
  }
  const unions = get(get(CODE) + pc);
  for (let u = 0; u < unions; u++) uniteAll(pc + 1 + 2 * u, row * width, width, count, reason);
}

/** Makes a union of an action for each row of a block. The roots are found in a loop of their own, as they are waited for, too. */
function uniteAll(code: number, base: number, width: number, count: number, reason: number): void {
  const slot = get(get(CODE) + code);
  const word = get(get(CODE) + code + 1);
  const keys = blockAt(0);
  const matched = operandAt(slot, base);
  const other = operandAt(word, base);
  const step = word >= 0 ? width : 1;
  for (let i = 0; i < count; i++) {
    put(keys + i, find(get(matched + i * width)));
    put(keys + BLOCK + i, find(get(other + i * step)));
  }
  for (let i = 0; i < count; i++)
    if (get(blockAt(0) + i) !== get(blockAt(1) + i))
      unite(
        operand(slot, base + i * width, i),
        operand(word, base + i * width, i),
        reason < 0 ? -1 : reason + i,
      );
}

/** Puts the canonical children and the hashes of an e-node with a plain symbol into the block, and touches what its look-ups begin with. */
function approach(
  at: number,
  arity: number,
  base: number,
  width: number,
  count: number,
  words: number,
): void {
  const keys = blockAt(0);
  const begun = begin(get(at), get(at + 1));
  const first = arity > 0 ? operandAt(get(at + 2), base) : 0;
  const second = arity > 1 ? operandAt(get(at + 3), base) : 0;
  const firstStep = get(at + 2) >= 0 ? width : 1;
  const secondStep = arity > 1 && get(at + 3) >= 0 ? width : 1;
  for (let i = 0; i < count; i++) {
    const x = arity > 0 ? find(get(first + i * firstStep)) : 0;
    const y = arity > 1 ? find(get(second + i * secondStep)) : 0;
    put(keys + i, x);
    put(keys + BLOCK + i, y);
    put(keys + 2 * BLOCK + i, mix(mix(begun, x), y));
  }
  if (isLarge()) touch(keys + 2 * BLOCK, count, words);
}

/** Where an operand is for the first row of a block; for the next ones it is as many words further as a row has, or one. */
function operandAt(word: number, base: number): number {
  return word >= 0 ? get(ROWS) + base + word : builtAt(~word);
}

function operand(word: number, base: number, i: number): number {
  return word >= 0 ? get(get(ROWS) + base + word) : get(builtAt(~word) + i);
}

/** Where the n-th e-nodes are kept that were built. */
function builtAt(n: number): number {
  return blockAt(BUILT + n);
}
