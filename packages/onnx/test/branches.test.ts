import { describe, expect, test } from "vitest";
import { tensorProto } from "../src/attribute.ts";
import { type OnnxModel, readModel, writeModel } from "../src/index.ts";
import { attr, f32, file, graph, i64, info, node, parse } from "./models.ts";
import { readSample } from "./node-test.ts";
import { wrapped } from "./wrapped.ts";

type Node = ReturnType<typeof node>;

/** A branch of an If: its nodes, the names of its results, its constants. */
function branch(
  which: "then" | "else",
  nodes: Node[],
  outputs: string[],
  initializer: ReturnType<typeof tensorProto>[] = [],
) {
  const output = outputs.map((name) => info(name, 2));
  return attr.graph(`${which}_branch`, graph({ name: which, node: nodes, output, initializer }));
}

/** A scalar of booleans. */
const bool = (name: string, value: boolean) =>
  tensorProto({ dtype: "bool", shape: [], data: [Number(value)] }, name);

/** A file on `x` and `y` of size 2 with the constants `yes` and `no`. */
function around(nodes: Node[], opset = 17, outputs = ["z"]): Uint8Array {
  return file(
    {
      name: "main",
      input: [info("x", 2), info("y", 2)],
      output: outputs.map((name) => info(name, 2)),
      initializer: [bool("yes", true), bool("no", false)],
      node: nodes,
    },
    opset,
  );
}

const read = (bytes: Uint8Array): OnnxModel => readModel(bytes, { inlineBranches: true });

/** The nodes of the file that is written, as `results = operator(inputs)`. */
function nodesOf(bytes: Uint8Array): string[] {
  const model = read(bytes);
  return parse(writeModel(model, model.graph)).graph.node.map(
    ({ opType, input, output }) => `${output} = ${opType}(${input})`,
  );
}

const add = branch("then", [node("Add", ["x", "y"], ["t"])], ["t"]);
const sub = branch("else", [node("Sub", ["x", "y"], ["u"])], ["u"]);

describe("an If whose condition is known is what its branch does", () => {
  test.each([
    ["yes", "z = Add(x,y)"],
    ["no", "z = Sub(x,y)"],
  ])("a constant: %s", (condition, said) => {
    const bytes = around([node("If", [condition], ["z"], [add, sub])]);
    expect(nodesOf(bytes)).toEqual([said]);
    expect(read(bytes)).toMatchObject({ inlined: 1, operators: 1 });
    expect(read(bytes).graph.nodes[0]?.results).toEqual([{ dtype: "f32", shape: [2] }]);
  });

  test("what is not asked for, is not done", () => {
    const bytes = around([node("If", ["yes"], ["z"], [add, sub])]);
    const model = readModel(bytes);
    expect(model).toMatchObject({ inlined: 0 });
    expect(parse(writeModel(model, model.graph)).graph.node).toEqual(parse(bytes).graph.node);
  });

  test("sizes, as exporters ask whether there is something to squeeze", () => {
    const main = (...dims: (number | string)[]) =>
      file({
        input: [info("x", ...dims)],
        output: [info("z")],
        initializer: [tensorProto(i64(1), "axis"), tensorProto(i64(1), "one")],
        node: [
          node("Shape", ["x"], ["shape"]),
          node("Gather", ["shape", "axis"], ["size"]),
          node("Equal", ["size", "one"], ["condition"]),
          node(
            "If",
            ["condition"],
            ["squeezed"],
            [
              branch("then", [node("Squeeze", ["x", "axis"], ["a"])], ["a"]),
              branch("else", [node("Identity", ["x"], ["b"])], ["b"]),
            ],
          ),
          node("Relu", ["squeezed"], ["z"]),
        ],
      });
    const last = (bytes: Uint8Array) => read(bytes).graph.nodes.at(-1)?.results[0]?.shape;
    expect(nodesOf(main(2, 1)).slice(3)).toEqual([
      "squeezed = Squeeze(x,axis)",
      "z = Relu(squeezed)",
    ]);
    expect(last(main(2, 1))).toEqual([2]);
    expect(last(main(2, 3))).toEqual([2, 3]);
    // Of an open size nobody knows.
    expect(nodesOf(main(2, "N")).slice(3)).toEqual([
      "squeezed = If(condition)",
      "z = Relu(squeezed)",
    ]);
  });

  test("one that depends on another, and one within another", () => {
    const size = (of: string, to: string) => [
      node("Shape", [of], [`${to} shape`]),
      node("Size", [`${to} shape`], [`${to} rank`]),
      node("Equal", [`${to} rank`, "two"], [to]),
    ];
    const inner = node("If", ["yes"], ["w"], [add, sub]);
    const bytes = file({
      input: [info("x", 2), info("y", 2)],
      output: [info("z"), info("v")],
      initializer: [
        bool("yes", true),
        tensorProto({ dtype: "i64", shape: [], data: BigInt64Array.of(2n) }, "two"),
        tensorProto(i64(0), "axis"),
      ],
      node: [
        node(
          "If",
          ["yes"],
          ["p"],
          [branch("then", [node("Unsqueeze", ["x", "axis"], ["t"])], ["t"]), sub],
        ),
        ...size("p", "flat"),
        node("If", ["flat"], ["z"], [branch("then", [node("Relu", ["p"], ["r"])], ["r"]), sub]),
        node("If", ["yes"], ["v"], [branch("then", [inner], ["w"]), sub]),
      ],
    });
    expect(nodesOf(bytes).filter((said) => !/Shape|Size|Equal/.test(said))).toEqual([
      "p = Unsqueeze(x,axis)",
      "z = Relu(p)",
      "v = Add(x,y)",
    ]);
    expect(read(bytes).inlined).toBe(4);
  });
});

