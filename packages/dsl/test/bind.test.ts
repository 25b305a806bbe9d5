import type { Dialect, Graph, OpDef, TensorType } from "@rewright/plugin";
import { extractDag, type Id } from "egraph-ts";
import { describe, expect, test } from "vitest";
import {
  type BoundRule,
  bindRule,
  compileRules,
  loadGraph,
  type Rule,
  readGraph,
  Terms,
} from "../src/index.ts";
import { Program, run } from "./programs.ts";
import { array, numbers, tiny } from "./tiny.ts";

/** The rules of a body, compiled over the tiny dialect. */
function compile(body: string): readonly Rule[] {
  const text = `import tiny from "dialect:tiny"\nrules r {\n${body}\n}\n`;
  return compileRules([{ file: "test.rules", text }], { dialects: [tiny] }).rules;
}

interface Run {
  readonly terms: Terms;
  readonly outputs: Id[];
  readonly bound: BoundRule;
  readonly changed: number;
}

/** Loads a program, and applies the first rule of `body` once, everywhere. */
function apply(body: string, graph: Graph): Run {
  const terms = new Terms([tiny]);
  const outputs = loadGraph(terms, graph);
  const bound = bindRule(compile(body)[0] as Rule, terms);
  bound.search(1000);
  let changed = 0;
  for (let i = 0; i < bound.count; i++) if (bound.apply(i, i)) changed++;
  terms.egraph.rebuild();
  return { terms, outputs, bound, changed };
}

function program(write: (p: Program) => void): Graph {
  const p = new Program();
  write(p);
  return p.graph;
}

const x = (p: Program, shape: (number | string)[] = [2, 3], name = "x") => p.input(name, shape);
const constant = (p: Program, value: number, shape: number[] = []) => {
  return p.constant(array("f32", shape, Array(shape.reduce((a, b) => a * b, 1)).fill(value)));
};

/** Whether output 0 is found equal to output 1. */
function equates(body: string, write: (p: Program) => void): boolean {
  const { terms, outputs } = apply(body, program(write));
  return terms.egraph.find(outputs[0] as Id) === terms.egraph.find(outputs[1] as Id);
}

describe("numbers", () => {
  const rule = "pow2: Pow(x, 2) => x * x";
  const pow =
    (value: number, shape: number[] = []) =>
    (p: Program) => {
      const a = x(p);
      p.output("pow", p.node("Pow", [a, constant(p, value, shape)]));
      p.output("square", p.node("Mul", [a, a]));
    };

  test("match a constant with that number everywhere, of any rank, where its shape makes no difference", () => {
    expect(equates(rule, pow(2))).toBe(true);
    expect(equates(rule, pow(2, [1]))).toBe(true);
    expect(equates(rule, pow(2, [1, 3]))).toBe(true);
    expect(equates(rule, pow(2, [4, 1, 1]))).toBe(false);
  });

  test("match exactly when whole, within a relative 1e-5 otherwise", () => {
    expect(equates(rule, pow(2.000001))).toBe(false);
    const root = "r: Pow(x, 1.4142135) => x * x";
    expect(equates(root, pow(1.4142099))).toBe(true);
    expect(equates(root, pow(1.4143))).toBe(false);
  });

  test("do not match what is no constant", () => {
    expect(
      equates(rule, (p) => {
        const a = x(p);
        p.output("pow", p.node("Pow", [a, p.input("two", [])]));
        p.output("square", p.node("Mul", [a, a]));
      }),
    ).toBe(false);
  });

  test("are built in their sibling's element type", () => {
    const { terms, outputs } = apply(
      "double: x + x => 2 * x",
      program((p) => {
        const a = p.input("x", [2], "i64");
        p.output("sum", p.node("Add", [a, a]));
      }),
    );
    const found = terms.egraph.nodes(outputs[0] as Id).map((node) => terms.view(node));
    const product = found.find((view) => view?.op === "Mul");
    expect(product?.operands.map((operand) => operand?.dtype)).toEqual(["i64", "i64"]);
  });

  test("with a fraction do not become integers", () => {
    const { changed } = apply(
      "half: x * 2 => x * 0.5",
      program((p) => {
        const a = p.input("x", [2], "i64");
        p.output("half", p.node("Mul", [a, p.constant(array("i64", [], [2]))]));
      }),
    );
    expect(changed).toBe(0);
  });
});

