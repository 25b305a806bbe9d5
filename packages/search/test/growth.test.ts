import type { Mark, Move, SearchStrategy, Session } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import {
  type GrowthOptions,
  type GrowthSession,
  greedy,
  growth,
  SearchError,
  saturate,
} from "../src/index.ts";
import { Draft, price, spell, tiny, tinyRules } from "./tiny.ts";

const fuse = "fuse: Relu(x + y) => Fused(x, y)";
const relus = "relus: Relu(Relu(x)) => Relu(x)";
const associate = "associate: (a + b) + c <=> a + (b + c)";
const explode = "explode: x => Scale(x; by = 2) - x expanding";

/** Relu(Relu(a + b)) */
function chain(): Draft {
  return new Draft();
}

function relu2(): GrowthOptions["graph"] {
  const draft = chain();
  const sum = draft.node("Add", [draft.input("a"), draft.input("b")]);
  return draft.graph(draft.node("Relu", [draft.node("Relu", [sum])]));
}

/** The sum of n inputs, from the left, then of the same inputs from the right, and their product. */
function sums(n: number): GrowthOptions["graph"] {
  const draft = new Draft();
  const inputs = Array.from({ length: n }, (_, i) => draft.input(`x${i}`));
  const left = inputs.reduce((a, b) => draft.node("Add", [a, b]));
  const right = inputs.reduceRight((a, b) => draft.node("Add", [b, a]));
  return draft.graph(draft.node("Mul", [left, right]));
}

function session(rules: string, more: Partial<GrowthOptions> = {}): GrowthSession {
  return growth({
    graph: relu2(),
    rules: tinyRules(rules),
    dialects: [tiny],
    costModel: price(),
    ...more,
  });
}

/** A strategy that is a function. */
function by(search: (session: Session) => void | Promise<void>): SearchStrategy {
  return { kind: "strategy", spec: 1, name: "test", search };
}

// ── Moves ────────────────────────────────────────────────────────────────────

test("a rule is a move, in the order of the rules", () => {
  const s = session(`${fuse}\n${relus}\n${associate}`);
  expect(s.moves().map((move) => move.rule)).toEqual([
    "t.fuse",
    "t.relus",
    "t.associate",
    "t.associate⁻¹",
  ]);
  expect(s.moves({ rule: "t.relus" })).toEqual([{ rule: "t.relus", at: [] }]);
  expect(s.moves({ ruleset: "other" })).toEqual([]);
  expect(s.moves({ limit: 2 })).toHaveLength(2);
});

test("a match is a move as well, and can be made alone", () => {
  const s = session(associate, { graph: sums(4) });
  const moves = s.moves({ granularity: "match" });
  expect(moves.length).toBeGreaterThan(2);
  expect(s.moves({ granularity: "match" })).toEqual(moves);
  expect(s.moves({ granularity: "match", limit: 2 })).toEqual(moves.slice(0, 2));
  const before = s.spent.nodes;
  expect(s.apply(moves.slice(0, 1))).toBe(1);
  const one = s.spent.nodes - before;
  expect(s.apply(moves)).toBeGreaterThan(0);
  expect(s.spent.nodes - before).toBeGreaterThan(one);
});

test("moves from an earlier state are found again, or change nothing", () => {
  const s = session(associate, { graph: sums(4) });
  const here = s.mark();
  s.apply(s.moves());
  const later = s.moves({ granularity: "match" });
  s.restore(here);
  const { hash } = state(s);
  const changed = s.apply(later.filter((move) => move.at.some((id) => id > 1_000)));
  expect(changed).toBe(0);
  expect(state(s).hash).toBe(hash);
  expect(s.apply([{ rule: "t.associate", at: [1e9, 0] }])).toBe(0);
  expect(s.apply([{ rule: "t.associate", at: [0.5, -1] }])).toBe(0);
});

test("a copied move means the same whenever its state has come back", () => {
  const s = session(associate, { graph: sums(4) });
  const here = s.mark();
  const copies = s.moves({ granularity: "match" }).map(({ rule, at }) => ({ rule, at: [...at] }));
  const tried = (): string[] =>
    copies.map((move) => {
      s.apply([move]);
      const { hash } = state(s);
      s.moves({ granularity: "match" });
      s.restore(here);
      return hash;
    });
  const first = tried();
  expect(tried()).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(1);
});