describe("names", () => {
  test("that several branches use for themselves", () => {
    const chain = (which: "then" | "else", op: string, from: string) =>
      branch(which, [node(op, [from], ["t"]), node("Abs", ["t"], ["u"])], ["u"]);
    const bytes = around([
      node("If", ["yes"], ["p"], [chain("then", "Neg", "x"), chain("else", "Exp", "x")]),
      node("If", ["no"], ["z"], [chain("then", "Neg", "p"), chain("else", "Exp", "p")]),
    ]);
    expect(nodesOf(bytes)).toEqual([
      "t_0 = Neg(x)",
      "p = Abs(t_0)",
      "t_1 = Exp(p)",
      "z = Abs(t_1)",
    ]);
  });

  test("of results that are values of the graph around, or the same twice, or not asked for", () => {
    const bytes = around(
      [
        node(
          "If",
          ["yes"],
          ["p", "q", "", "r"],
          [
            branch("then", [node("Neg", ["x"], ["t"])], ["t", "y", "t", "t"]),
            branch("else", [], ["x", "x", "x", "x"]),
          ],
        ),
      ],
      17,
      ["p", "q", "r"],
    );
    expect(nodesOf(bytes)).toEqual(["p = Neg(x)", "q = Identity(y)", "r = Identity(p)"]);
  });

  test("of constants, which come along", () => {
    const bytes = around([
      node(
        "If",
        ["yes"],
        ["p", "q"],
        [
          branch(
            "then",
            [node("Add", ["x", "c"], ["t"])],
            ["t", "d"],
            [tensorProto(f32([2], 3, 4), "c"), tensorProto(f32([2], 5, 6), "d")],
          ),
          sub,
        ],
      ),
      node("Mul", ["p", "q"], ["z"]),
    ]);
    expect(nodesOf(bytes)).toEqual(["p = Add(x,c)", "z = Mul(p,q)"]);
    const model = read(bytes);
    expect(parse(writeModel(model, model.graph)).graph.initializer).toMatchObject([
      ...[{ name: "c" }, { name: "q" }],
    ]);
  });

  test("that graphs within the branch take from it", () => {
    const deep = node(
      "If",
      ["open"],
      ["d"],
      [
        branch("then", [node("Add", ["t", "x"], ["e"])], ["e"]),
        branch("else", [node("Sub", ["t", "x"], ["f"])], ["f"]),
      ],
    );
    const other = branch("then", [node("Exp", ["x"], ["t"])], ["t"]);
    const bytes = around([
      node("Cast", ["y"], ["y0"], [attr.int("to", 9)]),
      node("ReduceMax", ["y0"], ["open"], [attr.int("keepdims", 0)]),
      node("If", ["yes"], ["p"], [branch("then", [node("Neg", ["x"], ["t"]), deep], ["d"]), sub]),
      node("If", ["open"], ["q"], [other, sub]),
      node("Mul", ["p", "q"], ["z"]),
    ]);
    const model = read(bytes);
    const written = parse(writeModel(model, model.graph)).graph;
    expect(nodesOf(bytes).slice(2)).toEqual([
      ...["t_0 = Neg(x)", "p = If(open)", "q = If(open)", "z = Mul(p,q)"],
    ]);
    expect(written.node[3]?.attribute[0]?.g?.node[0]?.input).toEqual(["t_0", "x"]);
    expect(written.node[4]?.attribute[0]?.g?.node[0]?.output).toEqual(["t"]);
  });
});

