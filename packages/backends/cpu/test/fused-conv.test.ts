import { expect, test } from "vitest";
import { microsoft } from "../src/dialect/microsoft.ts";

test.each(["u8", "bool", "i64"] as const)("FusedConv takes floats, not %s", (dtype) => {
  const type = { dtype, shape: [1, 1, 2, 2] };
  const infer = () =>
    microsoft.ops["com.microsoft.FusedConv"]?.infer([type, type], { activation: "Tanh" }, 1);
  expect(infer).toThrow(expect.objectContaining({ name: "ShapeError" }));
});
