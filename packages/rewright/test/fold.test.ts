import { ModelBuilder, readModel } from "@rewright/onnx";
import { onnx } from "@rewright/tensor";
import { expect, test } from "vitest";
import { foldConstants } from "../src/index.ts";

test("constants are folded, but for what has no value", () => {
  const b = new ModelBuilder("fold", { opset: 17 });
  const i64 = (...data: number[]) =>
    b.constant({ dtype: "i64", shape: [data.length], data: BigInt64Array.from(data, BigInt) });
  const none = b.node("Gather", [b.node("Add", [i64(1, 2), i64(3, 4)]), i64(0, 9)]);
  const some = b.node("Mul", [i64(2, 3), i64(5, 7)]);
  b.output(
    "y",
    b.node("Sum", [b.node("Cast", [none], { to: 1 }), b.node("Cast", [some], { to: 1 })]),
  );
  const { graph } = readModel(b.bytes());
  const folded = foldConstants(graph, [onnx], 1e6);
  // What leads to the element that is not there is folded, and so is what has nothing to do with it.
  expect(folded.nodes.map(({ op }) => op)).toEqual(["Gather", "Cast", "Sum"]);
  expect(
    folded.constants.map((c) => Array.from(c.load().data as ArrayLike<number>, Number)),
  ).toEqual(
    expect.arrayContaining([
      [4, 6],
      [10, 21],
    ]),
  );
});
