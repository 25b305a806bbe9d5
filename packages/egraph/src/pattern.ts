import type { ArgId, OpId } from "./ids.ts";

/**
 * What to look for. Slots number the positions of a match row; a slot that occurs again must have the
 * value it has already.
 */
export type Pattern = VariablePattern | NodePattern;

/** Any class. */
export interface VariablePattern {
  readonly kind: "variable";
  /** Binds the class, or must equal its binding. */
  readonly slot: number;
}

/** An e-node with certain children. */
export interface NodePattern {
  readonly kind: "node";
  readonly op: OpId;
  /** Given: the e-node's argument must be this one; not given: any. */
  readonly arg?: ArgId;
  /** Binds the e-node's argument. */
  readonly argSlot?: number;
  /** Binds the e-node. */
  readonly nodeSlot?: number;
  /** Binds the class of the e-node. */
  readonly classSlot?: number;
  /** The e-node's children, or its first ones when there is a `rest`. */
  readonly children: readonly Pattern[];
  /**
   * Any number of further children may follow `children`, before `suffix`; they are read through
   * `nodeSlot`. Such a pattern takes the children of a commutative operator in their stored order.
   */
  readonly rest?: boolean;
  /** The last children. */
  readonly suffix?: readonly Pattern[];
}

/** A test of a partial match. */
export interface Guard {
  /** Slots it reads: it is tested as soon as these are bound. */
  readonly needs: readonly number[];
  /** Slot s is `row[base + s]`. Must not change the graph. */
  test(row: Int32Array, base: number): boolean;
}
