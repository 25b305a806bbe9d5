import type { GraphNode } from "@rewright/plugin";
import { expect, test } from "vitest";
import {
  anneal,
  beam,
  type GrowthOptions,
  greedy,
  random,
  regrow,
  SearchError,
  type SubstitutionSession,
  substitution,
} from "../src/index.ts";
import { Draft, price, spell, tiny, tinyRules } from "./tiny.ts";

const fuse = "fuse: Relu(x + y) => Fused(x, y)";
const relus = "relus: Relu(Relu(x)) => Relu(x)";
const associate = "associate: (a + b) + c <=> a + (b + c)";

/** Relu(Relu(a + b)) */
function relu2(): GrowthOptions["graph"] {
  const draft = new Draft();
  const sum = draft.node("Add", [draft.input("a"), draft.input("b")]);
  return draft.graph(draft.node("Relu", [draft.node("Relu", [sum])]));
}

function session(rules: string, more: Partial<GrowthOptions> = {}): SubstitutionSession {
  return substitution({
    graph: relu2(),
    rules: tinyRules(rules),
    dialects: [tiny],
    costModel: price(),
    ...more,
  });
}

/** The present program, as one writes it. */
const now = (s: SubstitutionSession): string => spell(s.best().graph);

test("a move rewrites one place, and what lies above it is built anew", () => {
  const draft = new Draft();
  const [x, y] = [draft.input("x"), draft.input("y")];
  const inner = draft.node("Relu", [draft.node("Relu", [x])]);
  const outer = draft.node("Relu", [draft.node("Relu", [y])]);
  const s = session(relus, {
    graph: draft.graph(draft.node("Mul", [draft.node("Neg", [inner]), outer])),
  });
  expect(s.cost()).toBe(60);
  const moves = s.moves({ granularity: "match" });
  expect(moves).toHaveLength(2);
  const found = moves.map((move) => {
    const mark = s.mark();
    expect(s.apply([move])).toBe(1);
    expect(s.cost()).toBe(50);
    const spelled = now(s);
    s.restore(mark);
    return spelled;
  });
  expect(found.sort()).toEqual([
    "Mul(Neg(Relu(Relu(x))), Relu(y))",
    "Mul(Neg(Relu(x)), Relu(Relu(y)))",
  ]);
  expect(s.apply(moves)).toBe(2);
  expect(now(s)).toBe("Mul(Neg(Relu(x)), Relu(y))");
});

test("a rule without a place rewrites all of its places, those above before those below", () => {
  const draft = new Draft();
  let x = draft.input("x");
  for (let i = 0; i < 6; i++) x = draft.node("Relu", [x]);
  const s = session(relus, { graph: draft.graph(x) });
  while (s.apply(s.moves()) > 0);
  expect(now(s)).toBe("Relu(x)");
});

test("what is used twice is rewritten once, and paid once", () => {
  const draft = new Draft();
  const relu = draft.node("Relu", [draft.node("Add", [draft.input("a"), draft.input("b")])]);
  const graph = draft.graph(draft.node("Mul", [relu, draft.node("Neg", [relu])]), relu);
  const s = session(fuse, { graph });
  expect(s.cost()).toBe(40);
  expect(s.apply(s.moves())).toBe(1);
  expect(now(s)).toBe("Mul(Fused(a, b), Neg(Fused(a, b))); Fused(a, b)");
  expect(s.cost()).toBe(30);
});

test("what two rewrites make equal is one from then on", () => {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b")];
  const one = draft.node("Relu", [draft.node("Relu", [a])]);
  const graph = draft.graph(draft.node("Mul", [one, draft.node("Relu", [a])]), b);
  const s = session(relus, { graph });
  s.apply(s.moves());
  expect(s.best().graph.nodes).toHaveLength(2);
  expect(s.cost()).toBe(20);
});

