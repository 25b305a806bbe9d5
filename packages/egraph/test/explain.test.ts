import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Application,
  addTerm,
  checkProof,
  EGraph,
  type Extraction,
  explain,
  explainExtraction,
  extractDag,
  extractTree,
  flatten,
  type Id,
  Journal,
  type Proof,
  type ProofRule,
  type ProofRules,
  type ProofTerm,
  parseTerm,
  printProof,
  proofLength,
  Runner,
  rewrite,
  rewriteAll,
  simple,
} from "../src/index.ts";
import { MATH_RULES, MATH_TERMS } from "./math.ts";
import { growth, history, Pair } from "./script.ts";

const text = (term: ProofTerm): string =>
  term.children.length === 0 ? term.op : `(${[term.op, ...term.children.map(text)].join(" ")})`;

/** Every pair of equal ids of a random history has a proof, of the very terms, from the unions alone. */
function expectProofs(pair: Pair): void {
  const { graph, ids, unions, reference } = pair;
  const write = (op: number, arg: number): string => `op${op}_${arg}`;
  const termOf = (handle: number): string => {
    const { op, arg, children } = reference.terms[handle] as (typeof reference.terms)[number];
    const name = arg === 0 ? `op${op}` : write(op, arg);
    return children.length === 0 ? name : `(${[name, ...children.map(termOf)].join(" ")})`;
  };
  const rules: ProofRules = {
    rules: new Map(
      unions.map(([a, b], i): [string, ProofRule] => [
        `u${i}`,
        { left: parseTerm(termOf(a)), right: parseTerm(termOf(b)) },
      ]),
    ),
    commutative: new Set([2, 3].flatMap((op) => [`op${op}`, write(op, 1), write(op, 2)])),
  };
  for (const [a, x] of ids.entries())
    for (const [b, y] of ids.entries()) {
      if (a === b || graph.find(x) !== graph.find(y)) continue;
      const describe = (reason: number): Application => ({ rule: `u${reason}` });
      for (const flat of [0, 1000]) {
        const proof = explain(graph, x, y, describe, { write, flat });
        expect(text(proof.start)).toBe(termOf(a));
        expect(text(proof.end)).toBe(termOf(b));
        expect(checkProof(proof, rules)).toBeUndefined();
      }
    }
}

test("random equalities have proofs that hold", () => {
  fc.assert(
    fc.property(growth, (script) => expectProofs(new Pair({ proofs: true }).run(script))),
    { numRuns: 50 },
  );
});

test("equalities have proofs after restoring too", () => {
  fc.assert(
    fc.property(history, (script) => expectProofs(new Pair({ proofs: true }).run(script))),
    { numRuns: 50 },
  );
});

const mathRules: ProofRules = {
  rules: new Map(
    MATH_RULES.map(([left, right]) => [
      `${left} => ${right}`,
      { left: parseTerm(left), right: parseTerm(right) },
    ]),
  ),
};

/** A graph saturated with rules, and its journal. */
function saturated(
  rules: readonly (readonly [string, string])[],
  terms: readonly string[],
  iterations: number,
): { graph: EGraph; journal: Journal; ids: Id[] } {
  const graph = new EGraph({ proofs: true });
  const ids = terms.map((term) => addTerm(graph, term));
  const journal = new Journal(graph);
  const made = rules.map(([left, right]) => rewrite(graph, `${left} => ${right}`, left, right));
  const limits = { iterations };
  new Runner(graph, made, { scheduler: simple(), reasons: journal.reasons, limits }).run();
  return { graph, journal, ids };
}

test("what rules made equal is explained by their applications", () => {
  const { graph, journal } = saturated(MATH_RULES, MATH_TERMS, 5);
  for (const id of graph.classes())
    for (const node of graph.nodes(id)) {
      const proof = explain(graph, id, node, journal);
      expect(checkProof(proof, mathRules)).toBeUndefined();
    }
});

