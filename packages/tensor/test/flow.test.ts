import type { Attrs, Dim, TensorType } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { onnx, ShapeError } from "../src/index.ts";

type Operand = TensorType | readonly number[] | number;

/** A type; a list or a number stands for the constant of these 64-bit integers. */
function typed(operand: Operand): TensorType {
  if (typeof operand === "number") return { dtype: "i64", shape: [], value: [operand] };
  if (!("dtype" in operand)) return { dtype: "i64", shape: [operand.length], value: operand };
  return operand;
}

function apply(op: string, operands: readonly Operand[], attrs: Attrs = {}): TensorType {
  const [type] = onnx.ops[op]?.infer(operands.map(typed), attrs, 1) ?? [];
  if (type === undefined) throw new Error(`${op} has no result`);
  return type;
}

const f32 = (...shape: Dim[]): TensorType => ({ dtype: "f32", shape });
const list = (...value: Dim[]): TensorType => ({ dtype: "i64", shape: [value.length], value });

const MAX = 2 ** 63; // What an exporter writes for "to the end".

/** dim(x, i) as exporters write it: Shape, Gather, Unsqueeze. */
function dimension(x: TensorType, axis: number): TensorType {
  return apply("Unsqueeze", [apply("Gather", [apply("Shape", [x]), axis]), [0]]);
}

describe("shapes computed inside the graph", () => {
  const x = f32("N", "S", 768);

  test("split the heads of an attention", () => {
    const shape = apply("Concat", [dimension(x, 0), dimension(x, 1), [12], [64]], { axis: 0 });
    expect(shape.value).toEqual(["N", "S", 12, 64]);
    const heads = apply("Transpose", [apply("Reshape", [x, shape])], { perm: [0, 2, 1, 3] });
    expect(heads.shape).toEqual(["N", 12, "S", 64]);
    const back = apply("Transpose", [heads], { perm: [0, 2, 1, 3] });
    const merged = apply("Concat", [dimension(back, 0), dimension(back, 1), [-1]], { axis: 0 });
    expect(apply("Reshape", [back, merged]).shape).toEqual(["N", "S", 768]);
  });

  test("cast, compare and expand a mask", () => {
    const mask: TensorType = { dtype: "i64", shape: ["N", "S"] };
    const row = apply("Cast", [apply("Unsqueeze", [mask, [1, 2]])], { to: "f32" });
    expect(row.shape).toEqual(["N", 1, 1, "S"]);
    const target = apply(
      "Concat",
      [dimension(mask, 0), [1], dimension(mask, 1), dimension(mask, 1)],
      {
        axis: 0,
      },
    );
    expect(apply("Expand", [row, target]).shape).toEqual(["N", 1, "S", "S"]);
  });

  test("cut positions to the length of the sequence", () => {
    const ids: TensorType = { dtype: "i64", shape: [1, 512] };
    const cut = apply("Slice", [ids, [0], dimension(x, 1), [1], [1]]);
    expect(cut.shape).toEqual([1, "?(min(S,512))"]);
    const embedded = apply("Gather", [f32(512, 768), cut]);
    expect(apply("Add", [x, embedded]).shape).toEqual(["N", "S", 768]);
  });

  test("count positions", () => {
    const length = apply("Gather", [apply("Shape", [x]), 1]);
    const positions = apply("Range", [0, length, 1]);
    expect(positions.shape).toEqual(["S"]);
    expect(apply("Range", [2, 5, 1]).value).toEqual([2, 3, 4]);
    expect(apply("Range", [length, apply("Add", [length, 4]), 1]).shape).toEqual([4]);
  });

  test("make constants of a computed shape", () => {
    const shape = apply("Slice", [apply("Shape", [x]), [0], [2]]);
    expect(apply("ConstantOfShape", [shape]).shape).toEqual(["N", "S"]);
    const one = { dtype: "i64", shape: [1], data: BigInt64Array.of(1n) } as const;
    const ones = apply("ConstantOfShape", [list(3)], { value: one });
    expect(ones).toEqual({ dtype: "i64", shape: [3], value: [1, 1, 1] });
  });

  test("keep what is known of lists on their way", () => {
    const sizes = list("N", "S", 768);
    expect(apply("Identity", [sizes]).value).toEqual(["N", "S", 768]);
    expect(apply("Cast", [sizes], { to: "i32" }).value).toEqual(["N", "S", 768]);
    expect(apply("Cast", [sizes], { to: "f32" }).value).toBeUndefined();
    expect(apply("Slice", [sizes, [-1], [-MAX], [0], [-1]]).value).toEqual([768, "S", "N"]);
    expect(apply("Gather", [sizes, [2, -3]]).value).toEqual([768, "N"]);
    expect(apply("Squeeze", [list("N"), [0]])).toEqual({ dtype: "i64", shape: [], value: ["N"] });
    expect(apply("Reshape", [sizes, [-1]]).value).toEqual(["N", "S", 768]);
    expect(apply("Transpose", [sizes]).value).toEqual(["N", "S", 768]);
    expect(apply("Expand", [list("N"), [2]]).value).toEqual(["N", "N"]);
    expect(apply("Tile", [list("N", 2), [2]]).value).toEqual(["N", 2, "N", 2]);
    expect(apply("Tile", [list(), [2 ** 32]]).shape).toEqual([0]);
    expect(apply("Size", [x]).value).toEqual(["?(768*N*S)"]);
    expect(apply("Shape", [x], { start: 1 }).value).toEqual(["S", 768]);
    const parts = onnx.ops["Split"]?.infer([sizes, list(1, 2)], {}, 2) ?? [];
    expect(parts.map(({ value }) => value)).toEqual([["N"], ["S", 768]]);
  });

  test("reckon nothing from integers beyond the safe ones", () => {
    const most = list(MAX);
    expect(apply("Concat", [most, [1]], { axis: 0 }).value).toEqual([MAX, 1]);
    for (const op of ["Add", "Sub", "Mul", "Div", "Min", "Max"])
      expect(apply(op, [most, most]).value, op).toBeUndefined();
    expect(apply("ReduceSum", [most, [0]]).value).toBeUndefined();
    expect(apply("Cast", [most], { to: "i32" }).value).toBeUndefined();
    const scalar = apply("Squeeze", [most, [0]]);
    expect(scalar.value).toEqual([MAX]);
    expect(apply("Range", [0, scalar, 1]).shape).toEqual(["?!Range.0"]);
  });

  test("tell of the known among the unknown", () => {
    const some = apply("Concat", [{ dtype: "i64", shape: [1] }, [768]], { axis: 0 });
    expect(some.value?.[1]).toBe(768);
    expect(apply("Reshape", [f32(4, 8, 768), some]).shape).toEqual([32, 768]);
    expect(apply("Reshape", [f32("N", 8, 768), some]).shape).toEqual(["?(8*N)", 768]);
  });
});