test("a listed move of another session is refused, whose classes are not this one's", () => {
  const options = { graph: sums(4) };
  const [mine, theirs] = [session(associate, options), session(associate, options)];
  const [move] = theirs.moves({ granularity: "match" });
  const { hash } = state(mine);
  expect(() => mine.apply([move as Move])).toThrow(SearchError);
  expect(() => mine.apply([move as Move])).toThrow(/^move of `t.associate`: another session/);
  expect(state(mine).hash).toBe(hash);
  expect(theirs.apply([move as Move])).toBe(1);
});

test("a move of an unknown rule is an error", () => {
  expect(() => session(fuse).apply([{ rule: "nope", at: [] }])).toThrow("`nope`");
});

test("two rules of one name are an error", () => {
  const rules = tinyRules(fuse);
  expect(() => session("", { rules: [...rules, ...rules] })).toThrow(
    "two rules are called `t.fuse`",
  );
});

// ── Costs ────────────────────────────────────────────────────────────────────

test("costs the cheapest program, and gives it out", () => {
  const s = session(`${fuse}\n${relus}`);
  expect(s.cost()).toBe(30);
  s.apply(s.moves({ rule: "t.relus" }));
  expect(s.cost()).toBe(20);
  s.apply(s.moves({ rule: "t.fuse" }));
  expect(s.cost()).toBe(10);
  expect(spell(s.best().graph)).toBe("Fused(a, b)");
});

test("a program that nothing changed is the very one that was given", () => {
  const graph = relu2();
  expect(session(fuse, { graph }).best().graph).toBe(graph);
});

test("what is shared is paid once", () => {
  const draft = new Draft();
  const x = draft.input("x");
  const relu = [draft.node("Relu", [x]), draft.node("Relu", [x])] as const;
  const s = session(fuse, { graph: draft.graph(draft.node("Mul", relu)) });
  expect(s.cost()).toBe(20);
});

test("constants, opaque and untyped operators are free, and the model never hears of them", () => {
  const asked: string[] = [];
  const draft = new Draft();
  const x = draft.input("x");
  const folded = draft.node("Neg", [draft.constant(1, 2, 3, 4)]);
  const opaque = draft.node("Mystery", [x], { opaque: "key" });
  const untyped = draft.node("Unheard", [x], { results: [{ dtype: "unknown", shape: [] }] });
  const graph = draft.graph(draft.node("Add", [x, folded]), opaque, draft.node("Relu", [untyped]));
  const costModel = {
    unit: "µs",
    cost({ op }: { op: string }): number {
      asked.push(op);
      return 10;
    },
  };
  expect(session(fuse, { graph, costModel }).cost()).toBe(10);
  expect(new Set(asked)).toEqual(new Set(["Add"]));
});

test("symbolic dimensions are bound before the model is asked", () => {
  const draft = new Draft();
  const x = draft.input("x", { dtype: "f32", shape: ["N", 3] });
  const graph = draft.graph(draft.node("Relu", [x]));
  const costModel = {
    unit: "elements",
    cost: ({ operands }: { operands: readonly ({ shape: readonly unknown[] } | undefined)[] }) =>
      (operands[0]?.shape ?? []).reduce<number>((n, dim) => n * (dim as number), 1),
  };
  expect(session(fuse, { graph, costModel }).cost()).toBe(24);
  expect(session(fuse, { graph, costModel, bind: () => 100 }).cost()).toBe(300);
});

test("of programs of one cost, the smaller one is taken", () => {
  const s = session("free: Relu(x) => Neg(Neg(x))\nrelus: Neg(Neg(x)) => Relu(x)", {
    costModel: price({ Neg: 0, Relu: 0, Add: 1 }),
    graph: (() => {
      const draft = new Draft();
      const x = draft.node("Add", [draft.input("a"), draft.input("b")]);
      return draft.graph(draft.node("Neg", [draft.node("Neg", [x])]));
    })(),
  });
  s.apply(s.moves());
  expect(spell(s.best().graph)).toBe("Relu(Add(a, b))");
});