test("a runner explains what it did", () => {
  const graph = new EGraph({ proofs: true });
  const start = addTerm(graph, "(* (* x 2) y)");
  const rules = [
    rewrite(graph, "swap", "(* ?a ?b)", "(* ?b ?a)"),
    rewrite(graph, "double", "(* ?a 2)", "(+ ?a ?a)"),
  ];
  const goal = addTerm(graph, "(* y (+ x x))");
  const runner = new Runner(graph, rules, { journal: new Journal(graph) });
  expect(runner.run().stop).toBe("saturated");
  const { steps } = runner.explain(start, goal);
  expect(steps.map((step) => (step.kind === "rule" ? step.rule : step.kind)).sort()).toEqual([
    "double",
    "swap",
  ]);
  const extraction = extractTree(graph, [start], (node) =>
    graph.operatorName(graph.op(node)) === "*" ? 9 : 1,
  );
  expect(text(runner.explainExtraction(start, extraction).end)).toContain("(+ x x)");
  const plain = new Runner(graph, rules);
  expect(() => plain.explain(start, goal)).toThrow("{ journal: new Journal(graph) }");
});

test("a proof reads as one does it on paper", () => {
  const { graph, journal, ids } = saturated(
    [
      ["(* ?a 2)", "(<< ?a 1)"],
      ["(* ?a ?b)", "(* ?b ?a)"],
    ],
    ["(+ (* 2 x) y)"],
    3,
  );
  const goal = addTerm(graph, "(+ (<< x 1) y)");
  const proof = explain(graph, ids[0] as Id, goal, journal);
  expect(printProof(proof)).toBe(
    [
      "  (+ (* 2 x) y)",
      "    by (* ?a ?b) => (* ?b ?a) at 0, with ?a = 2, ?b = x",
      "= (+ (* x 2) y)",
      "    by (* ?a 2) => (<< ?a 1) at 0, with ?a = x",
      "= (+ (<< x 1) y)",
    ].join("\n"),
  );
});

test("what was extracted is explained from the original", () => {
  const { graph, journal, ids } = saturated(MATH_RULES, MATH_TERMS, 6);
  for (const [i, id] of ids.entries()) {
    const extraction = extractTree(graph, [id], (node) => (graph.op(node) === 0 ? 7 : 1));
    const proof = explainExtraction(graph, id, extraction, journal);
    expect(text(proof.start)).toBe(MATH_TERMS[i]);
    expect(checkProof(proof, mathRules)).toBeUndefined();
    let cost = 0;
    const add = (term: ProofTerm): void => {
      cost += graph.operator(term.op) === 0 ? 7 : 1;
      for (const child of term.children) add(child);
    };
    add(proof.end);
    expect(cost).toBe(extraction.cost);
  }
});

test("a proof is small where its chain is exponential", () => {
  const graph = new EGraph({ proofs: true });
  const [a, b, c] = ["a", "b", "c"].map((name) => addTerm(graph, name)) as [Id, Id, Id];
  const pair = graph.operator("pair");
  const tower = (of: Id): Id => {
    let id = of;
    for (let i = 0; i < 100; i++) id = graph.add(pair, 0, [id, id]);
    return id;
  };
  const [left, right] = [tower(a), tower(c)];
  graph.union(a, b, 0);
  graph.union(b, c, 1);
  graph.rebuild();
  const proof = explain(graph, left, right, (reason) => ({ rule: `u${reason}` }));
  expect(proofLength(proof)).toBe(2 ** 101);
  expect(flatten(proof)).toBeUndefined();
  expect(proof.lemmas.length).toBe(100);
  const axiom = (l: string, r: string): ProofRule => ({ left: parseTerm(l), right: parseTerm(r) });
  const rules = new Map([
    ["u0", axiom("a", "b")],
    ["u1", axiom("b", "c")],
  ]);
  expect(checkProof(proof, { rules })).toBeUndefined();
  expect(printProof(proof).length).toBeLessThan(100_000);
});

