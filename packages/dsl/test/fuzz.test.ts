import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileRules, parseRules, RuleError, renderDiagnostic } from "../src/index.ts";
import { sketch } from "./dialect.ts";

const whole = ["read", "pass"].flatMap((folder) => {
  const place = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(place).map((file) => readFileSync(new URL(file, place), "utf8"));
});

/** A file compiles, or is refused with places that lie in it; no text makes the compiler fail. */
function isHandled(text: string): boolean {
  const { diagnostics } = parseRules({ file: "f", text });
  for (const diagnostic of diagnostics) {
    const { start, end, line, column } = diagnostic.span;
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(text.length);
    const lines = text.replace(/^\uFEFF/, "").split(/\r\n?|\n/);
    expect((lines[line - 1]?.length ?? -1) + 1).toBeGreaterThanOrEqual(column);
    expect(renderDiagnostic(diagnostic, text)).toContain(diagnostic.code);
  }
  try {
    compileRules([{ file: "f", text }], { dialects: [sketch] });
    return !diagnostics.some(({ severity }) => severity === "error");
  } catch (thrown) {
    if (!(thrown instanceof RuleError)) throw thrown;
    return thrown.diagnostics.length >= diagnostics.length;
  }
}

test("any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), isHandled), {
    numRuns: 300,
  });
});

test("words and signs in any order", () => {
  const words =
    'rules op sort import from test schedule check when where within as is not and { } ( ) [ ] , ; : = => <=> ~> -> := ... . \' + - * / @ ^ == < | #t x Add Relu Concat _ 1 2.5 "s"'.split(
      " ",
    );
  const text = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((all) => all.join(" "));
  fc.assert(fc.property(text, isHandled), { numRuns: 500 });
});

test("rules of such words", () => {
  const words =
    '( ) [ ] , ; : = => <=> ... .0 \' + - * @ == _ x y p 1 "s" when where within #t Add( Relu( Concat( axis rank('.split(
      " ",
    );
  const text = fc
    .array(fc.constantFrom(...words), { maxLength: 40 })
    .map((all) => `import s from "dialect:sketch"\nrules r { a: ${all.join(" ")} }`);
  fc.assert(fc.property(text, isHandled), { numRuns: 500 });
});

test("files cut short, or with a stretch taken out or moved", () => {
  const text = fc
    .tuple(fc.constantFrom(...whole), fc.nat(), fc.nat(), fc.nat())
    .map(([file, a, b, c]) => {
      const [from, to] = [a % file.length, b % file.length].sort((x, y) => x - y) as [
        number,
        number,
      ];
      const rest = file.slice(0, from) + file.slice(to);
      const at = c % (rest.length + 1);
      return rest.slice(0, at) + file.slice(from, Math.min(to, from + 40)) + rest.slice(at);
    });
  fc.assert(fc.property(text, isHandled), { numRuns: 200 });
});
