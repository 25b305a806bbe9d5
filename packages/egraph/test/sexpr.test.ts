import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addTerm,
  EGraph,
  EGraphError,
  extractTree,
  lookupTerm,
  parseTerm,
  printTerm,
  type Syntax,
  type Term,
  termOf,
} from "../src/index.ts";

/** What the call throws, which must be an EGraphError. */
function faultOf(call: () => unknown): EGraphError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(EGraphError);
    return error as EGraphError;
  }
  throw new Error("nothing was thrown");
}

const name = fc.oneof(
  fc.constantFrom("+", "x", "__proto__", "constructor", "", "?a", "a b", "(", ")", '"', "\u2028"),
  fc.string(),
);
const term = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ op: name, children: fc.constant([]) }),
    fc.record({ variable: fc.constantFrom("?a", "?b", "?__proto__", "??") }),
    fc.record({ op: name, children: fc.array(tie("term"), { maxLength: 3 }) }),
  ),
})).term;

/** Without the places. */
function bare(read: Term): Term {
  if ("variable" in read) return { variable: read.variable };
  return { op: read.op, children: read.children.map(bare) };
}

test("what is printed is read back", () => {
  fc.assert(
    fc.property(term, (written) => {
      expect(bare(parseTerm(printTerm(written)))).toEqual(bare(written));
    }),
  );
});

test("spaces and lines between do not matter, (x) is x, and places are kept", () => {
  expect(printTerm(parseTerm('\n ( + (x)\t?a\r\n( * "a b" "?c" ) )'))).toBe(
    '(+ x ?a (* "a b" "?c"))',
  );
  expect(parseTerm(" (f ?a)")).toEqual({
    op: "f",
    children: [{ variable: "?a", column: 5 }],
    column: 2,
  });
});

test.each([
  ["", 1, "no term"],
  ["  ", 1, "no term"],
  ["(+ a", 1, "no ) for this ("],
  ["(+ (* a b)", 1, "no ) for this ("],
  ["a b", 3, "goes on after its end with b"],
  ["(+ a))", 6, "goes on after its end with )"],
  [")", 1, "no ( for this )"],
  ["(+ a ())", 6, "() means nothing"],
  ["((f) a)", 2, "the first thing after ( is an operator"],
  ["(?f a)", 2, "the variable ?f is where an operator belongs"],
  ["(+ a ?)", 6, "a variable needs a name"],
  ['(+ "a', 4, "close it with"],
  ['(+ "\\q" b)', 4, "escape as in JSON"],
])("%s is refused at column %i", (text, column, message) => {
  const fault = faultOf(() => parseTerm(text));
  expect(fault).toMatchObject({ code: "syntax", column });
  expect(fault.message).toContain(message);
  expect(fault.message).toContain(`column ${column}`);
});

test("any text is a term or a typed error", () => {
  const text = fc
    .array(fc.constantFrom("(", ")", " ", "?", '"', "a", "\\", "\n"), { maxLength: 30 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (text) => {
      try {
        parseTerm(text);
      } catch (error) {
        expect(error).toBeInstanceOf(EGraphError);
      }
    }),
  );
});

test("terms nested 100,000 deep are read, added, extracted and printed", () => {
  const depth = 100_000;
  const text = `${"(f ".repeat(depth)}x${")".repeat(depth)}`;
  const graph = new EGraph();
  const root = addTerm(graph, text);
  expect(graph.nodeCount).toBe(depth + 1);
  expect(
    printTerm(
      termOf(
        graph,
        extractTree(graph, [root], () => 1),
        root,
      ),
    ),
  ).toBe(text);
  expect(faultOf(() => parseTerm("(f ".repeat(depth))).column).toBe(3 * depth - 2);
});

test("names of a million characters, and as many atoms, are read at once", () => {
  const long = "x".repeat(1e6);
  expect(parseTerm(long)).toMatchObject({ op: long });
  const quoted = '\\"'.repeat(1e6);
  expect(parseTerm(`"${quoted}"`)).toMatchObject({ op: '"'.repeat(1e6) });
  expect(parseTerm(`(f ${"x ".repeat(1e6)})`)).toMatchObject({ children: { length: 1e6 } });
});

