import type { ArgId, Id, OpId } from "../ids.ts";

/** A side of a rule: a pattern or a template over slots, as in queries and actions. */
export type Side = VariableSide | NodeSide;

/** What a slot stands for. */
export interface VariableSide {
  readonly kind: "variable";
  readonly slot: number;
}

/** Any number of terms, as children of a node. */
export interface SequenceSide {
  readonly kind: "sequence";
  /** Index into {@link Application.sequences}. */
  readonly sequence: number;
}

/** A term with an operator. */
export interface NodeSide {
  readonly kind: "node";
  readonly op: OpId;
  readonly arg?: ArgId;
  /** The slot that holds the argument, when `arg` is not given. */
  readonly argSlot?: number;
  /** A slot that stands for this very term elsewhere. */
  readonly classSlot?: number;
  readonly children: readonly (Side | SequenceSide)[];
}

/** What a rule says to be equal; a rule with several roots says several such things. */
export interface Sides {
  readonly left: Side;
  /** Not given: what was built cannot be told from the rule; it is the second term of the union. */
  readonly right?: Side;
  /** A slot that stands for the whole left side. */
  readonly slot?: number;
  /** What else had to be in the graph: the other left sides. */
  readonly premises?: readonly Side[];
}

/**
 * What the host knows about the reason of a union: which rule it was, and what it was applied to. Without
 * sides, the rule says that the two terms united are equal as they stand, the first being its left side.
 */
export interface Application {
  /** The name of the rule. */
  readonly rule: string;
  /** The union is one of these. */
  readonly sides?: readonly Sides[];
  /** Per slot: the id of a class, as it was when the rule was applied, or an argument; -1: nothing. */
  readonly row?: ArrayLike<number>;
  /** What the sequences of the sides stand for. */
  readonly sequences?: readonly (readonly Id[])[];
  /** Names of slots, for the reader. */
  readonly variables?: ReadonlyMap<string, number>;
  /** Names of sequences. */
  readonly sequenceVariables?: ReadonlyMap<string, number>;
  /** What the condition of the rule rested on, for the reader and the checker. */
  readonly facts?: readonly string[];
}

/** Tells what a reason given to a union means. */
export type Describe = (reason: number) => Application;
