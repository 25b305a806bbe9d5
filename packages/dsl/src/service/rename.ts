/**
 * Other names for things, everywhere at once.
 *
 * @module
 */

import type { Span } from "../ast.ts";
import type { Change } from "../diagnostic.ts";
import type { DocumentFile } from "../document-file.ts";
import { endOf } from "../lexer.ts";
import { quote } from "../quotation.ts";
import { isName } from "../tokens.ts";
import { ABSENT } from "../variables.ts";
import { type Analysis, importedFile, pathOf } from "./analysis.ts";
import { mentionAt, mentionsIn } from "./mention.ts";
import { declared, type Mention } from "./naming.ts";
import { everyMention } from "./references.ts";
import { isSame, type Referent, WORDS } from "./referent.ts";

/** The changes that give something another name, in one or several files; or why it keeps the one that it has. */
export type Renamed = { readonly changes: readonly Change[] } | { readonly refused: string };

/** The name at an offset that can be changed; or why it cannot. */
export function renameable(
  analysis: Analysis,
  offset: number,
): { readonly span: Span; readonly name: string } | { readonly refused: string } {
  const { entry } = analysis;
  const mention = mentionAt(entry, analysis, offset);
  if (!mention) return { refused: "there is no name here" };
  const { referent, span } = mention;
  const refused = refusal(mention, analysis);
  if (refused !== undefined) return { refused };
  return { span: placeOfName(span, referent), name: referent.name };
}

/**
 * The changes that call what stands at an offset by another name. Files that import this one and are not among `dependants` are
 * left as they are.
 */
