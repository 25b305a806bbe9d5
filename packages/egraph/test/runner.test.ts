import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addTerm,
  EGraph,
  EGraphError,
  extractTree,
  type Limits,
  lookupTerm,
  printTerm,
  type Report,
  type Rule,
  Runner,
  type RunnerOptions,
  rewrite,
  simple,
  termOf,
} from "../src/index.ts";
import { MATH_TERMS, mathRules } from "./math.ts";

/** Expects a graph that is rebuilt: canonical e-nodes, each once, found where they are. */
function expectValid(graph: EGraph): void {
  expect(graph.clean).toBe(true);
  const keys = new Set<string>();
  for (const id of graph.classes())
    for (const node of graph.nodes(id)) {
      const children = graph.children(node);
      expect(graph.lookup(graph.op(node), graph.arg(node), children)).toBe(id);
      keys.add(`${graph.op(node)} ${graph.arg(node)} ${children}`);
    }
  expect(keys.size).toBe(graph.nodeCount);
}

/** Rules without end: sums grow, and are taken in all orders. */
function explosive(graph: EGraph): Rule[] {
  addTerm(graph, "(+ a (+ b (+ c (+ d (+ e (+ f g))))))");
  return [
    rewrite(graph, "shift", "(+ ?a ?b)", "(+ (+ ?a one) (- ?b one))"),
    rewrite(graph, "commute", "(+ ?a ?b)", "(+ ?b ?a)"),
    rewrite(graph, "associate", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"),
  ];
}
/** The most e-nodes that a match of these adds. */
const OF_ONE_MATCH = 4;

const none = Number.POSITIVE_INFINITY;
const unlimited: Limits = { nodes: none, matches: none, iterations: none, bytes: none };

function explode(limits: Limits, options: RunnerOptions = {}): { graph: EGraph; report: Report } {
  const graph = new EGraph();
  const rules = explosive(graph);
  const report = new Runner(graph, rules, {
    scheduler: simple(),
    ...options,
    limits: { ...unlimited, ...limits },
  }).run();
  expectValid(graph);
  return { graph, report };
}

test("nodes: at most those of one match too many", () => {
  fc.assert(
    fc.property(fc.integer({ min: 14, max: 1500 }), (nodes) => {
      const { graph, report } = explode({ nodes });
      expect(report.stop).toBe("nodes");
      const added = report.iterations.map(({ rules }) =>
        rules.reduce((sum, rule) => sum + rule.nodes, 0),
      );
      const before = report.iterations.at(-2)?.nodes ?? 13;
      expect(before + (added.at(-1) as number)).toBeGreaterThan(nodes);
      expect(before + (added.at(-1) as number)).toBeLessThanOrEqual(nodes + OF_ONE_MATCH);
      expect(graph.nodeCount).toBeLessThanOrEqual(nodes + OF_ONE_MATCH);
    }),
    { numRuns: 12 },
  );
});

test("classes: at most those of one match too many", () => {
  fc.assert(
    fc.property(fc.integer({ min: 13, max: 1000 }), (classes) => {
      const { graph, report } = explode({ classes });
      expect(report.stop).toBe("classes");
      expect(graph.classCount).toBeLessThanOrEqual(classes + OF_ONE_MATCH);
    }),
    { numRuns: 12 },
  );
});

test("matches: one too many is found, and nothing is applied in that iteration", () => {
  for (const matches of [0, 5, 100, 1000]) {
    const { report } = explode({ matches });
    expect(report.stop).toBe("matches");
    const last = report.iterations.at(-1)?.rules ?? [];
    expect(Math.max(...last.map((rule) => rule.matches))).toBe(matches + 1);
    expect(last.every(({ applied }) => applied === 0)).toBe(true);
  }
});

test("iterations", () => {
  for (const iterations of [0, 1, 3]) {
    const { report } = explode({ iterations });
    expect(report.stop).toBe("iterations");
    expect(report.iterations).toHaveLength(iterations);
  }
});

test("bytes: those of the graph and of the matches", () => {
  const small = explode({ bytes: 200_000 });
  expect(small.report.stop).toBe("bytes");
  const large = explode({ bytes: 2_000_000 });
  expect(large.graph.nodeCount).toBeGreaterThan(small.graph.nodeCount);
  expect(large.graph.bytes).toBeGreaterThan(small.graph.bytes);
});

test("bytes: a search does not find more than has room", () => {
  const graph = new EGraph();
  for (let i = 0; i < 300; i++) addTerm(graph, `x${i}`);
  const slots = 3;
  const pairs: Rule = {
    ...{ name: "triples", slots, rootSlots: [0, 1, 2], right: [] },
    left: Array.from({ length: slots }, (_, slot) => ({ kind: "variable", slot })),
  };
  for (const extra of [1_000, 10_000, 100_000]) {
    const runner = new Runner(graph, [pairs], {
      scheduler: simple(),
      limits: { ...unlimited, bytes: graph.bytes + extra },
    });
    const report = runner.run();
    expect(report.stop).toBe("bytes");
    const [{ matches }] = report.rules as unknown as [{ matches: number }];
    // Doubling fills half of it at least.
    expect(matches * slots * 4).toBeLessThanOrEqual(extra);
    expect(matches * slots * 4).toBeGreaterThan(extra / 4);
  }
});

test("seconds: the time may run out anywhere", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), (looks) => {
      let looked = 0;
      const clock = (): number => (looked++ < looks ? 0 : 1001);
      const { report } = explode({ seconds: 1, nodes: 1000 }, { clock });
      expect(["seconds", "nodes"]).toContain(report.stop);
      if (looked <= looks) expect(report.stop).toBe("nodes");
      // The end of what was timed is read, nothing more is begun.
      expect(looked - looks).toBeLessThan(8);
    }),
    { numRuns: 20 },
  );
});

