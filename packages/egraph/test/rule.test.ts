import { expect, test } from "vitest";
import {
  addTerm,
  birewrite,
  EGraph,
  EGraphError,
  Matches,
  type Pattern,
  Query,
  type Rule,
  Runner,
  rewrite,
  rewriteAll,
  type Template,
  type Term,
} from "../src/index.ts";

function faultOf(call: () => unknown): EGraphError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(EGraphError);
    return error as EGraphError;
  }
  throw new Error("nothing was thrown");
}

/** Whether two terms without variables are equal. */
function equal<D>(graph: EGraph<D>, a: string, b: string): boolean {
  return graph.find(addTerm(graph, a)) === graph.find(addTerm(graph, b));
}

/** What rules make of terms. */
function saturate(terms: readonly string[], rules: (graph: EGraph) => readonly Rule[]): EGraph {
  const graph = new EGraph();
  for (const term of terms) addTerm(graph, term);
  expect(new Runner(graph, rules(graph)).run().stop).toBe("saturated");
  return graph;
}

test("a rule rewrites in one direction, or in both", () => {
  const one = saturate(["(f a)", "(g b)"], (graph) => [rewrite(graph, "fg", "(f ?x)", "(g ?x)")]);
  expect(equal(one, "(f a)", "(g a)")).toBe(true);
  expect(equal(one, "(f b)", "(g b)")).toBe(false);
  const both = saturate(["(f a)", "(g b)"], (graph) => birewrite(graph, "fg", "(f ?x)", "(g ?x)"));
  expect(equal(both, "(f b)", "(g b)")).toBe(true);
  expect(birewrite(both, "fg", "(f ?x)", "(g ?x)").map(({ name }) => name)).toEqual([
    "fg",
    "fg-rev",
  ]);
});

test("a variable alone matches every class", () => {
  const graph = new EGraph();
  addTerm(graph, "(f a)");
  new Runner(graph, [rewrite(graph, "wrap", "?x", "(g ?x)")], { limits: { iterations: 1 } }).run();
  expect(graph.nodesWith(graph.operator("g"))).toHaveLength(2);
});

test("an operator without an argument does not match one with", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  graph.add(f, graph.intern("axis 1", 1), [addTerm(graph, "a")]);
  const report = new Runner(graph, [rewrite(graph, "fg", "(f ?x)", "(g ?x)")]).run();
  expect(report.rules[0]?.matches).toBe(0);
});

test("several roots are united one by one", () => {
  const graph = saturate(["(f a)", "(g a)", "(g b)"], (graph) => [
    rewriteAll(graph, "pair", ["(f ?x)", "(g ?x)"], ["(fst (both ?x))", "(snd (both ?x))"]),
  ]);
  expect(equal(graph, "(f a)", "(fst (both a))")).toBe(true);
  expect(equal(graph, "(g a)", "(snd (both a))")).toBe(true);
  expect(equal(graph, "(g b)", "(snd (both b))")).toBe(false);
});

test("roots that look alike are matched in both orders where that matters", () => {
  const matches = (right: readonly [string, string], options = {}): number => {
    const graph = new EGraph();
    for (const name of ["a", "b", "c"]) addTerm(graph, `(f ${name})`);
    const rule = rewriteAll(graph, "pair", ["(f ?x)", "(f ?y)"], right, options);
    const limits = { iterations: 1 };
    return new Runner(graph, [rule], { limits }).run().rules[0]?.matches as number;
  };
  expect(matches(["(g ?x)", "(g ?y)"])).toBe(3);
  expect(matches(["(g ?x)", "(h ?y)"])).toBe(6);
  expect(matches(["(g ?y)", "(g ?x)"])).toBe(6);
  expect(matches(["(g ?x)", "(g ?y)"], { whenApplied: () => true })).toBe(6);
});

