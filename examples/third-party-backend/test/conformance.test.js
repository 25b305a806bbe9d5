// What every Rewright backend must do, by the runner that Node brings.
import { test } from "node:test";
import { onnx } from "@rewright/tensor";
import { backendChecks } from "@rewright/testkit";
import { abacus } from "../src/index.js";

const entry = new URL("../src/index.js", import.meta.url);
/** A product with nothing between it and its Relu, which no reference program has. */
const products = () => {
  const f32 = (...shape) => ({ dtype: "f32", shape });
  const node = (op, inputs, operands) => {
    const typed = operands.map((type) => ({ ...type, constant: false }));
    return { op, attrs: {}, inputs, operands: typed, results: onnx.ops[op].infer(typed, {}, 1) };
  };
  const from = (index) => ({ from: "input", index });
  return {
    inputs: [0, 1].map((i) => ({ name: `x${i}`, type: f32(64, 64) })),
    constants: [],
    nodes: [
      node("MatMul", [from(0), from(1)], [f32(64, 64), f32(64, 64)]),
      node("Relu", [{ from: "node", index: 0, result: 0 }], [f32(64, 64)]),
    ],
    outputs: [{ name: "y", source: { from: "node", index: 1, result: 0 } }],
  };
};

const checks = backendChecks((options) => abacus(options), {
  ...{ given: { size: "small" }, entry, nodes: 100, samples: 20, runs: 4 },
  programs: [{ name: "a product and a Relu", graph: products() }],
});
for (const check of checks) test(check.name, check.run);
