/**
 * The table of contents of a file, as the protocol has it.
 *
 * @module
 */

import type { Entry } from "@rewright/dsl/service";
import { type DocumentSymbol, SymbolKind } from "vscode-languageserver/node";
import type { Lines } from "./positions.ts";

const KINDS: Partial<Readonly<Record<Entry["kind"], SymbolKind>>> = {
  module: SymbolKind.Package,
  sort: SymbolKind.Class,
  operator: SymbolKind.Function,
  ruleset: SymbolKind.Namespace,
  rule: SymbolKind.Event,
  schedule: SymbolKind.Array,
  test: SymbolKind.Method,
  check: SymbolKind.Boolean,
};

/** An entry of the table, with those below it. */
export function translated(entry: Entry, lines: Lines): DocumentSymbol {
  const { name, kind, detail, span, nameSpan, children } = entry;
  return {
    name,
    kind: KINDS[kind] ?? SymbolKind.Null,
    ...(detail !== "" && { detail }),
    range: lines.range(span),
    selectionRange: lines.range(nameSpan),
    children: children.map((child) => translated(child, lines)),
  };
}