test("conditions see classes and facts; nothing is built where they fail", () => {
  const graph = new EGraph<number>({
    analysis: { make: (g, node) => g.arity(node) + 1, join: Math.max },
  });
  addTerm(graph, "(f a a)");
  addTerm(graph, "(f (h a) a)");
  const seen: string[] = [];
  const rule = rewrite(graph, "fg", "(f ?x ?y)", "(g ?x ?y)", {
    when: [
      (match) => match.class("?x") !== match.class("?y"),
      { of: ["?x"], test: (match) => match.data("?x") > 1 },
    ],
  });
  const spy = rewrite(graph, "spy", "(f ?x ?y)", (match) => {
    seen.push(`${match.graph.operatorName(match.graph.op(match.class("?x")))}`);
    return undefined;
  });
  const report = new Runner(graph, [rule, spy]).run();
  expect(report.stop).toBe("saturated");
  expect(equal(graph, "(f (h a) a)", "(g (h a) a)")).toBe(true);
  expect(graph.nodesWith(graph.operator("g"))).toHaveLength(1);
  expect(seen).toEqual(["a", "h", "a", "h"]);
  expect(report.rules.find(({ rule }) => rule === "spy")).toMatchObject({ matches: 4, applied: 0 });
});

test("a condition of some variables is tested before the others are bound", () => {
  const graph = new EGraph();
  for (let i = 0; i < 10; i++) {
    addTerm(graph, `(pair a${i} a${i})`);
    for (let j = 0; j < 10; j++)
      graph.union(addTerm(graph, `a${i}`), addTerm(graph, `(leaf b${i} c${j})`));
  }
  graph.rebuild();
  let tests = 0;
  const match = (rule: Rule): number => {
    tests = 0;
    const { left, slots, rootSlots, guards = [] } = rule;
    const out = new Matches(slots);
    return new Query(graph, left, { slots, rootSlots, guards }).search(out);
  };
  const [left, a0] = ["(pair ?x (leaf ?y ?z))", graph.find(addTerm(graph, "a0"))];
  const early = rewrite(graph, "early", left, "?x", {
    when: { of: ["?x"], test: (m) => ++tests > 0 && m.class("?x") === a0 },
  });
  expect([match(early), tests]).toEqual([10, 10]);
  const late = rewrite(graph, "late", left, "?x", {
    when: (m) => ++tests > 0 && m.class("?x") === a0,
  });
  expect([match(late), tests]).toEqual([10, 100]);
});

test("a condition that is tested when applied sees what was applied before", () => {
  const count = (option: "when" | "whenApplied"): number => {
    const graph = new EGraph();
    const a = addTerm(graph, "a");
    const terms = ["b", "c", "d"].map((name) => addTerm(graph, `(f ${name})`));
    const rule = rewrite(graph, "first", "(f ?x)", "a", {
      [option]: () => terms.every((term) => graph.find(term) !== graph.find(a)),
    });
    const report = new Runner(graph, [rule], { limits: { iterations: 1 } }).run();
    expect(report.rules[0]?.matches).toBe(3);
    return report.rules[0]?.applied as number;
  };
  expect(count("when")).toBe(3);
  expect(count("whenApplied")).toBe(1);
});

test("a right side may be computed", () => {
  const graph = new EGraph();
  addTerm(graph, "(twice 4)");
  addTerm(graph, "(twice x)");
  const rule = rewrite(graph, "fold", "(twice ?x)", (match) => {
    const name = graph.operatorName(graph.op(match.class("?x")));
    return name === "x" ? undefined : addTerm(graph, `${2 * Number(name)}`);
  });
  const report = new Runner(graph, [rule]).run();
  expect(report.rules[0]).toMatchObject({ matches: 4, applied: 2, unions: 1, nodes: 1 });
  expect(equal(graph, "(twice 4)", "8")).toBe(true);
});

test("names of the prototype are names of operators, variables and rules", () => {
  const graph = saturate(["(__proto__ constructor)"], (graph) => [
    rewrite(graph, "__proto__", "(__proto__ ?__proto__)", "(toString ?__proto__ ?__proto__)"),
    rewrite(graph, "constructor", "(toString ?x ?toString)", "(__proto__ ?x)"),
  ]);
  expect(equal(graph, "(__proto__ constructor)", "(toString constructor constructor)")).toBe(true);
  expect(graph.classCount).toBe(2);
});

test("no name becomes code", () => {
  const names = ["`", "$" + "{x}", "*/ x /*", '");x("', "\\", "\u2028", "\0", "\ud800", "a\nb"];
  const hostile = globalThis as { x?: unknown };
  hostile.x = () => {
    throw new Error("a name ran");
  };
  for (const name of names) {
    const graph = new EGraph();
    const left: Term = { op: name, children: [{ variable: `?${name}` }] };
    addTerm(graph, { op: name, children: [{ op: "a", children: [] }] });
    const rule = rewrite(graph, name, left, "(g a)");
    expect(new Runner(graph, [rule]).run().rules[0]).toMatchObject({ rule: name, unions: 1 });
    const { left: roots, slots, rootSlots } = rule;
    const query = new Query(graph, roots, { slots, rootSlots });
    expect(query.compile()).toBe(true);
    expect(query.search(new Matches(slots))).toBe(1);
  }
  delete hostile.x;
});

