/**
 * What the compiler has to say about a rule file.
 *
 * @module
 */

import type { Span } from "./ast.ts";

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
}

/** The parts of a diagnostic that may be left out. */
export interface Remarks {
  readonly label?: string;
  readonly related?: readonly { readonly span: Span; readonly label: string }[];
  readonly hints?: readonly string[];
}

/** An error with a code. */
export function error(code: string, span: Span, message: string, remarks?: Remarks): Diagnostic {
  return { hints: [], ...remarks, code, severity: "error", message, span };
}

/** A warning with a code. */
export function warning(code: string, span: Span, message: string, remarks?: Remarks): Diagnostic {
  return { hints: [], ...remarks, code, severity: "warning", message, span };
}
