// Operators that a rule file declares: what their types and their definitions say, to the binder and to the checker.
import type { Dialect, TensorType } from "@rewright/plugin";
import type { Id } from "egraph-ts";
import { describe, expect, test } from "vitest";
import { bindRule, checkRule, compileRules, type Rule, type RuleSet, Terms } from "../src/index.ts";
import { array, numbers, tiny } from "./tiny.ts";

const f32 = (...shape: (number | string)[]): TensorType => ({ dtype: "f32", shape });

function compile(
  text: string,
  modules: ReadonlyMap<string, Dialect | string> = new Map(),
): RuleSet {
  return compileRules([{ file: "rules/test.rules", text }], { dialects: [tiny], modules });
}

function infer({ declared }: RuleSet, name: string, operands: readonly TensorType[], attrs = {}) {
  return declared[name]?.infer(operands, attrs, 1).map(({ shape }) => shape);
}

describe("types", () => {
  const set = compile(`
    op matmul(a: Tensor[m, k], b: Tensor[k, n])  -> Tensor[m, n]     as a @ b
    op same(a: Tensor[...s], b: Tensor[...s])    -> Tensor[...s]
    op row(a: Tensor[m, ...s])                   -> Tensor[...s]
    op last(a: Tensor[...s, n])                  -> Tensor[n, 2]
    op stack(...xs: Tensor[...s]; times: Int = 2) -> Tensor[len(xs) * times, ...s]
    op scalar(a: Tensor[])                       -> Tensor[]
    op double(a: Tensor[m])                      -> Tensor[m + m, max(m, 3)]
  `);

  test.each([
    ["matmul", [f32(2, 3), f32(3, 4)], [2, 4]],
    ["matmul", [f32("N", 3), f32(3, "M")], ["N", "M"]],
    ["same", [f32(2, "N"), f32(2, "N")], [2, "N"]],
    ["row", [f32(5, 2, 3)], [2, 3]],
    ["row", [f32(5)], []],
    ["last", [f32(4, 3)], [3, 2]],
    ["stack", [f32(4), f32(4), f32(4)], [6, 4]],
    ["scalar", [f32()], []],
    ["double", [f32(2)], [4, 3]],
  ] as const)("%s %j", (name, operands, shape) => {
    expect(infer(set, name, operands, { times: 2 })).toEqual([shape]);
  });

  test.each([
    ["matmul", [f32(2, 3), f32(4, 5)], "3 and 4 differ"],
    ["matmul", [f32(2, 3, 4), f32(4, 5)], "3 dimensions do not fit 2"],
    ["same", [f32(2, 3), f32(3, 2)], "[2, 3] and [3, 2] differ"],
    ["row", [f32()], "0 dimensions do not fit 1"],
    ["scalar", [f32(1)], "1 dimensions do not fit 0"],
  ] as const)("%s %j does not fit", (name, operands, message) => {
    expect(() => infer(set, name, operands)).toThrow(
      expect.objectContaining({ name: "ShapeError", message }),
    );
  });

  test("let rules about them apply where both sides fit", () => {
    const { rules, declared } = compile(`
      op matmul(a: Tensor[m, k], b: Tensor[k, n])  -> Tensor[m, n]     as a @ b
      op turned(a: Tensor[m, n])                   -> Tensor[n, m]     as a'
      rules r { transpose: (a @ b)' => b' @ a' }
    `);
    const own: Dialect = { kind: "dialect", spec: 1, name: "own", ops: declared };
    const terms = new Terms([own]);
    const apply = (op: string, type: TensorType, ...operands: Id[]): Id =>
      terms.apply({ op, attrs: {}, results: [type] }, operands)[0] as Id;
    const [a, b] = [terms.input(0, "a", f32(2, 3)), terms.input(1, "b", f32(3, 4))];
    const root = apply("turned", f32(4, 2), apply("matmul", f32(2, 4), a, b));
    terms.egraph.rebuild();
    const bound = bindRule(rules[0] as Rule, terms);
    expect([bound.search(9), bound.apply(0, 0)]).toEqual([1, true]);
    terms.egraph.rebuild();
    const other = apply(
      "matmul",
      f32(4, 2),
      apply("turned", f32(4, 3), b),
      apply("turned", f32(3, 2), a),
    );
    expect(terms.egraph.find(other)).toBe(terms.egraph.find(root));
  });
});

