/** Applying actions: a small stack machine that builds terms and unites them with what was matched. */
import { add } from "./add.ts";
import {
  ARITY,
  CLASS_LIMIT,
  CLASSES,
  CODE,
  NODE_LIMIT,
  NODES,
  ROWS,
  SCRATCH,
  SYMBOL_STRIDE,
  SYMBOLS,
  WIDTH,
} from "./layout.ts";
import { get, put } from "./memory.ts";
import { inputAt } from "./record.ts";
import { unite } from "./unite.ts";

/** Words of an instruction. */
export const INSTRUCTION = 3;
/** Pushes slot a. */
export const PUSH = 0;
/** Adds an e-node of symbol a with argument b (its complement: the argument in that slot) and the children on the stack. */
export const BUILD = 1;
/** Unites slot a with what is on the stack. */
export const UNITE = 2;
/** The row is done. */
export const END = 3;

/**
 * Applies the action at `program` to rows [from, to) of `width` words in the column of rows; row r is united
 * with the reason `reason` + r - from, or -1. Returns the row it came to: before `to` where a limit is exceeded.
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
  let depth = 0;
  let pc = program;
  for (;;) {
    const at = get(CODE) + pc;
    const code = get(at);
    const a = get(at + 1);
    if (code === PUSH) {
      put(stackAt() + depth, get(get(ROWS) + row + a));
      depth++;
    } else if (code === BUILD) {
      const b = get(at + 2);
      const arity = get(get(SYMBOLS) + a * SYMBOL_STRIDE + ARITY);
      depth -= arity;
      const input = inputAt();
      const stack = stackAt() + depth;
      for (let i = 0; i < arity; i++) put(input + i, get(stack + i));
      const argument = b >= 0 ? b : get(get(ROWS) + row + ~b);
      const node = add(a, argument);
      put(stackAt() + depth, node);
      depth++;
    } else if (code === UNITE) {
      depth--;
      unite(get(get(ROWS) + row + a), get(stackAt() + depth), reason);
    } else return;
    pc += INSTRUCTION;
  }
}

function stackAt(): number {
  return get(SCRATCH) + 4 * get(WIDTH);
}
