import { EGraphError } from "./error.ts";

/** A term, or a pattern of terms. Subterms may be shared: terms are never changed. */
export type Term = TermNode | TermVariable;

/** An operator with children; an atom such as `x` or `2` is one without. */
export interface TermNode {
  readonly op: string;
  readonly children: readonly Term[];
  /** Where it was read, from 1. */
  readonly column?: number;
}

/** Stands for any class. */
export interface TermVariable {
  /** Its name with the question mark: `?a`. */
  readonly variable: string;
  /** Where it was read, from 1. */
  readonly column?: number;
}

/** Longer texts are not printed: a term that shares subterms can be exponentially longer than it is large. */
const MAX_LENGTH = 1 << 26;

/**
 * Reads an s-expression: `(* ?a (+ x 2))`. An atom with a leading `?` is a variable; an atom in double quotes,
 * with JSON's escapes, is an operator of any name. `(x)` is `x`. Any depth. Throws an {@link EGraphError}
 * `syntax` with the column.
 */
export function parseTerm(text: string): Term {
  const open: { op: string | undefined; children: Term[]; column: number }[] = [];
  let done: Term | undefined;
  for (const { token, column } of tokens(text)) {
    if (done) throw fault(`"${text}" goes on after its end with ${token}`, column);
    if (token === "(") {
      const above = open.at(-1);
      if (above && above.op === undefined)
        throw fault("the first thing after ( is an operator, not another list", column);
      open.push({ op: undefined, children: [], column });
      continue;
    }
    let term: Term;
    if (token === ")") {
      const list = open.pop();
      if (!list) throw fault("there is no ( for this )", column);
      if (list.op === undefined)
        throw fault("a list needs an operator: () means nothing", list.column);
      term = { op: list.op, children: list.children, column: list.column };
    } else {
      const above = open.at(-1);
      const isVariable = token.startsWith("?");
      const name = token.startsWith('"') ? unquote(token, column) : token;
      if (above && above.op === undefined) {
        if (isVariable) throw fault(`the variable ${token} is where an operator belongs`, column);
        above.op = name;
        continue;
      }
      if (token === "?") throw fault("a variable needs a name after the ?", column);
      term = isVariable ? { variable: token, column } : { op: name, children: [], column };
    }
    const above = open.at(-1);
    if (above) above.children.push(term);
    else done = term;
  }
  const list = open.at(-1);
  if (list) throw fault("there is no ) for this (", list.column);
  if (!done) throw fault("there is no term here", 1);
  return done;
}

function* tokens(text: string): Generator<{ token: string; column: number }> {
  for (const match of text.matchAll(/[()]|"(?:[^"\\]|\\.)*"?|[^\s()"]+/gs))
    yield { token: match[0], column: match.index + 1 };
}

function unquote(token: string, column: number): string {
  try {
    return JSON.parse(token);
  } catch {
    throw fault(`${token} is no string: close it with ", escape as in JSON`, column);
  }
}

function fault(message: string, column: number): EGraphError {
  return new EGraphError("syntax", `column ${column}: ${message}`, column);
}

/**
 * The s-expression of a term, such that reading it gives the term back. Any depth. Throws an
 * {@link EGraphError} `size` when it would be longer than 2²⁶ characters.
 */
export function printTerm(term: Term): string {
  const parts: string[] = [];
  let length = 0;
  const todo: (Term | string)[] = [term];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    let text: string;
    if (typeof next === "string") text = next;
    else if ("variable" in next) text = next.variable;
    else if (next.children.length === 0) text = quoted(next.op);
    else {
      todo.push(")");
      for (let i = next.children.length - 1; i >= 0; i--) todo.push(next.children[i] as Term, " ");
      text = `(${quoted(next.op)}`;
    }
    length += text.length;
    if (length > MAX_LENGTH)
      throw new EGraphError(
        "size",
        `this term is longer than ${MAX_LENGTH} characters when written out; its subterms are shared: walk it instead`,
      );
    parts.push(text);
  }
  return parts.join("");
}

function quoted(op: string): string {
  return /^[^\s()"?][^\s()"]*$/.test(op) ? op : JSON.stringify(op);
}
