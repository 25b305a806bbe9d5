/**
 * What each word is, in the numbers of the protocol.
 *
 * @module
 */

import type { Coloured, Role } from "@rewright/dsl/service";
import {
  type SemanticTokens,
  SemanticTokensBuilder,
  type SemanticTokensLegend,
} from "vscode-languageserver/node";
import type { Lines } from "./positions.ts";

const TYPES: Readonly<Record<Role, string>> = {
  operator: "function",
  function: "method",
  variable: "variable",
  abbreviation: "macro",
  parameter: "parameter",
  operand: "parameter",
  size: "typeParameter",
  attribute: "property",
  result: "property",
  sort: "type",
  ruleset: "namespace",
  rule: "label",
  schedule: "namespace",
  tag: "decorator",
  keyword: "keyword",
  token: "operator",
  number: "number",
  string: "string",
  comment: "comment",
};

const MODIFIERS = ["declaration", "defaultLibrary", "documentation"] as const;

/** What the numbers mean. */
export const LEGEND: SemanticTokensLegend = {
  tokenTypes: [...new Set(Object.values(TYPES))],
  tokenModifiers: [...MODIFIERS],
};

/** The words of a file, in order. */
export function encoded(words: readonly Coloured[], lines: Lines): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { start, end, role, isDeclaration, isGiven, isDocumentation } of words) {
    const { line, character } = lines.position(start);
    const flags = [isDeclaration, isGiven, isDocumentation];
    const modifiers = flags.reduce((all, flag, bit) => all | (flag ? 1 << bit : 0), 0);
    const type = LEGEND.tokenTypes.indexOf(TYPES[role]);
    builder.push(line, character, end - start, type, modifiers);
  }
  return builder.build();
}