describe("Reshape", () => {
  const cases: [from: Dim[], target: Dim[], to: Dim[]][] = [
    [
      ["N", "S", 768],
      [0, 0, 12, -1],
      ["N", "S", 12, 64],
    ],
    [
      ["N", "S", 768],
      ["N", "S", 12, -1],
      ["N", "S", 12, 64],
    ],
    [
      ["N", "S", 768],
      [-1, 768],
      ["?(N*S)", 768],
    ],
    [
      ["N", "S", 12, 64],
      [0, -1, 768],
      ["N", "S", 768],
    ],
    [
      ["?(N*S)", 768],
      ["N", "S", -1],
      ["N", "S", 768],
    ],
    [
      ["?!x", "S", 768],
      [0, 0, 12, -1],
      ["?!x", "S", 12, 64],
    ],
    [
      [0, 3],
      [0, 5],
      [0, 5],
    ],
    [["N"], [-1, 2], ["?(div(N,2))", 2]],
    [[1, 1], [], []],
  ];
  test.each(cases)("of %j to %j is %j", (from, target, to) => {
    expect(apply("Reshape", [f32(...from), list(...target)]).shape).toEqual(to);
  });

  test("of sizes of which nothing is known solves nothing", () => {
    expect(apply("Reshape", [f32("?", 768), list("?", 12, -1)]).shape).toEqual([
      "?!Reshape.0",
      12,
      "?!Reshape.2",
    ]);
    expect(apply("Reshape", [f32("?", 768), list(0, 12, -1)]).shape).toEqual(["?", 12, 64]);
    const shape = apply("Reshape", [f32("?!x", 768), list("?!x", 12, -1)]).shape;
    expect(shape).toEqual(["?!Reshape.0", 12, "?!Reshape.2"]);
  });

  test("to a computed list of known length has a known rank", () => {
    const { dtype, shape } = apply("Reshape", [f32(6), { dtype: "i64", shape: [3] }]);
    expect([dtype, shape.length]).toEqual(["f32", 3]);
    expect(apply("Reshape", [f32(6), { dtype: "i64", shape: ["K"] }]).dtype).toBe("unknown");
  });
});

