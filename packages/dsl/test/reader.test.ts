import type { IToken } from "chevrotain";
import { expect, test } from "vitest";
import { dice } from "../../../tools/dice.ts";
import { Grammar } from "../src/grammar.ts";
import { DEEPEST, lex } from "../src/lexer.ts";
import { checkNesting } from "../src/nesting.ts";
import { outline, type Piece } from "../src/outline.ts";
import { readItem } from "../src/reader.ts";
import { Tree } from "../src/tree.ts";
import { mutated } from "./mutation.ts";

type Kind = Parameters<typeof readItem>[1];

const grammar = new Grammar();

/** What the grammar and the tree make of an item; nothing where either has anything to say of it. */
function read(kind: Kind, { tokens, doc }: Piece): unknown {
  if (kind === "stray") return undefined;
  grammar.input = tokens as IToken[];
  const cst = grammar[kind]();
  if (grammar.errors.length > 0) return undefined;
  const tree = new Tree("f");
  const made =
    kind === "rule"
      ? tree.rule(cst, tokens, doc)
      : kind === "rulesHeader"
        ? tree.ruleset(cst, tokens, doc)
        : tree.declaration(cst, tokens, doc);
  return tree.diagnostics.length > 0 ? undefined : made;
}

test("what is read in one go is what the grammar reads, and what it refuses is not read", () => {
  const counts = { read: 0, refused: 0 };
  const compare = (kind: Kind, piece: Piece): void => {
    if (piece.tokens.length > DEEPEST && checkNesting("f", piece.tokens)) return;
    const item = readItem("f", kind, piece.tokens, piece.doc);
    if (kind !== "import" && kind !== "op" && kind !== "rulesHeader" && kind !== "rule") {
      expect(item).toBeUndefined();
      return;
    }
    // Written out: the order of fields is a part of the JSON form.
    expect(JSON.stringify(item)).toBe(JSON.stringify(read(kind, piece)));
    counts[item ? "read" : "refused"]++;
  };
  for (let seed = 0; seed < 500; seed++)
    for (const section of outline(lex({ file: "f", text: mutated(dice(seed)) })))
      if (section.kind === "rules") {
        compare("rulesHeader", section.header);
        for (const rule of section.rules) compare("rule", rule);
      } else compare(section.kind, section);
  expect(counts.read).toBeGreaterThan(1000);
  expect(counts.refused).toBeGreaterThan(300);
});
