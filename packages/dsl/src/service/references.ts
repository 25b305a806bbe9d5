/**
 * Every place where the thing under the cursor is named.
 *
 * @module
 */

import type { Span } from "../ast.ts";
import type { Analysis } from "./analysis.ts";
import { mentionAt, mentionsOf } from "./mention.ts";
import type { Mention } from "./naming.ts";
import type { Referent } from "./referent.ts";

/** A place where something is named. */
export interface Reference {
  /** With the name of its file. */
  readonly span: Span;
  readonly isDeclaration: boolean;
}

/**
 * Every place where what stands at an offset is named, tokens that stand for an operator among them: in the file, in those that it
 * imports, and in the files that `dependants` are about. In order, file by file.
 */
export function referencesAt(
  analysis: Analysis,
  offset: number,
  dependants: Iterable<Analysis> = [],
): readonly Reference[] {
  const mention = mentionAt(analysis.entry, analysis, offset);
  if (!mention) return [];
  return everyMention(mention.referent, analysis, dependants).map(({ span, isDeclaration }) => ({
    span,
    isDeclaration,
  }));
}

/** The kinds of things that other files may name. */
const SHARED: ReadonlySet<string> = new Set(["operator", "attribute", "ruleset", "sort", "tag"]);

/**
 * The file whose dependants may name what stands at an offset: that which declares it; `undefined` where nobody else can, or where no
 * rule file declares it.
 */
export function sharedBy(analysis: Analysis, offset: number): string | undefined {
  const mention = mentionAt(analysis.entry, analysis, offset);
  if (!mention || !SHARED.has(mention.referent.kind)) return undefined;
  return mention.referent.kind === "tag" ? analysis.entry.file : mention.referent.file;
}

/** The mentions of a referent in all files that are known. */
export function everyMention(
  referent: Referent,
  analysis: Analysis,
  dependants: Iterable<Analysis>,
): readonly Mention[] {
  const seen = new Set<string>();
  const found: (readonly Mention[])[] = [];
  for (const one of [analysis, ...dependants])
    for (const known of one.files.values()) {
      if (seen.has(known.file)) continue;
      seen.add(known.file);
      found.push(mentionsOf(referent, known, one));
    }
  return found.flat();
}

/** The places in the file itself where what stands at an offset is named. */
export function highlightsAt(analysis: Analysis, offset: number): readonly Reference[] {
  const { entry } = analysis;
  const mention = mentionAt(entry, analysis, offset);
  return mention ? mentionsOf(mention.referent, entry, analysis) : [];
}
