/**
 * What was wrong: `syntax` (text of a term or a rule), `variable` (not bound, or where none may be), `arity`
 * (an operator with another number of children), `size` (nested too deep or too long to print), `literal`
 * (an argument without a spelling), `rule` (a rule or a set of rules that cannot be used), `option` (an option
 * or a limit), `id` (an operator, an argument, a class or an e-node that the graph does not have), `mark` (closed, or
 * another graph's), `pending` (the graph is not rebuilt), `unequal` (ids that are not known to be equal), `nodes` (more
 * e-nodes than a graph can number), `memory` (more than there is), `format` (a file that is not in its format),
 * `limit` (a file that is larger than it may be).
 */
export type EGraphErrorCode =
  | "syntax"
  | "variable"
  | "arity"
  | "size"
  | "literal"
  | "rule"
  | "option"
  | "id"
  | "mark"
  | "pending"
  | "unequal"
  | "nodes"
  | "memory"
  | "format"
  | "limit";

/** A fault in what a caller gave; the graph is as it was before. The message says what, where and how to mend it. */
export class EGraphError extends Error {
  override readonly name = "EGraphError";
  /** For programs: the kind of fault. */
  readonly code: EGraphErrorCode;
  /** Where in the text, counted from 1 in UTF-16 code units; undefined when the fault is not in a text. */
  readonly column: number | undefined;

  constructor(code: EGraphErrorCode, message: string, column?: number) {
    super(message);
    this.code = code;
    this.column = column;
  }
}