test("an operator that the target cannot run is avoided, or else priced as what it is", () => {
  const costModel = price({ Relu: Infinity });
  const s = session(fuse, { costModel, graph: relu2() });
  expect(s.cost()).toBe(Infinity);
  s.apply(s.moves());
  expect(s.cost()).toBe(Infinity);
  const t = session(`${fuse}\n${relus}`, { costModel });
  t.apply(t.moves());
  t.apply(t.moves());
  expect(t.best()).toMatchObject({ cost: 10 });
});

test("a cost that is no cost is an error that names the operator", () => {
  expect(() => session(fuse, { costModel: price({ Relu: Number.NaN }) })).toThrow("Relu costs NaN");
  expect(() => session(fuse, { costModel: price({ Add: -1 }) })).toThrow(
    "cost model: Add costs -1",
  );
});

// ── Marks ────────────────────────────────────────────────────────────────────

function state(s: GrowthSession): { hash: string; cost: number; nodes: number; best: string } {
  return {
    hash: s.egraph.hash(),
    cost: s.cost(),
    nodes: s.spent.nodes,
    best: spell(s.best().graph),
  };
}

test("restore returns to the very state, as often as asked, and the best of all is kept", () => {
  const s = session(`${fuse}\n${relus}\n${associate}`);
  const start = state(s);
  const outer = s.mark();
  s.apply(s.moves({ rule: "t.relus" }));
  const middle = state(s);
  const inner = s.mark();
  s.apply(s.moves());
  expect(s.cost()).toBe(10);
  s.restore(inner);
  expect(state(s)).toEqual(middle);
  s.apply(s.moves({ rule: "t.fuse" }));
  expect(s.cost()).toBe(10);
  s.restore(inner);
  expect(state(s)).toEqual(middle);
  s.restore(outer);
  expect(state(s)).toEqual(start);
  s.apply(s.moves());
  s.restore(outer);
  expect(state(s)).toEqual(start);
  expect(spell(s.bestEver.graph)).toBe("Fused(a, b)");
  expect(s.bestEver.rules).toEqual(["t.fuse", "t.relus"]);
});

test("any walk of moves, marks and restores keeps every marked state as it was", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const s = session(`${associate}\n${fuse}\n${relus}\n${explode}`, {
      graph: sums(4),
      budget: { nodes: 150 },
      seed,
    });
    const marks = [{ mark: s.mark(), was: state(s) }];
    for (let step = 0; step < 40; step++) {
      const dice = s.random();
      if (dice < 0.2) marks.push({ mark: s.mark(), was: state(s) });
      if (dice < 0.4) {
        marks.length = 1 + Math.floor(s.random() * marks.length);
        const { mark, was } = marks.at(-1) as (typeof marks)[number];
        s.restore(mark);
        expect(state(s)).toEqual(was);
      } else {
        const moves = s.moves({ granularity: dice < 0.7 ? "rule" : "match" });
        if (moves.length > 0) s.apply([moves[Math.floor(s.random() * moves.length)] as Move]);
        s.best(); // Explains the program: proofs are undone as well.
      }
    }
  }
});

