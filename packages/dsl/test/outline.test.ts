import { expect, test } from "vitest";
import { dice } from "../../../tools/dice.ts";
import type { Diagnostic } from "../src/index.ts";
import { lex } from "../src/lexer.ts";
import { outline, sectionsOf } from "../src/outline.ts";
import { mutated } from "./mutation.ts";

test("a text read a stretch at a time has the sections, and the mistakes, of the whole", () => {
  let count = 0;
  for (let seed = 0; seed < 200; seed++) {
    const draw = dice(seed);
    const source = { file: "f", text: mutated(draw).replace(/^\uFEFF/, "") };
    const lexed = lex(source);
    const said: Diagnostic[] = [];
    const report = (diagnostic: Diagnostic): void => {
      said.push(diagnostic);
    };
    const sections = [...sectionsOf(source, report, 1 + draw(200))];
    expect(JSON.stringify(sections)).toBe(JSON.stringify(outline(lexed)));
    expect(said).toEqual(lexed.diagnostics);
    count += sections.length;
  }
  expect(count).toBeGreaterThan(500);
});
