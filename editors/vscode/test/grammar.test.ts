// The editor's colours against the language's own lexer and grammar, on every rule file there is.
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS, whose exports are the default
import oniguruma from "vscode-oniguruma";
// biome-ignore lint/correctness/noUnresolvedImports: CommonJS, too
import textmate, { type IGrammar } from "vscode-textmate";
import { printRules } from "../../../packages/dsl/src/print.ts";
import { module } from "../../../packages/dsl/test/tree.ts";
import { spoken } from "./spoken.ts";

const home = join(import.meta.dirname, "..");
const root = join(home, "../..");
const source = "syntaxes/rewright.tmLanguage.json";

let grammar: IGrammar;

beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  await oniguruma.loadWASM(readFileSync(wasm).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () =>
      textmate.parseRawGrammar(readFileSync(join(home, source), "utf8"), source),
  });
  grammar = (await registry.loadGrammar("source.rewright")) as IGrammar;
});

/** For each code unit of a text, the innermost scope but that of quotation marks and escapes. */
function scopes(text: string): readonly string[] {
  const found: string[] = [];
  let stack = textmate.INITIAL;
  for (const line of text.split(/(?<=\r\n|\n|\r(?!\n))/)) {
    const bare = line.replace(/[\r\n]+$/, "");
    const { tokens, ruleStack } = grammar.tokenizeLine(bare, stack);
    stack = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const scope = scopes.find((name) => name.startsWith("string.")) ?? scopes.at(-1) ?? "";
      for (let i = startIndex; i < Math.min(endIndex, bare.length); i++) found.push(scope);
    }
    for (let i = bare.length; i < line.length; i++) found.push("");
  }
  return found;
}

/** What an editor shows otherwise than the language reads it. */
function differences(text: string): readonly string[] {
  const shown = scopes(text);
  return spoken(text).flatMap(({ start, end, text, scope }) => {
    const wrong = shown.slice(start, end).find((name) => !scope.test(name));
    return wrong === undefined ? [] : [`${start}: ${text} is ${wrong}, not ${scope.source}`];
  });
}

const files = globSync(["packages/**/*.rules", "examples/**/*.rules", "docs/**/*.rules"], {
  cwd: root,
  exclude: ["**/node_modules", "**/dist"],
}).sort();

test("there are files to look at", () => {
  expect(files.length).toBeGreaterThan(80);
});

test("a bracket left open costs its own rule alone", () => {
  const text = "rules r {\n  a: f(x, [1  =>  x\n  b: g(x) => x when x == 1\n}\nsort Real\n";
  const shown = scopes(text);
  expect(shown[text.indexOf("b:")]).toBe("entity.name.function.rule.rewright");
  expect(shown[text.indexOf("when")]).toBe("keyword.control.clause.rewright");
  expect(shown[text.indexOf("sort")]).toBe("keyword.declaration.sort.rewright");
});

test("a word is a keyword where it is read as one, and a name elsewhere", () => {
  const text =
    'rules op { rules: test(op) => op }\ntest "x" { given given: Real prove given == op }\n';
  expect(differences(text)).toEqual([]);
  // Not the test's own doing: a wrong colour is found.
  expect(differences("sort\nReal")).not.toEqual([]);
});

test("files drawn at random, but for names that are words of the language elsewhere", () => {
  const words =
    /^\d+: (import|from|sort|op|as|is|cost|rules|schedule|test|given|using|prove|refute|reduce|check) /;
  fc.assert(
    fc.property(module, (drawn) => {
      const wrong = differences(printRules(drawn));
      expect(wrong.filter((difference) => !words.test(difference))).toEqual([]);
    }),
  );
});

describe("an editor shows what the language reads", () => {
  test.each(files)("%s", (file) => {
    const text = readFileSync(join(root, file), "utf8").replace(/^\uFEFF/, "");
    expect(differences(text)).toEqual([]);
  });
});
