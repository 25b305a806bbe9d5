// What a program takes for granted: the assumptions of the rules that it rests on, where they were not known to hold.
import { expect, test } from "vitest";
import { type GrowthSession, growth, saturate } from "../src/index.ts";
import { Draft, price, spell, tiny, tinyRules } from "./tiny.ts";

async function grown(rules: string, graph: ReturnType<Draft["graph"]>): Promise<GrowthSession> {
  const costModel = price();
  const s = growth({ graph, rules: tinyRules(rules), dialects: [tiny], costModel });
  await s.run(saturate());
  return s;
}

function relu(): ReturnType<Draft["graph"]> {
  const draft = new Draft();
  return draft.graph(draft.node("Relu", [draft.input("a")]));
}

test("what is known to hold is not assumed", async () => {
  const { bestEver } = await grown("drop: Relu(x) => x assuming dim(x, 0) > 3", relu());
  expect(bestEver.rules).toEqual(["t.drop"]);
  expect(bestEver.assumed).toEqual(new Map());
});

test("what is not known is, as it is written; of several conditions those alone", async () => {
  const rule = "drop: Relu(x) => x assuming dim(x, 0) > 3 assuming x >= 0";
  const { bestEver } = await grown(rule, relu());
  expect(bestEver.assumed).toEqual(new Map([["t.drop", ["x >= 0"]]]));
});

test("rules that the program does not rest on do not matter", async () => {
  const rules = "drop: Relu(x) => x   useless: Relu(x) => Neg(x) assuming x >= 0";
  const { bestEver, statistics } = await grown(rules, relu());
  expect(statistics.map(({ fired }) => fired)).toEqual([1, 1]);
  expect(bestEver.assumed).toEqual(new Map());
});

test("what another e-graph began with is still assumed", async () => {
  const s = await grown("drop: Relu(x) => x assuming x >= 0", relu());
  s.regrow();
  s.cost();
  expect(s.best().graph).toEqual(s.bestEver.graph);
  expect(s.bestEver.assumed.get("t.drop")).toEqual(["x >= 0"]);
});

test("what made a constant of an operand is among what the program rests on", async () => {
  const draft = new Draft();
  const scalar = { dtype: "f32", shape: [] } as const;
  const zero = draft.node("Relu", [draft.input("a", scalar)]);
  const graph = draft.graph(draft.node("Add", [draft.input("b", scalar), zero]));
  const s = await grown("void: Relu(x) => 0   none: x + 0 => x", graph);
  expect(s.bestEver.rules).toEqual(["t.void", "t.none"]);
});

test("so is what made equal to it what an operand is built over", async () => {
  const draft = new Draft();
  const negative = draft.node("Neg", [draft.input("a")]);
  const fused = draft.node("Fused", [negative, draft.input("b")]);
  const s = await grown(
    "same: Neg(x) => x   first: Scale(x; by = 1) => Relu(x)   then: Relu(Fused(x, y)) => x * y",
    draft.graph(draft.node("Scale", [fused], { attrs: { by: 1 } })),
  );
  expect(spell(s.bestEver.graph)).toBe("Mul(a, b)");
  expect(s.bestEver.rules).toEqual(["t.same", "t.first", "t.then"]);
});
