/**
 * What the names of a rule file stand for: two mentions with the same referent are of the same thing.
 *
 * @module
 */

/** What a name stands for. */
export type ReferentKind =
  | "operator"
  | "function"
  | "variable"
  | "abbreviation"
  | "parameter"
  | "operand"
  | "size"
  | "attribute"
  | "result"
  | "sort"
  | "ruleset"
  | "rule"
  | "schedule"
  | "tag"
  | "module";

/** The thing that a name stands for. */
export interface Referent {
  readonly kind: ReferentKind;
  readonly name: string;
  /** The rule file that declares it; what a dialect or the language declares is in none. */
  readonly file?: string;
  /** What its name is known in, where that is less than its file: where a rule begins, an operator's key, a ruleset. */
  readonly within?: string | number;
}

/** Whether two referents are one thing. */
export function isSame(a: Referent, b: Referent): boolean {
  return a.name === b.name && a.kind === b.kind && a.file === b.file && a.within === b.within;
}

/** What kinds of referents are called in sentences. */
export const WORDS: Readonly<Record<ReferentKind, string>> = {
  operator: "an operator",
  function: "a function",
  variable: "a variable",
  abbreviation: "an abbreviation",
  parameter: "a parameter",
  operand: "an operand",
  size: "a size",
  attribute: "an attribute",
  result: "a result",
  sort: "a sort",
  ruleset: "a ruleset",
  rule: "a rule",
  schedule: "a schedule",
  tag: "a tag",
  module: "a file",
};
