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
  for (const match of text.matchAll(/[()]|"[^"\\]*(?:\\.[^"\\]*)*"?|[^\s()"]+/gs))
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
  const lengths = new Map<Term, number>();
  for (const part of postOrder(term)) {
    let length = "variable" in part ? part.variable.length : quoted(part.op).length;
    for (const child of "variable" in part ? [] : part.children)
      length += 1 + (lengths.get(child) as number);
    lengths.set(part, length);
  }
  if ((lengths.get(term) as number) > MAX_LENGTH)
    throw new EGraphError(
      "size",
      `this term is longer than ${MAX_LENGTH} characters when written out, since its shared parts are repeated; walk it instead`,
    );
  const parts: string[] = [];
  const todo: (Term | string)[] = [term];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (typeof next === "string") parts.push(next);
    else if ("variable" in next) parts.push(next.variable);
    else if (next.children.length === 0) parts.push(quoted(next.op));
    else {
      parts.push(`(${quoted(next.op)}`);
      todo.push(")");
      for (let i = next.children.length - 1; i >= 0; i--) todo.push(next.children[i] as Term, " ");
    }
  }
  return parts.join("");
}

/** The distinct parts of a term, children before parents. Throws an {@link EGraphError} `size` for a term in itself. */
export function postOrder(root: Term): Term[] {
  const order: Term[] = [];
  const seen = new Map<Term, "open" | "done">();
  const todo: Term[] = [root];
  while (todo.length > 0) {
    const term = todo.at(-1) as Term;
    const state = seen.get(term);
    if (state === undefined && !("variable" in term)) {
      seen.set(term, "open");
      for (let i = term.children.length - 1; i >= 0; i--) {
        const child = term.children[i] as Term;
        if (seen.get(child) === "open")
          throw new EGraphError("size", "this term has itself as a part: terms are finite");
        todo.push(child);
      }
      continue;
    }
    todo.pop();
    if (state === "done") continue;
    seen.set(term, "done");
    order.push(term);
  }
  return order;
}

function quoted(op: string): string {
  return /^[^\s()"?][^\s()"]*$/.test(op) ? op : JSON.stringify(op);
}
