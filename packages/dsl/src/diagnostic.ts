/**
 * What the compiler has to say about a rule file.
 *
 * @module
 */

import type { Span } from "./ast.ts";

/** A change of the text that mends a complaint: all of its changes, made together. */
export interface Edit {
  /** What it does, for a menu: "write `=>`". */
  readonly title: string;
  /** Do not overlap. A span of no length inserts. */
  readonly changes: readonly Change[];
}

/** A stretch of text, and what stands there instead. */
export interface Change {
  readonly span: Span;
  readonly text: string;
}

/** One complaint: a code, one sentence, where, and how to mend it. */
export interface Diagnostic {
  /** "R0301". A code never changes its meaning. */
  readonly code: string;
  /** A file with an error compiles to nothing; warnings and notes let it pass. */
  readonly severity: "error" | "warning" | "note";
  /** One sentence, lower case, without a full stop. */
  readonly message: string;
  /** What it is about. */
  readonly span: Span;
  /** Said at the carets. */
  readonly label?: string;
  /** Other places that matter, each with what it has to do with it. */
  readonly related?: readonly { readonly span: Span; readonly label: string }[];
  /** What is known about it, and what to write instead. */
  readonly hints: readonly string[];
  /** The change that mends it, where there is one that a machine may make. */
  readonly edit?: Edit;
}

/** The parts of a diagnostic that may be left out. */
export interface Remarks {
  readonly label?: string;
  readonly related?: readonly { readonly span: Span; readonly label: string }[];
  readonly hints?: readonly string[];
  readonly edit?: Edit;
}

/** The edit that writes a text in the place of a stretch. */
export function replacing(span: Span, text: string, title = `write \`${text}\``): Edit {
  return { title, changes: [{ span, text }] };
}

/** The edit that inserts a text behind a stretch. */
export function appending(span: Span, text: string, title = `write \`${text.trim()}\``): Edit {
  return { title, changes: [{ span: { ...span, start: span.end }, text }] };
}

/** An error with a code. */
export function error(code: string, span: Span, message: string, remarks?: Remarks): Diagnostic {
  return { hints: [], ...remarks, code, severity: "error", message, span };
}

/** A note with a code: something worth knowing that is no fault. */
export function note(code: string, span: Span, message: string, remarks?: Remarks): Diagnostic {
  return { hints: [], ...remarks, code, severity: "note", message, span };
}

/** A warning with a code. */
export function warning(code: string, span: Span, message: string, remarks?: Remarks): Diagnostic {
  return { hints: [], ...remarks, code, severity: "warning", message, span };
}
