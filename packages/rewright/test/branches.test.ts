import { readFileSync } from "node:fs";
import { compareOutputs, randomInputs, startRuntime } from "@rewright/backend-cpu";
import { readModel } from "@rewright/onnx";
import { expect, onTestFinished, test } from "vitest";
import { tensorProto } from "../../onnx/src/attribute.ts";
import { attr, f32, file, graph, i64, info, node } from "../../onnx/test/models.ts";
import { atDesk, type Desk } from "./cli.ts";

/**
 * x twice through Relu, then · a; its axis 1 squeezed where that is of the size asked for and left alone where not, as PyTorch's older
 * exporter asks for 1; then · b.
 */
function squeezing(middle: number | string, asked = 1): Uint8Array {
  const branch = (name: string, op: string, inputs: string[]) =>
    attr.graph(
      name,
      graph({ name, node: [node(op, inputs, [`${op} out`])], output: [info(`${op} out`)] }),
    );
  const weight = (shape: [number, number]) =>
    f32(shape, ...Array.from({ length: 16 }, (_, i) => i));
  return file({
    name: "main",
    input: [info("x", 2, middle, 4)],
    output: [info("y")],
    initializer: [
      tensorProto(weight([4, 4]), "a"),
      tensorProto(weight([4, 4]), "b"),
      tensorProto(i64(1), "one"),
      tensorProto(i64(asked), "asked"),
    ],
    node: [
      node("Relu", ["x"], ["u"]),
      node("Relu", ["u"], ["v"]),
      node("MatMul", ["v", "a"], ["h"]),
      node("Shape", ["h"], ["shape"]),
      node("Gather", ["shape", "one"], ["size"]),
      node("Equal", ["size", "asked"], ["is so"]),
      node(
        "If",
        ["is so"],
        ["s"],
        [branch("then_branch", "Squeeze", ["h", "one"]), branch("else_branch", "Identity", ["h"])],
      ),
      node("MatMul", ["s", "b"], ["y"]),
    ],
  });
}

/** Optimises a model at a desk. @returns the operators of what is written, and whether both compute the same */
async function optimized(desk: Desk, bytes: Uint8Array) {
  desk.file("model.onnx", bytes);
  const run = await desk.rewright([
    ...["optimize", "model.onnx", "-o", "out.onnx", "--no-measure", "--json", "report.json"],
  ]);
  const written = readFileSync(desk.path("out.onnx"));
  const runtime = await startRuntime();
  onTestFinished(() => runtime.close());
  const inputs = randomInputs(readModel(bytes).graph, { seed: 1 });
  const sides = [];
  for (const side of [bytes, written])
    sides.push(await (await runtime.load(side, { level: "disabled" })).run(inputs));
  const [before, after] = sides as [(typeof sides)[0], (typeof sides)[0]];
  return {
    said: run.stdout,
    operators: readModel(written).graph.nodes.map(({ op }) => op),
    same: compareOutputs(before, after).ok,
  };
}

test.each([
  ["squeezed", 1, ["MatMul", "Squeeze", "MatMul"]],
  ["left alone, so that the weights are one matrix", 2, ["MatMul"]],
])("what a size decides that is known is decided: %s", (_, asked, wanted) =>
  atDesk(async (desk) => {
    const { said, operators, same } = await optimized(desk, squeezing(1, asked));
    expect(said).toMatch(/branches +1 taken in/);
    expect(desk.report()).toMatchObject({ gained: true, verified: true, inlined: 1 });
    expect(operators).toEqual(["Relu", ...wanted]);
    expect(same).toBe(true);
  }),
);

test("what an open size decides stays", () =>
  atDesk(async (desk) => {
    const { operators, same } = await optimized(desk, squeezing("N"));
    expect(desk.report()).toMatchObject({ gained: true, inlined: 0 });
    expect(operators).toContain("If");
    expect(same).toBe(true);
  }));
