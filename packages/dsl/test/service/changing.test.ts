// A document that is being written has the same answers, after each edit, as one that is read anew.
import fc from "fast-check";
import { expect, test } from "vitest";
import { dice } from "../../../../tools/dice.ts";
import { Document } from "../../src/index.ts";
import {
  Analysis,
  analyse,
  colours,
  completionsAt,
  contents,
  definitionAt,
  diagnosticsOf,
  folds,
  hover,
  inlayHints,
  layoutChanges,
  referencesAt,
  signatureAt,
} from "../../src/service/index.ts";
import { sketch } from "../dialect.ts";
import { edited, mutated } from "../mutation.ts";

const importable = { dialects: [sketch] };

/** All answers about a file, and about one place in it. */
function answers(analysis: Analysis, offset: number): unknown {
  return {
    diagnostics: diagnosticsOf(analysis),
    colours: colours(analysis),
    contents: contents(analysis),
    folds: folds(analysis),
    hints: inlayHints(analysis),
    layout: layoutChanges(analysis),
    completions: completionsAt(analysis, offset),
    hover: hover(analysis, offset),
    definition: definitionAt(analysis, offset),
    references: referencesAt(analysis, offset),
    signature: signatureAt(analysis, offset),
  };
}

test("through edits of any kind", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const draw = dice(seed);
      let text = mutated(draw);
      const document = new Document([{ file: "f.rules", text }], importable);
      for (let i = 0; i < 6; i++) {
        const offset = draw(text.length + 1);
        const fresh = analyse([{ file: "f.rules", text }], importable);
        expect(answers(new Analysis(document, importable), offset)).toEqual(answers(fresh, offset));
        text = edited(text, draw);
        document.update(text);
      }
    }),
    { numRuns: 60 },
  );
});