describe("ill-shaped applications", () => {
  const cases: [op: string, operands: Operand[], attrs?: Attrs][] = [
    ["Reshape", [f32(2, 3), [4, 2]]],
    ["Reshape", [f32(2, 3), [-1, -1]]],
    ["Reshape", [f32(2, 3), [-1, 4]]],
    ["Reshape", [f32(2, 3), [2, 3, 0]]],
    ["Reshape", [f32(2, 3), [-2, 3]]],
    ["Reshape", [f32(2, 3), []]],
    ["Reshape", [f32("N", 3), list("N", 3, 0)]],
    ["Reshape", [f32(0, 3), [0, -1]]],
    ["Reshape", [f32(2, 3), [0, 6]], { allowzero: 1 }],
    ["Reshape", [f32(2, 3), f32(2)]],
    ["Reshape", [f32(2, 3)]],
    ["Squeeze", [f32(2, 1), [0]]],
    ["Squeeze", [f32(2, 1), [2]]],
    ["Unsqueeze", [f32(2, 1), [1, 1]]],
    ["Unsqueeze", [f32(2, 1), 0]],
    ["Transpose", [f32(2, 1)], { perm: [0] }],
    ["Transpose", [f32(2, 1)], { perm: [0, 0] }],
    ["Flatten", [f32(2, 1)], { axis: 3 }],
    ["Concat", [f32(2, 1), f32(3, 1)], { axis: 1 }],
    ["Concat", [f32(2, 1), f32(2)], { axis: 0 }],
    ["Concat", [f32(2), { dtype: "i64", shape: [2] }], { axis: 0 }],
    ["Concat", [f32(2)]],
    ["Split", [f32(4), [1, 2]], { axis: 0 }],
    ["Split", [f32(4), [5, -1]], { axis: 0 }],
    ["Split", [f32(2)], { num_outputs: 4 }],
    ["Split", [f32("N")], { num_outputs: 2 ** 40 }],
    ["Slice", [f32(4), [0], [1, 2]]],
    ["Slice", [f32(4), [0], [1], [1]]],
    ["Slice", [f32(4), [0], [1], [0], [0]]],
    ["Slice", [f32(4), [0, 0], [1, 1], [0, 0]]],
    ["Expand", [f32(4), [3]]],
    ["Expand", [f32(4), [-1]]],
    ["Tile", [f32(4), [1, 1]]],
    ["Tile", [f32(4), [-1]]],
    ["Pad", [f32(4), [1]]],
    ["Pad", [f32(4), [-3, -2]]],
    ["Pad", [f32(4), [4, 0]], { mode: "reflect" }],
    ["Pad", [f32(4), [1, 0]], { mode: "mirror" }],
    ["Gather", [f32(4), f32(1)]],
    ["Gather", [f32(4), 4]],
    ["Gather", [f32(), 0]],
    ["GatherElements", [f32(4, 2), [1]]],
    ["GatherND", [f32(4), list(0, 0)]],
    ["ScatterND", [f32(4), { dtype: "i64", shape: [1, 1] }, f32(2)]],
    ["ScatterElements", [f32(4), [1], f32(2)]],
    ["OneHot", [list(1), 3, f32(3)]],
    ["OneHot", [1, 3, f32(2)]],
    ["Compress", [f32(4), list(1)]],
    ["ReverseSequence", [f32(4, 3), list(1)]],
    ["ConstantOfShape", [list(-1)]],
    ["Range", [0, 1, 0]],
    ["Range", [0, list(1, 2), 1]],
    ["EyeLike", [f32(3)]],
    ["Trilu", [f32(3)]],
    ["Cast", [f32(3)]],
    ["Cast", [f32(3)], { to: "c64" }],
    ["DepthToSpace", [f32(1, 6, 2, 2)], { blocksize: 2 }],
    ["SpaceToDepth", [f32(1, 6, 3, 2)], { blocksize: 2 }],
    ["Resize", [f32(1, 1, 2, 2)]],
    ["QuantizeLinear", [f32(2, 3), f32(2)]],
    ["Cast", [f32(3)], { to: "f64", saturate: 2 }],
    ["CastLike", [f32(3), f32()], { saturate: -1 }],
    ["DequantizeLinear", [f32(2, 3), f32(), f32()]],
    ["QuantizeLinear", [f32(2, 3), f32(), f32()]],
    ["DequantizeLinear", [{ dtype: "u8", shape: [2, 3] }, f32(), { dtype: "i8", shape: [] }]],
    ["LSTM", [f32(5, 2, 8), f32(1, 16, 8), f32(1, 12, 4)]],
    ["ImageScaler", [f32(1, 3, 4, 4)]],
    ["ImageScaler", [f32(1, 3, 4, 4)], { bias: [1, 2] }],
    ["Crop", [f32(1, 3, 4, 4)], { border: [1, 1, 1] }],
    ["Crop", [f32(1, 3, 4, 4)], { border: [1, -1, 1, 0] }],
    ["Crop", [f32(1, 3, 4, 4)], { border: [3, 0, 2, 0] }],
    ["Crop", [f32(1, 3, 4, 4)], { border: [3, 0, 0, 0], scale: [4, 2] }],
    ["Crop", [f32(3, 4, 4)], { border: [0, 0, 0, 0] }],
    ["NonMaxSuppression", [f32(1, 10, 4), f32(10, 4)]],
  ];
  test.each(cases)("%s of %j %j are refused", (op, operands, attrs) => {
    expect(() => apply(op, operands, attrs)).toThrow(ShapeError);
  });
});

