// Roots that gather: how often they match, what they leave alone, and when they match again.
import type { Id } from "egraph-ts";
import { describe, expect, test } from "vitest";
import {
  type BoundRule,
  bindRule,
  compileRules,
  loadGraph,
  type Rule,
  Terms,
} from "../src/index.ts";
import { Program } from "./programs.ts";
import { tiny } from "./tiny.ts";

const SHARED = "...(a @ bs) => Split(a @ Concat(...bs; axis = 1), [...dim(bs, 1)]; axis = 1)";

interface Setting {
  readonly terms: Terms;
  readonly bound: BoundRule;
  readonly outputs: readonly Id[];
}

/** A rule over a program. */
function setting(rule: string, write: (p: Program) => void): Setting {
  const text = `import tiny from "dialect:tiny"\nrules r {\n  r: ${rule}\n}\n`;
  const [compiled] = compileRules([{ file: "test.rules", text }], { dialects: [tiny] }).rules;
  const p = new Program();
  write(p);
  const terms = new Terms([tiny]);
  const outputs = loadGraph(terms, p.graph);
  return { terms, bound: bindRule(compiled as Rule, terms), outputs };
}

function fire({ terms, bound }: Setting): number {
  const count = bound.search(1000);
  let changed = 0;
  for (let i = 0; i < count; i++) if (bound.apply(i, i)) changed++;
  terms.egraph.rebuild();
  return changed;
}

/** Products of `x` and of `y` with weights of these widths. */
function products(x: readonly number[], y: readonly number[] = []): (p: Program) => void {
  return (p) => {
    const a = p.input("x", [2, 3]);
    const b = p.input("y", [2, 3]);
    for (const [i, width] of x.entries())
      p.output(`x${i}`, p.node("MatMul", [a, p.input(`v${i}`, [3, width])]));
    for (const [i, width] of y.entries())
      p.output(`y${i}`, p.node("MatMul", [b, p.input(`w${i}`, [3, width])]));
  };
}

/** Whether a class holds a result of a Split. */
function isSplit({ terms }: Setting, id: Id): boolean {
  return terms.egraph
    .nodes(id)
    .some((node) => terms.operationOf(terms.egraph.op(node)).kind === "result");
}

describe("a gathering root", () => {
  test("matches once for each choice of what its items share", () => {
    const at = setting(SHARED, products([4, 5, 6], [1, 2]));
    expect(at.bound.search(10)).toBe(2);
    expect([at.bound.at(0).length, at.bound.at(1).length]).toEqual([3, 2]);
    expect(fire(at)).toBe(2);
    expect(at.outputs.every((id) => isSplit(at, id))).toBe(true);
  });

  test("takes two at least", () => {
    expect(setting(SHARED, products([4], [5])).bound.search(10)).toBe(0);
  });

  test("takes one of each class", () => {
    const at = setting("...Relu(xs + y) => ...Relu(y + xs)", (p) => {
      const y = p.input("y", [2]);
      const relu = p.node("Relu", [p.node("Add", [y, y])]);
      p.output("a", relu).output("b", relu);
    });
    expect(at.bound.search(10)).toBe(0);
  });

  test("does not gather what it has built, and fires again only when the list has grown", () => {
    const at = setting(SHARED, products([4, 5]));
    expect(fire(at)).toBe(1);
    expect(at.bound.search(10)).toBe(0);
    const { terms } = at;
    const type = { dtype: "f32", shape: [2, 7] } as const;
    const [x, w] = [
      terms.input(0, "x", { dtype: "f32", shape: [2, 3] }),
      terms.input(9, "w", { dtype: "f32", shape: [3, 7] }),
    ];
    terms.apply({ op: "MatMul", attrs: {}, results: [type] }, [x, w]);
    terms.egraph.rebuild();
    expect(at.bound.search(10)).toBe(1);
    expect(at.bound.at(0)).toHaveLength(3);
  });

  test("forgets with the e-graph", () => {
    const at = setting(SHARED, products([4, 5]));
    const mark = at.terms.egraph.mark();
    fire(at);
    at.terms.egraph.restore(mark);
    at.bound.forget(0);
    expect(fire(at)).toBe(1);
  });

  test("a condition on its items chooses among them; one on the list decides of it", () => {
    const items = setting(`${SHARED} when dim(bs, 1) > 4`, products([4, 5, 6]));
    expect(items.bound.search(10)).toBe(1);
    expect(items.bound.at(0)).toHaveLength(2);
    const list = setting(`${SHARED} when [...dim(bs, 1)] == [4, 5, 6]`, products([4, 5, 6]));
    expect(list.bound.search(10)).toBe(1);
    expect(
      setting(`${SHARED} when len([...dim(bs, 1)]) == 2`, products([4, 5, 6])).bound.search(9),
    ).toBe(0);
  });

  test("stands beside other roots that share its variables", () => {
    const rule = "...(a @ bs), Relu(a) => ...(a @ bs + 0), Relu(Relu(a))";
    const at = setting(rule, (p) => {
      const [x, y] = [p.input("x", [2, 3]), p.input("y", [2, 3])];
      for (const [i, a] of [x, x, y, y].entries())
        p.output(`${i}`, p.node("MatMul", [a, p.input(`w${i}`, [3, 4])]));
      p.output("relu", p.node("Relu", [x]));
    });
    expect(at.bound.search(10)).toBe(1);
    const { egraph } = at.terms;
    const [first, second, , , relu] = at.outputs.map((id) => egraph.find(id));
    expect(at.bound.at(0)).toEqual([first, second, relu]);
  });
});

test("what a rule assumes is said where it is not known to hold", () => {
  const at = setting("Relu(x) => x assuming dim(x, 0) == 2 and dim(x, 1) >= 1", (p) => {
    p.output("known", p.node("Relu", [p.input("x", [2, 3])]));
    p.output("open", p.node("Relu", [p.input("y", ["N", 3])]));
    p.output("wrong", p.node("Relu", [p.input("z", [4, 3])]));
  });
  expect(at.bound.search(10)).toBe(2);
  expect([at.bound.assumptions(0), at.bound.assumptions(1)]).toEqual([
    [],
    ["dim(x, 0) == 2 and dim(x, 1) >= 1"],
  ]);
});
