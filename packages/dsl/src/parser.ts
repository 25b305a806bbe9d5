/**
 * From the text of a rule file to its tree.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { Diagnostic } from "./diagnostic.ts";
import { Script } from "./script.ts";
import type { Module } from "./syntax.ts";

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
export function parseRules(source: RuleFile): Parsed {
  const { module, diagnostics } = new Script(source);
  return { module, diagnostics };
}
