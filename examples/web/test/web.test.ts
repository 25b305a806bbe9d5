import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Term } from "egraph-ts";
import { parseTerm } from "egraph-ts";
import fc from "fast-check";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, Page, type Route, serve } from "../../../tools/browser.ts";
import { evaluate, FormulaError, parseFormula, writeFormula } from "../src/formula.ts";
import { areEqual, LAWS, simplify } from "../src/simplify.ts";

const formula = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    fc.record({ op: fc.constantFrom("a", "b", "c", "true", "false"), children: fc.constant([]) }),
    fc.record({ op: fc.constant("!"), children: fc.tuple(tie("term")) }),
    fc.record({
      op: fc.constantFrom("&", "|", "^", "->", "<->"),
      children: fc.tuple(tie("term"), tie("term")),
    }),
  ),
})).term;

const write = (term: Term): string =>
  writeFormula(term)
    .map(({ text }) => text)
    .join("");

describe("formulas", () => {
  test("reading what was written gives an equal formula", () => {
    fc.assert(
      fc.property(formula, (term) => {
        expect(areEqual(parseFormula(write(term)), term)).toBe(true);
      }),
    );
  });
  test.each([
    ["a & b | c", "(a ∧ b) ∨ c"],
    ["a -> b -> c", "a → b → c"],
    ["(a -> b) -> c & (d & e)", "(a → b) → (c ∧ (d ∧ e))"],
    ["NOT a AND b", "¬a ∧ b"],
    ["¬¬(a||0)", "¬¬(a ∨ false)"],
    ["a ^ b ^ c", "a ⊕ b ⊕ c"],
    ["a <=> b => c", "a ↔ (b → c)"],
  ])("%s", (text, written) => {
    expect(write(parseFormula(text))).toBe(written);
  });
  test.each([
    ["", 0, "something is missing at the end"],
    ["a &", 3, "something is missing at the end"],
    ["(a", 2, "a ) is missing"],
    ["a b", 2, "a connective is missing"],
    ["a ) b", 2, "a connective is missing"],
    ["a & <b>", 4, "a name or ( is missing before <"],
    ["and", 0, "a name or ( is missing before and"],
    ["!".repeat(1000), 200, "this is nested too deep"],
  ])("%s cannot be read", (text, at, message) => {
    expect(() => parseFormula(text)).toThrow(expect.objectContaining({ at, message }));
    expect(() => simplify(text)).toThrow(FormulaError);
  });
});

describe("simplifying", () => {
  test.each(LAWS)("the law %s holds", (_, left, right) => {
    const ground = (side: string): Term => parseTerm(side.replaceAll("?", ""));
    expect(areEqual(ground(left), ground(right))).toBe(true);
  });
  test.each([
    ["a & b | a & !b", "a"],
    ["!(rain & !umbrella) & rain", "rain ∧ umbrella"],
    ["(p -> q) <-> (!q -> !p)", "true"],
    ["a ^ a ^ b", "b"],
    ["((p <-> q) <-> r) <-> (p <-> (q <-> r))", "true"],
    ["x", "x"],
  ])("%s", (text, output) => {
    const result = simplify(text);
    expect(result.output).toBe(output);
    expect(result.isEqual).toBe(true);
    const last = result.steps
      .at(-1)
      ?.pieces.map((piece) => piece.text)
      .join("");
    expect(last ?? result.input).toBe(output);
  });
  test("every step of any formula is equal to it", () => {
    fc.assert(
      fc.property(formula, (term) => {
        const { steps, isEqual, sizes } = simplify(write(term));
        expect(isEqual).toBe(true);
        expect(sizes.output).toBeLessThanOrEqual(sizes.input);
        for (const { pieces } of steps)
          expect(areEqual(term, parseFormula(pieces.map(({ text }) => text).join("")))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
  test("two formulas that differ are told apart", () => {
    expect(areEqual(parseFormula("a -> b"), parseFormula("b -> a"))).toBe(false);
    expect(evaluate(parseFormula("a <-> b"), new Set(["a", "b"]))).toBe(true);
  });
});

describe("the page", () => {
  const browser = findBrowser();
  const folder = mkdtempSync(join(tmpdir(), "web-"));
  const types: Readonly<Record<string, string>> = {
    html: "text/html",
    js: "text/javascript",
    css: "text/css",
  };
  let server: Awaited<ReturnType<typeof serve>>;
  let page: Page;

  beforeAll(async () => {
    const root = join(import.meta.dirname, "..");
    await build({ root, base: "./", logLevel: "error", build: { outDir: folder } });
    if (!browser) return;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const routes = files.flatMap((file): [string, Route][] => {
      const type = types[file.split(".").at(-1) ?? ""];
      if (!type) return [];
      const body = readFileSync(join(folder, file), "utf8");
      // Where no code may be made, as on a page that cares.
      return [
        [`/${file}`, { type, body, headers: { "content-security-policy": "default-src 'self'" } }],
      ];
    });
    server = await serve(folder, Object.fromEntries(routes));
    page = await Page.open(browser, `${server.url}/index.html`);
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  const type = (text: string): Promise<string> =>
    page.evaluate(`(() => {
      document.querySelector("#input").value = ${JSON.stringify(text)};
      document.querySelector("#form").requestSubmit();
      return document.querySelector("#error").textContent || document.querySelector("#output").textContent;
    })()`);

  test("is built", () => {
    expect(readdirSync(folder)).toContain("index.html");
  });
  test.skipIf(!browser)("shows an example at once, with its steps and its laws", async () => {
    expect(await page.evaluate("document.querySelector('#output').textContent")).toBe(
      "rain ∧ umbrella",
    );
    expect(await page.evaluate("document.querySelectorAll('#steps li').length")).toBeGreaterThan(3);
    expect(await page.evaluate("document.querySelectorAll('#laws tr').length")).toBeGreaterThan(3);
  });
  test.skipIf(!browser)("gives what Node gives", async () => {
    for (const text of [
      "(a -> b) & (b -> c) & a",
      "a & b | a & !b",
      "(a | b) & (a | !b) & (!a | b)",
    ]) {
      const { output, nodes, steps } = simplify(text);
      expect(await type(text)).toBe(output);
      expect(await page.evaluate("document.querySelectorAll('#figures dd')[2].textContent")).toBe(
        `${nodes}`,
      );
      expect(await page.evaluate("document.querySelectorAll('#steps li').length")).toBe(
        steps.length + 1,
      );
    }
  });
  test.skipIf(!browser)("says what is wrong, and takes nothing for HTML", async () => {
    expect(await type("a & <img src=x onerror=alert(1)>")).toBe(
      "At character 5: a name or ( is missing before <.",
    );
    expect(await page.evaluate("document.querySelector('#result').hidden")).toBe(true);
    expect(await type("a & a")).toBe("a");
    expect(await page.evaluate("location.hash")).toBe("#a%20%26%20a");
  });
});
