import type { Attrs, Dim, DType, TensorType } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { onnx } from "../src/index.ts";

const type = (dtype: DType, ...shape: Dim[]): TensorType => ({ dtype, shape });
const f32 = (...shape: Dim[]) => type("f32", ...shape);
const known = (...value: Dim[]): TensorType => ({ dtype: "i64", shape: [value.length], value });

function infer(
  op: string,
  operands: readonly (TensorType | undefined)[],
  attrs: Attrs = {},
  count = 1,
) {
  return onnx.ops[op]?.infer(operands, attrs, count) ?? [];
}

describe("symbolic shapes", () => {
  test.each([
    ["MatMul", [f32("N", 8, "K"), f32("K", 3)], {}, ["N", 8, 3]],
    ["MatMul", [f32("N", "S", 64), f32(64, 64)], {}, ["N", "S", 64]],
    ["Add", [f32("N", 1, 4), f32("S", 1)], {}, ["N", "S", 4]],
    ["Add", [f32("N"), f32("M")], {}, ["?(broadcast(M,N))"]],
    ["Conv", [f32("N", 3, "H", "W"), f32(8, 3, 3, 3)], { pads: [1, 1, 1, 1] }, ["N", 8, "H", "W"]],
    [
      "Conv",
      [f32("N", 3, "H", 9), f32(8, 3, 3, 3)],
      { strides: [2, 2] },
      ["N", 8, "?(div(H+1,2)+-1)", 4],
    ],
    ["ConvTranspose", [f32("N", 4, "H"), f32(4, 2, 2)], { strides: [2] }, ["N", 2, "?(2*H)"]],
    [
      "MaxPool",
      [f32("N", 3, "H", 8)],
      { kernel_shape: [2, 2], strides: [2, 2] },
      ["N", 3, "?(div(H,2))", 4],
    ],
    ["GlobalAveragePool", [f32("N", "C", "H", "W")], {}, ["N", "C", 1, 1]],
    ["ReduceMean", [f32("N", "S", 64), known(-1)], {}, ["N", "S", 1]],
    ["ReduceMean", [f32("N", "S", 64), known(1)], { keepdims: 0 }, ["N", 64]],
    ["ReduceMean", [f32("N", "S", 64), known(1)], { keepdims: 2 }, ["N", 64]],
    ["TopK", [f32("N", 9), known("K")], {}, ["N", "K"]],
    ["Gemm", [f32("K", "N"), f32("K", 4), f32(4)], { transA: 1 }, ["N", 4]],
    ["Einsum", [f32("N", "S", 8), f32(8, "T")], { equation: "bij,jk->bik" }, ["N", "S", "T"]],
    [
      "Attention",
      [f32("N", "S", 64), f32("N", "T", 64), f32("N", "T", 64)],
      { q_num_heads: 4, kv_num_heads: 4 },
      ["N", "S", 64],
    ],
  ] as const)("%s of %j %j is %j", (op, operands, attrs, shape) => {
    expect(infer(op, operands, attrs)).toEqual([{ dtype: "f32", shape }]);
  });

  test("the cache of Attention grows by the keys that come", () => {
    const cache = f32("N", 4, "P", 16);
    const operand = f32("N", 4, "S", 16);
    const types = infer("Attention", [operand, operand, operand, undefined, cache, cache], {}, 4);
    expect(types.map(({ shape }) => shape[2])).toEqual(["S", "?(P+S)", "?(P+S)", "S"]);
    expect(types[3]?.shape[3]).toBe("?(P+S)");
  });
});

