// Whatever a file holds, all questions about it have answers, and these fit together.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dice } from "../../../../tools/dice.ts";
import { analyse, colours, completionsAt, referencesAt } from "../../src/service/index.ts";
import { mutated } from "../mutation.ts";
import { interrogate } from "./interrogation.ts";

test.each(["pass", "fail", "format", "read"])("fixtures/%s", (folder) => {
  const place = new URL(`../../fixtures/${folder}/`, import.meta.url);
  for (const [i, file] of readdirSync(place).sort().entries())
    interrogate(readFileSync(new URL(file, place), "utf8"), 6, dice(i));
});

test("fixtures cut, spliced and sprinkled with what does not belong there", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const draw = dice(seed);
      interrogate(mutated(draw), 2, draw);
    }),
    { numRuns: 300 },
  );
});

test("a rule with more names than a call may have arguments", () => {
  const text = `rules r { t: ${"x + ".repeat(150_000)}`;
  const analysis = analyse([{ file: "f.rules", text }], { dialects: [] });
  expect(colours(analysis)).toHaveLength(300_003);
  expect(referencesAt(analysis, text.indexOf("x"))).toHaveLength(150_000);
  expect(completionsAt(analysis, text.length).map(({ label }) => label)).toContain("x");
});

test("any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.nat(), (text, seed) => {
      interrogate(text, 2, dice(seed));
    }),
    { numRuns: 200 },
  );
});
