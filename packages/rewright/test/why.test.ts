import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { ModelBuilder } from "@rewright/onnx";
import { expect, test } from "vitest";
import { findBrowser, Page } from "../../../tools/browser.ts";
import type { Explanation } from "../src/why/explanation.ts";
import { layersOf } from "../src/why/layers.ts";
import { atDesk, type Desk, here, improvable, minimal } from "./cli.ts";

const rules = `import onnx from "dialect:onnx"

rules t {
  once: Relu(Relu(x)) => Relu(x)
  dear: Relu(Relu(x)) => Relu(Abs(Relu(x)))
  shut: Relu(Relu(x)) => Relu(x) when rank(x) == 7
  away: Sin(Cos(x)) => Sin(x + 1)
  late: Gather(Relu(x), 0; axis = 1) => Relu(Gather(x, 0; axis = 1))
}
`;

async function explained(desk: Desk, ...more: readonly string[]): Promise<Explanation> {
  const model = desk.file("model.onnx", improvable());
  const run = await here(["why", model, "--json", "-", "--nodes", "1000", ...more]);
  expect(run.stderr).not.toMatch(/rewright:/);
  expect(run.code).toBe(0);
  return JSON.parse(run.stdout) as Explanation;
}

test.each(["cpu", "gpu", "tpu"])("operators, their shares and sums on %s", (backend) =>
  atDesk(async (desk) => {
    const { before, after, unit } = await explained(desk, "--backend", backend);
    expect(unit).toBe("µs");
    expect(before.nodes.map(({ op }) => op)).toEqual([
      "MatMul",
      "MatMul",
      "Relu",
      "Relu",
      "Gather",
    ]);
    for (const graph of [before, after ?? before]) {
      const sum = graph.nodes.reduce((total, { cost }) => total + cost, 0);
      expect(sum).toBeCloseTo(graph.cost, 9);
      expect(graph.nodes.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 9);
      for (const { cost, bound, parts } of graph.nodes) {
        expect(bound === "nothing").toBe(cost === 0);
        expect(bound).not.toBeNull();
        const { launch = 0, arithmetic = 0, memory = 0 } = parts ?? {};
        expect(cost).toBeLessThanOrEqual((launch + arithmetic + memory) * (1 + 1e-9));
        expect(cost).toBeGreaterThanOrEqual(Math.max(launch, arithmetic, memory) * (1 - 1e-9));
      }
    }
    expect(after?.cost).toBeLessThan(before.cost);
    expect(before.nodes[1]).toMatchObject({
      ...{ index: 1, from: [0], shapes: "1x64x48 · [48x32] → 1x64x32" },
    });
  }),
);

test("a named processor", () =>
  atDesk(async (desk) => {
    const on = async (part: string): Promise<number> =>
      (await explained(desk, "--backend", "gpu", "--part", part)).before.cost;
    expect(await on("H100")).toBeLessThanOrEqual(await on("T4"));
  }));

test("rules taken, too dear, kept out by a condition, and absent", () =>
  atDesk(async (desk) => {
    const names = ["t.once", "dear", "shut", "away", "late"].flatMap((name) => ["--rule", name]);
    const found = await explained(desk, "--rules", desk.file("t.rules", rules), ...names);
    const [once, dear, shut, away, late] = found.trials;
    expect(found.rules.filter(({ used }) => used).map(({ name }) => name)).toContain("t.late");
    expect(once).toMatchObject({ used: true, hindrance: null });
    expect(once?.inModel).toHaveLength(1);
    expect(once?.inModel[0]?.after).toBeLessThan(once?.inModel[0]?.before as number);
    expect(once?.inModel[0]?.removed.map(({ op }) => op)).toEqual(["Relu"]);
    expect(once?.verdict).toMatch(/^taken: .* its result costs 0\.000 against [\d.]+ µs/);

    expect(dear).toMatchObject({ used: false });
    expect(dear?.inModel[0]?.added.map(({ op }) => op)).toEqual(["Abs"]);
    expect(dear?.verdict).toMatch(/^not taken: it matches at 1 .*nothing is gained/);

    expect(shut).toMatchObject({
      ...{ used: false, inModel: [] },
      hindrance: { conditions: [{ text: "rank(x) == 7", matches: 1 }] },
    });
    expect(shut?.verdict).toMatch(/a condition keeps it from matching: `rank\(x\) == 7`/);

    expect(away?.hindrance?.missing).toEqual(["Sin", "Cos"]);
    expect(away?.verdict).toMatch(/the model has no Sin, no Cos/);
    expect(late?.used).toBe(true);
  }));

