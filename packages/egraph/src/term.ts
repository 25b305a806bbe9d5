import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { Extraction } from "./extract/extraction.ts";
import type { ArgId, Id, OpId } from "./ids.ts";
import { parseTerm, postOrder, type Term, type TermNode } from "./sexpr.ts";

/** How the atoms and operators of s-expressions relate to a graph. */
export interface Syntax {
  /**
   * What an atom stands for, such as the operator of numbers with the number as its argument; undefined: an
   * operator without argument and children, as all atoms are when this is not given.
   */
  readonly read?: (atom: string) => { readonly op: OpId; readonly arg: ArgId } | undefined;
  /** The inverse: the atom for an e-node that has an argument. */
  readonly write?: (op: OpId, arg: ArgId) => string | undefined;
  /** How many children an operator takes; undefined: any number. Terms that differ are refused. */
  readonly arity?: (operator: string) => number | undefined;
}

/** What a node of a term stands for. Throws an {@link EGraphError} `arity` where the syntax says so. */
export function symbolOf(
  // biome-ignore lint/suspicious/noExplicitAny: terms do not look at the facts of the graph
  graph: EGraph<any>,
  term: TermNode,
  syntax: Syntax,
): { readonly op: OpId; readonly arg: ArgId } {
  const { op, children, column } = term;
  const atom = children.length === 0 ? syntax.read?.(op) : undefined;
  if (atom) return atom;
  const arity = syntax.arity?.(op);
  if (arity !== undefined && arity !== children.length)
    throw new EGraphError(
      "arity",
      `${at(column)}the operator ${op} takes ${arity} children and is given ${children.length}`,
      column,
    );
  return { op: graph.operator(op), arg: 0 };
}

/** How a message begins that is about a place in a text. */
export function at(column: number | undefined): string {
  return column === undefined ? "" : `column ${column}: `;
}

/** Options of {@link addTerm} and {@link lookupTerm}. */
export interface TermOptions extends Syntax {
  /** The classes of variables. */
  readonly bind?: (variable: string) => Id;
}

/**
 * Adds a term, or the text of one; returns its class. Any depth; shared subterms are added once. Throws an
 * {@link EGraphError} before it changes anything.
 */
export function addTerm(
  // biome-ignore lint/suspicious/noExplicitAny: terms do not look at the facts of the graph
  graph: EGraph<any>,
  term: Term | string,
  options: TermOptions = {},
): Id {
  return build(graph, term, options, (op, arg, children) => graph.add(op, arg, children));
}

/** The canonical class of a term, or of the text of one, if the graph has it; -1 if not. Adds nothing. */
export function lookupTerm(
  // biome-ignore lint/suspicious/noExplicitAny: terms do not look at the facts of the graph
  graph: EGraph<any>,
  term: Term | string,
  options: TermOptions = {},
): Id | -1 {
  const find = (op: OpId, arg: ArgId, children: readonly Id[]): Id | -1 =>
    children.includes(-1) ? -1 : graph.lookup(op, arg, children);
  const id = build(graph, term, options, find);
  return id < 0 ? -1 : graph.find(id);
}

function build(
  // biome-ignore lint/suspicious/noExplicitAny: terms do not look at the facts of the graph
  graph: EGraph<any>,
  term: Term | string,
  options: TermOptions,
  make: (op: OpId, arg: ArgId, children: readonly Id[]) => Id | -1,
): Id | -1 {
  const root = typeof term === "string" ? parseTerm(term) : term;
  const order = postOrder(root);
  const ids = new Map<Term, Id | -1>();
  const symbols = order.map((part) => {
    if (!("variable" in part)) return symbolOf(graph, part, options);
    if (!options.bind)
      throw new EGraphError(
        "variable",
        `${at(part.column)}the variable ${part.variable} stands for no class here: leave it out, or say which by "bind"`,
        part.column,
      );
    ids.set(part, options.bind(part.variable));
    return undefined;
  });
  for (const [i, part] of order.entries()) {
    const symbol = symbols[i];
    if (!symbol || "variable" in part) continue;
    const children = part.children.map((child) => ids.get(child) as Id);
    ids.set(part, make(symbol.op, symbol.arg, children));
  }
  return ids.get(root) as Id;
}

/**
 * The term of a class that was extracted. Classes that are used several times are shared parts of it. Throws
 * an {@link EGraphError} `literal` for an argument that `syntax` does not write.
 */
export function termOf(
  // biome-ignore lint/suspicious/noExplicitAny: terms do not look at the facts of the graph
  graph: EGraph<any>,
  extraction: Extraction,
  id: Id,
  syntax: Syntax = {},
): Term {
  const terms = new Map<Id, Term>();
  const root = graph.find(id);
  const todo = [root];
  while (todo.length > 0) {
    const top = todo.at(-1) as Id;
    const node = extraction.choice(top);
    const children = graph.children(node);
    const waiting = terms.has(top) ? [] : children.filter((child) => !terms.has(child));
    todo.push(...waiting);
    if (waiting.length > 0) continue;
    todo.pop();
    const [op, arg] = [graph.op(node), graph.arg(node)];
    const atom = arg === 0 ? undefined : syntax.write?.(op, arg);
    if (arg !== 0 && atom === undefined)
      throw new EGraphError(
        "literal",
        `the argument ${String(graph.argument(arg))} of ${graph.operatorName(op)} has no spelling; give "write"`,
      );
    terms.set(top, {
      op: atom ?? graph.operatorName(op),
      children: children.map((child) => terms.get(child) as Term),
    });
  }
  return terms.get(root) as Term;
}
