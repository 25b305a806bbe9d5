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
const { before, after, unit } = report;
const used = report.rules.filter((rule) => rule.used).map(({ name }) => name);
console.log(
  `${before.predicted.toFixed(1)} ${unit} before, ${after.predicted.toFixed(1)} after, by ${used.join(", ")}`,
);
assert(after.predicted < before.predicted && report.verified);