test("terms may be deep", () => {
  const graph = new EGraph({ proofs: true });
  const [a, b] = ["a", "b"].map((name) => addTerm(graph, name)) as [Id, Id];
  const f = graph.operator("f");
  const deep = (of: Id): Id => {
    let id = of;
    for (let i = 0; i < 4000; i++) id = graph.add(f, 0, [id]);
    return id;
  };
  const [left, right] = [deep(a), deep(b)];
  graph.union(a, b, 0);
  graph.rebuild();
  const proof = explain(graph, left, right, () => ({ rule: "u" }));
  expect(proof.steps.map(({ place }) => place.length)).toEqual([4000]);
  const rules = new Map([["u", { left: parseTerm("a"), right: parseTerm("b") }]]);
  expect(checkProof(proof, { rules })).toBeUndefined();
});

test("extracted terms may be deep, and shared", () => {
  const graph = new EGraph({ proofs: true });
  const [a, b] = ["a", "b"].map((name) => addTerm(graph, name)) as [Id, Id];
  const f = graph.operator("f");
  let [chain, tower] = [a, a];
  for (let i = 0; i < 4000; i++) chain = graph.add(f, 0, [chain]);
  for (let i = 0; i < 100; i++) tower = graph.add(f, 0, [tower, tower]);
  graph.union(a, b, 0);
  graph.rebuild();
  const cheapest = (root: Id): Extraction => extractDag(graph, [root], (n) => (n === a ? 5 : 1));
  const describe = (): Application => ({ rule: "u" });
  const lengths = [chain, tower].map((root) => {
    const proof = explainExtraction(graph, root, cheapest(root), describe);
    const rules = new Map([["u", { left: parseTerm("a"), right: parseTerm("b") }]]);
    expect(checkProof(proof, { rules })).toBeUndefined();
    return proofLength(proof);
  });
  expect(lengths).toEqual([1, 2 ** 100]);
});

test("a rule with several roots rests on its other left sides", () => {
  const graph = new EGraph({ proofs: true });
  const [left, other] = [addTerm(graph, "(mul x a)"), addTerm(graph, "(mul x b)")];
  const journal = new Journal(graph);
  const [lefts, rights] = [
    ["(mul ?x ?a)", "(mul ?x ?b)"],
    ["(first (mul ?x (both ?a ?b)))", "(second (mul ?x (both ?a ?b)))"],
  ];
  const rule = rewriteAll(graph, "merge", lefts, rights);
  new Runner(graph, [rule], { reasons: journal.reasons, limits: { iterations: 1 } }).run();
  const goal = addTerm(graph, "(second (mul x (both a b)))");
  const proof = explain(graph, other, goal, journal);
  const [step] = proof.steps;
  if (step?.kind !== "rule") throw new Error();
  expect([step.root, step.premises.map(text)]).toEqual([1, ["(mul x a)"]]);
  expect(printProof(proof)).toContain("by merge, with ?x = x, ?a = a, ?b = b, beside (mul x a)");
  const [l0, l1, r0, r1] = [...lefts, ...rights].map((side) => parseTerm(side));
  if (!l0 || !l1 || !r0 || !r1) throw new Error();
  const merge = [
    { left: l0, right: r0, premises: [l1] },
    { left: l1, right: r1, premises: [l0] },
  ];
  expect(checkProof(proof, { rules: new Map([["merge", merge]]) })).toBeUndefined();
  const swapped = { rules: new Map([["merge", merge.toReversed()]]) };
  expect(checkProof(proof, swapped)?.message).toContain("does not turn");
  expect(graph.find(left)).not.toBe(graph.find(other));
});