test("shared parts stay shared, and are not written out for ever", () => {
  const graph = new EGraph();
  const f = graph.operator("f");
  let root = addTerm(graph, "x");
  for (let i = 0; i < 100; i++) root = graph.add(f, 0, [root, root]);
  const term = termOf(
    graph,
    extractTree(graph, [root], () => 1),
    root,
  );
  const again = new EGraph();
  addTerm(again, term);
  expect(again.nodeCount).toBe(101);
  expect(faultOf(() => printTerm(term)).code).toBe("size");
});

test("a term that is a part of itself is refused", () => {
  const children: Term[] = [];
  const term: Term = { op: "f", children };
  children.push(term);
  expect(faultOf(() => addTerm(new EGraph(), term)).code).toBe("size");
});

test("names of the prototype are names", () => {
  const graph = new EGraph();
  const text = "(__proto__ constructor toString (hasOwnProperty __proto__))";
  const root = addTerm(graph, text);
  expect(graph.classCount).toBe(5);
  expect(
    printTerm(
      termOf(
        graph,
        extractTree(graph, [root], () => 1),
        root,
      ),
    ),
  ).toBe(text);
});

/** Numbers are arguments of one operator; sums have two children. */
function numbers(graph: EGraph<unknown>): Syntax {
  const number = graph.operator("number");
  return {
    read: (atom) =>
      Number.isFinite(Number(atom))
        ? { op: number, arg: graph.intern(`${Number(atom)}`, Number(atom)) }
        : undefined,
    write: (op, arg) => (op === number ? String(graph.argument(arg)) : undefined),
    arity: (operator) => (operator === "+" ? 2 : undefined),
  };
}

test("atoms may stand for arguments", () => {
  const graph = new EGraph();
  const syntax = numbers(graph);
  const root = addTerm(graph, "(+ 2 (+ x 2.0))", syntax);
  expect(graph.nodesWith(graph.operator("number"))).toHaveLength(1);
  const best = extractTree(graph, [root], () => 1);
  expect(printTerm(termOf(graph, best, root, syntax))).toBe("(+ 2 (+ x 2))");
  const fault = faultOf(() => termOf(graph, best, root));
  expect(fault).toMatchObject({ code: "literal" });
  expect(fault.message).toContain("the argument 2 of number");
});

test("an operator with a wrong number of children is refused, and nothing is added", () => {
  const graph = new EGraph();
  const fault = faultOf(() => addTerm(graph, "(f x (+ y))", numbers(graph)));
  expect(fault).toMatchObject({ code: "arity", column: 6 });
  expect(fault.message).toContain("the operator + takes 2 children and is given 1");
  expect(graph.nodeCount).toBe(0);
});

test("a term is looked up without adding it", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(f (g x) y)");
  graph.union(root, addTerm(graph, "y"));
  graph.rebuild();
  const { nodeCount } = graph;
  expect(lookupTerm(graph, "(f (g x) (f (g x) y))")).toBe(graph.find(root));
  expect(lookupTerm(graph, "(f (g z) y)")).toBe(-1);
  expect(lookupTerm(graph, "(f ?a y)", { bind: () => addTerm(graph, "(g x)") })).toBe(
    graph.find(root),
  );
  expect(faultOf(() => lookupTerm(graph, "(f ?a y)")).code).toBe("variable");
  expect(graph.nodeCount).toBe(nodeCount);
});

test("a term to add has no variables, unless they are bound", () => {
  const graph = new EGraph();
  const fault = faultOf(() => addTerm(graph, "(f x ?a)"));
  expect(fault).toMatchObject({ code: "variable", column: 6 });
  expect(graph.nodeCount).toBe(0);
  const y = addTerm(graph, "y");
  const root = addTerm(graph, "(f ?a ?a)", { bind: () => y });
  expect(graph.children(root)).toEqual([y, y]);
});
