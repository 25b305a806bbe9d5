/**
 * What may be written, as the protocol has it.
 *
 * @module
 */

import type { Completion } from "@rewright/dsl/service";
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
} from "vscode-languageserver/node";
import type { Lines } from "./positions.ts";

const KINDS: Readonly<Record<Completion["kind"], CompletionItemKind>> = {
  operator: CompletionItemKind.Function,
  function: CompletionItemKind.Method,
  variable: CompletionItemKind.Variable,
  abbreviation: CompletionItemKind.Constant,
  parameter: CompletionItemKind.Variable,
  operand: CompletionItemKind.Variable,
  size: CompletionItemKind.TypeParameter,
  attribute: CompletionItemKind.Property,
  result: CompletionItemKind.Field,
  sort: CompletionItemKind.Class,
  ruleset: CompletionItemKind.Module,
  rule: CompletionItemKind.Event,
  schedule: CompletionItemKind.Event,
  tag: CompletionItemKind.Keyword,
  module: CompletionItemKind.File,
  keyword: CompletionItemKind.Keyword,
  option: CompletionItemKind.EnumMember,
};

/** A completion as the protocol has it; with places to fill in for editors that have them. */
export function translated(one: Completion, lines: Lines, hasSnippets: boolean): CompletionItem {
  const { label, kind, detail, doc, pieces, rank } = one;
  const hasHoles = pieces.some((piece) => typeof piece !== "string");
  return {
    label,
    kind: KINDS[kind],
    // What is likelier comes first, then by name.
    sortText: `${rank}${label}`,
    ...(detail !== "" && { detail }),
    ...(doc !== "" && { documentation: { kind: MarkupKind.Markdown, value: doc } }),
    insertTextFormat: hasSnippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: {
      range: lines.range(one),
      newText: hasSnippets
        ? snippet(pieces)
        : hasHoles && kind !== "variable"
          ? label
          : plain(pieces),
    },
  };
}

function snippet(pieces: Completion["pieces"]): string {
  let place = 0;
  const literal = (text: string): string => text.replace(/[\\$}]/g, "\\$&");
  return pieces
    .map((piece) =>
      typeof piece === "string" ? literal(piece) : `\${${++place}:${literal(piece.hole)}}`,
    )
    .join("");
}

function plain(pieces: Completion["pieces"]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : "")).join("");
}
