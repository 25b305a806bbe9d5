import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addTerm, EGraph, extractTree, toDot } from "../src/index.ts";
import { growth, Pair } from "./script.ts";

const hasDot = spawnSync("dot", ["-V"]).status === 0;
if (!hasDot) console.log("skipped: Graphviz's dot is not on the PATH, so that no picture is drawn");

/** All text that Graphviz would see as such, and the rest without it. */
function labels(dot: string): { texts: string[]; rest: string } {
  const texts: string[] = [];
  const rest = dot.replaceAll(/>([^<>]*)<\/(?:font|td)>/g, (_, text) => {
    texts.push(text);
    return "></>";
  });
  return { texts, rest };
}

describe("every class is a cluster, every e-node is in it, every child is an edge", () => {
  test("of any graph", () => {
    fc.assert(
      fc.property(growth, (script) => {
        const { graph } = new Pair().run(script);
        const dot = toDot(graph);
        const clusters = [...dot.matchAll(/subgraph cluster_(\d+) \{([^}]*)\}/g)];
        expect(clusters.map(([, id]) => Number(id))).toEqual(graph.classes());
        for (const [, id, body] of clusters)
          expect(
            [...(body as string).matchAll(/^ {4}n(\d+) \[/gm)].map(([, n]) => Number(n)),
          ).toEqual(graph.nodes(Number(id)));
        const edges = [
          ...dot.matchAll(/^ {2}n(\d+):(\d+):s -> n(\d+) \[(?: lhead=cluster_(\d+))?\]$/gm),
        ];
        const children = graph
          .classes()
          .flatMap((id) => graph.nodes(id))
          .flatMap((node) => graph.children(node).map((child, i) => [node, i, child]));
        expect(
          edges.map(([, from, port, to, head]) => {
            const id = graph.find(Number(to));
            expect(head).toBe(id === graph.find(Number(from)) ? undefined : `${id}`);
            return [Number(from), Number(port), id];
          }),
        ).toEqual(children);
      }),
    );
  });
});

test("a program is highlighted, roots are framed, the rest is left out", () => {
  const graph = new EGraph();
  const root = addTerm(graph, "(* x (f 2))");
  graph.union(root, addTerm(graph, "(<< x 1)"));
  const other = addTerm(graph, "(g y)");
  graph.rebuild();
  const extraction = extractTree(graph, [root], (node) =>
    graph.operatorName(graph.op(node)) === "*" ? 9 : 1,
  );
  const dot = toDot(graph, { roots: [root], extraction, label: (id) => `class ${id}` });
  expect(dot.match(/bgcolor="#d5efdc"/g)).toHaveLength(3);
  expect(dot.match(/penwidth=1\.6/g)).toHaveLength(2);
  expect(dot.match(/penwidth=2/g)).toHaveLength(1);
  expect(dot).toContain(`class ${root}`);
  expect(dot).not.toContain(`cluster_${other}`);
});

test("a class whose e-nodes are all subsumed is empty, and still led to", () => {
  const graph = new EGraph();
  const x = addTerm(graph, "x");
  addTerm(graph, "(f x)");
  graph.subsume(x);
  graph.rebuild();
  expect(toDot(graph)).toContain("n1:0:s -> none0 [ lhead=cluster_0]");
});

describe("names are text, never Graphviz's language", () => {
  const wild = [
    '"]; x [',
    "<b>&amp;</b>",
    "\\N",
    "a\nb",
    "\u0000\u001b\ud800\uffff",
    "",
    "{|}",
    "`",
    "🙂",
    "-->",
  ];
  const draw = (names: readonly string[]): string => {
    const graph = new EGraph();
    const children = names.map((name) => graph.add(graph.operator(name), 0, []));
    graph.add(graph.operator("f"), graph.intern("k", { [names[0] ?? ""]: names }), children);
    return toDot(graph, { label: (id) => `${id} ${names.join()}` });
  };

  test("whatever they are", () => {
    const { rest } = labels(draw(wild.map((_, i) => `n${i}`)));
    fc.assert(
      fc.property(
        fc
          .array(fc.oneof(fc.constantFrom(...wild), fc.string({ unit: "binary" })), {
            minLength: wild.length,
            maxLength: wild.length,
          })
          .filter((names) => new Set(names).size === names.length),
        (names) => {
          const drawn = draw(names).replaceAll("<br/>", "");
          expect(labels(drawn).rest).toBe(rest);
          for (const text of labels(drawn).texts) {
            expect(text.isWellFormed()).toBe(true);
            expect(text).not.toMatch(/&(?!(?:amp|lt|gt|quot);)|[\p{Cc}]/u);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test.skipIf(!hasDot)("Graphviz draws them", () => {
    const run = spawnSync("dot", ["-Tsvg"], { input: draw(wild), encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.stdout).toContain("🙂");
    expect(run.stdout.match(/class="cluster"/g)).toHaveLength(wild.length + 1);
  });
});
