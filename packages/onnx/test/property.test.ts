import type { Attrs, Graph, NdArray, TensorType } from "@rewright/plugin";
import { evaluateGraph, onnx } from "@rewright/tensor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ModelBuilder, modelOf, readModel, type Value, writeModel } from "../src/index.ts";
import { constantOf } from "../src/tensor.ts";
import { copyOf, f32, i64 } from "./models.ts";

/** A step of a random model: an operator, and which of the values so far it takes. */
interface Step {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly axis: number;
}

/** Values on the way all have shape [2, 3], so that any operator fits any value. */
const KINDS: readonly {
  readonly op: string;
  readonly operands: 1 | 2;
  readonly attrs?: (axis: number) => Attrs;
  /** A constant operand, made of the axis. */
  readonly constants?: (axis: number) => readonly NdArray[];
  readonly after?: {
    readonly op: string;
    readonly constants: readonly NdArray[];
    readonly attrs?: Attrs;
  };
}[] = [
  { op: "Relu", operands: 1 },
  { op: "Neg", operands: 1 },
  { op: "Add", operands: 2 },
  { op: "Mul", operands: 2 },
  { op: "Sub", operands: 2 },
  { op: "Max", operands: 2 },
  { op: "LeakyRelu", operands: 1, attrs: (axis) => ({ alpha: axis + 0.1 }) },
  { op: "Softmax", operands: 1, attrs: (axis) => ({ axis }) },
  { op: "Clip", operands: 1, constants: (axis) => [f32([], -axis), f32([], 1)] },
  {
    op: "Concat",
    operands: 2,
    attrs: () => ({ axis: 0 }),
    after: { op: "Slice", constants: [i64(1), i64(3), i64(0)] },
  },
  {
    op: "Pad",
    operands: 1,
    constants: () => [i64(1, 0, 0, 0), f32([], 2)],
    after: { op: "Slice", constants: [i64(0), i64(2), i64(0)] },
  },
  {
    op: "ReduceMean",
    operands: 1,
    constants: (axis) => [i64(axis)],
    after: { op: "Add", constants: [f32([2, 3], 1, 2, 3, 4, 5, 6)] },
  },
  {
    op: "Unsqueeze",
    operands: 1,
    constants: (axis) => [i64(axis)],
    after: { op: "Reshape", constants: [i64(2, -1)] },
  },
  {
    op: "Transpose",
    operands: 1,
    attrs: () => ({ perm: [1, 0] }),
    after: { op: "Reshape", constants: [i64(2, 3)] },
  },
];

function build(steps: readonly Step[], outputs: readonly number[]): Uint8Array {
  const model = new ModelBuilder("random", { opset: 18 });
  const values: Value[] = [
    model.input("x", "f32", [2, 3]),
    model.input("y", "f32", [2, 3]),
    model.constant("w", f32([2, 3], 1, -1, 2, -2, 3, -3)),
  ];
  const pick = (i: number): Value => values[i % values.length] as Value;
  for (const { kind, a, b, axis } of steps) {
    const { op, operands, attrs, constants, after } = KINDS[kind] as (typeof KINDS)[number];
    const inputs = operands === 1 ? [pick(a)] : [pick(a), pick(b)];
    const extra = constants?.(axis).map((array) => model.constant(array)) ?? [];
    let value = model.node(op, [...inputs, ...extra], attrs?.(axis));
    if (after)
      value = model.node(
        after.op,
        [value, ...after.constants.map((array) => model.constant(array))],
        after.attrs,
      );
    values.push(value);
  }
  for (const [i, at] of outputs.entries())
    model.output(`out ${i}`, pick(at), { dtype: "f32", shape: [2, 3] });
  return model.bytes();
}

const step = fc.record({
  kind: fc.nat(KINDS.length - 1),
  a: fc.nat(20),
  b: fc.nat(20),
  axis: fc.nat(1),
});
const models = fc.tuple(
  fc.array(step, { maxLength: 12 }),
  fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
);
const inputs = [f32([2, 3], 1, -2, 3, 0.5, -0.25, 2), f32([2, 3], 0, 1, -1, 4, 0.5, -3)];
const run = (graph: Graph) =>
  evaluateGraph(graph, inputs, [onnx]).map(({ data }) => Array.from(data as ArrayLike<number>));

test("a model that is read and written is the same file", () => {
  fc.assert(
    fc.property(models, ([steps, outputs]) => {
      const bytes = build(steps, outputs);
      const model = readModel(bytes);
      const kept = writeModel(model, model.graph);
      // Only constants that nothing uses go.
      expect(kept.length).toBeLessThanOrEqual(bytes.length);
      const again = readModel(kept);
      expect(Buffer.compare(writeModel(again, again.graph), kept)).toBe(0);
      expect(again.graph.nodes).toEqual(
        model.graph.nodes.map((node) => ({ ...node, inputs: expect.anything() })),
      );
      expect(run(again.graph)).toEqual(run(model.graph));
    }),
  );
});

test("a program means the same in every operator set that can say it", () => {
  fc.assert(
    fc.property(models, fc.integer({ min: 7, max: 23 }), ([steps, outputs], opset) => {
      const { graph } = readModel(build(steps, outputs));
      const model = readModel(modelOf(graph, { opset }));
      expect(model.opset).toBeGreaterThanOrEqual(opset);
      expect(model.notes).toEqual([]);
      expect(run(model.graph)).toEqual(run(graph));
    }),
  );
});

test("a program of another model means the same in this file, whatever of it was there before", () => {
  fc.assert(
    fc.property(
      models,
      models,
      fc.integer({ min: 11, max: 23 }),
      ([steps, outputs], [others], opset) => {
        const before = readModel(modelOf(readModel(build(steps, outputs)).graph, { opset }));
        // The first steps are the same, so that some nodes are found again.
        const after = readModel(build([...steps.slice(0, 4), ...others], outputs)).graph;
        const written = readModel(writeModel(before, after));
        expect(written.graph.outputs.map(({ name }) => name)).toEqual(
          before.graph.outputs.map(({ name }) => name),
        );
        expect(run(written.graph)).toEqual(run(after));
        const copied = readModel(writeModel(before, copyOf(after)));
        expect(run(copied.graph)).toEqual(run(after));
      },
    ),
    { numRuns: 40 },
  );
});

test("constants keep their contents, types and keys", () => {
  const shapes = fc.array(fc.nat(4), { maxLength: 3 });
  fc.assert(
    fc.property(
      shapes,
      fc.constantFrom("f32", "i64", "bool", "f16", "i4", "u8"),
      fc.infiniteStream(fc.integer({ min: -8, max: 7 })),
      (shape, dtype, numbers) => {
        const size = shape.reduce((product, dim) => product * dim, 1);
        const data = Array.from({ length: size }, () => {
          const x = numbers.next().value ?? 0;
          return dtype === "u8" ? x & 7 : dtype === "bool" ? x & 1 : x;
        });
        const model = new ModelBuilder("constant");
        const array: NdArray = { dtype: dtype as TensorType["dtype"], shape, data };
        model.output("y", model.node("Identity", [model.constant("c", array)]));
        const [constant] = readModel(model.bytes()).graph.constants;
        expect(constant?.type).toMatchObject({ dtype, shape });
        expect(Array.from(constant?.load().data as ArrayLike<number | bigint>, Number)).toEqual(
          data,
        );
        expect(constant?.key).toBe(constantOf(array).key);
      },
    ),
  );
});