const noop = (): undefined => undefined;

test.each<[string, (graph: EGraph) => unknown, Partial<EGraphError>, string]>([
  [
    "an unbound variable",
    (graph) => rewrite(graph, "bad", "(f ?x)", "(g ?x ?y)"),
    { code: "variable", column: 7 },
    'rule "bad", right side, column 7: the left side does not bind ?y; it binds ?x',
  ],
  [
    "a direction that does not bind",
    (graph) => birewrite(graph, "zero", "(* ?a 0)", "0"),
    { code: "variable", column: 4 },
    'rule "zero-rev", right side, column 4: the left side does not bind ?a; it binds none',
  ],
  [
    "text that is no term",
    (graph) => rewrite(graph, "bad", "(f ?x", "?x"),
    { code: "syntax", column: 1 },
    'rule "bad", left side, column 1: there is no ) for this (',
  ],
  [
    "a wrong arity",
    (graph) => rewrite(graph, "bad", "(f ?x)", "(f (f ?x ?x))", { arity: () => 1 }),
    { code: "arity", column: 4 },
    'rule "bad", right side, column 4: the operator f takes 1 children and is given 2',
  ],
  [
    "a condition of an unbound variable",
    (graph) => rewrite(graph, "bad", "(f ?x)", "?x", { when: { of: ["?y"], test: () => true } }),
    { code: "variable" },
    "a condition is of ?y, which the left side does not bind; it binds ?x",
  ],
  [
    "sides of different length",
    (graph) => rewriteAll(graph, "bad", ["(f ?x)", "(g ?x)"], ["?x"]),
    { code: "rule" },
    "but there are 2 and 1",
  ],
  ["no roots", (graph) => rewriteAll(graph, "bad", [], []), { code: "rule" }, "0 and 0"],
  [
    "a side nested too deep",
    (graph) => rewrite(graph, "bad", `${"(f ".repeat(1e5)}x${")".repeat(1e5)}`, "x"),
    { code: "size" },
    'rule "bad", left side, this is too large for a rule',
  ],
  [
    "a side with too many parts",
    (graph) => rewrite(graph, "bad", "?x", `(f ${"?x ".repeat(1e5)})`),
    { code: "size" },
    'rule "bad", right side, this is too large for a rule',
  ],
  [
    "a side that shares its parts beyond measure",
    (graph) => {
      let term: Term = { op: "x", children: [] };
      for (let i = 0; i < 100; i++) term = { op: "f", children: [term, term] };
      rewrite(graph, "bad", term, noop);
    },
    { code: "size" },
    "too large for a rule",
  ],
])("%s is refused", (_, make, fault, message) => {
  const thrown = faultOf(() => make(new EGraph()));
  expect(thrown).toMatchObject(fault);
  expect(thrown.message).toContain(message);
});

test("a condition may ask for its variables only", () => {
  const graph = new EGraph();
  addTerm(graph, "(f a b)");
  const options = {
    when: {
      of: ["?x"],
      test: (match: { class(name: string): number }) => match.class("?y") > 0,
    },
  };
  const runner = new Runner(graph, [rewrite(graph, "bad", "(f ?x ?y)", "?x", options)]);
  const fault = faultOf(() => runner.run());
  expect(fault.code).toBe("variable");
  expect(fault.message).toContain('rule "bad": a condition asks for ?y, but may see ?x');
});

test("a match shows its root, except to a condition of some variables", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(f a b)");
  const roots: number[] = [];
  const look = (match: { root: number }): boolean => roots.push(match.root) > 0;
  const rule = rewrite(graph, "look", "(f ?x ?y)", (match) => (look(match) ? match.root : root), {
    when: look,
    whenApplied: look,
  });
  new Runner(graph, [rule]).run();
  expect(roots).toEqual([root, root, root]);
  const some = rewrite(graph, "some", "(f ?x ?y)", "?x", { when: { of: ["?x"], test: look } });
  expect(faultOf(() => new Runner(graph, [some]).run()).message).toContain("may not see the root");
});