export function rename(
  analysis: Analysis,
  offset: number,
  name: string,
  dependants: readonly Analysis[] = [],
): Renamed {
  const { entry } = analysis;
  const mention = mentionAt(entry, analysis, offset);
  if (!mention) return { refused: "there is no name here" };
  const { referent } = mention;
  const wanted = referent.kind === "tag" ? name.replace(/^#/, "") : name;
  const refused =
    refusal(mention, analysis) ??
    misnomer(referent, wanted) ??
    clash(referent, wanted, analysis, dependants);
  if (refused !== undefined) return { refused };
  const mentions = everyMention(referent, analysis, dependants);
  const changes = mentions
    .filter(({ isNotation }) => !isNotation)
    .map(({ span }): Change => ({ span: placeOfName(span, referent), text: wanted }));
  return { changes: wanted === referent.name ? [] : changes };
}

/** Where the name itself stands: behind the `#` of a tag. */
function placeOfName(span: Span, { kind }: Referent): Span {
  if (kind !== "tag") return span;
  return { ...span, start: span.start + 1, column: span.column + 1 };
}

/** Why something keeps its name, whatever the other would be. */
function refusal({ referent, isNotation }: Mention, analysis: Analysis): string | undefined {
  const { kind, name, file } = referent;
  const { entry } = analysis;
  if (isNotation) return `this stands for ${quote(name)}; rename it by its name`;
  if (kind === "module") return "a file is renamed where files are";
  if (kind === "result" || kind === "function" || (file === undefined && kind !== "tag"))
    return kind === "sort"
      ? `${quote(name)} is a sort of the language itself`
      : `${quote(name)} is ${WORDS[kind]} of a dialect or of the language itself, which is declared in no rule file`;
  if (file !== undefined && file !== entry.file)
    return `${quote(name)} is declared in ${quote(file)}: rename it there`;
  const module =
    kind === "operator" || kind === "attribute" ? meaningOf(referent, analysis) : undefined;
  return module === undefined
    ? undefined
    : `${quote(module)} gives ${quote(String(referent.within ?? name))} its meaning by this name: rename it there first`;
}

/** The module that gives an operator its meaning, by its name. */
function meaningOf(
  { kind, name, within }: Referent,
  { entry, importable }: Analysis,
): string | undefined {
  const operator = kind === "operator" ? name : String(within);
  for (const decl of entry.module.declarations) {
    const path = decl.kind === "import" ? pathOf(decl, entry.file) : undefined;
    const module = path === undefined ? undefined : importable.modules?.get(path);
    if (typeof module === "object" && Object.hasOwn(module.ops, operator)) return path;
  }
  return undefined;
}

/** Why something cannot be called so. */
function misnomer({ kind }: Referent, wanted: string): string | undefined {
  if (!isName(wanted))
    return `${quote(wanted)} is not a name: names are made of ASCII letters, digits, \`_\` and Greek letters, and are no keywords`;
  const isLocal = kind === "variable" || kind === "abbreviation" || kind === "parameter";
  if (isLocal && (wanted === "_" || wanted === ABSENT))
    return `${quote(wanted)} has a meaning of its own`;
  return undefined;
}

/** What else goes by the name already, where the two would be confused. */
function clash(
  referent: Referent,
  wanted: string,
  analysis: Analysis,
  dependants: readonly Analysis[],
): string | undefined {
  if (wanted === referent.name || referent.kind === "tag") return undefined;
  for (const one of [analysis, ...dependants])
    for (const known of one.files.values()) {
      const mentions = mentionsIn(known, one);
      const own = mentions.filter((mention) => isSame(mention.referent, referent));
      if (own.length === 0) continue;
      const other = mentions.find(
        (mention) =>
          mention.referent.name === wanted &&
          confuses(referent, mention.referent, own, mention, known),
      );
      if (other)
        return `${quote(wanted)} is ${WORDS[other.referent.kind]} already, in ${quote(known.file)} on line ${other.span.line}`;
      const hidden = hides(referent, wanted, known, one);
      if (hidden !== undefined) return hidden;
    }
  return undefined;
}

/** The kinds of referents that stand where expressions do, and so share their names. */
const IN_EXPRESSIONS: ReadonlySet<string> = new Set([
  "operator",
  "function",
  "variable",
  "abbreviation",
  "parameter",
  "operand",
  "size",
]);

/** Whether two things of one name could be taken for each other. */
function confuses(
  referent: Referent,
  other: Referent,
  own: readonly Mention[],
  mention: Mention,
  known: DocumentFile,
): boolean {
  if (other.kind === referent.kind && other.within === referent.within) return true;
  if (referent.kind === "attribute" && other.kind === "operand")
    return declaresBoth(known, String(referent.within), mention.span.start);
  if (referent.kind === "operand" && other.kind === "attribute")
    return declaresBoth(known, String(other.within), own[0]?.span.start ?? -1);
  if (!IN_EXPRESSIONS.has(referent.kind) || !IN_EXPRESSIONS.has(other.kind)) return false;
  if (referent.kind === "operator" || other.kind === "operator") return true;
  if (referent.kind === "function" || other.kind === "function") return false;
  // Names of rules and of declarations meet where one is mentioned among the others.
  const [first, last] = [own[0], own.at(-1)];
  const owner = ownerOf(known, first?.span.start ?? 0);
  return (
    owner !== undefined &&
    owner.start <= mention.span.start &&
    mention.span.end <= Math.max(owner.end, last?.span.end ?? 0)
  );
}

/** Whether an operator's declaration is the one that an offset is in. */
function declaresBoth({ module }: DocumentFile, operator: string, offset: number): boolean {
  return module.declarations.some(
    ({ kind, span, ...decl }) =>
      kind === "op" &&
      "name" in decl &&
      decl.name.name === operator &&
      span.start <= offset &&
      offset < span.end,
  );
}

/** The rule or the declaration that an offset is in. */
function ownerOf(
  { fabric }: DocumentFile,
  offset: number,
): { start: number; end: number } | undefined {
  const piece = fabric.pieceBefore(offset + 1);
  const [first, last] = [piece?.tokens[0], piece?.tokens.at(-1)];
  return first && last && { start: first.startOffset, end: endOf(last) };
}

/** Why an operator, a ruleset or a sort cannot take a name that is imported, or a variable that of an operator. */
function hides(
  referent: Referent,
  wanted: string,
  known: DocumentFile,
  analysis: Analysis,
): string | undefined {
  const { scope } = known;
  const isBare = IN_EXPRESSIONS.has(referent.kind) || referent.kind === "attribute";
  if (isBare && scope.operators.has(wanted))
    return `${quote(wanted)} is an operator already, of ${scope.operators.get(wanted)?.[0]?.origin}`;
  if (
    (referent.kind === "operator" || referent.kind === "abbreviation") &&
    scope.functions.has(wanted)
  )
    return `${quote(wanted)} is a function already`;
  if (referent.kind === "ruleset" && scope.rulesets.has(wanted))
    return `${quote(wanted)} is a ruleset already`;
  if (referent.kind !== "sort") return undefined;
  const theirs = known.module.declarations.flatMap((decl) => {
    const other = decl.kind === "import" ? importedFile(decl, known, analysis) : undefined;
    return other ? declared(other) : [];
  });
  return theirs.some(({ kind, name }) => kind === "sort" && name === wanted)
    ? `${quote(wanted)} is a sort already`
    : undefined;
}
