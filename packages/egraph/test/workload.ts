/** One run through the engine that says all that it did, to be compared between places where it runs. */
import {
  type Analysis,
  addTerm,
  deserialize,
  EGraph,
  type EGraphOptions,
  explain,
  extractDag,
  extractTree,
  Journal,
  printProof,
  printTerm,
  Runner,
  rewrite,
  rewriteAll,
  serialize,
  simple,
  termOf,
} from "../src/index.ts";
import { MATH_RULES, MATH_TERMS } from "./math.ts";

/** What happened, line by line. */
export type Account = readonly string[];

/** Grows, marks, restores, extracts, explains, writes and reads e-graphs that are made with these options. */
export function workload(options: Pick<EGraphOptions<undefined>, "wasm"> = {}): Account {
  const lines: string[] = [];
  grow(lines, options);
  search(lines, options);
  fold(lines, options);
  explainOne(lines, options);
  return lines;
}

function mathRules(graph: EGraph) {
  return MATH_RULES.map(([left, right]) => rewrite(graph, `${left} => ${right}`, left, right));
}

/** Egg's math rules with back-off, long enough for queries to be compiled; then programs and files. */
function grow(lines: string[], of: EGraphOptions<undefined>): void {
  const graph = new EGraph(of);
  const roots = MATH_TERMS.map((term) => addTerm(graph, term));
  const runner = new Runner(graph, mathRules(graph), { limits: { iterations: 7, nodes: 20_000 } });
  while (runner.step())
    lines.push(`${graph.nodeCount} nodes, ${graph.classCount} classes, ${graph.hash()}`);
  const report = runner.stats();
  lines.push(`${report.stop}`);
  for (const { rule, matches, applied, unions, nodes } of report.rules)
    lines.push(`${rule}: ${matches} ${applied} ${unions} ${nodes}`);

  const cost = (node: number): number => 1 + 0.1 * graph.op(node);
  for (const extract of [extractTree, extractDag]) {
    const program = extract(graph, roots, cost);
    lines.push(`${extract.name}: ${program.cost}`);
    for (const root of roots) lines.push(printTerm(termOf(graph, program, root)));
  }
  const copy = new EGraph(of);
  deserialize(copy, serialize(graph, { roots, cost }));
  lines.push(`read: ${copy.nodeCount} nodes, ${copy.classCount} classes, ${copy.hash()}`);
}

/** A tree search: each rule alone from the same state, undone; then a join. */
function search(lines: string[], of: EGraphOptions<undefined>): void {
  const graph = new EGraph(of);
  for (const term of MATH_TERMS) addTerm(graph, term);
  const rules = mathRules(graph);
  const options = { scheduler: simple(), limits: { iterations: 2 } };
  new Runner(graph, rules, options).run();
  const before = graph.hash();
  for (const rule of rules) {
    const mark = graph.mark();
    new Runner(graph, [rule], options).run();
    lines.push(`${rule.name}: ${graph.hash()}`);
    graph.restore(mark);
    lines.push(`restored: ${graph.hash() === before}`);
  }
  const join = rewriteAll(
    graph,
    "join",
    ["(* ?a ?b)", "(* ?a ?c)"],
    ["(first (pair ?a ?b ?c))", "(second (pair ?a ?b ?c))"],
  );
  new Runner(graph, [join], options).run();
  lines.push(`join: ${graph.nodeCount} nodes, ${graph.hash()}`);
}

/** An analysis that folds constants, with a condition that reads it and a commutative operator. */
function fold(lines: string[], of: EGraphOptions<undefined>): void {
  const analysis: Analysis<number | undefined> = {
    make(graph, node) {
      const name = graph.operatorName(graph.op(node));
      const [a, b] = graph.children(node).map((child) => graph.data(child));
      if (/^-?\d+$/.test(name)) return Number(name);
      if (a === undefined || b === undefined) return undefined;
      return name === "+" ? a + b : name === "*" ? a * b : undefined;
    },
    join: (a, b) => a ?? b,
    modify(graph, id) {
      const value = graph.data(id);
      if (value !== undefined) graph.union(id, graph.add(graph.operator(`${value}`), 0, []));
    },
  };
  const graph = new EGraph({ ...(of.wasm === undefined ? {} : { wasm: of.wasm }), analysis });
  graph.operator("+", { commutative: true });
  graph.operator("*", { commutative: true });
  const root = addTerm(graph, "(+ (* 3 (+ x 4)) (+ (* 5 y) (* 0 (/ z z))))");
  const rules = [
    rewrite(graph, "distribute", "(* ?a (+ ?b ?c))", "(+ (* ?a ?b) (* ?a ?c))"),
    rewrite(graph, "associate", "(+ (+ ?a ?b) ?c)", "(+ ?a (+ ?b ?c))"),
    rewrite(graph, "one", "(/ ?a ?a)", "1"),
    rewrite(graph, "zero", "(* ?a ?b)", "0", { when: (match) => match.data("?a") === 0 }),
    rewrite(graph, "nothing", "(+ ?a ?b)", "?b", { when: (match) => match.data("?a") === 0 }),
  ];
  const report = new Runner(graph, rules).run();
  const best = extractTree(graph, [root], () => 1);
  lines.push(`${report.stop}: ${graph.hash()}, ${printTerm(termOf(graph, best, root))}`);
}

function explainOne(lines: string[], of: EGraphOptions<undefined>): void {
  const graph = new EGraph({ ...of, proofs: true });
  const a = addTerm(graph, "(+ 0 (+ (* x 1) (- y y)))");
  const b = addTerm(graph, "x");
  const journal = new Journal(graph);
  new Runner(graph, mathRules(graph), {
    limits: { iterations: 5 },
    reasons: journal.reasons,
  }).run();
  lines.push(printProof(explain(graph, a, b, journal.describe)), graph.hash());
}
