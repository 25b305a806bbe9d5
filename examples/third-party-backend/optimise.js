// Optimises a model for the abacus, and for nothing else.
import assert from "node:assert/strict";
import { ModelBuilder } from "@rewright/onnx";
import { optimize } from "rewright";
import { abacus } from "./src/index.js";

const b = new ModelBuilder("layers", { opset: 18 });
const weights = (...shape) => {
  const length = shape.reduce((product, dim) => product * dim, 1);
  return b.constant({
    dtype: "f32",
    shape,
    data: Float32Array.from({ length }, (_, i) => Math.sin(i)),
  });
};
const layer = (x, from, to) =>
  b.node("Add", [b.node("MatMul", [x, weights(from, to)]), weights(to)]);
const x = b.input("x", "f32", [32, 64]);
b.output("y", layer(b.node("Relu", [layer(x, 64, 128)]), 128, 16));

const { report } = await optimize(b.bytes(), { backend: abacus(), measure: false, seed: 1 });
console.log(
  `${report.cost.before} ${report.cost.unit ?? "µs"} before, ${report.cost.after} after, by ${report.rules.map(({ name }) => name).join(", ")}`,
);
assert(report.cost.after < report.cost.before);