describe("elements that compute shapes", () => {
  test.each([
    ["Add", [known("N", 2), known(1)], ["?(N+1)", 3]],
    ["Mul", [known("N", 2), known(4)], ["?(4*N)", 8]],
    ["Sub", [known("N"), known("N")], [0]],
    ["Div", [known("?(4*N)", 7), known(2)], ["?(2*N)", 3]],
    ["Mod", [known(7), known(3)], [1]],
    ["Max", [known("N", 3), known("?(N+1)", 1)], ["?(N+1)", 3]],
    ["Min", [known("N", 3), known("?(N+1)", 1)], ["N", 1]],
    ["Neg", [known("N", 2)], ["?(-1*N)", -2]],
    ["ReduceProd", [known("N", 3, 4)], ["?(12*N)"]],
    ["ReduceMax", [known(3, 4)], [4]],
    ["Clip", [known(-3, 9), { ...known(0), shape: [] }, undefined], [0, 9]],
    ["Equal", [known("N", "N", 3, "N"), known("N", -1, 4, "?(N+2)")], [1, 0, 0, 0]],
    ["Greater", [known("N", 3), known(-1, 3)], [1, 0]],
  ] as const)("%s of %j holds %j", (op, operands, value) => {
    expect(infer(op, operands)[0]?.value).toEqual(value);
  });

  test("what Expand is given by exporters: Where(Equal(shape, -1), 1, shape)", () => {
    const shape = known(-1, "N", 5);
    const [open] = infer("Equal", [shape, known(-1)]);
    expect(infer("Where", [open, known(1, 1, 1), shape])[0]?.value).toEqual([1, "N", 5]);
  });

  test("nothing is said of what cannot be told, nor of what overflows", () => {
    const [equal] = infer("Equal", [known("N", 2), known("M", 2)]);
    expect(infer("Where", [equal, known(7, 7), known(8, 8)])[0]?.value?.[1]).toBe(7);
    expect(infer("Where", [equal, known(7, 7), known(8, 8)])[0]?.value?.[0]).toContain("?!");
    const byte = { dtype: "u8", shape: [1], value: [200] } as const;
    expect(infer("Add", [byte, byte])).toEqual([type("u8", 1)]);
    expect(infer("Mul", [known(2 ** 40), known(2 ** 40)])).toEqual([type("i64", 1)]);
    expect(infer("Div", [known(4), known(0)])).toEqual([type("i64", 1)]);
  });

  test("axes that are not known leave the rank", () => {
    const [kept] = infer("ReduceSum", [f32(2, 3), type("i64", 1)]);
    expect(kept?.shape).toHaveLength(2);
    expect(kept?.shape.every((dim) => String(dim).includes("?!"))).toBe(true);
    expect(infer("ReduceSum", [f32(2, 3), type("i64", 1)], { keepdims: 0 })[0]?.shape).toHaveLength(
      1,
    );
    expect(infer("ReduceSum", [f32(2, 3), type("i64", "A")], { keepdims: 0 })[0]?.dtype).toBe(
      "unknown",
    );
  });
});

