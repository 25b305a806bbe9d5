// What the page does with a formula: grow an e-graph by the laws of logic, take the shortest formula, say how it came about.
import {
  addTerm,
  EGraph,
  type EGraphOptions,
  explainExtraction,
  extractTree,
  type Id,
  Journal,
  type ProofTerm,
  parseTerm,
  Runner,
  rewrite,
  type StopReason,
  type Term,
  termOf,
} from "egraph-ts";
import { evaluate, type Piece, parseFormula, writeFormula } from "./formula.ts";

/** The laws, as terms: `&`, `|`, `^` and `<->` are commutative, so no law has to say so. */
export const LAWS: readonly (readonly [name: string, left: string, right: string])[] = [
  ["double negation", "(! (! ?a))", "?a"],
  ["not true", "(! true)", "false"],
  ["not false", "(! false)", "true"],
  ["and true", "(& ?a true)", "?a"],
  ["and false", "(& ?a false)", "false"],
  ["or true", "(| ?a true)", "true"],
  ["or false", "(| ?a false)", "?a"],
  ["and itself", "(& ?a ?a)", "?a"],
  ["or itself", "(| ?a ?a)", "?a"],
  ["contradiction", "(& ?a (! ?a))", "false"],
  ["excluded middle", "(| ?a (! ?a))", "true"],
  ["absorption in and", "(& ?a (| ?a ?b))", "?a"],
  ["absorption in or", "(| ?a (& ?a ?b))", "?a"],
  ["De Morgan of and", "(! (& ?a ?b))", "(| (! ?a) (! ?b))"],
  ["De Morgan of or", "(! (| ?a ?b))", "(& (! ?a) (! ?b))"],
  ["De Morgan, back to and", "(& (! ?a) (! ?b))", "(! (| ?a ?b))"],
  ["De Morgan, back to or", "(| (! ?a) (! ?b))", "(! (& ?a ?b))"],
  ["associativity of and", "(& ?a (& ?b ?c))", "(& (& ?a ?b) ?c)"],
  ["associativity of or", "(| ?a (| ?b ?c))", "(| (| ?a ?b) ?c)"],
  ["and over or", "(& ?a (| ?b ?c))", "(| (& ?a ?b) (& ?a ?c))"],
  ["or over and", "(| ?a (& ?b ?c))", "(& (| ?a ?b) (| ?a ?c))"],
  ["common factor of or", "(| (& ?a ?b) (& ?a ?c))", "(& ?a (| ?b ?c))"],
  ["common factor of and", "(& (| ?a ?b) (| ?a ?c))", "(| ?a (& ?b ?c))"],
  ["arrow as or", "(-> ?a ?b)", "(| (! ?a) ?b)"],
  ["or as arrow", "(| (! ?a) ?b)", "(-> ?a ?b)"],
  ["xor with itself", "(^ ?a ?a)", "false"],
  ["xor with false", "(^ ?a false)", "?a"],
  ["xor with true", "(^ ?a true)", "(! ?a)"],
  ["associativity of xor", "(^ ?a (^ ?b ?c))", "(^ (^ ?a ?b) ?c)"],
  ["xor as or", "(^ ?a ?b)", "(& (| ?a ?b) (! (& ?a ?b)))"],
  ["or as xor", "(& (| ?a ?b) (! (& ?a ?b)))", "(^ ?a ?b)"],
  ["equivalence with itself", "(<-> ?a ?a)", "true"],
  ["equivalence with true", "(<-> ?a true)", "?a"],
  ["associativity of equivalence", "(<-> ?a (<-> ?b ?c))", "(<-> (<-> ?a ?b) ?c)"],
  ["equivalence as xor", "(<-> ?a ?b)", "(! (^ ?a ?b))"],
  ["xor as equivalence", "(! (^ ?a ?b))", "(<-> ?a ?b)"],
];

const LIMITS = { nodes: 4000, iterations: 12 };
/** Iterations that find nothing shorter, after which it ends. */
const PATIENCE = 5;
/** More names have too many lines in a truth table to look at all. */
const MAX_TABLE = 12;

/** One line of the derivation: a formula, and the law that led to it. */
interface Step {
  /** The name of the law. */
  readonly law: string;
  readonly isBackward: boolean;
  /** The formula, with the part that is new marked. */
  readonly pieces: readonly Piece[];
}

/** What became of a formula. */
export interface Simplified {
  readonly input: string;
  readonly output: string;
  /** Connectives, constants and names in each. */
  readonly sizes: { readonly input: number; readonly output: number };
  readonly nodes: number;
  readonly classes: number;
  readonly iterations: number;
  readonly stop: StopReason | undefined;
  /** Laws in the order of the e-nodes they added, with the number of their matches that were applied. */
  readonly laws: readonly {
    readonly name: string;
    readonly applied: number;
    readonly nodes: number;
  }[];
  readonly steps: readonly Step[];
  /** Whether both are equal for all values of their names; undefined: too many names to try. */
  readonly isEqual: boolean | undefined;
}

