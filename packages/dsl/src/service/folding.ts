/**
 * What of a file may be folded away.
 *
 * @module
 */

import type { IToken } from "chevrotain";
import type { Analysis } from "./analysis.ts";
import { endOf } from "./fabric.ts";

/** A stretch that may be folded: what is behind its first line disappears. */
export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind: "region" | "comment" | "imports";
}

/** The declarations, rules, comments and runs of imports that take more than one line. */
export function folds({ entry }: Analysis): readonly Fold[] {
  const { sections, lexed } = entry.fabric;
  const found: Fold[] = [];
  const add = (first: IToken | undefined, last: IToken | undefined, kind: Fold["kind"]): void => {
    if (first && last && (last.endLine ?? 0) > (first.startLine ?? 0))
      found.push({ start: first.startOffset, end: endOf(last), kind });
  };
  let imports: IToken[] = [];
  for (const section of sections) {
    if (section.kind === "import") imports.push(...section.tokens);
    else {
      add(imports[0], imports.at(-1), "imports");
      imports = [];
    }
    if (section.kind === "rules") {
      const { header, rules, close } = section;
      add(header.tokens[0], close ?? rules.at(-1)?.tokens.at(-1), "region");
      for (const { tokens } of rules) add(tokens[0], tokens.at(-1), "region");
    } else if (section.kind !== "import" && section.kind !== "stray")
      add(section.tokens[0], section.tokens.at(-1), "region");
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
