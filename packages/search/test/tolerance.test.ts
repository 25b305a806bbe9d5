// Inexact rules apply only where their bounds are borne, and what a program owes to them is known.
import type { SearchStrategy, Session } from "@rewright/plugin";
import { expect, test } from "vitest";
import { type GrowthSession, growth, saturate } from "../src/index.ts";
import { Draft, price, spell, tiny, tinyRules } from "./tiny.ts";

/** Neg(a) + Neg(b) + Neg(c): three places for what is cheaper. */
function places(): ReturnType<Draft["graph"]> {
  const draft = new Draft();
  const terms = ["a", "b", "c"].map((name) => draft.node("Neg", [draft.input(name)]));
  return draft.graph(terms.reduce((x, y) => draft.node("Add", [x, y])));
}

function session(rules: string, graph = places()): GrowthSession {
  const costModel = price({ Relu: 1, Fused: 2 });
  return growth({ graph, rules: tinyRules(rules), dialects: [tiny], costModel });
}

const near = "near: Neg(x) ~> Relu(x) within 0.1";
const by = (search: (session: Session) => void): SearchStrategy => ({
  ...{ kind: "strategy", spec: 1, name: "test", search },
});

test("none applies until errors are tolerated", async () => {
  const s = session(near);
  expect(s.moves()).toEqual([]);
  expect(s.apply([{ rule: "t.near", at: [] }])).toBe(0);
  await s.run(saturate());
  expect(s.stopped).toBe("saturated");
  expect(s.statistics).toMatchObject([{ fired: 0 }]);
  expect(s.bestEver).toMatchObject({ rules: [], error: 0 });
});

test("as many as are tolerated, and the program says what it owes", async () => {
  const s = session(near);
  s.tolerate(0.25);
  await s.run(saturate());
  expect(spell(s.bestEver.graph).match(/Relu/g)).toHaveLength(2);
  expect(s.bestEver.error).toBeCloseTo(0.2);
  expect(s.bestEver.rules).toEqual(["t.near"]);
  expect(s.stopped).toBe("saturated");
  // The exact program is there as well.
  expect(s.finalists(9).map(({ error }) => error)).toContain(0);
});

test("bounds that sum up to the tolerance are borne, whatever rounding makes of the sum", async () => {
  const s = session(near);
  s.tolerate(0.3);
  await s.run(saturate());
  expect(s.bestEver.error).toBeCloseTo(0.3);
});

test("a restored mark gives back what was spent after it", () => {
  const s = session(near);
  s.tolerate(0.1);
  const here = s.mark();
  for (let round = 0; round < 3; round++) {
    expect(s.apply(s.moves())).toBe(1);
    expect(s.moves()).toEqual([]);
    s.restore(here);
  }
});

test("what another e-graph began with is not spent twice, nor forgotten", () => {
  const s = session(near);
  s.tolerate(0.2);
  const [first] = s.moves({ granularity: "match" });
  s.apply(first ? [first] : []);
  s.cost();
  s.regrow();
  expect(s.apply(s.moves())).toBe(1);
  expect(s.moves()).toEqual([]);
  s.cost();
  expect(s.bestEver.error).toBeCloseTo(0.2);
});

test("an exact step from an approximation rests on it, although it would match what was there before but for an attribute", async () => {
  const draft = new Draft();
  const graph = draft.graph(draft.node("Scale", [draft.input("a")], { attrs: { by: 1 } }));
  const rules = [
    "near: Scale(x; by = 1) ~> Scale(x; by = 2) within 0.1",
    "done: Scale(x; by = 2) => Relu(x)",
  ];
  const s = session(rules.join("\n"), graph);
  s.tolerate(1);
  await s.run(saturate());
  expect(spell(s.bestEver.graph)).toBe("Relu(a)");
  expect(s.bestEver).toMatchObject({ rules: ["t.near", "t.done"], error: 0.1 });
});

test("the same approximation in two places costs twice, in one place used twice once", async () => {
  const draft = new Draft();
  const shared = draft.node("Neg", [draft.input("a")]);
  const s = session(near, draft.graph(draft.node("Mul", [shared, shared])));
  s.tolerate(1);
  await s.run(saturate());
  expect(s.bestEver.error).toBeCloseTo(0.1);
});

test("time that is kept for them is theirs, and nobody else's", async () => {
  let ms = 0;
  const s = growth({
    graph: places(),
    rules: tinyRules(`explode: x => Scale(x; by = 2) - x expanding\n${near}`),
    dialects: [tiny],
    costModel: price({ Relu: 1 }),
    budget: { seconds: 8, reserve: 2 },
    clock: () => (ms += 1),
  });
  await s.run(saturate());
  expect(s.stopped).toBe("seconds");
  expect(ms).toBeLessThan(7_000);
  expect(s.bestEver.error).toBe(0);
  s.tolerate(1);
  await s.run(saturate());
  expect(s.bestEver.error).toBeCloseTo(0.3);
});

test("constants are computed exactly", async () => {
  const draft = new Draft();
  const graph = draft.graph(
    draft.node("Add", [draft.input("a"), draft.node("Neg", [draft.constant(1, 2, 3, 4)])]),
  );
  const s = session(near, graph);
  s.tolerate(1);
  await s.run(by((session) => void session.apply(session.moves())));
  expect(s.statistics).toMatchObject([{ fired: 0 }]);
});
