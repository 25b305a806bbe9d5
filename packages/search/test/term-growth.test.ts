import type { Graph, Move, Session } from "@rewright/plugin";
import { EGraph, printTerm, rewrite } from "egraph-ts";
import { expect, test } from "vitest";
import { helpers } from "../src/helper-terms.ts";
import { multistart, regrow, saturate, type Theory, termGrowth } from "../src/index.ts";
import { Lemmas } from "../src/lemmas.ts";
import { TermPool } from "../src/term-pool.ts";
import { windowAt } from "../src/windows.ts";
import { algebra, sizeOf } from "./algebra.ts";

const long = "(+ (* (+ x 0) (+ y z)) (+ (* x 3) (+ (* 1 x) (* y 1))))";

test("a term is simplified, and comes back as one", async () => {
  const term = "(+ (* x 1) (+ 0 (* x y)))";
  const session = termGrowth({ term, theory: algebra, budget: { nodes: 100 } });
  await session.run(saturate());
  expect(session.bestEver.cost).toBe(5);
  expect(printTerm(session.bestEver.term)).toMatch(/^\(\+ (x \(\* |\(\* . .\) x)/);
});

test("a window changes its part alone, at its price", () => {
  const session = termGrowth({ term: "(* (+ a 0) (f (+ a 0)))", theory: algebra });
  const { graph } = session.best();
  const sum = graph.nodes.findIndex(({ op }) => op === "+");
  session.focus({ root: sum });
  expect(session.cost()).toBe(8);
  session.apply(session.moves());
  expect(session.cost()).toBe(4);
  expect(sizeOf(session.best().graph)).toBe(4);
});

test("states that share ids are priced each by its own operators", () => {
  const theory = (): Theory => {
    const { graph } = algebra();
    const rules = [
      rewrite(graph, "dear", "(f ?a)", "(g ?a)"),
      rewrite(graph, "cheap", "(f ?a)", "h"),
    ];
    return { graph, rules, cost: (op) => ({ f: 9, g: 7, h: 1 })[op] ?? 2 };
  };
  const session = termGrowth({ term: "(f a)", theory });
  const [dear, cheap] = session.moves() as [Move, Move];
  const mark = session.mark();
  const costs = [dear, cheap, dear].map((move) => {
    session.restore(mark);
    session.apply([move]);
    return session.cost();
  });
  expect(costs).toEqual([9, 1, 9]);
  session.regrow(session.best().graph);
  expect(session.cost()).toBe(9);
});

test("what is taken as it is is not looked into, and comes back", () => {
  const session = termGrowth({ term: "(+ 0 (f (+ a 0)))", theory: algebra });
  const { graph } = session.best();
  const inner = graph.nodes.findIndex(({ op }) => op === "f");
  session.focus({ leaves: [inner] });
  while (session.apply(session.moves()) > 0);
  expect(session.cost()).toBe(4);
  expect(printTerm(session.bestEver.term)).toBe("(f (+ a 0))");
});

test("a window reaches as far as its size says, atoms apart", () => {
  const { graph } = termGrowth({ term: long, theory: algebra }).best();
  const root = graph.nodes.length - 1;
  const { window } = windowAt(graph, root, 3);
  expect(window.root).toBe(root);
  expect(window.leaves?.map((leaf) => graph.nodes[leaf]?.op)).toEqual(["+", "+", "*", "+"]);
  expect(windowAt(graph, root, 100).window.leaves).toEqual([]);
});

test("windows that differ in nothing but their leaves are of one shape", () => {
  const term =
    "(h (* (f (p a)) (f (p a))) (* (f (q a)) (f (q a))) (* (f (q a)) (f (p a))) (* (f 1) 1))";
  const { graph } = termGrowth({ term, theory: algebra }).best();
  const shapes = graph.nodes.flatMap(({ op }, node) =>
    op === "*" ? [windowAt(graph, node, 2).shape] : [],
  );
  expect(shapes.length).toBe(4);
  expect(shapes[1]).toBe(shapes[0]);
  expect(new Set(shapes).size).toBe(3);
});

test("a rule takes as many matches at once as a window says, and no fewer than there are", () => {
  const parts = Array.from({ length: 12 }, (_, i) => `(+ v${i} 0)`);
  const term = `(f ${parts.join(" ")})`;
  const removed = (matches?: number): number => {
    const session = termGrowth({ term, theory: algebra });
    const { cost } = session.best();
    session.focus({ ...(matches !== undefined && { matches }) });
    session.apply(session.moves().filter(({ rule }) => rule === "nothing"));
    return (cost - session.cost()) / 2;
  };
  expect([1, 5, 40].map(removed)).toEqual([1, 5, 12]);
  expect(removed()).toBe(12);
});

test("helper terms are all terms up to a size over the leaves", () => {
  const pool = new TermPool(() => 1);
  const term = pool.make(pool.symbol("f"), [
    pool.make(pool.symbol("a"), []),
    pool.make(pool.symbol("b"), []),
  ]);
  const made = helpers(pool, term, 3);
  expect(made.length).toBe(4);
  expect(new Set(made).size).toBe(4);
  expect(made).toContain(term);
});

test("helper terms leave room to grow: where there is little, few are drawn", () => {
  const added = (nodes: number): number => {
    const session = termGrowth({ term: "(f a b)", theory: algebra });
    session.focus({ helpers: 3, nodes });
    return session.spent.nodes - 3;
  };
  expect(added(500)).toBe(3); // Of the four that there are, one is the term.
  expect([1, 2]).toContain(added(24));
});

test("a cheaper part helps wherever it occurs, and parts of it in turn", () => {
  const pool = new TermPool(() => 1);
  const [a, f, g] = [pool.make(pool.symbol("a"), []), pool.symbol("f"), pool.symbol("g")];
  const fa = pool.make(f, [a]);
  const gfa = pool.make(g, [fa]);
  const lemmas = new Lemmas(pool);
  const whole = pool.make(f, [pool.make(g, [pool.make(f, [fa])])]);
  lemmas.learn(pool.make(f, [fa]), fa);
  lemmas.learn(gfa, a);
  lemmas.learn(gfa, fa); // Dearer than what is known.
  expect(lemmas.apply(whole)).toBe(fa);
});

test("windows of many starts find what one growth has no room for", async () => {
  const chain = Array.from({ length: 30 }, (_, i) => `v${i}`);
  const term = chain.reduceRight((rest, v) => `(+ (* ${v} 1) (+ 0 ${rest}))`, "w");
  const run = async (seed: number): Promise<number[]> => {
    const session = termGrowth({
      ...{ term, theory: algebra, seed },
      budget: { nodes: 100, iterations: 1_000 },
    });
    await session.run(multistart({ nodes: 100, helpers: 0 }));
    expect(session.peak).toBeLessThanOrEqual(130);
    return [session.bestEver.cost, session.spent.iterations, session.created];
  };
  const [cost] = await run(3);
  expect(cost).toBe(61);
  expect(await run(3)).toEqual(await run(3));
});

test.each([
  ["many", 300, 0.4, 1],
  ["few", 12, 0, 0.2],
])(
  "where there are %s windows, growing those of the first program takes its share of the effort",
  async (_, parts, least, most) => {
    const term = Array.from({ length: parts }, () => "v").reduce((a, b) => `(+ ${a} ${b})`);
    const session = termGrowth({ term, theory: algebra, budget: { nodes: 60, iterations: 3_000 } });
    let [climbing, exploring, explores, swept] = [0, 0, false, false];
    const watched = (inner: Session): Session =>
      Object.create(inner, {
        focus: {
          value: (...[window, from]: Parameters<NonNullable<Session["focus"]>>) => {
            explores = window.matches !== undefined;
            // The sweeps at first know of neither.
            swept ||= explores || window.helpers !== undefined;
            inner.focus?.(window, from);
          },
        },
        apply: {
          value: (moves: Iterable<Move>) => {
            const changed = inner.apply(moves);
            if (explores) exploring += inner.spent.nodes;
            else if (swept) climbing += inner.spent.nodes;
            return changed;
          },
        },
      });
    const strategy = multistart({ nodes: 60 });
    await session.run({ ...strategy, search: (inner) => strategy.search(watched(inner)) });
    const share = exploring / (exploring + climbing);
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
  },
);

test("where there is no window to grow, it ends at once", async () => {
  const session = termGrowth({ term: "a", theory: algebra, budget: { iterations: 50 } });
  await session.run(multistart());
  expect(session.spent.iterations).toBeLessThan(50);
});

test("two constants that meet void the state, and no program of it counts", async () => {
  const wrong = (): Theory => {
    const graph: EGraph<string | undefined> = new EGraph<string | undefined>({
      analysis: {
        make: (_, node) => (/^\d$/.test(name(node)) ? name(node) : undefined),
        join: (a, b) => {
          if (a !== undefined && b !== undefined && a !== b) throw new Error("a rule is wrong");
          return a ?? b;
        },
      },
    });
    const name = (node: number): string => graph.operatorName(graph.op(node));
    const rules = [rewrite(graph, "wrong", "(f ?a)", "2"), rewrite(graph, "right", "(f ?a)", "?a")];
    return { graph, rules };
  };
  const session = termGrowth({ term: "(g (f 1))", theory: wrong });
  await session.run(regrow());
  expect(session.bestEver.cost).toBe(3);
  const mark = session.mark();
  session.restore(mark);
});

test("what a session cannot take is said", () => {
  expect(() => termGrowth({ term: "(f ?x)", theory: algebra })).toThrow("has no variables");
  const session = termGrowth({ term: "(+ a 0)", theory: algebra });
  const other = termGrowth({ term: "(+ a 0)", theory: algebra });
  expect(() => session.regrow(other.best().graph)).toThrow("did not give out");
  expect(() => session.focus({ root: 7 })).toThrow("a window at node 7: the program has 3");
  expect(() => session.focus({ matches: 0 })).toThrow("takes 0 matches");
  expect(() => session.regrow({} as Graph)).toThrow("did not give out");
  expect(() => multistart({ nodes: 2 })).toThrow("16 e-nodes");
});