test("a signal may end it anywhere", () => {
  fc.assert(
    fc.property(fc.nat({ max: 150 }), (looks) => {
      let looked = 0;
      const signal = {
        get aborted(): boolean {
          return looked++ >= looks;
        },
      };
      const { report } = explode({ nodes: 1000 }, { signal });
      expect(["aborted", "nodes"]).toContain(report.stop);
      expect(report.stop === "aborted").toBe(looked > looks);
    }),
    { numRuns: 20 },
  );
});

test("an AbortSignal that is aborted already ends it before it begins", () => {
  const { report } = explode({}, { signal: AbortSignal.abort() });
  expect(report.stop).toBe("aborted");
  expect(report.iterations).toEqual([]);
});

test("a long search without matches is ended too", () => {
  const graph = new EGraph();
  for (let i = 0; i < 300; i++) addTerm(graph, `(f x${i})`);
  let steps = 0;
  const hopeless = rewrite(graph, "pairs", "(f ?a)", "?a");
  const rule: Rule = {
    ...hopeless,
    left: [...hopeless.left, { kind: "node", op: graph.operator("f"), children: [] }],
    rootSlots: [0, 2],
    slots: 3,
    guards: [{ needs: [0], test: () => ++steps > 0 }],
  };
  const pairs: Rule = {
    ...rule,
    left: [0, 1, 2].map((slot) => ({ kind: "variable", slot })),
    rootSlots: [0, 1, 2],
    guards: [{ needs: [0, 1, 2], test: () => ++steps < 0 }],
  };
  const signal = {
    get aborted(): boolean {
      return steps > 10_000;
    },
  };
  const report = new Runner(graph, [pairs], { signal }).run();
  expect(report.stop).toBe("aborted");
  // Of 600³ = 216,000,000.
  expect(steps).toBeLessThan(100_000);
});

