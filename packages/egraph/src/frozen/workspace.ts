import { Heap } from "../heap.ts";
import { Interpreter } from "../interpreter.ts";
import type { Guard } from "../pattern.ts";
import type { Plan } from "../plan.ts";
import { SEARCHED } from "./snapshot.ts";

/**
 * Where plans are interpreted, where code cannot be made. The kernel writes to the memory it works on, so it gets a
 * copy of the snapshot that is this thread's own.
 */
export class Workspace {
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

  /** Takes a plan in. */
  load(plan: Plan, slots: number): Interpreter {
    return new Interpreter(this.heap, this.guards, plan, slots);
  }
}
