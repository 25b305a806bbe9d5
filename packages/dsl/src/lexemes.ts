/**
 * The tokens of a text that changes.
 *
 * @module
 */

import type { IToken } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import { endOf, firstAt, type Lexed, lexText } from "./lexer.ts";
import { movedDiagnostic, movedSpan, type Shift } from "./shift.ts";

/** Two texts are compared so many characters at a time. */
const BLOCK = 4096;
/** A call takes so many arguments, whatever the size of the stack. */
const MOST_ARGUMENTS = 10_000;

/**
 * A text cut into tokens. After a change only the lines that differ are cut anew; the tokens behind them are the same objects,
 * and stand where they stand now.
 */
export class Lexemes implements Lexed {
  text: string;
  tokens: IToken[];
  docs: IToken[];
  comments: IToken[];
  diagnostics: readonly Diagnostic[];
  /** The stretch of the text that the last change cut anew: whole lines. */
  changed: { readonly start: number; readonly end: number };
  private readonly file: string;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.changed = { start: 0, end: text.length };
    const { tokens, docs, comments, diagnostics } = lexText({ file, text });
    this.tokens = [...tokens];
    this.docs = [...docs];
    this.comments = [...comments];
    this.diagnostics = diagnostics;
  }

  /** Puts another text in the place of this one. */
  update(text: string): void {
    const before = this.text;
    if (text === before) {
      this.changed = { start: 0, end: 0 };
      return;
    }
    const same = commonStart(before, text);
    const rest = commonEnd(before, text, Math.min(before.length, text.length) - same);
    // Whole lines: a token ends where its line does.
    const start = same === 0 ? 0 : before.lastIndexOf("\n", same - 1) + 1;
    const lineEnd = before.indexOf("\n", before.length - rest);
    const end = lineEnd < 0 ? before.length : lineEnd + 1;
    const newEnd = end + text.length - before.length;
    const line = this.lineAt(start);
    const fresh = lexText({ file: this.file, text }, { start, end: newEnd, line });
    const beyond: Shift = {
      offset: text.length - before.length,
      lines: countLines(text, start, newEnd) - countLines(before, start, end),
    };
    const replaced = (old: IToken[], own: readonly IToken[]): IToken[] => {
      const from = firstAt(old, start);
      const to = firstAt(old, end);
      move(old, to, beyond);
      return spliced(old, from, to, own);
    };
    this.diagnostics = [
      ...this.diagnostics.filter(({ span }) => span.start < start),
      ...fresh.diagnostics,
      ...this.diagnostics
        .filter(({ span }) => span.start >= end)
        .map((said) => movedDiagnostic(said, (span) => movedSpan(span, beyond))),
    ];
    this.tokens = replaced(this.tokens, fresh.tokens);
    this.docs = replaced(this.docs, fresh.docs);
    this.comments = replaced(this.comments, fresh.comments);
    this.changed = { start, end: newEnd };
    this.text = text;
  }

  /** The number of the line that begins at an offset. */
  private lineAt(offset: number): number {
    const token = this.tokens[firstAt(this.tokens, offset) - 1];
    if (!token) return 1 + countLines(this.text, 0, offset);
    return (token.startLine ?? 1) + countLines(this.text, endOf(token), offset);
  }
}

/** Items with some in the place of others: in the same array, unless there are more of them than a call takes arguments. */
function spliced<T>(items: T[], from: number, to: number, own: readonly T[]): T[] {
  if (own.length > MOST_ARGUMENTS) return items.slice(0, from).concat(own, items.slice(to));
  items.splice(from, to - from, ...own);
  return items;
}

function move(tokens: readonly IToken[], from: number, { offset, lines }: Shift): void {
  for (let i = from; i < tokens.length; i++) {
    const token = tokens[i] as Required<IToken>;
    token.startOffset += offset;
    token.startLine += lines;
  }
}

/** How many lines end in a stretch of text, as the lexer counts them. */
function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) count++;
  }
  return count;
}

/** How many characters two texts begin with alike. */
function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a.slice(same, same + BLOCK) === b.slice(same, same + BLOCK)) same += BLOCK;
  same = Math.min(same, most);
  while (same < most && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  return same;
}

/** How many characters, at most so many, two texts end with alike. */
function commonEnd(a: string, b: string, most: number): number {
  const tail = (text: string, from: number, to: number): string =>
    text.slice(text.length - to, text.length - from);
  let same = 0;
  while (same + BLOCK <= most && tail(a, same, same + BLOCK) === tail(b, same, same + BLOCK))
    same += BLOCK;
  while (same < most && a.charCodeAt(a.length - same - 1) === b.charCodeAt(b.length - same - 1))
    same++;
  return same;
}