describe("commutative operators", () => {
  test("match in both orders", () => {
    const body = "r: Relu(a) + Neg(b) => Relu(a + b)";
    for (const flip of [false, true]) {
      const { bound } = apply(
        body,
        program((p) => {
          const relu = p.node("Relu", [x(p)]);
          const neg = p.node("Neg", [x(p, [2, 3], "y")]);
          p.output("sum", p.node("Add", flip ? [neg, relu] : [relu, neg]));
        }),
      );
      expect(bound.count).toBe(1);
    }
  });

  test("a constant stands on either side", () => {
    expect(
      equates("one: x * 1 => x", (p) => {
        const a = x(p);
        p.output("product", p.node("Mul", [constant(p, 1), a])).output("x", a);
      }),
    ).toBe(true);
  });
});

describe("attributes", () => {
  const gemm = (transB: number, alpha: number, c: boolean) => (p: Program) => {
    const [a, b] = [x(p, [3, 3], "a"), x(p, [3, 3], "b")];
    p.output("gemm", p.node("Gemm", [a, b, c ? x(p, [3], "c") : undefined], { transB, alpha }));
    p.output("product", p.node("MatMul", [a, b]));
  };

  test("left out mean the default, and operands left out mean absent", () => {
    const body = "r: Gemm(a, b) => a @ b";
    expect(equates(body, gemm(0, 1, false))).toBe(true);
    expect(equates(body, gemm(1, 1, false))).toBe(false);
    expect(equates(body, gemm(0, 2, false))).toBe(false);
    expect(equates(body, gemm(0, 1, true))).toBe(false);
  });

  test("`_` is anything, a value is compared", () => {
    expect(equates("r: Gemm(a, b; transB = 0, alpha = _) => a @ b", gemm(0, 2, false))).toBe(true);
    expect(equates("r: Gemm(a, b; transB = 1, alpha = _) => a @ b", gemm(0, 2, false))).toBe(false);
  });

  test("a record carries the rest over", () => {
    const body =
      "r: Gemm(a, Transpose(b; perm = [1, 0]); transB = 0, ...p) => Gemm(a, b; transB = 1, ...p)";
    expect(
      equates(body, (p) => {
        const [a, b] = [x(p, [3, 4], "a"), x(p, [5, 4], "b")];
        const turned = p.node("Transpose", [b], { perm: [1, 0] });
        p.output("before", p.node("Gemm", [a, turned], { alpha: 0.3 }));
        p.output("after", p.node("Gemm", [a, b], { alpha: 0.3, transB: 1 }));
      }),
    ).toBe(true);
  });

  test("a record that occurs twice must be the same", () => {
    const body = "r: Gemm(a, b; ...p) + Gemm(c, b; ...p) => Gemm(a + c, b; ...p)";
    for (const alpha of [1, 2]) {
      const { changed } = apply(
        body,
        program((p) => {
          const [a, b, c] = [x(p, [3, 3], "a"), x(p, [3, 3], "b"), x(p, [3, 3], "c")];
          p.output(
            "sum",
            p.node("Add", [p.node("Gemm", [a, b]), p.node("Gemm", [c, b], { alpha })]),
          );
        }),
      );
      expect(changed).toBe(alpha === 1 ? 1 : 0);
    }
  });

  test("axes count from the end as well, and default so", () => {
    const softmax = (axis: number) => (p: Program) => {
      const a = x(p);
      p.output("softmax", p.node("Softmax", [p.node("Relu", [a])], { axis }));
      p.output("relu", p.node("Relu", [a]));
    };
    expect(equates("r: Softmax(Relu(x)) => Relu(x)", softmax(1))).toBe(true);
    expect(equates("r: Softmax(Relu(x); axis = -1) => Relu(x)", softmax(1))).toBe(true);
    expect(equates("r: Softmax(Relu(x); axis = -2) => Relu(x)", softmax(1))).toBe(false);
    expect(equates("r: Softmax(Relu(x); axis = 0) => Relu(x)", softmax(0))).toBe(true);
  });

  test("a variable binds, functions compute", () => {
    const body =
      "r: Transpose(Transpose(x; perm = p); perm = q) => Transpose(x; perm = compose(p, q))";
    expect(
      equates(body, (p) => {
        const a = x(p, [2, 3, 4]);
        const turn = (source: typeof a, perm: number[]) => p.node("Transpose", [source], { perm });
        p.output("twice", turn(turn(a, [1, 2, 0]), [1, 2, 0])).output("once", turn(a, [2, 0, 1]));
      }),
    ).toBe(true);
  });

  test("a term stands for its constant", () => {
    const body = "r: (a @ b) * c => Gemm(a, b; alpha = c) when constant(c)";
    const scaled = (known: boolean) => (p: Program) => {
      const [a, b] = [x(p, [3, 3], "a"), x(p, [3, 3], "b")];
      const c = known ? constant(p, 0.1) : p.input("c", []);
      p.output("scaled", p.node("Mul", [p.node("MatMul", [a, b]), c]));
      p.output("gemm", p.node("Gemm", [a, b], { alpha: 0.1 }));
    };
    expect(equates(body, scaled(true))).toBe(true);
    expect(equates(body, scaled(false))).toBe(false);
  });
});