describe("ill-typed applications are refused", () => {
  const image = f32(1, 4, 8, 8);
  const bad: readonly [string, readonly (TensorType | undefined)[], Attrs][] = [
    ["Add", [f32(2), type("i64", 2)], {}],
    ["Add", [f32(2), f32(3)], {}],
    ["Add", [f32("N", 2), f32("N", 3)], {}],
    ["Add", [type("bool", 2), type("bool", 2)], {}],
    ["Add", [f32(2), undefined], {}],
    ["Sqrt", [type("i64", 2)], {}],
    ["Neg", [type("u8", 2)], {}],
    ["Celu", [type("f64", 2)], {}],
    ["Mod", [f32(2), f32(2)], {}],
    ["BitShift", [type("u8", 2), type("u8", 2)], {}],
    ["BitShift", [type("u8", 2), type("u8", 2)], { direction: "UP" }],
    ["Sum", [type("i64", 2)], {}],
    ["Sum", [], {}],
    ["And", [f32(2), f32(2)], {}],
    ["Where", [f32(2), f32(2), f32(2)], {}],
    ["Where", [type("bool", 2), f32(2), type("f64", 2)], {}],
    ["Clip", [f32(2), f32(2)], {}],
    ["PRelu", [f32(2), f32(3, 2)], {}],
    ["PRelu", [f32(2), f32(3)], {}],
    ["Gelu", [f32(2)], { approximate: "sometimes" }],
    ["LeakyRelu", [f32(2)], { alpha: "much" }],
    ["Softmax", [f32(2)], { axis: 1 }],
    ["Softmax", [f32(2)], { axis: 0.5 }],
    ["ReduceSum", [f32(2), known(1)], {}],
    ["ReduceSum", [f32(2, 2), known(0, -2)], {}],
    ["ReduceSum", [f32(2), f32(1)], {}],
    ["ReduceSum", [type("bool", 2)], {}],
    ["ArgMax", [f32(2)], { axis: 2 }],
    ["ArgMax", [f32(0)], {}],
    ["CumSum", [f32(2), known(3)], {}],
    ["TopK", [f32(2), known(3)], {}],
    ["MatMul", [f32(2, 3), f32(4, 2)], {}],
    ["MatMul", [f32(), f32(2)], {}],
    ["MatMul", [f32(2, 2, 3), f32(3, 3, 2)], {}],
    ["MatMul", [type("u8", 2, 2), type("u8", 2, 2)], {}],
    ["MatMul", [f32("M", "K"), f32("?(K+1)", "N")], {}],
    ["Gemm", [f32(2, 3), f32(3, 4), f32(3)], {}],
    ["Gemm", [f32(2, 3), f32(3, 4), f32(5, 2, 4)], {}],
    ["Gemm", [f32(1, 2, 3), f32(3, 4)], {}],
    ["Gemm", [f32(2, 3), f32(3, 4)], { transA: 1 }],
    ["Squeeze", [f32(1, 2, 1), known()], {}],
    ["MatMulInteger", [type("u8", 2, 3), type("i8", 3, 2), type("u8", 5)], {}],
    ["Det", [f32(2, 3)], {}],
    ["Einsum", [f32(2, 3)], { equation: "ijk->i" }],
    ["Einsum", [f32(2, 3)], { equation: "ij->k" }],
    ["Einsum", [f32(2, 3), f32(4, 3)], { equation: "ij,ij->i" }],
    ["Einsum", [f32(2, 3)], { equation: "ij,jk->ik" }],
    ["Einsum", [f32(2, 3)], {}],
    ["Conv", [image, f32(8, 3, 3, 3)], {}],
    ["Conv", [image, f32(8, 4, 9, 3)], {}],
    ["Conv", [image, f32(8, 4, 3)], {}],
    ["Conv", [image, f32(8, 4, 3, 3), f32(7)], {}],
    ["Conv", [image, f32(9, 2, 3, 3)], { group: 2 }],
    ["Conv", [image, f32(8, 4, 3, 3)], { strides: [1] }],
    ["Conv", [image, f32(8, 4, 3, 3)], { strides: [0, 1] }],
    ["Conv", [image, f32(8, 4, 3, 3)], { kernel_shape: [5, 5] }],
    ["Conv", [image, f32(8, 4, 3, 3)], { pads: [1, 1] }],
    ["ConvTranspose", [image, f32(3, 4, 3, 3)], {}],
    ["ConvTranspose", [f32(1, 4, 1), f32(4, 2, 1)], { pads: [1, 0] }],
    ["MaxPool", [image], { kernel_shape: [9, 9] }],
    ["MaxPool", [image], {}],
    ["MaxPool", [image], { kernel_shape: [2] }],
    ["GlobalMaxPool", [f32(2, 2)], {}],
    ["BatchNormalization", [image, f32(4), f32(4), f32(4), f32(3)], {}],
    ["LayerNormalization", [f32(2, 3), f32(2)], {}],
    ["LayerNormalization", [f32(2, 3), f32(3)], { stash_type: 7 }],
    ["RMSNormalization", [f32(2, 3), f32(2)], {}],
    ["InstanceNormalization", [image, f32(3), f32(4)], {}],
    ["GroupNormalization", [image, f32(4), f32(4)], { num_groups: 3 }],
    ["GroupNormalization", [image, f32(4), f32(4)], {}],
    ["LpNormalization", [f32(2)], { p: 3 }],
    ["LRN", [image], { size: 0 }],
    ["Attention", [f32(1, 2, 6), f32(1, 2, 6), f32(1, 2, 6)], { q_num_heads: 4, kv_num_heads: 4 }],
    ["Attention", [f32(1, 2, 6), f32(1, 2, 6), f32(1, 2, 6)], {}],
    ["Attention", [f32(1, 3, 2, 4), f32(1, 2, 2, 4), f32(1, 2, 2, 4)], {}],
    ["Attention", [f32(1, 2, 2, 4), f32(1, 2, 2, 5), f32(1, 2, 2, 4)], {}],
    ["Attention", [image, image, image, undefined, image], {}],
    ["Attention", [image, image, image, f32(3, 8, 8)], {}],
    ["RandomNormal", [], {}],
    ["RandomNormal", [], { shape: [2], dtype: "i32" }],
    ["RandomNormalLike", [type("i64", 2)], {}],
    ["Multinomial", [f32(2)], {}],
    ["Dropout", [f32(2), f32(2)], {}],
    ["Dropout", [f32(2), undefined, f32()], {}],
  ];

  test.each(bad)("%s of %j %j", (op, operands, attrs) => {
    expect(onnx.ops[op]).toBeDefined();
    expect(() => infer(op, operands, attrs)).toThrow(
      expect.objectContaining({ name: "ShapeError" }),
    );
  });
});