/** The shortest formula that the laws make of this one. Throws a `FormulaError` for what is no formula. */
export function simplify(text: string): Simplified {
  const input = parseFormula(text);
  const { graph, root, runner } = prepare(input, {});
  let best = extractTree(graph, [root], ONE);
  let found = 0;
  for (let i = 1; i <= found + PATIENCE && runner.step(); i++) {
    const next = extractTree(graph, [root], ONE);
    if (next.cost < best.cost) found = i;
    best = next;
  }
  const report = runner.stats();
  const output = termOf(graph, best, root);
  return {
    input: write(input),
    output: write(output),
    sizes: { input: size(input), output: size(output) },
    nodes: graph.nodeCount,
    classes: graph.classCount,
    iterations: report.iterations.length,
    stop: report.stop,
    laws: report.rules
      .filter(({ applied }) => applied > 0)
      .map(({ rule, applied, nodes }) => ({ name: rule, applied, nodes })),
    steps: derive(input, found),
    isEqual: areEqual(input, output),
  };
}

const ONE = (): number => 1;

function prepare(
  input: Term,
  options: EGraphOptions<undefined>,
): { graph: EGraph; root: Id; runner: Runner; journal: Journal | undefined } {
  const graph = new EGraph(options);
  for (const op of ["&", "|", "^", "<->"]) graph.operator(op, { commutative: true });
  const root = addTerm(graph, input);
  const journal = options.proofs ? new Journal(graph) : undefined;
  const rules = LAWS.map(([name, left, right]) => rewrite(graph, name, left, right));
  const reasons = journal ? { reasons: journal.reasons } : {};
  return { graph, root, journal, runner: new Runner(graph, rules, { limits: LIMITS, ...reasons }) };
}

/**
 * How the output comes about. The same input grows the same graph, so it is grown once more, with proofs and
 * only as far as it took to find the output: what came later would only be more to look through.
 */
function derive(input: Term, iterations: number): Step[] {
  const { graph, root, runner, journal } = prepare(input, { proofs: true });
  for (let i = 0; i < iterations; i++) runner.step();
  const best = extractTree(graph, [root], ONE);
  const { steps } = explainExtraction(graph, root, best, (journal as Journal).describe, {
    flat: Number.POSITIVE_INFINITY,
  });
  const whole = follow(input, steps);
  // That sides change places goes without saying, but at the end.
  return steps.flatMap((step, i) => {
    if (step.kind !== "rule" && i < steps.length - 1) return [];
    return {
      law: step.kind === "rule" ? step.rule : "commutativity",
      isBackward: step.kind === "rule" && step.direction === "backward",
      pieces: writeFormula(whole[i] as Term, step.place),
    };
  });
}

/** The whole formula after each step. */
function follow(
  start: Term,
  steps: readonly { readonly place: readonly number[]; readonly after: ProofTerm }[],
): Term[] {
  let term = start;
  return steps.map(({ place, after }) => {
    term = replace(term, place, after);
    return term;
  });
}

function replace(term: Term, [first, ...rest]: readonly number[], part: Term): Term {
  if (first === undefined || "variable" in term) return part;
  const child = term.children[first] as Term;
  return { op: term.op, children: term.children.with(first, replace(child, rest, part)) };
}

function write(term: Term): string {
  return writeFormula(term)
    .map(({ text }) => text)
    .join("");
}

function size(term: Term): number {
  return "variable" in term ? 1 : term.children.reduce((sum, child) => sum + size(child), 1);
}

function names(term: Term, found: Set<string>): Set<string> {
  if ("variable" in term) return found;
  const isName = term.children.length === 0 && term.op !== "true" && term.op !== "false";
  if (isName) found.add(term.op);
  for (const child of term.children) names(child, found);
  return found;
}

/** Tries all values: the engine is not asked about its own work. */
export function areEqual(a: Term, b: Term): boolean | undefined {
  const all = [...names(b, names(a, new Set()))];
  if (all.length > MAX_TABLE) return undefined;
  for (let row = 0; row < 1 << all.length; row++) {
    const truths = new Set(all.filter((_, i) => (row >> i) & 1));
    if (evaluate(a, truths) !== evaluate(b, truths)) return false;
  }
  return true;
}

/** A law as people write it, from right to left if `isBackward`; nothing for what is no law. */
export function writeLaw(name: string, isBackward = false): string {
  const law = LAWS.find(([known]) => known === name);
  if (!law) return "";
  const [, left, right] = law;
  const sides = [left, right].map((side) => write(parseTerm(side.replaceAll("?", ""))));
  return (isBackward ? sides.reverse() : sides).join(" = ");
}
