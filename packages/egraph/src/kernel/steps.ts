/**
 * The steps of a plan, {@link STEP} words each: the code, four operands, and the number of the generator to go
 * back to when it fails (-1: none). A node pattern with any number of further children wants the complement
 * of an operator, the others a symbol.
 */

/** Words of a step. */
export const STEP = 6;
/** Words of a generator's cursor. */
export const CURSOR = 3;

/** For a listed e-node that fits a: node → b. */
export const SCAN = 0;
/** For a class: class → a. */
export const CLASSES = 1;
/** For a class that changed: class → a. */
export const DIRTY = 2;
/** For an e-node of class a that fits c, whose operator has bit d: node → b. */
export const MEMBERS = 3;
/** For an e-node that fits c and has class a as a child: node → b. */
export const PARENTS = 4;
/** For an order of the c children of node a, from d on in the orders: order → b. */
export const ORDERS = 5;
/** Node a has b children. */
export const ARITY = 6;
/** Node a has at least b children. */
export const MIN_ARITY = 7;
/** Node a has argument b. */
export const ARG = 8;
/** Argument of node a → b. */
export const LOAD_ARG = 9;
/** Argument of node a is b. */
export const SAME_ARG = 10;
/** Child b of node a → c, by order d (-1: as stored); b < 0 counts from the end. */
export const CHILD = 11;
/** The same child is c. */
export const SAME_CHILD = 12;
/** Class of node a → b. */
export const CLASS = 13;
/** Class of node a is b. */
export const SAME_CLASS = 14;
/** a → b. */
export const COPY = 15;
/** a is b. */
export const SAME = 16;
/** a is not b. */
export const DIFFER = 17;
/** a is less than b. */
export const BEFORE = 18;
/** Guard a holds. */
export const GUARD = 19;
/** The class of the e-node with symbol a, argument b and as children the registers from d on in the orders → c. */
export const LOOKUP = 20;
/** A match. */
export const YIELD = 21;