describe("lists in operand position", () => {
  test("match constants by their elements, and bind them", () => {
    const body = "r: ReduceMean(x, [-1]; keepdims = 1) => x";
    const mean = (axes: number[]) => (p: Program) => {
      const a = x(p, [2, 1]);
      p.output(
        "mean",
        p.node("ReduceMean", [a, p.constant(array("i64", [axes.length], axes))]),
      ).output("x", a);
    };
    expect(equates(body, mean([-1]))).toBe(true);
    expect(equates(body, mean([1]))).toBe(false);
    expect(equates("r: ReduceMean(x, [k]) => x when k == 1", mean([1]))).toBe(true);
    expect(equates("r: ReduceMean(x, [k, _]) => x", mean([1]))).toBe(false);
  });

  test("are built as 64-bit integers", () => {
    const body = "r: Reshape(x, s) => Reshape(x, [dim(x, 0) * dim(x, 1)]) when len(s) == 1";
    const { terms, outputs, changed } = apply(
      body,
      program((p) => {
        p.output("flat", p.node("Reshape", [x(p), p.constant(array("i64", [1], [-1]))]));
      }),
    );
    expect(changed).toBe(1);
    const shapes = terms.egraph
      .nodes(outputs[0] as Id)
      .map((node) => terms.view(node)?.operands[1]?.value);
    expect(shapes).toContainEqual([6]);
  });
});

describe("optional operands", () => {
  const clip = (low: boolean, high: boolean) =>
    program((p) => {
      p.output(
        "clip",
        p.node("Clip", [x(p), low ? constant(p, 0) : undefined, high ? constant(p, 1) : undefined]),
      );
    });

  test("must be there when they are written, and absent when not", () => {
    const count = (body: string, graph: Graph) => apply(body, graph).bound.count;
    expect(count("r: Clip(x, lo, hi) => Relu(x)", clip(true, true))).toBe(1);
    expect(count("r: Clip(x, lo, hi) => Relu(x)", clip(false, true))).toBe(0);
    expect(count("r: Clip(x, lo) => Relu(x)", clip(true, false))).toBe(1);
    expect(count("r: Clip(x, lo) => Relu(x)", clip(true, true))).toBe(0);
    expect(count("r: Clip(x) => Relu(x)", clip(false, false))).toBe(1);
  });
});

