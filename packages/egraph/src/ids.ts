/**
 * An e-class. Ids of classes and of e-nodes are one space of numbers: the id an e-node is given when
 * it is created also names the class it is created in, and the oldest id of a class is its canonical id.
 */
export type Id = number;

/** An e-node: an operator, an argument and children. */
export type NodeId = number;

/** An interned operator, see {@link EGraph.operator}. */
export type OpId = number;

/** An interned immutable argument of an e-node (attributes, a constant), see {@link EGraph.intern}; 0 is none. */
export type ArgId = number;