describe("what has been looked for and not applied is found again", () => {
  // Large enough that one match is a small part of it: else all is searched again, and nothing can be overlooked.
  const draft = new Draft();
  const chains = Array.from({ length: 20 }, (_, i) => {
    const sum = draft.node("Add", [draft.input(`x${i}`), draft.input(`y${i}`)]);
    return draft.node("Relu", [draft.node("Relu", [sum])]);
  });
  const graph = draft.graph(chains.reduce((a, b) => draft.node("Mul", [a, b])));
  const looked = (): GrowthSession => {
    const s = session(`${fuse}\n${relus}`, { graph });
    expect(s.moves({ rule: "t.fuse", most: 99 })).toHaveLength(1);
    return s;
  };
  const relu = (s: Session): number =>
    s.apply(s.moves({ rule: "t.relus", granularity: "match", limit: 1 }));
  /** Two a chain, for the two orders of a sum. */
  const fuses = (s: Session): number => s.apply(s.moves({ rule: "t.fuse" }));

  test("after another move", () => {
    const s = looked();
    expect(relu(s)).toBe(1);
    expect(fuses(s)).toBe(40);
  });

  test("after the return to a mark that was set then", () => {
    const s = looked();
    const mark = s.mark();
    expect(relu(s)).toBe(1);
    expect(fuses(s)).toBe(40);
    s.restore(mark);
    expect(fuses(s)).toBe(40);
  });

  test("and what has been applied is not", () => {
    const s = looked();
    expect(fuses(s)).toBe(40);
    expect(fuses(s)).toBe(0);
    const matches = (): number => s.statistics[0]?.matches ?? 0;
    const before = matches();
    expect(relu(s)).toBe(1);
    expect(fuses(s)).toBe(0);
    expect(matches() - before).toBeLessThan(10);
    // Nor is it a move, or counts among those that are too many.
    expect(s.moves({ rule: "t.fuse", granularity: "match" })).toHaveLength(0);
    expect(s.moves({ rule: "t.fuse", most: 10 })).toHaveLength(1);
  });
});

test("rules with too many matches are left out", () => {
  const s = session(associate, { graph: sums(4) });
  const rule = "t.associate";
  const most = s.moves({ rule, granularity: "match" }).length;
  expect(s.moves({ rule, most: most - 1 })).toEqual([]);
  expect(s.moves({ rule, most })).toHaveLength(1);
});

test("what is done again after a restore comes out the same", () => {
  const s = session(associate, { graph: sums(5) });
  const here = s.mark();
  const grow = (): ReturnType<typeof state> => {
    for (let i = 0; i < 3; i++) s.apply(s.moves());
    return state(s);
  };
  const first = grow();
  s.restore(here);
  expect(grow()).toEqual(first);
});

test("the room that a restore gives back can be used again", () => {
  const s = session(explode, { budget: { nodes: 40 } });
  const here = s.mark();
  for (let i = 0; i < 20; i++) s.apply(s.moves());
  expect(s.stopped).toBe("nodes");
  s.restore(here);
  expect(s.stopped).not.toBe("nodes");
  expect(s.apply(s.moves())).toBeGreaterThan(0);
});

test.each<[string, (s: Session) => void, string]>([
  [
    "out of order",
    (s) => {
      const outer = s.mark();
      s.apply(s.moves());
      const inner = s.mark();
      s.restore(outer);
      s.restore(inner);
    },
    "out of order",
  ],
  ["made by nobody", (s) => s.restore({} as Mark), "did not make"],
  ["of another session", (s) => s.restore(session(fuse).mark()), "did not make"],
  ["undefined", (s) => s.restore(undefined as unknown as Mark), "did not make"],
])(
  "a mark %s is an error that names the strategy, and the best is kept",
  async (_, misuse, says) => {
    const s = session(`${fuse}\n${relus}`);
    const strategy = by((given) => {
      given.apply(given.moves());
      given.apply(given.moves());
      misuse(given);
    });
    await expect(s.run(strategy)).rejects.toThrow(says);
    await expect(session(fuse).run(by(misuse))).rejects.toThrow("strategy `test`: ");
    expect(s.bestEver.cost).toBe(10);
  },
);

// ── Regrowing ────────────────────────────────────────────────────────────────

test("regrow begins again from the best, and remembers what led there", () => {
  const s = session(`${fuse}\n${relus}`);
  s.apply(s.moves({ rule: "t.relus" }));
  s.cost();
  const nodes = s.spent.nodes;
  const here = s.mark();
  s.regrow();
  expect(s.spent.nodes).toBeLessThan(nodes);
  s.apply(s.moves());
  expect(s.best().cost).toBe(10);
  expect(s.bestEver.rules).toEqual(["t.fuse", "t.relus"]);
  s.restore(here);
  expect(s.cost()).toBe(20);
  expect(s.spent.nodes).toBe(nodes);
});

