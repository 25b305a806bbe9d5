/** Applying actions: building e-nodes and uniting them with what was matched. */
import { build, buildPlain } from "./add.ts";
import {
  ARITY,
  CLASS_LIMIT,
  CLASSES,
  CODE,
  NODE_LIMIT,
  NODES,
  PLAIN,
  ROWS,
  SCRATCH,
  SYMBOL_STRIDE,
  SYMBOLS,
  WIDTH,
} from "./layout.ts";
import { get, put } from "./memory.ts";
import { inputAt } from "./record.ts";
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
  for (let r = from; r < to; r++) {
    if (get(NODES) > get(NODE_LIMIT) || get(CLASSES) > get(CLASS_LIMIT)) return r;
    run(program, r * width, reason < 0 ? -1 : reason + r - from);
  }
  return to;
}

function run(program: number, row: number, reason: number): void {
  let pc = program + 1;
  const nodes = get(get(CODE) + program);
  for (let n = 0; n < nodes; n++) {
    const at = get(CODE) + pc;
    const symbol = get(at);
    const word = get(at + 1);
    const argument = word >= 0 ? word : get(get(ROWS) + row + ~word);
    const meaning = get(SYMBOLS) + symbol * SYMBOL_STRIDE;
    const arity = get(meaning + ARITY);
    let node = 0;
    if (get(meaning + PLAIN) !== 0) {
      const a = arity > 0 ? operand(get(at + 2), row) : 0;
      const b = arity > 1 ? operand(get(at + 3), row) : 0;
      node = buildPlain(symbol, argument, arity, a, b);
    } else {
      const input = inputAt();
      for (let i = 0; i < arity; i++) put(input + i, operand(get(at + 2 + i), row));
      node = build(symbol, argument);
    }
    put(builtAt() + n, node);
    pc += 2 + arity;
  }
  const unions = get(get(CODE) + pc);
  for (let u = 0; u < unions; u++) {
    const at = get(CODE) + pc + 1 + 2 * u;
    unite(get(get(ROWS) + row + get(at)), operand(get(at + 1), row), reason);
  }
}

function operand(word: number, row: number): number {
  return word >= 0 ? get(get(ROWS) + row + word) : get(builtAt() + ~word);
}

/** Where the e-nodes that were built are kept. */
function builtAt(): number {
  return get(SCRATCH) + 4 * get(WIDTH);
}