test("a program that holds what it is rewritten to is another one: no place is changed twice", () => {
  const s = session("twice: Relu(x) => Relu(Relu(x)) expanding", {
    graph: (() => {
      const draft = new Draft();
      return draft.graph(draft.node("Relu", [draft.input("x")]));
    })(),
  });
  for (let i = 1; i < 5; i++) {
    expect(s.apply(s.moves({ granularity: "match" }).slice(0, 1))).toBe(1);
    expect(s.best().graph.nodes).toHaveLength(i + 1);
  }
});

test("several roots are rewritten at once", () => {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b")];
  const graph = draft.graph(
    draft.node("Neg", [draft.node("Add", [a, b])]),
    draft.node("Sub", [a, b]),
  );
  const s = session("both: x + y, x - y => Both(x, y).0, Both(x, y).1", { graph });
  expect(s.apply(s.moves())).toBe(1);
  expect(now(s)).toBe("Neg(Both(a, b)); Both(a, b).1");
  expect(s.cost()).toBe(20);
});

test("equal programs have equal hashes, however they were come by", () => {
  const draft = new Draft();
  const inputs = Array.from({ length: 4 }, (_, i) => draft.input(`x${i}`));
  const graph = draft.graph(inputs.reduce((a, b) => draft.node("Add", [a, b])));
  const s = session(associate, { graph });
  const start = s.mark();
  const hashes = new Map<string, string>();
  for (let walk = 0; walk < 40; walk++) {
    s.restore(start);
    for (let i = 0; i < 6; i++) {
      const moves = s.moves({ granularity: "match" });
      s.apply([moves[Math.floor(s.random() * moves.length)] as (typeof moves)[number]]);
      // Sums are spelled by what is stored first; as sets of operands they are the same.
      const key = canonical(s.best().graph);
      expect(hashes.get(key) ?? s.hash()).toBe(s.hash());
      hashes.set(key, s.hash());
    }
  }
  expect(new Set(hashes.values()).size).toBe(hashes.size);
  // The ways to bracket the sum of four different things in any order.
  expect(hashes.size).toBe(15);
});

/** A sum, its operands in alphabetical order everywhere. */
function canonical(graph: GrowthOptions["graph"]): string {
  const of = (source: GraphNode["inputs"][number]): string => {
    if (source?.from !== "node") return `x${source?.index}`;
    return `(${(graph.nodes[source.index] as GraphNode).inputs.map(of).sort().join("+")})`;
  };
  return of(graph.outputs[0]?.source);
}

test("a place kept from another state is found again where its term occurs, and is none elsewhere", () => {
  const s = session(`${relus}\n${fuse}`);
  const start = s.mark();
  const [relu] = s.moves({ granularity: "match", rule: "t.relus" });
  const kept = structuredClone({ rule: relu?.rule as string, at: [...(relu?.at ?? [])] });
  s.apply(s.moves({ rule: "t.fuse" }));
  expect(s.apply([kept])).toBe(0);
  s.restore(start);
  expect(s.apply([kept])).toBe(1);
  s.regrow(s.finalists(9).at(-1)?.graph);
  expect(s.cost()).toBe(30);
  expect(s.apply([kept])).toBe(1);
  expect(s.apply([{ rule: "t.relus", at: [0.5, -1] }])).toBe(0);
  expect(s.apply([{ rule: "t.relus", at: [Number.NaN] }])).toBe(0);
  expect(() => s.apply([{ rule: "nope", at: [] }])).toThrow("`nope`");
});

