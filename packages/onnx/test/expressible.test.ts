import { expect, test } from "vitest";
import { expressible, readModel } from "../src/index.ts";
import { attr, file, info, node, single } from "./models.ts";

test("operators of the file's operator set and of later ones, as long as nothing is carried along", () => {
  const can = expressible(readModel(single("Relu", 11, [2])));
  expect(["Add", "Gelu", "RMSNormalization", "com.microsoft.Gelu"].map(can)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(can("Frobnicate")).toBe(false);
});

test("no later ones where something carried along would change its meaning", () => {
  const softmax = single("Softmax", 11, [2, 3], [attr.int("axis", 0)]);
  const can = expressible(readModel(softmax));
  expect(["Add", "Softmax", "Gelu", "HardSwish"].map(can)).toEqual([true, true, false, false]);
});

test("nor where a function would", () => {
  const split = node("Split", ["a"], ["b", "c"]);
  const functions = [{ name: "F", domain: "f", input: ["a"], output: ["b"], node: [split] }];
  const main = { input: [info("x", 2)], output: [info("y", 2)], node: [node("f.F", ["x"], ["y"])] };
  const can = expressible(readModel(file(main, 13, { functions })));
  expect(["LayerNormalization", "Mish"].map(can)).toEqual([true, false]);
});

test("nor what the file's operator set means otherwise", () => {
  const can = (opset: number): boolean =>
    expressible(readModel(single("Relu", opset, [2])))("ReduceLogSum");
  expect([18, 27, 28].map(can)).toEqual([true, true, false]);
});

test("only of a model that was read", () => {
  expect(() => expressible({ ...readModel(single("Relu", 11, [2])) })).toThrow(/readModel/);
});