test("ONNX's own tests say the same within a branch", () => {
  const brief = ({ graph: { nodes } }: OnnxModel) =>
    nodes.map(({ op, attrs, results, opaque }) => [op, results, opaque === undefined && attrs]);
  const tests = readSample().filter(({ model }) => wrapped(model) !== undefined);
  expect(tests.length).toBeGreaterThan(30);
  for (const { name, model } of tests) {
    const inlined = read(wrapped(model) as Uint8Array);
    expect(inlined.inlined, name).toBeGreaterThan(0);
    expect(brief(inlined), name).toEqual(brief(read(model)));
    const again = readModel(writeModel(inlined, inlined.graph));
    expect(brief(again), name).toEqual(brief(inlined));
  }
});

describe("it stays where", () => {
  const stays = (...nodes: Node[]) => {
    const bytes = around(nodes);
    const model = read(bytes);
    expect(model.inlined).toBe(0);
    expect(parse(writeModel(model, model.graph)).graph.node).toEqual(parse(bytes).graph.node);
  };

  test("the condition is an input", () => {
    const cast = node("Cast", ["x"], ["all"], [attr.int("to", 9)]);
    const one = node("ReduceMax", ["all"], ["c"], [attr.int("keepdims", 0)]);
    stays(cast, one, node("If", ["c"], ["z"], [add, sub]));
  });

  test("a name is one of the graph around at first, and then the branch's own", () => {
    const shadow = [node("Neg", ["x"], ["t"]), node("Abs", ["t"], ["x"])];
    stays(node("If", ["yes"], ["z"], [branch("then", shadow, ["x"]), sub]));
  });

  test("a graph within the branch has a value of its own under the result's name", () => {
    const deep = node(
      "If",
      ["no"],
      ["d"],
      [
        branch("then", [node("Neg", ["x"], ["z"])], ["z"]),
        branch("else", [node("Abs", ["x"], ["f"])], ["f"]),
      ],
    );
    stays(node("If", ["yes"], ["z"], [branch("then", [deep], ["d"]), sub]));
  });

  test("there is no such branch", () => {
    stays(node("If", ["no"], ["z"], [add]));
  });
});

test("a function of the file that is called If is none", () => {
  const main = {
    input: [info("x", 2), info("y", 2)],
    output: [info("z", 2)],
    initializer: [bool("yes", true)],
    node: [node("If", ["yes"], ["z"], [add, sub])],
  };
  const functions = [
    { name: "If", input: ["a"], output: ["b"], node: [node("Neg", ["a"], ["b"])] },
  ];
  expect(read(file(main, 17, { functions })).inlined).toBe(0);
});