test("a move of another session is made where its terms are, and refused where they are not", () => {
  const draft = new Draft();
  const twice = (name: string) => draft.node("Relu", [draft.node("Relu", [draft.input(name)])]);
  const graph = draft.graph(draft.node("Mul", [twice("a"), twice("b")]));
  const theirs = session(relus, { graph });
  // Operators are numbered as they come: with other rules, otherwise.
  const mine = session(`neg: Neg(Sub(x, y)) => Sub(y, x)\n${fuse}\n${relus}`, { graph });
  const listed = theirs.moves({ granularity: "match" });
  expect(listed).toHaveLength(2);
  for (const move of listed) {
    const [there, here] = [theirs.mark(), mine.mark()];
    expect(theirs.apply([move])).toBe(1);
    expect(mine.apply([move])).toBe(1);
    expect(now(mine)).toBe(now(theirs));
    expect(mine.hash()).toBe(theirs.hash());
    theirs.restore(there);
    mine.restore(here);
  }
  const other = session(relus);
  const before = other.hash();
  other.moves({ granularity: "match" });
  for (const move of listed)
    expect(() => other.apply([move])).toThrow(/^move of `t.relus`: another session has listed it/);
  expect(() => other.apply(listed)).toThrow(SearchError);
  expect(other.hash()).toBe(before);
  // A copy says no more than which terms it is about.
  expect(other.apply(structuredClone(listed.map(({ rule, at }) => ({ rule, at }))))).toBe(0);
});

test("of several matches at one place, a kept move names the same one however they are found", () => {
  const draft = new Draft();
  const [a, b, c] = [draft.input("a"), draft.input("b"), draft.input("c")];
  const graph = draft.graph(draft.node("Add", [draft.node("Add", [a, b]), c]));
  const swap = "swap: x + y => Fused(x, y)";
  const s = session(swap, { graph });
  const start = s.mark();
  const spelled = new Map(
    s.moves({ granularity: "match" }).map(({ rule, at }) => {
      s.apply([{ rule, at }]);
      const program = now(s);
      s.restore(start);
      return [at.join(), program];
    }),
  );
  expect(new Set(spelled.values()).size).toBe(spelled.size);
  const again = session(`${fuse}\n${swap}`, { graph });
  for (const [at, program] of spelled) {
    const mark = again.mark();
    again.apply([{ rule: "t.swap", at: at.split(",").map(Number) }]);
    expect(now(again)).toBe(program);
    again.restore(mark);
  }
});

test("constants fold, and what is known of them is kept", () => {
  const draft = new Draft();
  const sum = draft.node("Add", [draft.constant(1, 2), draft.constant(3, 4)]);
  const graph = draft.graph(
    draft.node("Relu", [draft.node("Mul", [draft.input("x", { dtype: "f32", shape: [2] }), sum])]),
  );
  const s = session(
    "double: a * b => (a + a) * b expanding  swap: Relu(x * c) => Relu(x) * c when constant(c)",
    { graph },
  );
  expect(now(s)).toBe("Relu(Mul(x, 4 6))");
  expect(s.cost()).toBe(20);
  const start = s.mark();
  for (let i = 0; i < 3; i++)
    s.apply(s.moves({ granularity: "match", rule: "t.double" }).slice(-1));
  s.restore(start);
  expect(now(s)).toBe("Relu(Mul(x, 4 6))");
  expect(s.apply(s.moves({ rule: "t.swap" }))).toBe(1);
  expect(now(s)).toBe("Mul(Relu(x), 4 6)");
});

test("rules that undo each other end all the same when applied everywhere", () => {
  const s = session("there: Neg(x) => x - x   back: x - x => Neg(x)", {
    graph: (() => {
      const draft = new Draft();
      return draft.graph(draft.node("Neg", [draft.node("Neg", [draft.input("x")])]));
    })(),
  });
  let rounds = 0;
  while (s.apply(s.moves()) > 0) rounds++;
  expect(rounds).toBeLessThan(10);
});

