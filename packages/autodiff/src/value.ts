/** The operators that everything is made of. They are closed under differentiation: a gradient is a value like any other. */
export type Operator =
  // Leaves.
  | "input"
  | "index"
  | "fill"
  // Element by element; a side of length 1 stretches.
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "minimum"
  // Element by element, of one value.
  | "scale"
  | "relu"
  | "step"
  | "gelu"
  | "geluSlope"
  | "tanh"
  | "sigmoid"
  | "exp"
  | "log"
  | "sqrt"
  // Products and sums.
  | "matmul"
  | "sum"
  | "peak"
  | "stretch"
  // Moving rows and columns.
  | "gather"
  | "scatter"
  | "propagate"
  | "join"
  | "part"
  | "place";

/** What an operator is told besides its operands. */
export interface Attributes {
  /** Of leaves: what to feed. */
  readonly name?: string;
  /** Of `fill`: the element; of `scale`: the factor. */
  readonly factor?: number;
  /** Of `matmul`: whether the first or second operand is taken with rows and columns exchanged. */
  readonly transposed?: readonly [boolean, boolean];
  /** Of `part` and `place`: the first column. */
  readonly from?: number;
}

/**
 * A matrix that will be computed: an operator and its operands. A vector is a matrix of one row or one column, a scalar one
 * of one element; elements lie row by row.
 */
export interface Value {
  readonly op: Operator;
  readonly operands: readonly Value[];
  readonly rows: number;
  readonly columns: number;
  readonly attributes: Attributes;
}

/** A shape in words: `2x3`. */
export function shapeOf({ rows, columns }: Pick<Value, "rows" | "columns">): string {
  return `${rows}x${columns}`;
}