describe("lists of operands", () => {
  const concat = (p: Program, sources: ReturnType<typeof x>[], axis = 0) =>
    p.node("Concat", sources, { axis });

  test("are bound as a whole and built again", () => {
    expect(
      equates("r: Relu(Concat(...xs; axis = i)) => Concat(...Relu(xs); axis = i)", (p) => {
        const parts = ["a", "b", "c"].map((name) => x(p, [2, 3], name));
        p.output("outside", p.node("Relu", [concat(p, parts)]));
        p.output(
          "inside",
          concat(
            p,
            parts.map((part) => p.node("Relu", [part])),
          ),
        );
      }),
    ).toBe(true);
  });

  test("match element by element", () => {
    const body = "r: Concat(...Relu(xs); axis = i) => Relu(Concat(...xs; axis = i))";
    const parts = (all: boolean) => (p: Program) => {
      const [a, b] = [x(p, [2, 3], "a"), x(p, [2, 3], "b")];
      p.output("inside", concat(p, [p.node("Relu", [a]), p.node(all ? "Relu" : "Neg", [b])]));
      p.output("outside", p.node("Relu", [concat(p, [a, b])]));
    };
    expect(equates(body, parts(true))).toBe(true);
    expect(equates(body, parts(false))).toBe(false);
  });

  test("share variables of depth 0", () => {
    const body = "r: Concat(...(a @ bs); axis = 1) => a @ Concat(...bs; axis = 1)";
    const products = (same: boolean) => (p: Program) => {
      const [a, c] = [x(p, [2, 3], "a"), x(p, [2, 3], "c")];
      const [b, d] = [x(p, [3, 4], "b"), x(p, [3, 5], "d")];
      p.output(
        "two",
        concat(p, [p.node("MatMul", [a, b]), p.node("MatMul", [same ? a : c, d])], 1),
      );
      p.output("one", p.node("MatMul", [a, concat(p, [b, d], 1)]));
    };
    expect(equates(body, products(true))).toBe(true);
    expect(equates(body, products(false))).toBe(false);
  });

  test("give one match for each choice of what is shared", () => {
    const body = "r: Concat(...(a * bs); axis = 0) => a * Concat(...bs; axis = 0)";
    const { bound } = apply(
      body,
      program((p) => {
        const [a, b] = [x(p, [2, 3], "a"), x(p, [2, 3], "b")];
        const product = p.node("Mul", [a, b]);
        p.output("out", concat(p, [product, product, product]));
      }),
    );
    expect(bound.count).toBe(2);
  });

  test("have a head and a tail", () => {
    const body = "r: Concat(a, ...xs; axis = i) => Concat(...xs, a; axis = i)";
    expect(
      equates(body, (p) => {
        const [a, b, c] = [x(p, [2, 3], "a"), x(p, [2, 3], "b"), x(p, [2, 3], "c")];
        p.output("before", concat(p, [a, b, c])).output("after", concat(p, [b, c, a]));
      }),
    ).toBe(true);
  });

  test("are the results of one application", () => {
    const body = "r: Concat(...Split(x, s; axis = i); axis = i) => x";
    const pieces = (order: number[]) => (p: Program) => {
      const a = x(p, [4, 3]);
      const split = p.all("Split", [a, p.constant(array("i64", [2], [1, 3]))], { axis: 0 }, 2);
      p.output(
        "back",
        concat(
          p,
          order.map((i) => split[i] as ReturnType<typeof x>),
        ),
      ).output("x", a);
    };
    expect(equates(body, pieces([0, 1]))).toBe(true);
    expect(equates(body, pieces([1, 0]))).toBe(false);
    expect(equates(body, pieces([0]))).toBe(false);
  });
});

