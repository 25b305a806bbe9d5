/**
 * From the text of a rule file to its tree.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { Diagnostic } from "./diagnostic.ts";
import { Item } from "./item.ts";
import { withoutMark } from "./lexer.ts";
import { sectionsOf } from "./outline.ts";
import { Part } from "./part.ts";
import type { Declaration, Module } from "./syntax.ts";

/** A file's tree, and what is wrong with its text. */
export interface Parsed {
  /** All declarations and rules that could be read. */
  readonly module: Module;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a rule file. Never throws, whatever the text: each declaration and each rule is read by itself, one that cannot be read
 * is left out of the tree and gives a diagnostic, the first mistake in it. Spans do not count a byte order mark.
 */
export function parseRules({ file, text: whole }: RuleFile): Parsed {
  const source = { file, text: withoutMark(whole) };
  const declarations: Declaration[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    diagnostics.push(diagnostic);
  };
  for (const section of sectionsOf(source, report)) {
    const part = new Part(section, (kind, piece) => new Item(source, kind, piece));
    const tree = part.tree(file);
    if (tree) declarations.push(tree);
    part.complain(file, report);
  }
  diagnostics.sort((a, b) => a.span.start - b.span.start);
  return { module: { file, declarations }, diagnostics };
}