test("regrow from a stranger is an error", () => {
  expect(() => session(fuse).regrow(relu2())).toThrow("did not give out");
});

// ── Evidence ─────────────────────────────────────────────────────────────────

test("a program rests on the rules that led to it, and on no others", () => {
  const idle = "swap: Relu(x - y) => Relu(Neg(y - x))\nnegs: x => Neg(Neg(x)) expanding";
  const s = session(`${fuse}\n${relus}\n${idle}\n${associate}`);
  for (let i = 0; i < 3; i++) s.apply(s.moves());
  expect(s.best().cost).toBe(10);
  expect(s.ruleUse(s.best().graph)).toEqual(["t.fuse", "t.relus"]);
});

test("a rule counts that only made what another one matched", () => {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b")];
  const graph = draft.graph(draft.node("Relu", [draft.node("Sub", [a, draft.node("Neg", [b])])]));
  const s = session(`${fuse}\nplus: x - Neg(y) => x + y\nidle: Neg(x) => Scale(x; by = -1)`, {
    graph,
  });
  s.apply(s.moves());
  s.apply(s.moves());
  expect(spell(s.best().graph)).toBe("Fused(a, b)");
  expect(s.bestEver.rules).toEqual(["t.fuse", "t.plus"]);
});

test("the rules that a program rests on suffice to find it", async () => {
  const texts = [
    fuse,
    relus,
    associate,
    "subtract: x + Neg(y) => x - y",
    "negate: x - Neg(y) => x + y",
    "twice: Neg(Neg(x)) => x",
    "spread: x * y + x * z <=> x * (y + z)",
  ];
  const draft = new Draft();
  const [a, b, c] = [draft.input("a"), draft.input("b"), draft.input("c")];
  const negated = draft.node("Neg", [draft.node("Mul", [a, c])]);
  const difference = draft.node("Sub", [draft.node("Mul", [a, b]), negated]);
  const graph = draft.graph(draft.node("Relu", [draft.node("Relu", [difference])]));
  const found = async (rules: GrowthOptions["rules"]): Promise<GrowthSession> => {
    const s = session("", { rules, graph, costModel: price({ Fused: 9, Relu: 8, Mul: 20 }) });
    await s.run(saturate());
    return s;
  };
  const rules = tinyRules(texts.join("\n"));
  const all = await found(rules);
  expect(all.bestEver.rules.length).toBeLessThan(rules.length);
  const few = await found(rules.filter(({ name }) => all.bestEver.rules.includes(name)));
  expect(few.bestEver.cost).toBe(all.bestEver.cost);
  expect(few.bestEver.cost).toBeLessThan(few.finalists(9).at(-1)?.cost ?? 0);
});

test("applications are forgotten with the state that they made", () => {
  const s = session(`${relus}\n${fuse}`);
  const here = s.mark();
  s.apply(s.moves({ rule: "t.relus" }));
  s.restore(here);
  s.apply(s.moves({ rule: "t.fuse" }));
  s.best();
  expect(s.bestEver.rules).toEqual(["t.fuse"]);
});

test("statistics count what rules did", () => {
  const s = session(`${fuse}\n${relus}`);
  s.apply(s.moves());
  s.apply(s.moves());
  expect(s.statistics.map(({ rule, fired }) => [rule, fired])).toEqual([
    ["t.fuse", 2],
    ["t.relus", 1],
  ]);
  expect(s.statistics.every(({ matches, fired }) => matches >= fired)).toBe(true);
});

// ── Finalists ────────────────────────────────────────────────────────────────

test("finalists are different programs, the cheapest first, the start among them", async () => {
  const graph = relu2();
  const s = session(`${fuse}\n${relus}`, { graph });
  await s.run(saturate());
  const finalists = s.finalists(10);
  const programs = finalists.map((finalist) => spell(finalist.graph));
  expect(programs[0]).toBe("Fused(a, b)");
  expect(new Set(programs).size).toBe(programs.length);
  expect(finalists.map(({ cost }) => cost)).toEqual(
    finalists.map(({ cost }) => cost).sort((a, b) => a - b),
  );
  expect(finalists.some((finalist) => finalist.graph === graph)).toBe(true);
  expect(s.finalists(1)).toHaveLength(1);
  expect(s.finalists(0)).toEqual([]);
});

