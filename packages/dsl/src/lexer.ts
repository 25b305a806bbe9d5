/**
 * From text to tokens. Every text has tokens: what is not part of the language becomes a token of its own and a diagnostic.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { IToken } from "chevrotain";
import type { Span } from "./ast.ts";
import { appending, type Diagnostic, type Edit, error, replacing } from "./diagnostic.ts";
import { codePoint, quote } from "./quotation.ts";
import { type Lines, scan } from "./scanner.ts";
import { Deep, Foreign, OpenString, SPOILT } from "./tokens.ts";

/** How deep an expression may nest: brackets, and operators applied to one another. */
export const DEEPEST = 256;

/** The remark that goes with R0007. */
export const TOO_DEEP: string = `nested more than ${DEEPEST} deep`;

/** A file cut into tokens. */
export interface Lexed {
  readonly tokens: readonly IToken[];
  /** The `///` lines, in order. */
  readonly docs: readonly IToken[];
  /** All other comments, in order. */
  readonly comments: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Whole lines of a file cut into tokens. */
export interface LexedLines extends Lexed {
  /** The number of the line that comes next. */
  readonly nextLine: number;
}

/** Cuts a file into tokens, in time linear in its length. A byte order mark is skipped. */
export function lex(source: RuleFile): Lexed {
  return lexText({ file: source.file, text: withoutMark(source.text) });
}

/** Cuts a text, or some of its lines, into tokens. No token, and nothing that is said of one, goes beyond the end of its line. */
export function lexText(source: RuleFile, lines?: Lines): LexedLines {
  const { spoilt, ...lexed } = scan(source.text, lines);
  const { tokens } = lexed;
  const diagnostics: Diagnostic[] = [];
  let run: IToken | undefined;
  for (const i of spoilt) {
    const token = tokens[i] as IToken;
    if (token.tokenType === OpenString)
      diagnostics.push(
        error("R0008", spanOf(source.file, token), "this string is never closed", {
          hints: ['a string ends on the line it begins on, with `"`'],
          edit: closingQuote(source.file, token),
        }),
      );
    if (token.tokenType === Deep)
      diagnostics.push(
        error("R0007", { ...spanOf(source.file, token), end: token.startOffset + 1 }, TOO_DEEP, {
          hints: ["give a part of it a name with `where`"],
        }),
      );
    if (token.tokenType !== Foreign) continue;
    // A stretch of foreign text is one mistake, not one for each of its characters.
    if (run === undefined || endOf(run) !== token.startOffset)
      diagnostics.push(foreign(source.file, token, tokens[i + 1]));
    run = token;
  }
  return { ...lexed, diagnostics };
}

/** The edit that ends a string: before what cannot be meant to be in it, else at the end of its line. */
function closingQuote(file: string, token: IToken): Edit {
  const { image } = token;
  const length = /\s*(?:[,;)\]{}]|[=~]>|<[=~]>|\/\/|$)/.exec(image)?.index ?? image.length;
  const span = spanOf(file, token);
  const place = { ...span, start: span.start + length, end: span.start + length };
  return appending({ ...place, column: span.column + length }, '"', "close the string");
}

/** The index of the first token that begins at an offset or behind it. */
export function firstAt(tokens: readonly IToken[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle] as IToken).startOffset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The text without a byte order mark: offsets and columns do not count it. */
export function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** Whether the lexer has complained about this token: what contains it is not worth parsing. */
export function isSpoilt({ tokenType }: IToken): boolean {
  return SPOILT.has(tokenType);
}

/** The offset behind a token. */
export function endOf({ startOffset, image }: IToken): number {
  return startOffset + image.length;
}

/** Where a token is, or, given two, the stretch from the first to the second. */
export function spanOf(file: string, first: IToken, last: IToken = first): Span {
  return {
    file,
    start: first.startOffset,
    end: endOf(last),
    line: first.startLine ?? 1,
    column: first.startColumn ?? 1,
  };
}

/** The place right after a token. */
export function after(file: string, token: IToken): Span {
  const { startLine = 1, startColumn = 1, image } = token;
  const offset = endOf(token);
  return {
    file,
    start: offset,
    end: offset,
    line: startLine,
    column: startColumn + image.length,
  };
}

function touches(token: IToken, next: IToken): boolean {
  return next.startOffset === endOf(token);
}

/** What people write, and what the language writes for it. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["⇒", "=>"],
  ["→", "=>"],
  ["⟶", "=>"],
  ["⟹", "=>"],
  ["↦", "=>"],
  ["⇔", "<=>"],
  ["↔", "<=>"],
  ["⟺", "<=>"],
  ["≡", "<=>"],
  ["≈", "~>"],
  ["×", "*"],
  ["·", "*"],
  ["⋅", "*"],
  ["∗", "*"],
  ["÷", "/"],
  ["−", "-"],
  ["–", "-"],
  ["—", "-"],
  ["≤", "<="],
  ["≥", ">="],
  ["≠", "!="],
  ["∧", "and"],
  ["∨", "or"],
  ["¬", "not"],
  ["&", "and"],
  ["!", "not"],
  ["…", "..."],
  ["²", "^ 2"],
  ["³", "^ 3"],
  ["ᵀ", "'"],
  ["⊤", "'"],
  ["′", "'"],
  ["’", "'"],
  ["‘", "'"],
  ["“", '"'],
  ["”", '"'],
  ["\u00B5", "\u03BC"],
  ["\u037E", ";"],
]);

function foreign(file: string, token: IToken, next: IToken | undefined): Diagnostic {
  const instead = SPELLINGS.get(token.image);
  const hints: string[] = [];
  if (token.image === "\u00B5")
    hints.push("this is the micro sign U+00B5; write the Greek letter `μ` U+03BC");
  else if (instead) hints.push(`write \`${instead}\``);
  else if (token.image === "\0") hints.push("a rule file is text; this one holds zero bytes");
  else hints.push("names are made of ASCII letters, digits, `_` and Greek letters");
  const name = token.image > "~" && !instead ? ` (${codePoint(token.image)})` : "";
  return error(
    "R0003",
    spanOf(file, token),
    `${quote(token.image)}${name} is not part of the language`,
    {
      hints,
      ...(instead !== undefined && {
        edit: replacing(
          // `&&` is one thing that people write.
          spanOf(file, token, next && token.image === "&" && touches(token, next) ? next : token),
          // A word must not grow together with the name behind it.
          /\w$/.test(instead) && next && touches(token, next) ? `${instead} ` : instead,
          `write \`${instead}\``,
        ),
      }),
    },
  );
}