test("conditions are told as facts and checked anew", () => {
  const graph = new EGraph({ proofs: true });
  const start = addTerm(graph, "(/ (* x 3) 3)");
  const journal = new Journal(graph, {
    facts: (rule, row) => {
      const slot = rule.variables?.get("?b") as number;
      return [`${graph.operatorName(graph.op(row[slot] as number))} is not 0`];
    },
  });
  const rule = rewrite(graph, "div", "(/ (* ?a ?b) ?b)", "?a");
  new Runner(graph, [rule], { reasons: journal.reasons }).run();
  const proof = explain(graph, start, addTerm(graph, "x"), journal);
  expect(printProof(proof)).toContain("by div, with ?a = x, ?b = 3, since 3 is not 0");
  const check = (zero: string): string | undefined =>
    checkProof(proof, {
      rules: new Map([
        [
          "div",
          {
            left: parseTerm("(/ (* ?a ?b) ?b)"),
            right: parseTerm("?a"),
            condition: (bindings) =>
              bindings.some((at) => at.variable === "?b" && "term" in at && at.term.op !== zero),
          },
        ],
      ]),
    })?.message;
  expect(check("0")).toBeUndefined();
  expect(check("3")).toBe("the condition of div does not hold");
});

test("what an analysis folded is explained by the computation", () => {
  const notes: Application[] = [];
  const graph: EGraph<number | undefined> = new EGraph<number | undefined>({
    proofs: true,
    analysis: {
      make(g, node) {
        if (g.op(node) === number) return g.argument(g.arg(node)) as number;
        const values = g.children(node).map((child) => g.data(child));
        return g.op(node) === plus && values.every((value) => value !== undefined)
          ? values.reduce((a, b) => a + b, 0)
          : undefined;
      },
      join: (a, b) => a ?? b,
      modify(g, id) {
        const value = g.data(id);
        if (value === undefined) return;
        const folded = literal(value);
        if (g.find(folded) === g.find(id)) return;
        // What was computed: the first sum of this class whose operands are known.
        const sum = g.nodes(id).find((node) => g.op(node) === plus) as Id;
        const operand = (child: Id): { kind: "node"; op: number; arg: number; children: [] } => ({
          kind: "node",
          op: number,
          arg: g.intern(`${g.data(child)}`, g.data(child)),
          children: [],
        });
        const left = { kind: "node", op: plus, children: g.children(sum).map(operand) } as const;
        g.union(id, folded, notes.push({ rule: "fold", sides: [{ left }] }) - 1);
      },
    },
  });
  const plus = graph.operator("+", { commutative: true });
  const number = graph.operator("number");
  const literal = (value: number): Id => graph.add(number, graph.intern(`${value}`, value), []);
  const x = graph.add(graph.operator("x"), 0, []);
  const start = graph.add(plus, 0, [graph.add(plus, 0, [x, literal(3)]), literal(4)]);
  graph.rebuild();
  graph.union(x, literal(2), notes.push({ rule: "known" }) - 1);
  graph.rebuild();
  const proof = explain(graph, start, literal(9), (reason) => notes[reason] as Application);
  const value = (term: ProofTerm): number =>
    term.op === "number"
      ? (term.value as number)
      : value(term.children[0] as ProofTerm) + value(term.children[1] as ProofTerm);
  const rules = new Map<string, ProofRule>([
    ["fold", { computed: (left, right) => value(left) === value(right) }],
    ["known", { left: parseTerm("x"), right: { op: "number", value: 2, children: [] } }],
  ]);
  expect(checkProof(proof, { rules, commutative: new Set(["+"]) })).toBeUndefined();
  const used = proof.steps.map((step) => (step.kind === "rule" ? step.rule : step.kind));
  expect(used).toEqual(["known", "fold", "fold"]);
});