describe("several results and several roots", () => {
  const split = (count: number) => (p: Program) => {
    const a = x(p, [4, 3]);
    const sizes = count === 2 ? [1, 3] : [1, 1, 2];
    const parts = p.all(
      "Split",
      [p.node("Relu", [a]), p.constant(array("i64", [count], sizes))],
      {},
      count,
    );
    const plain = p.all("Split", [a, p.constant(array("i64", [count], sizes))], {}, count);
    p.output("cut", parts[1] as ReturnType<typeof x>).output(
      "relu",
      p.node("Relu", [plain[1] as ReturnType<typeof x>]),
    );
  };

  test("a result is found whatever the number of its siblings", () => {
    for (const count of [2, 3]) {
      const terms = new Terms([tiny]);
      loadGraph(terms, program(split(count)));
      const bound = bindRule(
        compile("r: Split(Relu(x), s; ...p).1 => Relu(Split(x, s; ...p).1)")[0] as Rule,
        terms,
      );
      expect(bound.search(10)).toBe(1);
      expect(bound.at(0)).toHaveLength(1);
    }
  });

  test("optional results do not hide the first", () => {
    expect(
      equates("r: Count(x) => x", (p) => {
        const a = x(p);
        const [y, n] = p.all("Count", [a], {}, 2);
        p.output("count", y as typeof a)
          .output("x", a)
          .output("n", n as typeof a);
      }),
    ).toBe(true);
  });

  test("two products with one operand become one", () => {
    const body = `shared: a @ b, a @ c
       => Split(a @ Concat(b, c; axis = 1), [dim(b, 1), dim(c, 1)]; axis = 1)`;
    const graph = program((p) => {
      const a = x(p, [2, 3], "a");
      p.output("q", p.node("MatMul", [a, x(p, [3, 4], "b")]));
      p.output("k", p.node("MatMul", [a, x(p, [3, 5], "c")]));
    });
    const { terms, outputs, bound, changed } = apply(body, graph);
    expect(bound.count).toBe(1);
    expect(changed).toBe(1);
    expect(new Set(bound.at(0))).toEqual(new Set(outputs.map((id) => terms.egraph.find(id))));
    const price = (node: number): number => (terms.view(node)?.op === "MatMul" ? 10 : 1);
    const back = readGraph(terms, graph, outputs, extractDag(terms.egraph, outputs, price));
    expect(back.nodes.map(({ op }) => op)).toEqual(["Concat", "MatMul", "Split"]);
    const inputs = graph.inputs.map(({ type }) => {
      const count = (type.shape as number[]).reduce((m, n) => m * n, 1);
      return array(
        "f32",
        type.shape as number[],
        Array.from({ length: count }, (_, i) => i - 3),
      );
    });
    expect(run(back, inputs).map(numbers)).toEqual(run(graph, inputs).map(numbers));
  });
});

describe("conditions", () => {
  const relu = (shape: (number | string)[]) => (p: Program) => {
    const a = x(p, shape);
    p.output("relu", p.node("Relu", [a])).output("x", a);
  };
  const holds = (condition: string, shape: (number | string)[]) =>
    equates(`r: Relu(x) => x when ${condition}`, relu(shape));

  test.each([
    ["rank(x) == 2", true],
    ["dim(x, -1) == 3", true],
    ["shape(x)[1:] == [3]", true],
    ["shape(x) == [2, 4]", false],
    ["dim(x, 5) == 3", false],
    ["not dim(x, 5) == 3", false],
    ["dim(x, 5) == 3 or rank(x) == 2", true],
    ["dim(x, 5) == 3 and rank(x) == 2", false],
    ["not (dim(x, 5) == 3 and rank(x) == 1)", true],
    ["constant(x)", false],
    ["size(x) == 2 * 3", true],
    ["contains(shape(x), 3) and not contains(shape(x), 4)", true],
    ["len(shape(x)) == max(1, 2)", true],
    ["min(shape(x)) >= 2 and range(2) == [0, 1]", true],
    ["rank(Relu(x)) == 2", true],
    ["rank(x @ x) == 2", false],
    ['dtype(x) == "f32" and abs(-2) ^ 3 == 8', true],
  ])("%s: %s", (condition, expected) => {
    expect(holds(condition, [2, 3])).toBe(expected);
  });

  test("symbolic dimensions compare by name, and are no numbers", () => {
    expect(holds("shape(x) == shape(Relu(x))", ["N", 3])).toBe(true);
    expect(holds("dim(x, 0) == 3", ["N", 3])).toBe(false);
    expect(holds("not dim(x, 0) == 3", ["N", 3])).toBe(false);
    expect(holds("dim(x, 0) == dim(x, 1)", ["?1", "?1"])).toBe(true);
    expect(holds("dim(x, 0) == dim(x, 1)", ["?1", "?2"])).toBe(false);
    expect(holds("dim(x, 0) == dim(x, 1)", ["?!", "?!"])).toBe(false);
  });

  test("`assuming` fires unless it is false", () => {
    const fires = (condition: string) =>
      equates(`r: Relu(x) => x assuming ${condition}`, relu([2, 3]));
    expect(fires("dim(x, 5) == 3")).toBe(true);
    expect(fires("dim(x, 1) == 4")).toBe(false);
  });
});