test("the best program that was passed is kept, with the rules on the way to it and no others", async () => {
  const s = session(`${relus}\n${fuse}\nunfuse: Fused(x, y) => Neg(Neg(Relu(x + y))) expanding`);
  s.apply(s.moves({ rule: "t.relus" }));
  s.apply(s.moves({ rule: "t.fuse" }));
  s.apply(s.moves({ rule: "t.unfuse" }));
  expect(s.cost()).toBe(40);
  expect(s.bestEver.cost).toBe(10);
  expect(spell(s.bestEver.graph)).toBe("Fused(a, b)");
  expect(s.bestEver.rules).toEqual(["t.relus", "t.fuse"]);
  expect(s.finalists(9).map(({ cost }) => cost)).toEqual([10, 20, 30, 40]);
  s.regrow();
  expect([s.cost(), s.bestEver.cost]).toEqual([10, 10]);
  s.apply(s.moves({ rule: "t.unfuse" }));
  expect(s.ruleUse(s.best().graph)).toEqual(["t.relus", "t.fuse", "t.unfuse"]);
});

test("a program is not made larger than the budget allows", () => {
  const s = session("explode: x => Scale(x; by = 2) - x expanding", { budget: { nodes: 9 } });
  for (let i = 0; i < 20; i++) s.apply(s.moves());
  expect(s.spent.nodes).toBeLessThanOrEqual(9);
  expect(s.stopped).toBe("nodes");
});

test("a cost that is none is the cost model's fault, and leaves the state as it was", () => {
  const s = session(fuse, { costModel: price({ Fused: Number.NaN }) });
  const hash = s.hash();
  expect(() => s.apply(s.moves())).toThrow(/^cost model: Fused costs NaN/);
  expect([s.hash(), s.cost(), now(s)]).toEqual([hash, 30, "Relu(Relu(Add(a, b)))"]);
});

test("inexact rules wait until they are tolerated, and their bounds add up", () => {
  const s = session("drop: Relu(x) ~> x within 0.01");
  expect(s.moves()).toEqual([]);
  expect(s.apply([{ rule: "t.drop", at: [] }])).toBe(0);
  s.tolerate(0.01);
  expect(s.apply(s.moves())).toBe(1);
  expect(s.bestEver.error).toBe(0.01);
  expect(s.moves()).toEqual([]);
});

for (const strategy of [
  greedy(),
  beam(),
  anneal({ steps: 10, starts: 12 }),
  random(),
  regrow(greedy()),
]) {
  test(`${strategy.name} searches single programs, too`, async () => {
    const s = session(`${relus}\n${fuse}\n${associate}`, { budget: { iterations: 2_000 } });
    await s.run(strategy);
    expect(s.bestEver.cost).toBe(10);
    expect(["Fused(a, b)", "Fused(b, a)"]).toContain(spell(s.bestEver.graph));
  });
}

test("greedy stays where each step costs; a beam with some patience goes on", async () => {
  // Relu(x) costs 10, and so does each of its roundabout spellings but the last.
  const rules =
    "one: Relu(x) => Neg(Neg(x)) two: Neg(Neg(x)) => Scale(Scale(x; by = 2); by = 3) three: Scale(Scale(x; by = 2); by = 3) => x + x";
  const costModel = price({ Relu: 10, Neg: 5.2, Scale: 5.1, Add: 1 });
  const draft = new Draft();
  const graph = draft.graph(draft.node("Relu", [draft.input("x")]));
  const [stuck, patient] = [
    session(rules, { graph, costModel }),
    session(rules, { graph, costModel }),
  ];
  await stuck.run(greedy());
  await patient.run(beam({ alpha: 1.05 }));
  expect([stuck.bestEver.cost, patient.bestEver.cost]).toEqual([10, 1]);
});

test("observing tells of the program and of each place", () => {
  const s = session(`${relus}\n${fuse}`);
  const moves = s.moves({ granularity: "match" });
  const seen = s.observe([...moves, ...s.moves()]);
  expect(seen.nodes).toHaveLength(5 * seen.nodeWidth);
  expect(seen.moveNodes.every((rows) => rows.length === 1)).toBe(true);
  expect(seen.moveNodes).toHaveLength(moves.length + 2);
});
