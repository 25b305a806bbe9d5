import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addTerm,
  type Chain,
  checkProof,
  EGraph,
  explain,
  extractTree,
  flatten,
  type Id,
  Journal,
  type Proof,
  type ProofRules,
  type ProofStep,
  type ProofTerm,
  parseTerm,
  proofLength,
  Runner,
  rewrite,
  simple,
} from "../src/index.ts";

const LAWS: readonly (readonly [name: string, left: string, right: string])[] = [
  ["distribute", "(* ?a (+ ?b ?c))", "(+ (* ?a ?b) (* ?a ?c))"],
  ["regroup", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"],
  ["square", "(* ?x ?x)", "(pow ?x 2)"],
  ["zero", "(+ ?a 0)", "?a"],
  ["swap", "(* ?a ?b)", "(* ?b ?a)"],
];

const rules: ProofRules = {
  rules: new Map(
    LAWS.map(([name, left, right]) => [name, { left: parseTerm(left), right: parseTerm(right) }]),
  ),
};

/** A proof of several rules in both directions, at several places. */
function example(options: { readonly flat?: number } = {}): Proof {
  const graph = new EGraph({ proofs: true });
  const [start, end] = ["(* (+ x 0) (+ x (+ y x)))", "(+ (+ (pow x 2) (* y x)) (pow x 2))"].map(
    (term) => addTerm(graph, term),
  ) as [Id, Id];
  const journal = new Journal(graph);
  const made = LAWS.map(([name, left, right]) => rewrite(graph, name, left, right));
  const limits = { iterations: 5 };
  new Runner(graph, made, { scheduler: simple(), reasons: journal.reasons, limits }).run();
  return explain(graph, start, end, journal, options);
}

/** The proof with another step in place of one. */
function withStep(proof: Proof, i: number, change: Partial<ProofStep>): Proof {
  const steps = proof.steps.with(i, { ...proof.steps[i], ...change } as ProofStep);
  return { ...proof, steps };
}

const leaf = (op: string): ProofTerm => ({ op, children: [] });

/** The term with its first leaf replaced. */
function mutated(term: ProofTerm): ProofTerm {
  if (term.children.length === 0) return leaf(`${term.op}'`);
  return { ...term, children: term.children.with(0, mutated(term.children[0] as ProofTerm)) };
}

test("a true proof is accepted", () => {
  const proof = example();
  expect(proof.steps.length).toBeGreaterThan(4);
  expect(new Set(proof.steps.map(({ place }) => place.length)).size).toBeGreaterThan(1);
  expect(checkProof(proof, rules)).toBeUndefined();
});

test("no step of a proof can be changed unnoticed", () => {
  const proof = example();
  for (const [i, step] of proof.steps.entries()) {
    if (step.kind !== "rule") throw new Error();
    const refuse = (change: Partial<ProofStep>): void => {
      const fault = checkProof(withStep(proof, i, change), rules);
      expect(fault, `${JSON.stringify(change)} at ${i}`).toBeDefined();
      expect(fault?.step).toBeGreaterThanOrEqual(i);
    };
    for (const [rule] of LAWS) if (rule !== step.rule) refuse({ rule });
    refuse({ rule: "hearsay" });
    refuse({ rule: "__proto__" });
    refuse({ root: 1 });
    if (step.rule !== "swap")
      refuse({ direction: step.direction === "forward" ? "backward" : "forward" });
    refuse({ place: [...step.place, 0] });
    refuse({ place: [...step.place, 7] });
    refuse({ place: [-1] });
    refuse({ place: ["length"] } as unknown as Partial<ProofStep>);
    if (step.place.length > 0) refuse({ place: step.place.slice(1) });
    refuse({ before: mutated(step.before) });
    refuse({ after: mutated(step.after) });
    refuse({ before: step.after, after: step.before });
    refuse({ premises: [leaf("x")] });
    refuse({ bindings: [{ variable: "?nobody", term: leaf("x") }] });
    refuse({
      bindings: step.bindings.map((binding) =>
        "term" in binding ? { ...binding, term: mutated(binding.term) } : binding,
      ),
    });
    refuse({ kind: "commute" });
    refuse({ kind: "lemma", lemma: 0 });
    refuse({ kind: "faith" } as unknown as Partial<ProofStep>);
    const without = { ...proof, steps: proof.steps.toSpliced(i, 1) };
    expect(checkProof(without, rules)).toBeDefined();
  }
});

test("neither the ends of a proof nor its rules can be changed unnoticed", () => {
  const proof = example();
  expect(checkProof({ ...proof, start: mutated(proof.start) }, rules)).toBeDefined();
  expect(checkProof({ ...proof, end: mutated(proof.end) }, rules)).toEqual({
    lemma: undefined,
    step: proof.steps.length,
    message: "the steps do not arrive at the end",
  });
  expect(checkProof({ ...proof, steps: proof.steps.toReversed() }, rules)).toBeDefined();
  const used = new Set(proof.steps.map((step) => (step.kind === "rule" ? step.rule : "")));
  for (const name of used) {
    const without = new Map([...rules.rules].filter(([other]) => other !== name));
    expect(checkProof(proof, { rules: without })?.message).toBe(`there is no rule ${name}`);
  }
});

test("lemmas are checked and used in order only", () => {
  const graph = new EGraph({ proofs: true });
  const [a, b, c] = ["a", "b", "c"].map((name) => addTerm(graph, name)) as [Id, Id, Id];
  const [left, right] = [a, c].map((id) => {
    const inner = graph.add(graph.operator("g"), 0, [id, id]);
    return graph.add(graph.operator("f"), 0, [inner, inner]);
  }) as [Id, Id];
  graph.union(a, b, 0);
  graph.union(b, c, 1);
  graph.rebuild();
  const proof = explain(graph, left, right, (reason) => ({ rule: `u${reason}` }), { flat: 0 });
  const facts: ProofRules = {
    rules: new Map([
      ["u0", { left: parseTerm("a"), right: parseTerm("b") }],
      ["u1", { left: parseTerm("b"), right: parseTerm("c") }],
    ]),
  };
  expect([proof.lemmas.length, proofLength(proof)]).toEqual([2, 8]);
  expect(checkProof(proof, facts)).toBeUndefined();
  const [first, second] = proof.lemmas as [Chain, Chain];
  expect(checkProof({ ...proof, lemmas: [second, first] }, facts)).toBeDefined();
  expect(checkProof({ ...proof, lemmas: [first] }, facts)).toBeDefined();
  const empty = { ...first, steps: [] };
  expect(checkProof({ ...proof, lemmas: [empty, second] }, facts)?.lemma).toBe(0);
  const circular: Chain = {
    ...first,
    steps: [
      {
        kind: "lemma",
        lemma: 0,
        direction: "forward",
        place: [],
        before: first.start,
        after: first.end,
      },
    ],
  };
  expect(checkProof({ ...proof, lemmas: [circular, second] }, facts)).toEqual({
    lemma: 0,
    step: 0,
    message: "lemma 0 is not among those before",
  });
  for (const lemma of [-1, 2, 0.5, Number.NaN])
    expect(checkProof(withStep(proof, 0, { lemma }), facts)).toBeDefined();
});

test("children change places only where the caller says that they may", () => {
  const [x, y] = [leaf("x"), leaf("y")];
  const [before, after] = [
    { op: "+", children: [x, y] },
    { op: "+", children: [y, x] },
  ];
  const commuted = (to: ProofTerm): Proof => ({
    start: before,
    end: to,
    steps: [{ kind: "commute", place: [], before, after: to }],
    lemmas: [],
  });
  const none = new Map();
  const commutative = new Set(["+"]);
  expect(checkProof(commuted(after), { rules: none, commutative })).toBeUndefined();
  expect(checkProof(commuted(after), { rules: none })?.message).toBe("+ is not commutative");
  for (const wrong of [
    { op: "+", children: [x, x] },
    { op: "+", children: [y, x, x] },
    { op: "*", children: [y, x] },
    { op: "+", value: 1, children: [y, x] },
  ])
    expect(checkProof(commuted(wrong), { rules: none, commutative })).toBeDefined();
});

test("terms differ when their arguments do", () => {
  const number = (value: unknown): ProofTerm => ({ op: "n", value, children: [] });
  const same = (a: unknown, b: unknown): boolean =>
    checkProof(
      { start: number(a), end: number(b), steps: [], lemmas: [] },
      { rules: new Map() },
    ) === undefined;
  const values = [0, -0, Number.NaN, "0", 1n, null, undefined, {}, []];
  for (const [i, a] of values.entries())
    for (const [j, b] of values.entries()) expect(same(a, b)).toBe(i === j);
});

test("terms differ when their operators do, whatever these are called", () => {
  const [x, y] = [leaf("x"), leaf("y")];
  const terms = [
    { op: "f", children: [x, y] },
    { op: "0 f", children: [x] },
    { op: "1 f", children: [x] },
    { op: "1 0 f", children: [] },
    { op: " f", children: [] },
    leaf("f"),
  ];
  for (const [i, a] of terms.entries())
    for (const [j, b] of terms.entries()) {
      // Both terms in one, so that x and y have numbers that the names could be mistaken for.
      const both = (term: ProofTerm): ProofTerm => ({ op: "both", children: [x, y, term] });
      const proof = { start: both(a), end: both(b), steps: [], lemmas: [] };
      const fault = checkProof(proof, { rules: new Map() });
      expect(fault === undefined).toBe(i === j);
    }
});

test("places in deep terms do not take their square: what lies deep is a lemma", () => {
  const levels = 1200;
  const graph = new EGraph({ proofs: true });
  const root = addTerm(graph, `${"(f ".repeat(levels)}x${")".repeat(levels)}`);
  const journal = new Journal(graph);
  const law = ["twice", "(f (f ?x))", "(g ?x)"] as const;
  const runner = new Runner(graph, [rewrite(graph, ...law)], { journal });
  runner.run();
  const proof = runner.explainExtraction(
    root,
    extractTree(graph, [root], () => 1),
  );
  expect(proofLength(proof)).toBe(levels / 2);
  const steps = [...proof.lemmas, proof].flatMap((chain) => chain.steps);
  expect(Math.max(...steps.map(({ place }) => place.length))).toBeLessThan(500);
  const known = new Map([[law[0], { left: parseTerm(law[1]), right: parseTerm(law[2]) }]]);
  expect(checkProof(proof, { rules: known })).toBeUndefined();
  const flat = flatten(proof) as Proof;
  expect(flat.steps.length).toBe(levels / 2);
  expect(checkProof(flat, { rules: known })).toBeUndefined();
});

test("a term in itself is refused", () => {
  const term = { op: "f", children: [] as ProofTerm[] };
  term.children.push(term);
  const proof = { start: term, end: term, steps: [], lemmas: [] };
  expect(checkProof(proof, { rules: new Map() })?.message).toBe("a term is a part of itself");
});

/** Rules over f, g and constants, drawn at random: right sides use the variables of left sides. */
const side = fc.letrec<{ term: string }>((tie) => ({
  term: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("?x", "?y", "a", "b"),
    tie("term").map((t) => `(g ${t})`),
    fc.tuple(tie("term"), tie("term")).map(([t, u]) => `(f ${t} ${u})`),
    fc.tuple(tie("term"), tie("term")).map(([t, u]) => `(c ${t} ${u})`),
  ),
})).term;
const law = fc
  .tuple(side, side)
  .filter(([left]) => left.startsWith("("))
  .map(([left, right]): readonly [string, string] => [
    left,
    right.replace(/\?[xy]/g, (name) => (left.includes(name) ? name : "a")),
  ]);