test("without limits of its own a run has limits", () => {
  const graph = new EGraph();
  const sum = Array.from({ length: 30 }, (_, i) => `x${i}`).reduceRight((b, a) => `(+ ${a} ${b})`);
  const rules = explosive(graph);
  addTerm(graph, sum);
  for (const options of [{}, { scheduler: simple() }]) {
    const report = new Runner(graph, rules, options).run();
    expect(report.stop).toBe("nodes");
    expect(graph.nodeCount).toBeLessThanOrEqual(100_000 + OF_ONE_MATCH);
    expect(graph.clean).toBe(true);
  }
});

test.each([
  ["nodes", Number.NaN],
  ["classes", -1],
  ["matches", "5"],
  ["seconds", null],
  ["bytes", undefined],
  ["node", 5],
  ["__proto__", 5],
])("a limit %s of %s is refused", (name, value) => {
  const limits = Object.fromEntries([[name, value]]) as Limits;
  const make = (): unknown => new Runner(new EGraph(), [], { limits });
  expect(make).toThrow(EGraphError);
  expect(make).toThrow(`"${name}"`);
});

test("what is thrown passes, and leaves the graph rebuilt", () => {
  const graph = new EGraph();
  const rules = explosive(graph);
  let calls = 0;
  const faulty = (): undefined => {
    if (++calls === 20) throw new Error("by the right side");
  };
  const rule = rewrite(graph, "faulty", "(+ ?a ?b)", faulty);
  expect(() => new Runner(graph, [...rules, rule]).run()).toThrow("by the right side");
  expectValid(graph);
  const when = (): boolean => {
    throw new Error("by the condition");
  };
  const guarded = rewrite(graph, "guarded", "(+ ?a ?b)", "?a", { when });
  const nodes = graph.nodeCount;
  expect(() => new Runner(graph, [guarded]).run()).toThrow("by the condition");
  expectValid(graph);
  expect(graph.nodeCount).toBe(nodes);
});

test("a contradiction that an analysis finds is reported once the graph is rebuilt", () => {
  const graph = new EGraph<string>({
    analysis: {
      make: (g, node) => g.operatorName(g.op(node)),
      join: (a, b) => {
        if (a !== b) throw new Error(`${a} is not ${b}`);
        return a;
      },
    },
  });
  const [x, y] = ["(f x)", "(f y)"].map((term) => addTerm(graph, term)) as [number, number];
  const rules = [rewrite(graph, "same", "(f ?a)", "(f x)"), rewrite(graph, "wrong", "x", "y")];
  expect(() => new Runner(graph, rules).run()).toThrow("x is not y");
  expect(graph.clean).toBe(true);
  expect(graph.find(x)).toBe(graph.find(y));
  const [one, other] = ["x", "y"].map((term) => lookupTerm(graph, term)) as [number, number];
  expect(one).toBe(other);
  expect(graph.data(one)).toBe("x");
});

test("steps are a run; a run that is over stays so", () => {
  const make = (): [EGraph, Runner] => {
    const graph = new EGraph();
    return [graph, new Runner(graph, explosive(graph), { clock: () => 0, limits: { nodes: 500 } })];
  };
  const [whole, runner] = make();
  const report = runner.run();
  const [graph, stepper] = make();
  expect(stepper.stats()).toMatchObject({ stop: undefined, iterations: [] });
  let steps = 1;
  while (stepper.step()) steps++;
  expect(stepper.stats()).toEqual(report);
  expect(steps).toBe(report.iterations.length);
  expect(graph.hash()).toBe(whole.hash());
  expect(stepper.step()).toBe(false);
  expect(graph.hash()).toBe(whole.hash());
});

test("rules that make a class a part of itself end, and leave a finite term", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(f x)");
  const rules = [
    rewrite(graph, "identity", "?x", "(id ?x)"),
    rewrite(graph, "zero", "?x", "(+ ?x 0)"),
  ];
  expect(new Runner(graph, rules).run().stop).toBe("saturated");
  expect(graph.nodesWith(graph.operator("id")).map((n) => graph.child(n, 0))).toContain(root);
  const best = extractTree(graph, [root], (node) => (graph.op(node) === graph.op(root) ? 9 : 1));
  expect(printTerm(termOf(graph, best, root))).toBe("(f x)");
  expectValid(graph);
});

