import { ModelBuilder } from "@rewright/onnx";
import * as runtime from "onnxruntime-node";
import { expect, test } from "vitest";
import {
  type Elements,
  gradients,
  index,
  input,
  matmul,
  multiply,
  OnnxProgram,
  Program,
  reference,
  sum,
  type Value,
} from "../src/index.ts";
import { cases, type Material } from "./cases.ts";

const builder = (): ModelBuilder => new ModelBuilder("gradients", { opset: 18 });

function material(rows: number, columns: number): Material {
  return {
    x: input("x", rows, columns),
    y: input("y", rows, columns),
    row: input("row", 1, columns),
    column: input("column", rows, 1),
    at: index("at", 5),
  };
}

const rows = 3;
const columns = 4;

test.each(Object.entries(cases))(
  "%s: values and gradients as by the reference, with 64 bits",
  async (_, make) => {
    const m = material(rows, columns);
    const value = make(m);
    const weights = input("weights", value.rows, value.columns);
    const loss = sum(multiply(value, weights));
    const leaves = [m.x, m.y, m.row, m.column];
    const asked = [value, loss, ...gradients(loss, leaves)];
    const compiled = await OnnxProgram.compile(asked, builder(), runtime, { bits: 64 });
    const plain = new Program(asked, reference(64));
    let drawn = 0;
    for (const name of ["x", "y", "row", "column", "weights"]) {
      if (!plain.has(name)) continue;
      const numbers = Float64Array.from(plain.input(name), () => Math.sin(7 * ++drawn));
      plain.input(name).set(numbers as never);
      compiled.input(name).set(numbers as never);
    }
    for (const name of ["at", "to"]) {
      if (!plain.has(name)) continue;
      const numbers = [2, 0, 1, 2, 2];
      plain.input(name).set(numbers);
      compiled.input(name).set(numbers);
    }
    const [found, wanted] = [await compiled.run(), plain.run()];
    for (const [i, elements] of wanted.entries())
      for (const [j, x] of elements.entries())
        expect(Math.abs((found[i]?.[j] as number) - x)).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(x)),
        );
  },
);

test("steps along the gradients, by the runtime, come down", async () => {
  const [x, w] = [input("x", 4, 2), input("w", 2, 1)];
  const y = matmul(x, w);
  const loss = sum(multiply(y, y));
  const program = await OnnxProgram.compile([loss, ...gradients(loss, [w])], builder(), runtime);
  program.input("x").set([1, 0, 0, 1, 1, 1, 2, 1]);
  const weights = program.input("w") as Float32Array;
  weights.set([3, -2]);
  let before = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    const [now, slope] = (await program.run()) as readonly [Elements, Elements];
    expect(now[0]).toBeLessThan(before);
    before = now[0] as number;
    for (const [j, s] of slope.entries()) weights[j] = (weights[j] as number) - 0.05 * s;
  }
  expect(before).toBeLessThan(2);
});

test("names and lengths are checked as in a program", async () => {
  const x: Value = input("x", 2, 2);
  const program = await OnnxProgram.compile([multiply(x, x)], builder(), runtime);
  expect(program.has("x")).toBe(true);
  expect(program.has("y")).toBe(false);
  await expect(program.run({ y: [1] })).rejects.toThrow("the program has no input y; it has x");
  await expect(program.run({ x: [1] })).rejects.toThrow("x is 2x2: it has 4 elements, not 1");
  const twice = multiply(x, input("x", 2, 2));
  await expect(OnnxProgram.compile([twice], builder(), runtime)).rejects.toThrow(
    "two inputs are called x",
  );
});
