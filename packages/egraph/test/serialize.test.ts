import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addTerm,
  deserialize,
  EGraph,
  EGraphError,
  type EGraphErrorCode,
  extractTree,
  type Id,
  type OpId,
  Runner,
  rewrite,
  serialize,
} from "../src/index.ts";
import { MATH_RULES, MATH_TERMS } from "./math.ts";
import { COMMUTATIVE, growth, history, Pair } from "./script.ts";

interface Parsed {
  readonly nodes: Record<
    string,
    { op: string; children: string[]; eclass: string; cost: number; subsumed?: boolean }
  >;
  readonly root_eclasses: string[];
  readonly class_data: Record<string, Record<string, string>>;
}

/** The file with its names numbered without gaps, in the order in which they come. */
function dense(text: string): unknown {
  const { nodes, root_eclasses, class_data }: Parsed = JSON.parse(text);
  const rank = (names: Iterable<string>): Map<string, number> => {
    const numbers = [...new Set(names)].map((name) => Number(name.replace("n", "")));
    return new Map(numbers.sort((a, b) => a - b).map((n, i) => [`${n}`, i]));
  };
  const node = rank(Object.keys(nodes));
  const eclass = rank(Object.values(nodes).map((n) => n.eclass));
  return {
    nodes: Object.entries(nodes).map(([name, n]) => ({
      ...n,
      name: node.get(name.slice(1)),
      children: n.children.map((child) => node.get(child.slice(1))),
      eclass: eclass.get(n.eclass),
    })),
    roots: root_eclasses.map((id) => eclass.get(id)),
    data: Object.entries(class_data).map(([id, data]) => [eclass.get(id), data]),
  };
}

function graphWithOperators(proofs: boolean): EGraph {
  const graph = new EGraph({ proofs });
  for (const op of COMMUTATIVE) graph.operator(`op${op}`, { commutative: true });
  return graph;
}

