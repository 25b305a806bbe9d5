/**
 * What the readers hand over: rules of another tool as it wrote them, with their places.
 *
 * @module
 */

/** Where something stands in the input: a line and a column from 1, or in a binary file the number of the rule from 0. */
export type Place = { readonly line: number; readonly column: number } | { readonly rule: number };

/** A term of a rule. */
export type Term =
  | { readonly kind: "variable"; readonly name: string; readonly at: Place }
  | { readonly kind: "wildcard"; readonly at: Place }
  | { readonly kind: "number"; readonly text: string; readonly at: Place }
  | { readonly kind: "string"; readonly value: string; readonly at: Place }
  | {
      readonly kind: "apply";
      readonly operator: string;
      readonly args: readonly Term[];
      readonly at: Place;
    };

/** A condition: a comparison, or a function or relation by its name. */
export interface Condition {
  readonly name: string;
  readonly args: readonly Term[];
  /** As it is written. */
  readonly text: string;
}

/** A rule that was read. */
export interface ForeignRule {
  readonly kind: "rule";
  readonly name: string;
  readonly at: Place;
  /** The roots of each side, as many on one as on the other. */
  readonly left: readonly Term[];
  readonly right: readonly Term[];
  readonly twoWay: boolean;
  readonly conditions: readonly Condition[];
  readonly subsume: boolean;
  /** The group that it belongs to, where the input has such. */
  readonly ruleset?: string;
}

/** A rule that the rule language has no words for. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly name: string;
  readonly at: Place;
  /** One sentence, lower case, without a full stop. */
  readonly reason: string;
}

/** An operator as the input declares it. */
export interface Signature {
  readonly operands: readonly string[];
  readonly result: string;
  readonly cost?: number;
}

/** A file that was read. */
export interface ForeignFile {
  readonly rules: readonly (ForeignRule | Unreadable)[];
  /** What else is in the file, counted by what it is. */
  readonly others: ReadonlyMap<string, number>;
  /** The name of the language, where the file says one. */
  readonly language?: string;
  /** Names that the file itself gives to operators that are no words. */
  readonly names?: ReadonlyMap<string, string>;
  /** Whether numbers are whole. */
  readonly integers?: boolean;
  /** Declared operators; without them each is what its uses say. */
  readonly signatures?: ReadonlyMap<string, Signature>;
}

/** The input is not of its format. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
  readonly at: Place | { readonly byte: number };

  constructor(at: Place | { readonly byte: number }, message: string) {
    super(message);
    this.at = at;
  }
}

/** A place for people. */
export function showPlace(at: MalformedError["at"]): string {
  if ("line" in at) return `${at.line}:${at.column}`;
  return "rule" in at ? `rule ${at.rule}` : `byte ${at.byte}`;
}

/** Each variable of a term, once. */
export function variablesOf(terms: readonly Term[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (term: Term): void => {
    if (term.kind === "variable") found.add(term.name);
    if (term.kind === "apply") term.args.forEach(visit);
  };
  terms.forEach(visit);
  return found;
}

/** Whether a rule matches everything, in one of its directions. */
export function isExpanding({ left, right, twoWay }: ForeignRule): boolean {
  return [left, ...(twoWay ? [right] : [])].some(
    ([first, second]) => first?.kind === "variable" && !second,
  );
}

/** A term with other terms for some of its variables. */
export function substitute(term: Term, values: ReadonlyMap<string, Term>): Term {
  if (term.kind === "variable") return values.get(term.name) ?? term;
  if (term.kind !== "apply") return term;
  return { ...term, args: term.args.map((arg) => substitute(arg, values)) };
}
