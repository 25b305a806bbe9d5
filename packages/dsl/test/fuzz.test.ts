import fc from "fast-check";
import { expect, test } from "vitest";
import { dice } from "../../../tools/dice.ts";
import { compileRules, parseRules, RuleError, renderDiagnostic } from "../src/index.ts";
import { sketch } from "./dialect.ts";
import { handle, mutated } from "./mutation.ts";

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

test("fixtures cut, spliced and sprinkled with what does not belong there", () => {
  let sound = 0;
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      if (handle(mutated(dice(seed)))) sound++;
    }),
    { numRuns: 2000 },
  );
  expect(sound).toBeGreaterThan(100);
});
