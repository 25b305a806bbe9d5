import { Heap } from "../heap.ts";
import { CODE, DIRTY, ROWS } from "../kernel/layout.ts";
import { DONE, FULL, PAUSED } from "../kernel/search.ts";
import { CURSOR, GUARD, STEP } from "../kernel/steps.ts";
import type { Matches } from "../matches.ts";
import type { Guard } from "../pattern.ts";
import type { Plan } from "../plan.ts";
import { SEARCHED } from "./snapshot.ts";

/** Words that matches are collected in before they are handed over. */
const BATCH = 1 << 14;

/**
 * Runs plans where code cannot be made. The kernel writes to the memory it works on, so it gets a copy of the
 * snapshot that is this thread's own.
 */
export class Interpreter {
  private readonly guards: Guard[] = [];
  private readonly heap: Heap = new Heap(
    (index, registers) => (this.guards[index] as Guard).test(this.heap.words, registers),
    true,
  );

  constructor(words: Int32Array) {
    for (const column of SEARCHED) {
      const base = words[column] as number;
      this.heap.append(column, words.subarray(base, base + (words[column + 1] as number)));
    }
  }

  /** Takes a plan in; returns the search that it describes. */
  load(
    plan: Plan,
    slots: number,
  ): (
    out: Matches,
    limit: number,
    stop: (() => boolean) | undefined,
    items: Int32Array | undefined,
  ) => boolean {
    const { heap } = this;
    const code = Array.from(plan.code);
    for (let at = 0; at < code.length; at += STEP)
      if (code[at] === GUARD) code[at + 1] = (code[at + 1] as number) + this.guards.length;
    this.guards.push(...plan.guards);
    const initial = Int32Array.from({ length: plan.registers }, (_, i) => plan.initial?.[i] ?? -1);
    const state = heap.append(CODE, new Int32Array(3 + (code.length / STEP) * CURSOR));
    const registers = heap.append(CODE, initial);
    const orders = heap.append(CODE, plan.orders);
    const steps = heap.append(CODE, code);
    heap.resize(ROWS, 0);
    heap.ensure(ROWS, Math.max(BATCH, slots));
    return (out, limit, stop, items) => {
      heap.column(CODE).set(initial, registers);
      heap.column(CODE).fill(0, state, state + 3);
      heap.resize(DIRTY, 0);
      if (items) heap.append(DIRTY, items);
      heap.resize(ROWS, 0);
      let left = limit;
      for (;;) {
        const most = Math.min(left, 0x7fffffff);
        const why = heap.kernel.search(steps, state, registers, orders, slots, most);
        left -= out.take(heap.column(ROWS), slots);
        heap.resize(ROWS, 0);
        if (why === DONE || why === FULL) return why === DONE;
        // Else it had no room for another row, and has now.
        if (why === PAUSED && stop?.()) return false;
      }
    };
  }
}