test("an expanding rule matches every value once, and nothing else", () => {
  const { bound, changed } = apply(
    "r: x => x + 0   expanding",
    program((p) => {
      const [a, b] = p.all("Split", [x(p), p.constant(array("i64", [2], [1, 1]))], {}, 2);
      p.output("a", a as ReturnType<typeof x>).output(
        "clip",
        p.node("Clip", [b as ReturnType<typeof x>, undefined, constant(p, 1)]),
      );
    }),
  );
  expect(bound.count).toBe(6); // the input, two results, two constants and the clip; not the pair, nor the absent operand
  expect(changed).toBe(6);
});

describe("the inferred guard", () => {
  test("a right side that is ill-shaped adds nothing", () => {
    const body = "r: Relu(x) => Relu(x @ x)";
    const { terms, changed } = apply(
      body,
      program((p) => p.output("y", p.node("Relu", [x(p, [2, 3])]))),
    );
    expect(changed).toBe(0);
    expect(terms.egraph.classCount).toBe(2);
  });

  test("a result of another type is refused", () => {
    const sum = (shape: (number | string)[]) =>
      equates("r: x + 0 => x", (p) => {
        const a = x(p, shape);
        p.output("sum", p.node("Add", [a, p.constant(array("f32", [1], [0]))])).output("x", a);
      });
    expect(sum([])).toBe(false);
    expect(sum([2])).toBe(true);
    expect(sum(["N"])).toBe(true);
  });

  test("sizes without a name fit themselves only", () => {
    const cast = (from: (number | string)[], to: (number | string)[]): boolean => {
      const terms = new Terms([tiny]);
      const a = terms.input(0, "x", { dtype: "f32", shape: from });
      const [y] = terms.apply({ op: "Relu", attrs: {}, results: [{ dtype: "f32", shape: to }] }, [
        a,
      ]);
      terms.egraph.rebuild();
      const bound = bindRule(compile("r: Relu(x) => x")[0] as Rule, terms);
      bound.search(10);
      bound.apply(0, 0);
      return terms.egraph.find(y as Id) === terms.egraph.find(a);
    };
    expect(cast(["?a"], ["?a"])).toBe(true);
    expect(cast(["?a"], ["N"])).toBe(true); // the name inferred stays, whatever the file calls it
    expect(cast(["?!"], ["N"])).toBe(false); // of the operand less is known than of the result
    expect(cast(["?!"], ["?!"])).toBe(true);
  });

  test("nothing is claimed of what has no known type", () => {
    const terms = new Terms([tiny]);
    const unknown = { dtype: "unknown", shape: [] } as const;
    const a = terms.input(0, "x", unknown);
    terms.apply({ op: "Relu", attrs: {}, results: [unknown] }, [a]);
    terms.egraph.rebuild();
    const bound = bindRule(compile("r: Relu(x) => x")[0] as Rule, terms);
    expect(bound.search(10)).toBe(1);
    expect(bound.apply(0, 0)).toBe(false);
  });

  test("whole numbers are equal exactly, however large", () => {
    const applies = (size: number): number =>
      apply(
        `r: Relu(x) => Neg(Neg(Relu(x))) when dim(x, 0) == ${size}`,
        program((p) => p.output("y", p.node("Relu", [x(p, [2 ** 24 + 1])]))),
      ).changed;
    expect(applies(2 ** 24 + 1)).toBe(1);
    expect(applies(2 ** 24)).toBe(0);
  });

  test("a search says whether it found all there is", () => {
    const { terms } = apply(
      "r: Relu(x) => x",
      program((p) => {
        for (let i = 0; i < 200; i++) {
          const parts = [x(p, [2, i + 1]), x(p, [2, i + 1])];
          p.output(
            `y${i}`,
            p.node(
              "Concat",
              parts.map((part) => p.node("Neg", [part])),
              { axis: 1 },
            ),
          );
        }
      }),
    );
    for (const body of [
      "r: Neg(x) => x",
      "r: Concat(...Neg(xs); axis = i) => Concat(...xs; axis = i)",
    ]) {
      const bound = bindRule(compile(body)[0] as Rule, terms);
      const all = bound.search(1000);
      expect(all).toBeGreaterThanOrEqual(200);
      expect(bound.complete).toBe(true);
      expect(bound.search(10)).toBe(10);
      expect(bound.complete).toBe(false);
    }
    const bound = bindRule(
      compile("r: Concat(...Neg(xs); axis = i) => Concat(...xs; axis = i)")[0] as Rule,
      terms,
    );
    expect(bound.search(1000, () => true)).toBeLessThan(200);
    expect(bound.complete).toBe(false);
  });

  test("a function that knows nothing keeps a rule from applying", () => {
    const { changed } = apply(
      "r: Relu(x) => Reshape(x, [dim(x, 0), -1])",
      program((p) => {
        p.output("y", p.node("Relu", [x(p, ["N", 2])]));
      }),
    );
    expect(changed).toBe(0);
  });

  test("matches stay good while others are applied", () => {
    const body = "r: Relu(Relu(x)) => Relu(x)";
    const { terms, outputs, bound } = apply(
      body,
      program((p) => {
        let last = x(p);
        for (let i = 0; i < 5; i++) last = p.node("Relu", [last]);
        p.output("y", last).output("once", p.node("Relu", [{ from: "input", index: 0 }]));
      }),
    );
    expect(bound.count).toBe(4);
    expect(terms.egraph.find(outputs[0] as Id)).toBe(terms.egraph.find(outputs[1] as Id));
  });

  test("applying twice changes nothing the second time", () => {
    const { bound, terms } = apply(
      "r: Relu(x) => Neg(Neg(Relu(x)))",
      program((p) => p.output("y", p.node("Relu", [x(p)]))),
    );
    bound.search(10);
    const nodes = terms.egraph.nodeCount;
    expect(bound.apply(0, 9)).toBe(false);
    expect(terms.egraph.nodeCount).toBe(nodes);
  });
});

