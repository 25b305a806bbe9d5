import type { Heap } from "./heap.ts";
import { CODE, DIRTY, ROWS } from "./kernel/layout.ts";
import { DONE, FULL, PAUSED } from "./kernel/search.ts";
import { CURSOR, GUARD, STEP } from "./kernel/steps.ts";
import type { Matches } from "./matches.ts";
import type { Guard } from "./pattern.ts";
import type { Plan } from "./plan.ts";

/** Words that matches are collected in before they are handed over: few enough to stay in the cache. */
const BATCH = 1 << 14;

/** A plan in a memory, run by the kernel. */
export class Interpreter {
  /** Steps taken so far, in searches that came to an end. */
  steps = 0;
  private readonly heap: Heap;
  private readonly slots: number;
  private readonly initial: Int32Array;
  /** Where its parts lie in the column of code. */
  private readonly state: number;
  private readonly registers: number;
  private readonly orders: number;
  private readonly code: number;

  /** `guards`: those that the kernel of the memory can ask by number; the plan's are appended. */
  constructor(heap: Heap, guards: Guard[], plan: Plan, slots: number) {
    this.heap = heap;
    this.slots = slots;
    const code = Array.from(plan.code);
    for (let at = 0; at < code.length; at += STEP)
      if (code[at] === GUARD) code[at + 1] = (code[at + 1] as number) + guards.length;
    guards.push(...plan.guards);
    const length = Math.max(1, plan.registers);
    this.initial = Int32Array.from({ length }, (_, i) => plan.initial?.[i] ?? -1);
    this.state = heap.append(CODE, new Int32Array(3 + (code.length / STEP) * CURSOR));
    this.registers = heap.append(CODE, this.initial);
    this.orders = heap.append(CODE, plan.orders);
    this.code = heap.append(CODE, code);
  }

  /** Appends matches, `limit` at most; returns whether it found all. `items`: what the first loop goes over, if given. */
  run(
    out: Matches,
    limit: number,
    stop: (() => boolean) | undefined,
    items?: Int32Array | undefined,
  ): boolean {
    const { heap, state, slots, registers } = this;
    const { words } = heap;
    const code = words[CODE] as number;
    words.set(this.initial, code + registers);
    words.fill(0, code + state, code + state + 3);
    if (items) {
      heap.resize(DIRTY, 0);
      heap.append(DIRTY, items);
    }
    heap.resize(ROWS, 0);
    let left = limit;
    for (;;) {
      // A row without slots takes no room.
      const most = Math.min(left, 0x7fffffff);
      const why = heap.kernel.search(this.code, state, registers, this.orders, slots, most);
      if (heap.length(ROWS) > 0) {
        left -= out.take(heap.column(ROWS), slots);
        heap.resize(ROWS, 0);
      }
      if (why === DONE || why === FULL) {
        this.steps += heap.words[(heap.words[CODE] as number) + state + 2] as number;
        return why === DONE;
      }
      if (why === PAUSED) {
        if (stop?.()) return false;
      } else this.widen();
    }
  }

  /** Makes more room for rows, as long as they still fit in the cache. */
  private widen(): void {
    const { heap, slots } = this;
    const room = heap.words[ROWS + 2] as number;
    if (room < Math.max(BATCH, 2 * slots)) heap.ensure(ROWS, Math.max(2 * room, slots));
  }
}
