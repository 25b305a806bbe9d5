/**
 * What the formatter would change, change by change.
 *
 * @module
 */

import type { IToken } from "chevrotain";
import type { Change } from "../diagnostic.ts";
import { formatRules } from "../format/format.ts";
import { endOf, lex } from "../lexer.ts";
import type { Analysis } from "./analysis.ts";

/**
 * The changes that lay a file out as `formatRules` does, or those of them that begin between two offsets; none where the file has
 * errors. Only the space between words changes, so that part of the changes is as good a text as all of them.
 */
export function layoutChanges(
  { entry }: Analysis,
  start = 0,
  end: number = Number.POSITIVE_INFINITY,
): readonly Change[] {
  const { text, file, fabric } = entry;
  const after = formatRules({ file, text }).text;
  if (after === text) return [];
  const [olds, news] = [words(fabric.lexed), words(lex({ file, text: after }))];
  const changes: Change[] = [];
  let [from, to] = [0, 0];
  for (let i = 0; i <= olds.length; i++) {
    const [old, now] = [olds[i], news[i]];
    const [oldStart, newStart] = [
      old?.startOffset ?? text.length,
      now?.startOffset ?? after.length,
    ];
    change(from, oldStart, after.slice(to, newStart));
    from = old ? oldStart + old.image.trimEnd().length : oldStart;
    to = now ? endOf(now) : newStart;
  }
  return changes;

  function change(at: number, until: number, space: string): void {
    if (text.slice(at, until) === space || until < start || at > end) return;
    const span = { file, start: at, end: until, line: 0, column: 0 };
    changes.push({ span, text: space });
  }
}

/** Tokens and comments, in order. */
function words({ tokens, docs, comments }: ReturnType<typeof lex>): readonly IToken[] {
  return [...tokens, ...docs, ...comments].sort((a, b) => a.startOffset - b.startOffset);
}