test("an overhead thought smaller brings out a program of more nodes", async () => {
  const split = "split: Fused(x, y) => Relu(x + y)";
  const draft = new Draft();
  const graph = draft.graph(draft.node("Fused", [draft.input("a"), draft.input("b")]));
  const s = session(split, { graph, costModel: price({ Fused: 19, Relu: 10, Add: 10 }) });
  await s.run(saturate());
  expect(s.finalists(5).map((finalist) => spell(finalist.graph))).toEqual([
    "Fused(a, b)",
    "Relu(Add(a, b))",
  ]);
});

test("doubts in the rule that made the best program bring out the best one without it", async () => {
  const draft = new Draft();
  const sum = draft.node("Add", [draft.input("a"), draft.input("b")]);
  const s = session(`${fuse}\nturn: Relu(x + y) => Relu(x - Neg(y))`, {
    graph: draft.graph(draft.node("Relu", [sum])),
    costModel: price({ Relu: 10, Add: 20, Fused: 10, Sub: 1, Neg: 0.5 }),
  });
  await s.run(saturate());
  const spelt = (varied: boolean): readonly string[] =>
    s.finalists(5, { varied }).map((finalist) => spell(finalist.graph));
  expect(spelt(true)).toContain("Relu(Sub(b, Neg(a)))");
  expect(spelt(false).join()).not.toContain("Sub");
});

test("once time is well over, programs are taken as they are and no others looked for", async () => {
  let ms = 0;
  const draft = new Draft();
  const graph = draft.graph(draft.node("Fused", [draft.input("a"), draft.input("b")]));
  const s = session("split: Fused(x, y) => Relu(x + y)", {
    graph,
    costModel: price({ Fused: 19, Relu: 10, Add: 10 }),
    budget: { seconds: 1 },
    clock: () => ms,
  });
  await s.run(saturate());
  ms = 1_200;
  expect(s.finalists(5)).toHaveLength(2);
  ms = 1_300;
  expect(s.finalists(5).map((finalist) => spell(finalist.graph))).toEqual(["Fused(a, b)"]);
});

// ── Budgets ──────────────────────────────────────────────────────────────────

test.each([10, 25, 60, 333])(
  "an e-graph never outgrows %i nodes by more than one match",
  (nodes) => {
    const s = session(`${explode}\n${fuse}\n${relus}`, { budget: { nodes } });
    let most = 0;
    const reasons = new Set<string>();
    for (let i = 0; i < 100; i++) {
      s.apply(s.moves());
      expect(s.spent.nodes).toBeLessThanOrEqual(nodes + 2);
      most = Math.max(most, s.spent.nodes);
      reasons.add(s.stopped);
    }
    expect(reasons).toContain("nodes");
    expect(most).toBeGreaterThan(nodes * 0.7);
  },
);

test("growing rules leave room for the others", () => {
  const s = session(`${explode}\n${fuse}\n${relus}`, { budget: { nodes: 50 } });
  for (let i = 0; i < 10; i++) s.apply(s.moves({ rule: "t.explode" }));
  expect(s.apply(s.moves({ rule: "t.relus" }))).toBeGreaterThan(0);
});

test("iterations are calls of apply", () => {
  const s = session(`${explode}`, { budget: { iterations: 2 } });
  expect(s.apply(s.moves())).toBeGreaterThan(0);
  expect(s.apply(s.moves())).toBeGreaterThan(0);
  expect(s.spent.all).toBe(true);
  expect(s.apply(s.moves())).toBe(0);
  expect(s.spent.iterations).toBe(2);
  expect(s.stopped).toBe("iterations");
});

test("time ends a run between two matches", () => {
  let ms = 0;
  const s = session(explode, { budget: { seconds: 1 }, clock: () => ms });
  s.apply(s.moves());
  const before = s.spent.nodes;
  ms = 1_001;
  expect(s.spent.all).toBe(true);
  expect(s.apply(s.moves())).toBe(0);
  expect(s.spent.nodes).toBe(before);
  expect(s.stopped).toBe("seconds");
});