/** A rule as data: `(op0 ?0)`, whose class goes to slot 1, is equal to a template. */
function data(right: Rule["right"], changes: Partial<Rule> = {}): Rule {
  const left: Pattern = {
    kind: "node",
    op: 0,
    argSlot: 2,
    children: [{ kind: "variable", slot: 0 }],
  };
  return { name: "data", left: [left], rootSlots: [1], slots: 3, right, ...changes };
}

test("a rule may be data", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  const g = graph.operator("g");
  const x = addTerm(graph, "x");
  const root = graph.add(f, graph.intern("7", 7), [x]);
  const children: Template[] = [{ kind: "variable", slot: 0 }];
  const template: Template = { kind: "node", op: g, argSlot: 2, children };
  new Runner(graph, [data([{ slot: 1, template }])]).run();
  const built = graph.nodesWith(g)[0] as number;
  expect(graph.class(built)).toBe(graph.find(root));
  expect(graph.argument(graph.arg(built))).toBe(7);
});

function nested(depth: number): Template {
  let template: Template = { kind: "variable", slot: 0 };
  for (let i = 0; i < depth; i++) template = { kind: "node", op: 0, children: [template] };
  return template;
}

test.each<[string, Rule, string, string]>([
  [
    "a slot that nothing binds",
    data([{ slot: 1, template: { kind: "variable", slot: 9 } }]),
    "variable",
    "takes a class from slot 9, but the left side binds none there",
  ],
  [
    "an argument as a class",
    data([{ slot: 1, template: { kind: "variable", slot: 2 } }]),
    "variable",
    "takes a class from slot 2",
  ],
  [
    "a class as an argument",
    data([{ slot: 1, template: { kind: "node", op: 0, argSlot: 0, children: [] } }]),
    "variable",
    "takes an argument from slot 0",
  ],
  [
    "a union with nothing",
    data([{ slot: 3, template: nested(0) }]),
    "variable",
    "a class from slot 3",
  ],
  ["a slot beyond the row", data([], { slots: 2 }), "rule", "uses slot 2"],
  ["a slot that is no number", data([], { rootSlots: [Number.NaN] }), "rule", "uses slot NaN"],
  ["roots without slots", data([], { rootSlots: [] }), "rule", "a root slot for each root"],
  [
    "an operator that does not exist",
    data([{ slot: 1, template: { kind: "node", op: 99, children: [] } }]),
    "rule",
    "there is no operator 99",
  ],
  [
    "an argument that does not exist",
    data([{ slot: 1, template: { kind: "node", op: 0, arg: 99, children: [] } }]),
    "rule",
    "there is no argument 99",
  ],
  ["too deep a template", data([{ slot: 1, template: nested(1e5) }]), "size", "nested more than"],
])("%s in data is refused", (_, rule, code, message) => {
  const graph = new EGraph();
  graph.operator("f");
  const fault = faultOf(() => new Runner(graph, [rule]));
  expect(fault.code).toBe(code);
  expect(fault.message).toContain('rule "data"');
  expect(fault.message).toContain(message);
});

test("a rule of another graph, and two rules of one name, are refused", () => {
  const [graph, other] = [new EGraph(), new EGraph()];
  const make = (of: EGraph): Rule => rewrite(of, "fg", "(f ?x)", "(g ?x)");
  expect(faultOf(() => new Runner(graph, [make(other)])).message).toContain(
    'rule "fg" was made for another graph',
  );
  expect(faultOf(() => new Runner(graph, [make(graph), make(graph)])).message).toContain(
    'there are two rules "fg"',
  );
});

test("a pattern at the greatest depth is matched, interpreted and as code", () => {
  const graph = new EGraph();
  const text = (inner: string): string => `${"(f ".repeat(255)}${inner}${")".repeat(255)}`;
  const root = addTerm(graph, text("x"));
  const { left, slots, rootSlots } = rewrite(graph, "deep", text("?x"), "?x");
  const query = new Query(graph, left, { slots, rootSlots });
  const [out, again] = [new Matches(slots), new Matches(slots)];
  expect(query.search(out)).toBe(1);
  expect(query.compile()).toBe(true);
  expect(query.search(again)).toBe(1);
  expect([...again.rows.subarray(0, slots)]).toEqual([...out.rows.subarray(0, slots)]);
  expect(out.rows[rootSlots[0] as number]).toBe(root);
});
