import type { Attrs, DType, NodeView } from "@rewright/plugin";

/** An application of an operator to tensors of one element type. */
export function node(
  op: string,
  operands: readonly (readonly number[])[],
  result: readonly number[],
  dtype: DType = "f32",
  attrs: Attrs = {},
): NodeView {
  return {
    op,
    attrs,
    operands: operands.map((shape) => ({ dtype, shape, constant: false })),
    results: [{ dtype, shape: result }],
  };
}
