/**
 * Cuts a text by the token types of the language: what chevrotain's lexer makes of the same types, in a fraction of the time.
 *
 * Names, marks and the space between them are nearly all that a rule file consists of, and are known by their characters. All else is
 * cut by the patterns of the types that a character may begin, in their order.
 *
 * @module
 */

import { type IToken, Lexer, type TokenType } from "chevrotain";
import { allTokens, Name, SPOILT } from "./tokens.ts";

/** A text, or a stretch of one, cut into tokens. */
export interface Scanned {
  readonly tokens: IToken[];
  /** The `///` lines, in order. */
  readonly docs: IToken[];
  /** All other comments, in order. */
  readonly comments: IToken[];
  /** Which of the tokens the language has no use for: foreign characters, strings left open, brackets without end. */
  readonly spoilt: number[];
  /** The number of the line that comes next. */
  readonly nextLine: number;
}

/** Whole lines of a text, by their offsets. */
export interface Lines {
  readonly start: number;
  readonly end: number;
  /** The number of the first. */
  readonly line: number;
}

/** A type of tokens, as it is looked for. */
interface Kind {
  readonly type: TokenType;
  readonly index: number;
  /** The text of those that all have the same. */
  readonly text: string;
  /** Where it is kept apart from the tokens that are parsed, or not at all. */
  readonly group: unknown;
  /** How many characters of a text are one, from an offset on; 0 where there is none. */
  readonly length: (text: string, at: number) => number;
}

const SPACE = 32;
const NEWLINE = 10;
const RETURN = 13;
/** Each character below this has its own list of what may begin with it. */
const ASCII = 128;
/** Letters are Latin and Greek: all of them lie below this. */
const LETTERS = 0x400;

const name: Kind = kindOf(Name);
/** Keywords by their text; in some places they are names, too. */
const words = new Map<string, Kind>();
/** By character: what may begin with it, in order. */
const initial: readonly Kind[][] = Array.from({ length: ASCII }, () => []);
/** What may begin with any other. */
const beyond: Kind[] = [];
/** By character: what it is, whatever follows it. */
const marks: (Kind | undefined)[] = [];
/** By character: whether a name may begin with it, and whether one that has begun may go on with it. */
const begins: boolean[] = [];
const continues: boolean[] = [];

for (const type of allTokens) {
  const kind = kindOf(type);
  if (type.LONGER_ALT === Name) {
    words.set(kind.text, kind);
    continue;
  }
  // Of types that have no such list, one character tells whether they begin with it.
  const { START_CHARS_HINT: hint } = type as { readonly START_CHARS_HINT?: readonly unknown[] };
  if (kind.text === "" && !hint) beyond.push(kind);
  for (const [code, kinds] of initial.entries()) {
    const character = String.fromCharCode(code);
    const isFirst =
      kind.text === ""
        ? (hint?.includes(character) ?? kind.length(character, 0) > 0)
        : kind.text.startsWith(character);
    if (isFirst) kinds.push(kind);
  }
}
for (const [first] of initial) marks.push(first?.text.length === 1 ? first : undefined);
for (let code = 0; code < LETTERS; code++) {
  const character = String.fromCharCode(code);
  begins.push(name.length(character, 0) > 0);
  continues.push(name.length(`a${character}`, 0) > 1);
}

function kindOf(type: TokenType): Kind {
  const { PATTERN, GROUP: group, tokenTypeIdx: index = 0 } = type;
  if (typeof PATTERN === "string") {
    const length: Kind["length"] = (text, at) =>
      text.startsWith(PATTERN, at) ? PATTERN.length : 0;
    return { type, index, text: PATTERN, group, length };
  }
  const sticky = PATTERN instanceof RegExp && new RegExp(PATTERN, "y");
  const length: Kind["length"] = (text, at) => {
    if (!sticky) {
      const { exec } = PATTERN as { exec(text: string, at: number): readonly string[] | null };
      return exec(text, at)?.[0]?.length ?? 0;
    }
    sticky.lastIndex = at;
    return sticky.test(text) ? sticky.lastIndex - at : 0;
  };
  return { type, index, text: "", group, length };
}

/** Cuts a text, or some of its lines. */
export function scan(
  text: string,
  lines: Lines = { start: 0, end: text.length, line: 1 },
): Scanned {
  const { start, end } = lines;
  const tokens: IToken[] = [];
  const docs: IToken[] = [];
  const comments: IToken[] = [];
  const spoilt: number[] = [];
  let { line } = lines;
  let lineStart = start;
  for (let at = start; at < end; ) {
    const code = text.charCodeAt(at);
    if (code === SPACE) {
      at++;
      continue;
    }
    let to = at + 1;
    let kind = code < ASCII ? marks[code] : undefined;
    let image: string;
    if (kind) image = kind.text;
    else if (code < LETTERS && begins[code]) {
      for (let next = text.charCodeAt(to); next < LETTERS && continues[next]; )
        next = text.charCodeAt(++to);
      image = text.slice(at, to);
      kind = words.get(image) ?? name;
    } else {
      const kinds = (code < ASCII ? initial[code] : undefined) ?? beyond;
      let length = 0;
      // One fits: what is not part of the language is a token, too.
      for (let i = 0; length === 0; i++) {
        kind = kinds[i] as Kind;
        length = kind.length(text, at);
      }
      to = Math.min(at + length, end);
      image = text.slice(at, to);
      if (kind && SPOILT.has(kind.type)) spoilt.push(tokens.length);
    }
    const { group, index, type } = kind as Kind;
    if (group === Lexer.SKIPPED) {
      // Only space goes from line to line.
      for (let i = at; i < to; i++) {
        const own = text.charCodeAt(i);
        if (own !== NEWLINE && (own !== RETURN || text.charCodeAt(i + 1) === NEWLINE)) continue;
        line++;
        lineStart = i + 1;
      }
    } else {
      const list = group === "docs" ? docs : group === "comments" ? comments : tokens;
      list.push({
        image,
        startOffset: at,
        startLine: line,
        startColumn: at - lineStart + 1,
        tokenTypeIdx: index,
        tokenType: type,
      });
    }
    at = to;
  }
  return { tokens, docs, comments, spoilt, nextLine: line };
}
