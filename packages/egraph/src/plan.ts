import type { Guard } from "./pattern.ts";

/** A compiled query: a nest of loops written flat, see `kernel/steps.ts`. */
export interface Plan {
  readonly code: readonly number[];
  /** Registers, the slots of a row included. */
  readonly registers: number;
  /** What registers hold at the beginning; -1 where not given. */
  readonly initial?: readonly number[];
  readonly guards: readonly Guard[];
  /** Orders of k children, flat, that steps refer to. */
  readonly orders: readonly number[];
}