const ground = side.map((term) => term.replace(/\?[xy]/g, "a"));

test("what random rules make equal has proofs, short ones being no longer", () => {
  fc.assert(
    fc.property(
      fc.array(law, { minLength: 1, maxLength: 4 }),
      fc.array(ground, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (laws, terms, restored) => {
        const graph = new EGraph({ proofs: true });
        graph.operator("c", { commutative: true });
        for (const term of terms) addTerm(graph, term);
        const journal = new Journal(graph);
        const made = laws.map(([left, right], i) => rewrite(graph, `law ${i}`, left, right));
        const run = (nodes: number): void => {
          const limits = { iterations: 4, nodes, matches: 500 };
          new Runner(graph, made, { scheduler: simple(), reasons: journal.reasons, limits }).run();
        };
        if (restored) {
          const mark = graph.mark();
          run(40);
          graph.restore(mark);
        }
        run(60);
        const known: ProofRules = {
          rules: new Map(
            laws.map(([left, right], i) => [
              `law ${i}`,
              { left: parseTerm(left), right: parseTerm(right) },
            ]),
          ),
          commutative: new Set(["c"]),
        };
        for (const id of graph.classes())
          for (const node of graph.nodes(id).slice(0, 12)) {
            const first = explain(graph, id, node, journal.describe, { effort: 0 });
            const short = explain(graph, id, node, journal, { flat: 0 });
            expect(checkProof(first, known)).toBeUndefined();
            expect(checkProof(short, known)).toBeUndefined();
            expect(proofLength(short)).toBeLessThanOrEqual(proofLength(first));
          }
      },
    ),
    { numRuns: 60 },
  );
});

test("a short way is found where the first one was long", () => {
  const graph = new EGraph({ proofs: true });
  const journal = new Journal(graph);
  const names = [..."abcdef"];
  const sum = (order: readonly string[]): string => order.reduceRight((t, x) => `(+ ${x} ${t})`);
  const start = addTerm(graph, sum(names));
  const laws = [
    ["swap", "(+ ?a ?b)", "(+ ?b ?a)"],
    ["left", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"],
    ["right", "(+ (+ ?a ?b) ?c)", "(+ ?a (+ ?b ?c))"],
  ] as const;
  const made = laws.map(([name, left, right]) => rewrite(graph, name, left, right));
  const known: ProofRules = {
    rules: new Map(
      laws.map(([name, left, right]) => [name, { left: parseTerm(left), right: parseTerm(right) }]),
    ),
  };
  new Runner(graph, made, { scheduler: simple(), reasons: journal.reasons }).run();
  const end = addTerm(graph, sum(names.toReversed()));
  const length = (effort: number): number => {
    const proof = explain(graph, start, end, journal, { effort });
    expect(checkProof(proof, known)).toBeUndefined();
    return proofLength(proof);
  };
  expect(length(100_000)).toBeLessThan(length(0));
});