test("rules over any number of children are explained with their sequences", () => {
  const graph = new EGraph({ proofs: true });
  const sum = graph.operator("sum");
  const ids = ["a", "b", "c", "d"].map((name) => addTerm(graph, name));
  const inner = graph.add(sum, 0, ids.slice(1, 3));
  const start = graph.add(sum, 0, [ids[0] as Id, inner, ids[3] as Id]);
  const built = graph.add(sum, 0, ids);
  const rest = { kind: "sequence", sequence: 0 } as const;
  const middle = { kind: "sequence", sequence: 1 } as const;
  const last = { kind: "sequence", sequence: 2 } as const;
  graph.union(start, built, 5);
  graph.rebuild();
  const proof = explain(graph, start, built, () => ({
    rule: "flatten",
    sides: [
      {
        left: {
          kind: "node",
          op: sum,
          children: [rest, { kind: "node", op: sum, children: [middle] }, last],
        },
        right: { kind: "node", op: sum, children: [rest, middle, last] },
      },
    ],
    sequences: [ids.slice(0, 1), ids.slice(1, 3), ids.slice(3)],
    sequenceVariables: new Map([["...xs", 0]]),
  }));
  const [xs, ys, zs] = ["...xs", "...ys", "...zs"].map((sequence) => ({ sequence }));
  if (!xs || !ys || !zs) throw new Error();
  const flattening: ProofRule = {
    left: { op: "sum", children: [xs, { op: "sum", children: [ys] }, zs] },
    right: { op: "sum", children: [xs, ys, zs] },
  };
  expect(printProof(proof)).toContain("by flatten, with ...xs = [a]");
  expect(checkProof(proof, { rules: new Map([["flatten", flattening]]) })).toBeUndefined();
  const wrong: ProofRule = { ...flattening, right: { op: "sum", children: [xs, zs, ys] } };
  expect(checkProof(proof, { rules: new Map([["flatten", wrong]]) })?.message).toContain(
    "does not turn",
  );
});

test("what cannot be explained is refused", () => {
  const plain = new EGraph();
  const x = addTerm(plain, "x");
  const describe = (): Application => ({ rule: "u" });
  expect(() => explain(plain, x, x, describe)).toThrow("{ proofs: true }");
  const graph = new EGraph({ proofs: true });
  const [a, b] = ["a", "b"].map((name) => addTerm(graph, name)) as [Id, Id];
  expect(() => explain(graph, a, b, describe)).toThrow("not known to be equal");
  graph.union(a, b, 0);
  expect(() => explain(graph, a, b, describe)).toThrow("unions pending");
  graph.rebuild();
  const c = { kind: "node", op: graph.operator("c"), children: [] } as const;
  expect(() =>
    explain(graph, a, b, () => ({ rule: "wrong", sides: [{ left: c, right: c }] })),
  ).toThrow("its sides are not what was united");
  expect(() => new Journal(graph).describe(0)).toThrow("not one of this journal");
  const given = explain(graph, a, b, describe);
  expect(checkProof(given, { rules: new Map() })?.message).toBe("there is no rule u");
});

test("a journal forgets what no equation rests on", () => {
  const graph = new EGraph({ proofs: true });
  const journal = new Journal(graph);
  const rules = MATH_RULES.map(([l, r]) => rewrite(graph, `${l} => ${r}`, l, r));
  for (const term of MATH_TERMS) addTerm(graph, term);
  const run = (iterations: number): void => {
    const options = { scheduler: simple(), reasons: journal.reasons, limits: { iterations } };
    new Runner(graph, rules, options).run();
  };
  run(3);
  const sizes: number[] = [];
  for (let round = 0; round < 12; round++) {
    const mark = graph.mark();
    run(3);
    graph.restore(mark);
    sizes.push(journal.bytes);
  }
  expect(Math.max(...sizes)).toBeLessThan(3 * (sizes[5] as number));
  run(2);
  for (const id of graph.classes())
    for (const node of graph.nodes(id))
      expect(checkProof(explain(graph, id, node, journal), mathRules)).toBeUndefined();
});

test("the checker shares no code with the engine", () => {
  const source = readFileSync(new URL("../src/explain/check.ts", import.meta.url), "utf8");
  const imports = source.match(/^import.*$/gm) ?? [];
  expect(imports.every((line) => line.startsWith("import type"))).toBe(true);
  expect(source).not.toMatch(/import\(|require/);
});

test("a proof is plain data", () => {
  const { graph, journal, ids } = saturated(MATH_RULES, MATH_TERMS, 4);
  const goal = addTerm(graph, "(+ (* y (+ y x)) (- (+ 2 x) (+ x x)))");
  const proof = explain(graph, ids[5] as Id, goal, journal);
  const copy: Proof = JSON.parse(JSON.stringify(proof));
  expect(copy).toEqual(proof);
  expect(checkProof(copy, mathRules)).toBeUndefined();
});