/** What reading a text throws; nothing may have been added. */
function faultOf(text: string, options: Parameters<typeof deserialize>[2] = {}): EGraphError {
  const graph = new EGraph();
  addTerm(graph, "(f x)");
  const hash = graph.hash();
  try {
    deserialize(graph, text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(EGraphError);
    expect(graph.hash()).toBe(hash);
    return error as EGraphError;
  }
  throw new Error("nothing was thrown");
}

describe("there and back", () => {
  const costs = [0, 0.1, 1, 3, 1e-300, 1e300];
  const some = fc.array(fc.nat(1000), { maxLength: 3 });
  test.each([
    ["graphs that grow", growth],
    ["graphs with marks", history],
  ])("%s", (_, scripts) => {
    fc.assert(
      fc.property(scripts, some, some, fc.boolean(), (script, picks, hidden, proofs) => {
        const { graph } = new Pair({ proofs }).run(script);
        const classes = graph.classes();
        const seen = classes.flatMap((id) => graph.nodes(id));
        if (seen.length > 0)
          for (const pick of hidden) graph.subsume(seen[pick % seen.length] as number);
        graph.rebuild();
        const roots = picks.flatMap((pick) => classes[pick % classes.length] ?? []);
        const cost = (node: number): number => costs[graph.op(node) % costs.length] as number;
        const classData = (id: Id): Record<string, string> | undefined =>
          id % 2 === 0 ? { type: `t${graph.nodes(id).length}`, ["__proto__"]: "x" } : undefined;
        const text = serialize(graph, { roots, cost, classData });

        const copy = graphWithOperators(proofs);
        const read = deserialize(copy, text);
        expect([copy.nodeCount, copy.classCount]).toEqual([graph.nodeCount, graph.classCount]);
        expect(read.merged).toBe(0);
        const names = new Map([...read.classes].map(([name, id]) => [id, name]));
        const again = serialize(copy, {
          roots: read.roots,
          cost: read.cost,
          classData: (id) => read.classData.get(names.get(id) as string),
        });
        expect(dense(again)).toEqual(dense(text));
      }),
    );
  });

  test("a graph that rules have grown, in which they find nothing new afterwards", () => {
    const graph = new EGraph();
    const roots = MATH_TERMS.slice(3, 6).map((term) => addTerm(graph, term));
    const rules = (of: EGraph) =>
      MATH_RULES.map(([left, right], i) => rewrite(of, `${i}`, left, right));
    new Runner(graph, rules(graph), { limits: { iterations: 5 } }).run();
    const copy = new EGraph();
    const read = deserialize(copy, serialize(graph, { roots }));
    expect(read.roots.map((root) => extractTree(copy, [root], () => 1).cost)).toEqual(
      roots.map((root) => extractTree(graph, [root], () => 1).cost),
    );
    const next = (of: EGraph): readonly number[] => {
      const report = new Runner(of, rules(of), { limits: { iterations: 1 } }).run();
      return [of.nodeCount, of.classCount, ...report.rules.map(({ matches }) => matches).sort()];
    };
    expect(next(copy)).toEqual(next(graph));
  });

  test("subsumed e-nodes are found, not seen", () => {
    const graph = new EGraph();
    const root = addTerm(graph, "(f x)");
    graph.union(root, addTerm(graph, "(g y)"));
    graph.rebuild();
    graph.subsume(graph.nodesWith(graph.operator("f"))[0] as Id);
    graph.rebuild();
    const text = serialize(graph, { roots: [root] });
    expect(text.match(/"subsumed":true/g)).toHaveLength(1);
    const copy = new EGraph();
    const [again] = deserialize(copy, text).roots;
    expect(copy.nodes(again as Id).map((node) => copy.operatorName(copy.op(node)))).toEqual(["g"]);
    const { nodeCount } = copy;
    expect(addTerm(copy, "(f x)")).toBe(again);
    expect(copy.nodeCount).toBe(nodeCount);
  });

  test("the same file twice is the same graph", () => {
    const graph = new EGraph();
    const text = serialize(new Pair().run([{ do: "add", op: 0, arg: 1, children: [] }]).graph);
    const first = deserialize(graph, text);
    const hash = graph.hash();
    expect(deserialize(graph, text).classes).toEqual(first.classes);
    expect(graph.hash()).toBe(hash);
  });
});

describe("operators and arguments", () => {
  const json = fc
    .jsonValue({ maxDepth: 3 })
    .map((value): unknown => JSON.parse(JSON.stringify(value)));
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "+",
      "",
      " ",
      '"',
      '"a"',
      '"a" 1',
      "a 1",
      "a  1",
      "a null",
      "__proto__ {}",
      '"\\"a\\" 1"',
    ),
    fc
      .tuple(fc.constantFrom("a", "a b", '"', '"a"', ""), json)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`),
    fc
      .tuple(fc.constantFrom("a", '"a"', "a 1"), json)
      .map(([name, value]) => `${JSON.stringify(name)} ${JSON.stringify(value)}`),
  );

  test("any name with any JSON value comes back, and no two are written alike", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.option(json, { nil: undefined }))), (symbols) => {
        const graph = new EGraph();
        const ids = symbols.map(([name, value]) => {
          const arg = value === undefined ? 0 : graph.intern(JSON.stringify(value), value);
          return graph.add(graph.operator(name), arg, []);
        });
        const copy = new EGraph();
        const { merged, classes } = deserialize(copy, serialize(graph));
        expect(merged).toBe(0);
        for (const [i, [name, value]] of symbols.entries()) {
          const node = classes.get(`${ids[i]}`) as number;
          expect(copy.operatorName(copy.op(node))).toBe(name);
          expect(copy.argument(copy.arg(node))).toEqual(value);
        }
      }),
    );
  });

  test("any text of a file is written again as it was", () => {
    fc.assert(
      fc.property(text, (op) => {
        const graph = new EGraph();
        deserialize(graph, JSON.stringify({ nodes: { a: { op, eclass: "a" } } }));
        expect((JSON.parse(serialize(graph)) as Parsed).nodes["n0"]?.op).toBe(op);
      }),
    );
  });

  test("a spelling of one's own", () => {
    const syntaxOf = (graph: EGraph) => {
      const number = graph.operator("number");
      return {
        read: (atom: string) =>
          /^\d+n$/.test(atom)
            ? { op: number, arg: graph.intern(atom, BigInt(atom.slice(0, -1))) }
            : undefined,
        write: (op: OpId, arg: number) => (op === number ? `${graph.argument(arg)}n` : undefined),
      };
    };
    const graph = new EGraph();
    const big = graph.add(graph.operator("number"), graph.intern("7n", 7n), []);
    expect(() => serialize(graph)).toThrow(
      'the argument 7 of number is no JSON; give "write" and "read" for it',
    );
    const text = serialize(graph, { syntax: syntaxOf(graph), roots: [big] });
    expect(text).toContain('"op":"7n"');
    const copy = new EGraph();
    const [root] = deserialize(copy, text, { syntax: syntaxOf(copy) }).roots;
    expect(copy.argument(copy.arg(root as Id))).toBe(7n);
    graph.add(graph.operator("8n"), 0, []);
    expect(() => serialize(graph, { syntax: syntaxOf(graph) })).toThrow(
      '8n is written "8n", which "read" takes for something else',
    );
  });

  test.each([
    [Number.NaN],
    [-0],
    [undefined],
    [1n],
    [() => 1],
    [new Date(0)],
    [[Number.POSITIVE_INFINITY]],
    [{ a: new Map() }],
    [nested(200)],
  ])("an argument that JSON cannot say is refused: %s", (value) => {
    const graph = new EGraph();
    graph.add(graph.operator("f"), graph.intern("key", value), []);
    expect(() => serialize(graph)).toThrow(EGraphError);
  });
});

describe("files of others", () => {
  const file = (nodes: object, rest: object = {}): string => JSON.stringify({ nodes, ...rest });

  test("fields that may be missing, and fields that are not known", () => {
    const graph = new EGraph();
    const read = deserialize(
      graph,
      ' {"comment": [{}, [], [{"a": [1, true, null, "]"]}], -1.5e3],\n\t"nodes":{"a":{"x":{"y":[]},"op":"f","eclass":"A"}},"class_data":{"A":{"type":null,"k":"v"}}}\n',
    );
    expect(read.classes).toEqual(new Map([["A", 0]]));
    expect(read.cost(0)).toBe(1);
    expect(read.classData).toEqual(new Map([["A", { k: "v" }]]));
    expect(read.roots).toEqual([]);
  });

  test("children may come after their parents, and classes may be cycles that begin somewhere", () => {
    const graph = new EGraph();
    const { classes, roots } = deserialize(
      graph,
      file(
        {
          a: { op: "f", children: ["b"], eclass: "A" },
          b: { op: "g", children: ["a"], eclass: "B" },
          c: { op: "x", eclass: "A" },
        },
        { root_eclasses: ["B", "A", "B"] },
      ),
    );
    const [a, b] = [classes.get("A"), classes.get("B")];
    expect(roots).toEqual([b, a, b]);
    expect([graph.nodeCount, graph.classCount]).toEqual([3, 2]);
    expect(extractTree(graph, [b as Id], () => 1).cost).toBe(2);
  });

  test("congruent e-nodes are one, of the least cost; their classes too", () => {
    const nodes = {
      a: { op: "x", eclass: "A", cost: 5 },
      b: { op: "x", eclass: "B", cost: 3 },
      c: { op: "f", children: ["a"], eclass: "C", cost: 2 },
      d: { op: "f", children: ["b"], eclass: "D", cost: 7 },
    };
    const graph = new EGraph();
    const read = deserialize(graph, file(nodes));
    expect([graph.nodeCount, graph.classCount, read.merged]).toEqual([2, 2, 2]);
    expect(graph.classes().map((id) => read.cost(graph.nodes(id)[0] as Id))).toEqual([3, 2]);

    const apart = new EGraph();
    const kept = deserialize(apart, file(nodes), { apart: true });
    expect([apart.nodeCount, apart.classCount, kept.merged]).toEqual([4, 4, 0]);
    expect(apart.argument(apart.arg(kept.classes.get("D") as Id))).toBe("d");
    expect(kept.cost(kept.classes.get("D") as Id)).toBe(7);
  });

  test("the least cost of commutative e-nodes that are one", () => {
    const graph = new EGraph();
    graph.operator("+", { commutative: true });
    const read = deserialize(
      graph,
      file({
        x: { op: "x", eclass: "X" },
        y: { op: "y", eclass: "Y" },
        a: { op: "+", children: ["y", "x"], eclass: "A", cost: 5 },
        b: { op: "+", children: ["x", "y"], eclass: "A", cost: 4 },
      }),
    );
    expect(graph.nodes(read.classes.get("A") as Id).map(read.cost)).toEqual([4]);
  });

  test("classes without any finite term are kept, and never chosen", () => {
    const graph = new EGraph();
    const read = deserialize(
      graph,
      file(
        {
          a: { op: "f", children: ["a"], eclass: "A" },
          b: { op: "g", children: ["a"], eclass: "B" },
          c: { op: "x", eclass: "B", cost: 9 },
        },
        { root_eclasses: ["B"] },
      ),
    );
    expect(extractTree(graph, read.roots, read.cost).cost).toBe(9);
    expect(graph.nodes(read.classes.get("A") as Id).map((node) => graph.op(node))).toEqual([
      graph.operator("f"),
    ]);
    expect(graph.children(graph.nodesWith(graph.operator("g"))[0] as Id)).toEqual([
      read.classes.get("A"),
    ]);
  });

  test("ids named as what objects have are ordinary", () => {
    const names = ["__proto__", "constructor", "toString", "", "hasOwnProperty"];
    const nodes = names.map(
      (name, i) =>
        `${JSON.stringify(name)}:{"op":${JSON.stringify(name)},"eclass":${JSON.stringify(name)},"children":${JSON.stringify(names.slice(0, i))}}`,
    );
    const graph = new EGraph();
    const { classes, roots, classData } = deserialize(
      graph,
      `{"nodes":{${nodes.join()}},"root_eclasses":["__proto__"],"class_data":{"__proto__":{"__proto__":"x"}}}`,
    );
    expect([...classes.keys()]).toEqual(names);
    expect(graph.operatorName(graph.op(roots[0] as Id))).toBe("__proto__");
    expect(Object.entries(classData.get("__proto__") ?? {})).toEqual([["__proto__", "x"]]);
  });
});

describe("bad files are refused", () => {
  const node = '"op":"f","eclass":"A"';
  const one = (fields: string): string => `{"nodes":{"a":{${fields}}}}`;
  test.each<[what: string, text: string, code: EGraphErrorCode, message: string]>([
    [
      "a child that is not there",
      one(`${node},"children":["b"]`),
      "format",
      'the e-node "a" has the child "b", which is no e-node of the file',
    ],
    [
      "a root that is not there",
      `{"nodes":{"a":{${node}}},"root_eclasses":["a"]}`,
      "format",
      'root_eclasses names "a", but no e-node of the file is in that class',
    ],
    [
      "a root that is only a cycle",
      `{"nodes":{"a":{${node},"children":["a"]}},"root_eclasses":["A"]}`,
      "format",
      'the root "A" has no finite term: each of its e-nodes leads back to it or to another such class',
    ],
    [
      "an e-node twice",
      `{"nodes":{"a":{${node}},"a":{${node}}}}`,
      "format",
      'line 1, column 39, in ["nodes"]: the key "a" comes twice',
    ],
    [
      "an e-node twice, written differently",
      `{"nodes":{"a":{${node}},"\\u0061":{${node}}}}`,
      "format",
      'line 1, column 39, in ["nodes"]: the key "a" comes twice',
    ],
    [
      "a field twice",
      one(`${node},\n"op":"g"`),
      "format",
      'line 2, column 1, in ["nodes"]["a"]: the key "op" comes twice',
    ],
    [
      "a cost of NaN",
      one(`${node},"cost":NaN`),
      "format",
      'line 1, column 45, in ["nodes"]["a"]["cost"]: a number is wanted, not NaN',
    ],
    [
      "a cost of null",
      one(`${node},"cost":null`),
      "format",
      'line 1, column 45, in ["nodes"]["a"]["cost"]: a number is wanted, not null',
    ],
    [
      "a cost below 0",
      one(`${node},"cost":-1`),
      "format",
      'line 1, column 47, in ["nodes"]["a"]["cost"]: costs are finite and ≥ 0, not -1',
    ],
    [
      "an infinite cost",
      one(`${node},"cost":1e999`),
      "format",
      'line 1, column 50, in ["nodes"]["a"]["cost"]: costs are finite and ≥ 0, not Infinity',
    ],
    [
      "no operator",
      one('"eclass":"A"'),
      "format",
      'line 1, column 29, in ["nodes"]["a"]: this e-node has no "op"',
    ],
    [
      "no class",
      one('"op":"A"'),
      "format",
      'line 1, column 25, in ["nodes"]["a"]: this e-node has no "eclass"',
    ],
    [
      "an operator that is no string",
      one('"op":{}'),
      "format",
      'line 1, column 21, in ["nodes"]["a"]["op"]: a string is wanted, not an object',
    ],
    [
      "a child that is no string",
      one(`${node},"children":["a",1]`),
      "format",
      'line 1, column 54, in ["nodes"]["a"]["children"][1]: a string is wanted, not 1',
    ],
    [
      "subsumed that is neither",
      one(`${node},"subsumed":0`),
      "format",
      'line 1, column 49, in ["nodes"]["a"]["subsumed"]: true or false is wanted, not 0',
    ],
    [
      "class data that is no text",
      `{"nodes":{},"class_data":{"a":{"b":[]}}}`,
      "format",
      'line 1, column 36, in ["class_data"]["a"]["b"]: a string is wanted, not an array',
    ],
    ["no nodes", "{}", "format", 'the file has no "nodes"'],
    ["nothing", "", "format", "line 1, column 1: an object is wanted, not the end of the text"],
    ["something else", "\uFEFFPNG", "format", "line 1, column 1: an object is wanted, not \uFEFF"],
    [
      "an end that is missing",
      '{"nodes":{',
      "format",
      'line 1, column 11, in ["nodes"]: a string is wanted, not the end of the text',
    ],
    ["a comma too many", '{"nodes":{},}', "format", "line 1, column 13: a string is wanted, not }"],
    [
      "a comma too few",
      '{"nodes":{} "a":1}',
      "format",
      'line 1, column 13: "," or "}" is wanted, not a string',
    ],
    [
      "brackets that do not fit",
      '{"x":[{]}',
      "format",
      'line 1, column 8, in ["x"]: a string is wanted, not ]',
    ],
    [
      "more after the end",
      '{"nodes":{}}{',
      "format",
      "line 1, column 13: the text goes on after its end with an object",
    ],
    [
      "a control character",
      '{"no\ndes":{}}',
      "format",
      "line 1, column 5: a control character; write it as an escape",
    ],
    [
      "a wrong escape",
      '{"no\\x":{}}',
      "format",
      "line 1, column 2: this string has a wrong escape, a control character or no end",
    ],
    [
      "a string without end",
      '{"no',
      "format",
      'line 1, column 2: this string has no end; close it with "',
    ],
    [
      "a number that JSON does not know",
      '{"x":.5}',
      "format",
      'line 1, column 6, in ["x"]: a number is wanted, not .5',
    ],
  ])("%s", (_, text, code, message) => {
    const fault = faultOf(text);
    expect(fault.message).toBe(message);
    expect(fault.code).toBe(code);
  });

  test("too many e-nodes, before more of the file is read", () => {
    const nodes = Array.from({ length: 4 }, (_, i) => `"${i}":{${node}}`);
    const text = `{"nodes":{${nodes.join()}, and then nothing that is JSON`;
    const fault = faultOf(text, { limits: { nodes: 3 } });
    expect(fault.message).toBe("the file has more than 3 e-nodes, the limit; raise limits.nodes");
    expect(fault.code).toBe("limit");
  });
  test("a text too long, before it is read", () => {
    const fault = faultOf("x".repeat(100), { limits: { characters: 99 } });
    expect(fault.message).toBe(
      "the text has 100 characters, and 99 are the limit; raise limits.characters",
    );
    expect(fault.code).toBe("limit");
  });
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a limit of %s", (nodes) => {
    expect(faultOf("{}", { limits: { nodes } }).code).toBe("option");
  });
  test("nesting deeper than any stack", () => {
    const deep = 200_000;
    const text = `{"x":${'{"a":['.repeat(deep)}${"]}".repeat(deep)},"nodes":{}}`;
    expect(deserialize(new EGraph(), text).classes.size).toBe(0);
    expect(faultOf(`{"x":${"[".repeat(deep)}`).code).toBe("format");
    const op = `f ${"[".repeat(deep)}${"]".repeat(deep)}`;
    const graph = new EGraph();
    deserialize(graph, JSON.stringify({ nodes: { a: { op, eclass: "a" } } }));
    expect(graph.arg(0)).toBe(0);
  });
  test("a chain of 100,000 e-nodes, the last first", () => {
    const length = 100_000;
    const nodes = Array.from(
      { length },
      (_, i) =>
        `"${i}":{"op":"f","eclass":"${i}","children":${i + 1 < length ? `["${i + 1}"]` : "[]"}}`,
    );
    const graph = new EGraph();
    const { roots } = deserialize(graph, `{"nodes":{${nodes.join()}},"root_eclasses":["0"]}`);
    expect(graph.classCount).toBe(length);
    expect(extractTree(graph, roots, () => 1).cost).toBe(length);
  });
  test("any text, cut anywhere or with a character changed", () => {
    const whole = serialize(
      new Pair().run([
        { do: "add", op: 0, arg: 1, children: [] },
        { do: "add", op: 2, arg: 0, children: [0, 0] },
      ]).graph,
      { roots: [1] },
    );
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.option(fc.string({ minLength: 1, maxLength: 1 })),
        (at, char) => {
          const text = whole.slice(0, at) + (char === null ? "" : char + whole.slice(at + 1));
          try {
            deserialize(new EGraph(), text);
          } catch (error) {
            expect(error).toBeInstanceOf(EGraphError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("what cannot be written is refused", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(f x)");
  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("a cost of %s", (cost) => {
    expect(() => serialize(graph, { cost: () => cost })).toThrow(
      `e-node 0 (x) costs ${cost}; a file holds finite costs ≥ 0`,
    );
  });
  test("a root of no class", () => {
    expect(() => serialize(graph, { roots: [99] })).toThrow(EGraphError);
  });
  test("a graph that is not rebuilt", () => {
    graph.union(root, addTerm(graph, "y"));
    expect(() => serialize(graph)).toThrow("call rebuild()");
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 0 : [nested(depth - 1)];
}