test("time runs out in the middle of a rule", () => {
  let ms = 0;
  const s = session(explode, { budget: { seconds: 1 }, clock: () => (ms += 5) });
  for (let i = 0; i < 50; i++) s.apply(s.moves());
  expect(s.stopped).toBe("seconds");
  expect(s.egraph.clean).toBe(true);
  expect(s.cost()).toBe(30);
});

test("an abort ends a run", () => {
  const controller = new AbortController();
  const s = session(explode, { signal: controller.signal });
  s.apply(s.moves());
  controller.abort();
  expect(s.spent.all).toBe(true);
  expect(s.apply(s.moves())).toBe(0);
  expect(s.stopped).toBe("aborted");
  expect(s.finalists(3)[0]?.cost).toBe(30);
});

test("bytes end a run", () => {
  const s = session(explode, { budget: { bytes: 100 } });
  expect(s.spent.all).toBe(true);
  expect(s.apply(s.moves())).toBe(0);
  expect(s.stopped).toBe("bytes");
});

test.each([-1, Number.NaN])("a budget of %f is refused", (nodes) => {
  expect(() => session(fuse, { budget: { nodes } })).toThrow("budget.nodes");
});

test("a run that nothing can change any more is saturated; one that its strategy ends is satisfied", async () => {
  const s = session(`${fuse}\n${relus}\n${associate}`, { graph: sums(4) });
  await s.run(saturate());
  expect(s.stopped).toBe("saturated");
  const t = session(associate, { graph: sums(4) });
  await t.run(by((given) => void given.apply(given.moves())));
  expect(t.stopped).toBe("satisfied");
});

// ── Strategies, nasty and not ────────────────────────────────────────────────

test("a strategy that never looks at the budget is stopped", async () => {
  const s = session(explode, { budget: { iterations: 5 } });
  const forever = by((given) => {
    for (;;) given.apply(given.moves());
  });
  await expect(s.run(forever)).rejects.toThrow("session.spent.all");
  expect(s.stopped).toBe("iterations");
});

test("a strategy that throws is named, and what it found is kept", async () => {
  const s = session(`${fuse}\n${relus}`);
  const broken = by((given) => {
    given.apply(given.moves());
    given.apply(given.moves());
    throw new TypeError("oh");
  });
  await expect(s.run(broken)).rejects.toMatchObject({
    name: "SearchError",
    message: "strategy `test`: oh",
    blame: "strategy `test`",
  });
  expect(s.bestEver.cost).toBe(10);
});

test("a rule that throws is named, and a restore mends the session", async () => {
  const Boom = {
    operands: [{ name: "x" }],
    infer: () => {
      throw new TypeError("oh");
    },
  };
  const dialect = { ...tiny, ops: { ...tiny.ops, Boom } };
  const rules = [...tinyRules(relus), ...tinyRules("boom: Relu(x) => Boom(x)", dialect)];
  const s = session("", { rules, dialects: [dialect] });
  s.apply(s.moves({ rule: "t.relus" }));
  const here = s.mark();
  const { hash } = state(s);
  const strategy = by((given) => void given.apply(given.moves()));
  await expect(s.run(strategy)).rejects.toThrow("rule `t.boom` (tiny.rules:3): oh");
  expect(() => s.cost()).toThrow("restore a mark");
  expect(s.bestEver.cost).toBe(20);
  expect(s.finalists(2)).toHaveLength(2);
  s.restore(here);
  expect(state(s).hash).toBe(hash);
});

test("a session can be driven by one strategy after another", async () => {
  const s = session(`${fuse}\n${relus}`);
  await s.run(by((given) => void given.apply(given.moves({ rule: "t.relus" }))));
  expect(s.stopped).toBe("satisfied");
  await s.run(saturate());
  expect(s.stopped).toBe("saturated");
  expect(s.bestEver.cost).toBe(10);
});

test("a strategy of another contract is refused", async () => {
  const alien = { ...by(() => {}), spec: 2 } as unknown as SearchStrategy;
  await expect(session(fuse).run(alien)).rejects.toThrow("spec 2");
});

