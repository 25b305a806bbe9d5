/**
 * What of a file may be folded away.
 *
 * @module
 */

import type { IToken } from "chevrotain";
import { endOf } from "../lexer.ts";
import type { Analysis } from "./analysis.ts";

/** A stretch that may be folded: what is behind its first line disappears. */
export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind: "region" | "comment" | "imports";
}

/** The declarations, rules, comments and runs of imports that take more than one line. */
export function folds({ entry }: Analysis): readonly Fold[] {
  const { parts, lexed } = entry.fabric;
  const found: Fold[] = [];
  const add = (first: IToken | undefined, last: IToken | undefined, kind: Fold["kind"]): void => {
    if (first && last && (last.startLine ?? 0) > (first.startLine ?? 0))
      found.push({ start: first.startOffset, end: endOf(last), kind });
  };
  let imports: IToken[] = [];
  for (const { item, rules, last } of parts) {
    if (item.kind === "import") {
      imports = imports.concat(item.tokens);
      continue;
    }
    add(imports[0], imports.at(-1), "imports");
    imports = [];
    if (item.kind !== "stray") add(item.first, last, "region");
    for (const { first, tokens } of rules) add(first, tokens.at(-1), "region");
  }
  add(imports[0], imports.at(-1), "imports");
  let run: IToken[] = [];
  const notes = [...lexed.docs, ...lexed.comments].sort((a, b) => a.startOffset - b.startOffset);
  for (const note of notes) {
    const last = run.at(-1);
    const isNext = last && entry.text.slice(endOf(last), note.startOffset).trim() === "";
    if (!isNext || (last.startLine ?? 0) + 1 !== note.startLine) {
      add(run[0], last, "comment");
      run = [];
    }
    run.push(note);
  }
  add(run[0], run.at(-1), "comment");
  return found.sort((a, b) => a.start - b.start);
}