describe("operators without reference semantics", () => {
  test("LSTM, both layouts", () => {
    const attrs = { direction: "bidirectional", hidden_size: 4 };
    const operands = [f32("S", "N", 8), f32(2, 16, 8), f32(2, 16, 4), f32(2, 32)];
    const types = onnx.ops["LSTM"]?.infer(operands, attrs, 3) ?? [];
    expect(types.map(({ shape }) => shape)).toEqual([
      ["S", 2, "N", 4],
      [2, "N", 4],
      [2, "N", 4],
    ]);
    const turned = onnx.ops["GRU"]?.infer(
      [f32("N", "S", 8), f32(1, 12, 8), f32(1, 12, 4)],
      { layout: 1 },
      2,
    );
    expect(turned?.map(({ shape }) => shape)).toEqual([
      ["N", "S", 1, 4],
      ["N", 1, 4],
    ]);
  });

  test("NonMaxSuppression and Unique", () => {
    const boxes = apply("NonMaxSuppression", [f32("N", 10, 4), f32("N", 3, 10)]);
    expect(boxes).toEqual({ dtype: "i64", shape: ["?!NonMaxSuppression.0", 3] });
    const unique = onnx.ops["Unique"]?.infer([f32(4, 3)], { axis: 1 }, 4) ?? [];
    expect(unique.map(({ shape }) => shape)).toEqual([
      [4, "?!Unique.0"],
      ["?!Unique.0"],
      [3],
      ["?!Unique.0"],
    ]);
  });
});

describe("Slice of a symbolic axis", () => {
  const cases: [start: number, end: number, step: number, size: Dim][] = [
    [0, MAX, 1, "S"],
    [1, MAX, 1, "?(max(S+-1,0))"],
    [-1, MAX, 1, 1],
    [-2, MAX, 1, "?(min(S,2))"],
    [0, -1, 1, "?(max(S+-1,0))"],
    [0, 4, 1, "?(min(S,4))"],
    [0, MAX, 2, "?(div(S+1,2))"],
    [-1, -MAX, -1, "S"],
    [3, 1, -1, "?!Slice.0"],
  ];
  test.each(cases)("from %d to %d by %d has size %s", (start, end, step, size) => {
    expect(apply("Slice", [f32("S"), [start], [end], [0], [step]]).shape).toEqual([size]);
  });
});
