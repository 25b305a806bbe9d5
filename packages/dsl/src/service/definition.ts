/**
 * Where the thing under the cursor is declared.
 *
 * @module
 */

import type { Span } from "../ast.ts";
import { type Analysis, pathOf } from "./analysis.ts";
import { mentionAt, mentionsOf } from "./mention.ts";

/** A place in a file of the project. */
export interface Target {
  /** A rule file by its name; a module by the path that `Importable.modules` goes by. */
  readonly file: string;
  /** `undefined`: the whole file. */
  readonly span?: Span;
  /** The place of the name that was asked about. */
  readonly from: Span;
}

/**
 * Where what is named at an offset is declared: in this file, or in one that it imports. An operator that a module gives is declared
 * there; what a dialect or the language itself declares is in no file.
 */
export function definitionAt(analysis: Analysis, offset: number): Target | undefined {
  const { entry, files, importable } = analysis;
  const mention = mentionAt(entry, analysis, offset);
  if (!mention) return undefined;
  const { referent, span: from } = mention;
  if (referent.kind === "module") {
    const isKnown =
      files.has(referent.name) || typeof importable.modules?.get(referent.name) === "object";
    return isKnown ? { file: referent.name, from } : undefined;
  }
  const known = referent.file === undefined ? undefined : files.get(referent.file);
  if (known) {
    const found = mentionsOf(referent, known, analysis).find((one) => one.isDeclaration);
    return found && { file: known.file, span: found.span, from };
  }
  const def = entry.scope.operators.get(entry.text.slice(from.start, from.end))?.[0]?.def;
  const fn = entry.scope.functions.get(referent.name);
  for (const decl of entry.module.declarations) {
    const path = decl.kind === "import" ? pathOf(decl, entry.file) : undefined;
    const module = path === undefined ? undefined : importable.modules?.get(path);
    if (path === undefined || typeof module !== "object") continue;
    const things: readonly unknown[] = [
      ...Object.values(module.ops),
      ...Object.values(module.functions ?? {}),
    ];
    if (things.some((one) => one === def || one === fn)) return { file: path, from };
  }
  return undefined;
}
