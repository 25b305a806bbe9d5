/** Operators that only the abacus has. */
import { onnx } from "@rewright/tensor";

/** The product of two matrices, negative elements dropped on the way out. */
const domain = "com.example.abacus";
const { MatMul, Relu } = onnx.ops;

/** @type {import("@rewright/plugin").Dialect} */
export const abacusOperators = {
  kind: "dialect",
  spec: 1,
  name: domain,
  ops: {
    [`${domain}.MatMulRelu`]: {
      operands: [{ name: "a" }, { name: "b" }],
      infer: (operands, attrs, count) => Relu.infer(MatMul.infer(operands, attrs, 1), {}, count),
      evaluate: (operands, attrs, count) =>
        Relu.evaluate(MatMul.evaluate(operands, attrs, 1), {}, count),
    },
  },
};
