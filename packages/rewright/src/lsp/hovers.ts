/**
 * What is said of a place, as Markdown.
 *
 * @module
 */

import type { Hover } from "@rewright/dsl/service";
import { type MarkupContent, MarkupKind } from "vscode-languageserver/node";

/** Markdown, or plain text for editors that show no other. */
export function markup(blocks: Hover["blocks"], isPlain: boolean): MarkupContent {
  if (isPlain)
    return { kind: MarkupKind.PlainText, value: blocks.map(({ text }) => text).join("\n\n") };
  const parts = blocks.map(({ kind, text }) => (kind === "code" ? fenced(text) : text));
  return { kind: MarkupKind.Markdown, value: parts.join("\n\n") };
}

/** A piece of rule language, whatever it holds. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}rewright\n${text}\n${fence}`;
}
