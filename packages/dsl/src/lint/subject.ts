/**
 * What a lint looks at.
 *
 * @module
 */

import type { Rule, Span } from "../ast.ts";
import type { Edit } from "../diagnostic.ts";
import type { RuleDecl } from "../syntax.ts";
import type { Silhouette } from "./silhouette.ts";

/** A rule as written, with the directions that it stands for. */
export interface Subject {
  readonly decl: RuleDecl;
  /** One, or two of a two-way rule; none where the rule has errors. */
  readonly rules: readonly Rule[];
  /** The text of its file, which its spans count in. */
  readonly text: string;
  /** Of its rules, once they are known. */
  silhouettes?: readonly Silhouette[] | undefined;
}

/** The edit that deletes a rule, with the documentation above it and the line it leaves empty. */
export function deleting({ decl, text }: Subject): Edit {
  return {
    title: `delete ${decl.label.name}`,
    changes: [{ span: linesOf(decl.span, text), text: "" }],
  };
}

/** A rule's place, extended to the whole lines that hold nothing else, and to the `///` lines above. */
function linesOf(span: Span, text: string): Span {
  let { start, end } = span;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const after = /^[ \t]*(?:\r?\n|\r|$)/.exec(text.slice(end, end + 1000));
  if (text.slice(lineStart, start).trim() !== "" || !after) return span;
  end += after[0].length;
  start = lineStart;
  while (start > 0) {
    const above = text.lastIndexOf("\n", start - 2) + 1;
    if (!/^\s*\/\/\//.test(text.slice(above, start))) break;
    start = above;
  }
  return { ...span, start, end };
}