test("a rule with `subsume` takes what it has matched out of the graph", () => {
  const body = "r: Relu(Relu(x)) => Relu(x) subsume";
  const { terms, outputs, bound, changed } = apply(
    body,
    program((p) => {
      const relu = p.node("Relu", [x(p)]);
      p.output("twice", p.node("Relu", [relu])).output("once", relu);
    }),
  );
  expect(changed).toBe(1);
  expect(terms.egraph.find(outputs[0] as Id)).toBe(terms.egraph.find(outputs[1] as Id));
  // What is left of the class is the inner application: the outer one is found no more, and none is applied twice.
  expect(bound.search(10)).toBe(0);
});

describe("sizes with names", () => {
  // As the tensor dialect's: a name is taken for whatever makes the application valid.
  const lenient: OpDef = {
    operands: [{ name: "a" }, { name: "b" }],
    infer([a, b]) {
      const [x, y] = [a?.shape[0], b?.shape[0]];
      const fits = x === y || typeof x === "string" || typeof y === "string";
      if (!fits) throw Object.assign(new Error("sizes differ"), { name: "ShapeError" });
      return [{ dtype: "f32", shape: [a?.shape[0] ?? 1] }];
    },
  };
  const dialect: Dialect = {
    kind: "dialect",
    spec: 1,
    name: "lenient",
    ops: { Join: lenient, Keep: { operands: [{ name: "a" }], infer: ([a]) => [a as TensorType] } },
  };
  const text = `import lenient from "dialect:lenient"\nrules r { r: Join(Keep(a), Keep(b)) => Keep(Join(a, b)) }`;
  const { rules } = compileRules([{ file: "test.rules", text }], { dialects: [dialect] });

  test.each([
    ["N", "N", true],
    ["N", "M", false],
    ["N", 1, false],
    ["?N+1", 1, true],
    [2, 2, true],
  ])("%s and %s are joined: %s", (x, y, applies) => {
    const terms = new Terms([dialect]);
    const type = (dim: number | string): TensorType => ({ dtype: "f32", shape: [dim] });
    const apply = (op: string, result: TensorType, ...operands: Id[]): Id =>
      terms.apply({ op, attrs: {}, results: [result] }, operands)[0] as Id;
    const [a, b] = [terms.input(0, "a", type(x)), terms.input(1, "b", type(y))];
    apply("Join", type(x), apply("Keep", type(x), a), apply("Keep", type(y), b));
    terms.egraph.rebuild();
    const bound = bindRule(rules[0] as Rule, terms);
    expect([bound.search(9), bound.apply(0, 0)]).toEqual([1, applies]);
  });
});