describe("definitions", () => {
  const set = compile(`
    import tiny from "dialect:tiny"
    op square(a: Tensor[...s])                     -> Tensor[...s]  := a * a
    op fourth(a: Tensor[...s])                     -> Tensor[...s]  := square(square(a))
    op join(...xs: Tensor; axis: Int = 0)          -> Tensor        := Concat(...Relu(xs); axis = axis)
    op halves(a: Tensor[n]; at: Int)               -> ...Tensor     := Split(a, [at, dim(a, 0) - at]; axis = 0)
    op shift(a: Tensor[...s]; by: Float = 1)       -> Tensor[...s]  := a + by
    op soft(a: Tensor)                             -> Tensor        := Softmax(a)
    rules r {
      right:      fourth(a)           =>  Pow(a, 4)
      wrong:      square(a + b)       =>  square(a) + square(b)
      join:       join(a, b)          =>  Relu(Concat(a, b; axis = 0))
      halves:     halves(a; at = n)   =>  Split(a, [n, dim(a, 0) - n]; axis = 0)
      shift:      shift(a; by = 0)    =>  a
      soft:       soft(Relu(x))       =>  Relu(x)
    }
  `);

  test("are computed", () => {
    const { declared } = set;
    const run = (name: string, attrs: object, ...items: number[][]) =>
      declared[name]
        ?.evaluate?.(
          items.map((item) => array("f32", [item.length], item)),
          attrs as never,
          name === "halves" ? 2 : 1,
        )
        .map(numbers);
    expect(run("fourth", {}, [2, 3])).toEqual([[16, 81]]);
    expect(run("join", { axis: 0 }, [1, -2], [3])).toEqual([[1, 0, 3]]);
    expect(run("halves", { at: 1 }, [1, 2, 3])).toEqual([[1], [2, 3]]);
    expect(run("shift", { by: 0.5 }, [1])).toEqual([[1.5]]);
    expect(infer(set, "join", [f32(2, 3), f32(4, 3)], { axis: 0 })).toEqual([[6, 3]]);
    expect(declared["soft"]?.evaluate).toBeUndefined();
  });

  test.each([
    ["right", "guarded"],
    ["wrong", "counterexample"],
    ["join", "ok"],
    ["halves", "ok"],
    ["shift", "ok"],
    ["soft", "unchecked"],
  ])("%s is %s", (label, verdict) => {
    const rule = set.rules.find((one) => one.label === label);
    expect(checkRule(rule as Rule, { seed: 3 }).verdict).toBe(verdict);
  });
});

describe("modules", () => {
  const reals: Dialect = {
    kind: "dialect",
    spec: 1,
    name: "reals",
    ops: {
      plus: {
        operands: [{ name: "a" }, { name: "b" }],
        infer: () => [{ dtype: "f64", shape: [] }],
        evaluate: ([a, b]) => [
          array("f64", [], [(numbers(a)[0] as number) + (numbers(b)[0] as number)]),
        ],
      },
    },
    functions: {
      small: (x) =>
        typeof x === "object" && "term" in x && x.contents
          ? Number(numbers(x.contents)[0]) < 10
          : undefined,
    },
  };
  const text = `
    import reals from "./reals.ops.ts"
    sort Real
    op num(value: Float)        -> Real   as literal
    op plus(a: Real, b: Real)   -> Real   as a + b   is commutative
    op minus(a: Real, b: Real)  -> Real   as a - b   cost 5
    rules r {
      zero:   a + 0    =>  a
      wrong:  a + 1    =>  a
      open:   a - a    =>  0
      small:  a + b    =>  a + (b + 0)   when small(b)
    }
  `;
  const set = compile(text, new Map([["rules/reals.ops.ts", reals]]));

  test("give declared operators their meaning", () => {
    expect(set.rules.map((rule) => checkRule(rule, { seed: 1 }).verdict)).toEqual([
      "ok",
      "counterexample",
      "unchecked",
      "ok",
    ]);
    expect([...set.costs]).toEqual([["minus", 5]]);
  });

  test("that cannot be loaded are said not to be, and why", () => {
    const why = "there is no file rules/reals.ops.ts";
    expect(() => compile(text, new Map([["rules/reals.ops.ts", why]]))).toThrow(why);
  });
});
