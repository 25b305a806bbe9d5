/**
 * Programs that rules are written in with values put in: which place of the program each place of the rules is.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** A program around a template of rules. */
export interface Program {
  readonly text: string;
  /** The same complaint, about the places in the program. It has no edit where that would change what was put in. */
  locate(diagnostic: Diagnostic): Diagnostic;
}

/** A template literal: the texts around its values, as they are written, and the values. */
export interface Literal {
  /** How many code units of the rule file come before it. */
  readonly before: number;
  readonly strings: readonly string[];
  readonly values: readonly string[];
}

/** The backtick that a template literal begins with; line and column count from 1. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Finds a template in the program that it is written in; `undefined` where that cannot be read, or is not what runs. */
export function programOf(site: Site, literal: Literal): Program | undefined {
  const text = read(site.file);
  if (text === undefined) return undefined;
  const starts = [0, ...Array.from(text.matchAll(/\r\n?|\n/g), (m) => m.index + m[0].length)];
  const backtick = (starts[site.line - 1] ?? text.length) + site.column - 1;
  const map = text[backtick] === "`" ? align(text, backtick + 1, literal) : undefined;
  if (!map) return undefined;
  const place = (offset: number): number =>
    Math.min(Math.max(offset - literal.before, 0), map.from.length - 1);
  const move = (span: Span): Span => {
    const start = map.from[place(span.start)] as number;
    const end = span.end > span.start ? (map.to[place(span.end - 1)] as number) : start;
    const line = starts.findLastIndex((begin) => begin <= start) + 1;
    return { ...span, start, end, line, column: start - (starts[line - 1] as number) + 1 };
  };
  const isPut = ({ start, end }: Span): boolean =>
    map.put.slice(place(start), place(Math.max(end - 1, start)) + 1).includes(true);
  return { text, locate: (diagnostic) => located(diagnostic, move, isPut) };
}

/** Of each code unit of a template's text: where in the program it begins, where it ends, and whether it was put in. */
interface Alignment {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly put: readonly boolean[];
}

/** Follows a template literal through the program, from behind its backtick. */
function align(text: string, start: number, { strings, values }: Literal): Alignment | undefined {
  const map = { from: [] as number[], to: [] as number[], put: [] as boolean[] };
  let at = start;
  for (const [i, string] of strings.entries()) {
    const end = follow(text, at, string);
    const closer = i < values.length ? "${" : "`";
    if (end === undefined || !text.startsWith(closer, end)) return undefined;
    for (const code of string) {
      const next = text.startsWith("\r\n", at) ? at + 2 : at + code.length;
      for (let unit = 0; unit < code.length; unit++) add(map, at + unit, next, false);
      at = next;
    }
    const value = values[i];
    if (value === undefined) break;
    // Where an expression ends only the text behind it tells.
    const next = strings[i + 1] ?? "";
    const after = i + 1 < values.length ? "${" : "`";
    let brace = text.indexOf("}", at);
    for (; brace >= 0; brace = text.indexOf("}", brace + 1)) {
      const found = follow(text, brace + 1, next);
      if (found !== undefined && text.startsWith(after, found)) break;
    }
    if (brace < 0) return undefined;
    for (let unit = 0; unit < value.length; unit++) add(map, at, brace + 1, true);
    at = brace + 1;
  }
  add(map, at, at, false);
  return map;
}

function add(
  { from, to, put }: { from: number[]; to: number[]; put: boolean[] },
  start: number,
  end: number,
  isPut: boolean,
): void {
  from.push(start);
  to.push(end);
  put.push(isPut);
}

/** Where a part of a template ends in the program; its lines end with `\n` whatever the program's do. */
function follow(text: string, start: number, string: string): number | undefined {
  if (text.startsWith(string, start)) return start + string.length;
  let at = start;
  for (const line of string.split(/(?<=\n)/)) {
    const isEnded = line.endsWith("\n");
    const words = isEnded ? line.slice(0, -1) : line;
    if (!text.startsWith(words, at)) return undefined;
    at += words.length;
    const end = isEnded ? /^(?:\r\n?|\n)/.exec(text.slice(at, at + 2))?.[0] : "";
    if (end === undefined) return undefined;
    at += end.length;
  }
  return at;
}

function located(
  diagnostic: Diagnostic,
  move: (span: Span) => Span,
  isPut: (span: Span) => boolean,
): Diagnostic {
  const { edit, related, span, ...rest } = diagnostic;
  return {
    ...rest,
    span: move(span),
    ...(related && { related: related.map((other) => ({ ...other, span: move(other.span) })) }),
    ...(edit &&
      !edit.changes.some((change) => isPut(change.span)) && {
        edit: {
          ...edit,
          changes: edit.changes.map((change) => ({ ...change, span: move(change.span) })),
        },
      }),
  };
}

/** The text of a program where there are files: not in a browser. */
function read(file: string): string | undefined {
  try {
    const fs = globalThis.process?.getBuiltinModule?.("node:fs");
    return fs?.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