test("pending unions are no hindrance", () => {
  const graph = new EGraph();
  graph.union(addTerm(graph, "(f a)"), addTerm(graph, "(f b)"));
  expect(graph.clean).toBe(false);
  const report = new Runner(graph, [rewrite(graph, "f", "(f ?a)", "?a")]).run();
  expect(report.stop).toBe("saturated");
  expect(graph.classCount).toBe(1);
});

test("no rules, or an empty graph: saturated", () => {
  const graph = new EGraph();
  const rules = mathRules(graph);
  for (const some of [[], rules]) {
    const report = new Runner(graph, some).run();
    expect([report.stop, report.iterations.length]).toEqual(["saturated", 1]);
  }
});

test("reasons number the rows of matches", () => {
  const graph = new EGraph({ proofs: true });
  const [a, b] = [addTerm(graph, "(f a)"), addTerm(graph, "(f b)")];
  const rules = [
    rewrite(graph, "fg", "(f ?x)", "(g ?x)"),
    rewrite(graph, "gh", "(g ?x)", "(h ?x)"),
    rewrite(graph, "computed", "(h ?x)", () => addTerm(graph, "end")),
  ];
  const log: string[] = [];
  const runner = new Runner(graph, rules, {
    reasons: (rule, matches, from, to) => {
      const first = log.length;
      for (let row = from; row < to; row++) log.push(`${rule.name} ${matches.rows[row * 2 + 1]}`);
      return first;
    },
  });
  expect(runner.run().stop).toBe("saturated");
  const why = (x: number, y: number): string[] => graph.reasons(x, y).map((r) => log[r] as string);
  const [xa, xb] = [graph.child(a, 0), graph.child(b, 0)];
  expect(why(a, addTerm(graph, "(g a)"))).toEqual([`fg ${xa}`]);
  expect(why(b, addTerm(graph, "(h b)"))).toEqual([`gh ${xb}`]);
  expect(why(a, b)).toEqual([`computed ${xa}`, `computed ${xb}`]);
});

test("rules that take time without matching are in the report", () => {
  const graph = new EGraph();
  addTerm(graph, "(f a)");
  let now = 0;
  const when = (): boolean => {
    now += 1000;
    return false;
  };
  const rules = [
    rewrite(graph, "fast", "(nothing ?x)", "?x"),
    rewrite(graph, "slow", "(f ?x)", "?x", { when }),
  ];
  const report = new Runner(graph, rules, { clock: () => now }).run();
  const [, ...lines] = String(report).split("\n");
  expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
    "rule",
    "slow",
    "nodes by iteration: 2",
  ]);
});

test("the report says which rule blows up", () => {
  const graph = new EGraph();
  for (const term of MATH_TERMS) addTerm(graph, term);
  const rules = [
    ...explosive(graph).slice(1),
    rewrite(graph, "never", "(nothing ?x)", "?x"),
    rewrite(graph, "sub", "(- ?a ?b)", "(+ ?a (* -1 ?b))"),
  ];
  const report = new Runner(graph, rules, { clock: () => 0, limits: { iterations: 5 } }).run();
  expect(report.rules.map(({ rule, matches, nodes }) => [rule, matches, nodes])).toEqual([
    ["associate", 1837, 733],
    ["commute", 1304, 639],
    ["sub", 20, 9],
    ["never", 0, 0],
  ]);
  expect(String(report)).toMatchInlineSnapshot(`
    "iterations after 5 iterations: 1271 nodes, 250 classes; rebuilding took 0.0 ms
    rule       matches  applied  unions  nodes  search ms  apply ms  banned
    associate     1837      836     493    733        0.0       0.0       0
    commute       1304     1304     651    639        0.0       0.0       0
    sub             20       20       4      9        0.0       0.0       0
    nodes by iteration: 79 135 344 893 1271"
  `);
});
