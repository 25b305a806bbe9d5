import type { Guard } from "./pattern.ts";

/**
 * A compiled query: a straight line of steps over registers, of which the first are the slots of a match
 * row. A step either tests, binds, or generates, that is binds one alternative after another; when a test
 * fails, execution goes back to the generator before it. So a plan is a nest of loops written flat.
 *
 * Each step is `STEP` words: its code, up to four operands, and the generator to go back to (-1: none).
 */
export interface Plan {
  readonly code: Int32Array;
  /** Registers, the slots of a row included. */
  readonly registers: number;
  readonly guards: readonly Guard[];
  /** Orders of `k` children, flat, that the steps `Orders` refer to. */
  readonly orders: Int32Array;
}

/** Words of a step. */
export const STEP: 6 = 6;

/** For a e-node with operator a: node → b. */
export const SCAN: 0 = 0;
/** For a class: class → a. */
export const CLASSES: 1 = 1;
/** For an e-node of class a with operator c: node → b. */
export const MEMBERS: 2 = 2;
/** For an e-node with operator c that has class a as a child: node → b. */
export const PARENTS: 3 = 3;
/** For an order of the c children of node a, from d on in `orders`: order → b. */
export const ORDERS: 4 = 4;
/** Node a has b children. */
export const ARITY: 5 = 5;
/** Node a has at least b children. */
export const MIN_ARITY: 6 = 6;
/** Node a has argument b. */
export const ARG: 7 = 7;
/** Argument of node a → b. */
export const LOAD_ARG: 8 = 8;
/** Argument of node a is b. */
export const SAME_ARG: 9 = 9;
/** Child b of node a → c, by order d (-1: as stored); b < 0 counts from the end. */
export const CHILD: 10 = 10;
/** The same child is c. */
export const SAME_CHILD: 11 = 11;
/** Class of node a → b. */
export const CLASS: 12 = 12;
/** Class of node a is b. */
export const SAME_CLASS: 13 = 13;
/** a → b. */
export const COPY: 14 = 14;
/** a is b. */
export const SAME: 15 = 15;
/** a is not b. */
export const DIFFER: 16 = 16;
/** a is less than b. */
export const BEFORE: 17 = 17;
/** Guard a holds. */
export const GUARD: 18 = 18;
/** A match. */
export const YIELD: 19 = 19;