test("the session is over when its strategy is", async () => {
  const s = session(fuse);
  const kept: Session[] = [];
  await s.run(by((given) => void kept.push(given)));
  expect(kept[0]?.spent.all).toBe(true);
  expect(kept[0]?.apply(kept[0].moves())).toBe(0);
});

for (const make of [saturate, greedy]) {
  const { name } = make();

  test(`${name} finds what shrinking finds`, async () => {
    const s = session(`${fuse}\n${relus}`);
    await s.run(make());
    expect(s.bestEver.cost).toBe(10);
  });

  test(`${name} grows`, async () => {
    // (a - b) - c, where only a - (b + c) fuses.
    const draft = new Draft();
    const [a, b, c] = [draft.input("a"), draft.input("b"), draft.input("c")];
    const graph = draft.graph(
      draft.node("Add", [draft.node("Add", [a, b]), draft.node("Neg", [c])]),
    );
    const cancel = "scale: b + Neg(c) => Fused(b, c)";
    const s = session(`${associate}\n${cancel}`, {
      graph,
      costModel: price({ Add: 6, Fused: 7, Neg: 9 }),
    });
    await s.run(make());
    expect(s.bestEver.cost).toBe(13 - 0);
  });

  test(`${name} ends without rules, without nodes, and under exploding rules`, async () => {
    const none = session("", { rules: [] });
    await none.run(make());
    expect(none.stopped).toBe("saturated");
    const empty = session(`${fuse}\n${associate}`, { graph: new Draft().graph() });
    await empty.run(make());
    expect(empty.bestEver.cost).toBe(0);
    const exploding = session(`${explode}\n${fuse}\n${relus}`, { budget: { nodes: 300 } });
    await exploding.run(make());
    expect(exploding.spent.nodes).toBeLessThanOrEqual(302);
    expect(exploding.bestEver.cost).toBe(10);
  });

  test(`${name} repeats itself, and ends no worse than it began`, async () => {
    const run = async (): Promise<unknown> => {
      const s = session(`${associate}\n${fuse}\n${relus}`, {
        graph: sums(6),
        budget: { nodes: 400 },
      });
      const start = s.cost();
      await s.run(make());
      expect(s.bestEver.cost).toBeLessThanOrEqual(start);
      return [state(s), s.spent.iterations, s.stopped];
    };
    expect(await run()).toEqual(await run());
  });
}

test("saturate proves the two sums equal, and pays for one", async () => {
  const s = session(associate, { graph: sums(6) });
  expect(s.cost()).toBe(110);
  await s.run(saturate());
  expect(s.bestEver.cost).toBe(60);
  expect(s.stopped).toBe("saturated");
});

// ── Progress ─────────────────────────────────────────────────────────────────

test("progress is told at most ten times a second, and changes nothing", async () => {
  const run = async (onProgress?: GrowthOptions["onProgress"]): Promise<string> => {
    let ms = 0;
    const clock = (): number => (ms += 1);
    const s = session(associate, { graph: sums(5), clock, ...(onProgress && { onProgress }) });
    await s.run(saturate());
    return `${state(s).hash} ${Math.floor(ms / 1_000)}`;
  };
  const told: number[] = [];
  const loud = await run(({ ms, nodes, cost }) => {
    told.push(ms);
    expect(nodes).toBeGreaterThan(0);
    expect(cost).toBeGreaterThan(0);
  });
  expect(told.length).toBeGreaterThan(1);
  for (let i = 1; i < told.length; i++) {
    expect((told[i] as number) - (told[i - 1] as number)).toBeGreaterThanOrEqual(100);
  }
  expect(loud.split(" ")[0]).toBe((await run()).split(" ")[0]);
});

test("random numbers come from the seed", () => {
  const draws = (seed: number): number[] => {
    const s = session(fuse, { seed });
    return Array.from({ length: 5 }, () => s.random());
  };
  expect(draws(7)).toEqual(draws(7));
  expect(draws(7)).not.toEqual(draws(8));
  expect(draws(7).every((n) => n >= 0 && n < 1)).toBe(true);
});