test("what people read: the dearest operators, and the verdicts", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", improvable());
    const at = desk.file("t.rules", rules);
    const { stdout, code } = await here([
      "why",
      model,
      "--rules",
      at,
      "--rule",
      "shut",
      "--top",
      "2",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/#\d+ +MatMul +[\d.]+ µs +[\d.]+ % +(arithmetic|memory|launch)/);
    expect(stdout).toMatch(/and 3 more with [\d.]+ %/);
    expect(stdout).toMatch(/costs +shipped figures/);
    expect(stdout).toContain("a condition keeps it from matching");
    expect(stdout).toMatch(/t\.rules:6/);
  }));

test("the page needs nothing but itself, and shows both programs", () =>
  atDesk(async (desk) => {
    const model = desk.file("<b>&.onnx", improvable());
    const at = desk.file("t.rules", rules);
    const run = await here([
      "why",
      model,
      "--rules",
      at,
      "--rule",
      "dear",
      "--html",
      desk.path("page.html"),
      "--json",
      "-",
    ]);
    expect(run.code).toBe(0);
    const page = readFileSync(desk.path("page.html"), "utf8");
    expect(page).not.toMatch(/<script|<link|\bsrc=|url\(|@import|https?:/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain("&lt;b&gt;&amp;.onnx");
    expect(page).not.toContain("<b>&");
    const [before, after] = page.split("<h2>After</h2>") as [string, string];
    expect(before.match(/<rect/g)).toHaveLength(5);
    expect(before).toMatch(/<rect class="\w+ gone"/);
    expect(after).toMatch(/<rect/);
    expect(after).toContain("t.late");
    // Areas are costs.
    const { before: priced } = JSON.parse(run.stdout) as Explanation;
    const areas = [...before.matchAll(/<title>#(\d+) [\s\S]*? width="([\d.]+)"/g)].map(
      ([, index, side]) => Number(side) ** 2 / (priced.nodes[Number(index)]?.cost as number),
    );
    expect(areas).toHaveLength(5);
    for (const area of areas) expect(area / (areas[0] as number)).toBeCloseTo(1, 1);
  }));

/** So many operators, one behind the other, with a branch now and then. */
function long(count: number): Uint8Array {
  const model = new ModelBuilder("long");
  const data = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
  const weights = model.constant({ dtype: "f32", shape: [8, 8], data });
  let x = model.input("x", "f32", [4, 8]);
  let earlier = x;
  for (let i = 0; i < count; i++) {
    const next =
      i % 3 === 0
        ? model.node("MatMul", [x, weights])
        : i % 3 === 1
          ? model.node("Tanh", [x])
          : model.node("Add", [x, earlier]);
    if (i % 3 === 2) earlier = x;
    x = next;
  }
  model.output("y", x);
  return model.bytes();
}

const browser = findBrowser();

/** What a browser makes of the drawings of a page: how many squares, and how many of them, or of their texts, lie over others or outside. */
const geometry = `[...document.querySelectorAll("svg")].map((svg) => {
  const of = (name) => [...svg.querySelectorAll(name)].map((one) => one.getBBox());
  const { width, height } = svg.viewBox.baseVal;
  const outside = (a) => a.x < -1 || a.y < -1 || a.x + a.width > width + 1 || a.y + a.height > height + 3;
  const overlaps = (a, b) =>
    a.x < b.x + b.width - 0.5 && b.x < a.x + a.width - 0.5 && a.y < b.y + b.height - 0.5 && b.y < a.y + a.height - 0.5;
  const boxes = [...of("rect"), ...of("text")];
  return {
    squares: of("rect").length,
    outside: boxes.filter(outside).length,
    overlapping: boxes.filter((a, i) => boxes.slice(0, i).some((b) => overlaps(a, b))).length,
    height,
  };
})`;

test.each(["cpu", "gpu", "tpu"])("500 operators on %s stay legible", (backend) =>
  atDesk(async (desk) => {
    const model = desk.file("long.onnx", long(500));
    const page = desk.path("page.html");
    const limits = ["--nodes", "700", "--seconds", "60", "--no-calibration"];
    const run = await here(["why", model, "--backend", backend, ...limits, "--html", page]);
    expect(run.code).toBe(0);
    expect(readFileSync(page, "utf8").match(/<rect/g)?.length).toBeGreaterThanOrEqual(500);
    if (!browser) return;
    const shown = await Page.open(browser, pathToFileURL(page).href);
    try {
      const [before, ...others] =
        await shown.evaluate<{ squares: number; height: number }[]>(geometry);
      expect(before).toMatchObject({ squares: 500, outside: 0, overlapping: 0 });
      expect(before?.height).toBeLessThan(500 * 36);
      for (const after of others) expect(after).toMatchObject({ outside: 0, overlapping: 0 });
      const wide = "document.documentElement.scrollWidth <= innerWidth";
      expect(await shown.evaluate(wide)).toBe(true);
    } finally {
      await shown.close();
    }
  }),
);

test("a program without anything to gain has one side", () =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", minimal());
    const run = await here(["why", model, "--html", desk.path("page.html")]);
    expect(run.stdout).toMatch(/best found +nothing cheaper/);
    expect(readFileSync(desk.path("page.html"), "utf8")).not.toContain("<h2>After</h2>");
  }));

test.each<[name: string, args: readonly string[], says: string]>([
  ["no such model", ["nowhere.onnx"], "there is no such file"],
  ["a rule that is none", ["model.onnx", "--rule", "relu_onc"], "no rule is called `relu_onc`"],
  ["a page in the place of the model", ["model.onnx", "--html", "model.onnx"], "it is the input"],
  ["a folder for the page", ["model.onnx", "--html", "."], "it is a folder"],
  ["a target that is none", ["model.onnx", "--backend", "npu"], "There is no such name"],
  [
    "a processor that is none",
    ["model.onnx", "--backend", "gpu", "--part", "V1000"],
    'no part called "V1000"',
  ],
  ["no number", ["model.onnx", "--top", "few"], "must be a number"],
  ["sizes that do not fit", ["model.onnx", "--input", "x=3x3"], "does not fit input `x`"],
  ["a text for a model", ["text.onnx"], "model"],
])("%s", (_, args, says) =>
  atDesk(async (desk) => {
    desk.file("model.onnx", improvable());
    desk.file("text.onnx", "no model at all");
    // Files are named in the test's own folder.
    const named = args.map((arg) => (/\.onnx$|^\.$/.test(arg) ? desk.path(arg) : arg));
    const run = await here(["why", ...named]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(says);
    expect(run.stdout).toBe("");
    expect(readFileSync(desk.path("model.onnx"))).toEqual(Buffer.from(improvable()));
  }),
);

test("layers: each operator stands below all that it takes results from", () => {
  const node = (index: number, ...from: readonly number[]) => ({
    ...{ index, from, op: "Relu", shapes: "", cost: 1, share: 0, bound: null, parts: null },
  });
  const nodes = [node(0), node(1), node(2, 0), node(3, 2, 1), node(4, 0, 3), node(5, 0)];
  const layers = layersOf(nodes).map((layer) => layer.map(({ index }) => index));
  expect(layers.flat().sort()).toEqual([0, 1, 2, 3, 4, 5]);
  const depth = (index: number): number => layers.findIndex((layer) => layer.includes(index));
  for (const { index, from } of nodes)
    for (const one of from) expect(depth(one)).toBeLessThan(depth(index));
});
