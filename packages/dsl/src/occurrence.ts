/**
 * Where variables and terms occur in a resolved rule.
 *
 * @module
 */

import type { AttrEntry, Root, Spread, Term, Value, ValueSpread, Variable } from "./ast.ts";

/** Any node of a resolved rule. */
export type Tree = Root | Spread | Value | ValueSpread;

/** Calls `visit` for each part of a node, in the order written. */
export function visitParts(tree: Tree, visit: (part: Tree) => void): void {
  switch (tree.kind) {
    case "apply":
      // By index, here and below: iterators are made anew for each of many short lists.
      for (let i = 0; i < tree.operands.length; i++) visit(tree.operands[i] as Tree);
      for (let i = 0; i < tree.attrs.length; i++) visit((tree.attrs[i] as AttrEntry).value);
      return;
    case "result":
    case "results":
      visit(tree.of);
      return;
    case "constant":
      visit(tree.value);
      return;
    case "spread":
      visit(tree.element);
      return;
    case "list":
      for (let i = 0; i < tree.elements.length; i++) visit(tree.elements[i] as Tree);
      return;
    case "term":
      visit(tree.term);
      return;
    case "call":
      for (let i = 0; i < tree.args.length; i++) visit(tree.args[i] as Tree);
      return;
    case "unary":
      visit(tree.operand);
      return;
    case "binary":
      visit(tree.left);
      visit(tree.right);
      return;
    case "index":
      visit(tree.of);
      visit(tree.index);
      return;
    case "slice":
      visit(tree.of);
      if (tree.from) visit(tree.from);
      if (tree.to) visit(tree.to);
  }
}

/** The parts of a node, in the order written. */
export function partsOf(tree: Tree): readonly Tree[] {
  const found: Tree[] = [];
  visitParts(tree, (part) => found.push(part));
  return found;
}

/** Calls `visit` for the name of every variable, in order of occurrence; a record `...p` counts as one. */
export function visitVariables(tree: Tree, visit: (name: string) => void): void {
  const note = (part: Tree): void => {
    if (part.kind === "variable") {
      visit(part.name);
      return;
    }
    visitParts(part, note);
    if (part.kind === "apply" && part.rest && part.rest.name !== "_") visit(part.rest.name);
  };
  note(tree);
}

/** Calls `visit` for every composite term that is spoken of in a value: as the argument of a function. */
export function visitSpoken(tree: Tree, visit: (term: Term) => void): void {
  if (tree.kind === "term") visit(tree.term);
  for (const part of partsOf(tree)) visitSpoken(part, visit);
}

/** The conditions that a condition joins by `and`. */
export function conjuncts(value: Value): readonly Value[] {
  if (value.kind !== "binary" || value.operator !== "and") return [value];
  return [...conjuncts(value.left), ...conjuncts(value.right)];
}

/**
 * The lists that a tree speaks of outside of every spread, each once, in order: what is said of them there is said of each of
 * their items.
 */
export function openLists(tree: Tree, variables: ReadonlyMap<string, Variable>): string[] {
  const found = new Set<string>();
  const visit = (part: Tree): void => {
    if (part.kind === "spread") return;
    if (part.kind === "variable" && variables.get(part.name)?.depth === 1) found.add(part.name);
    partsOf(part).forEach(visit);
  };
  visit(tree);
  return [...found];
}

/** The variables of depth 1 that occur in a tree, each once, in order. */
export function listVariables(tree: Tree, variables: ReadonlyMap<string, Variable>): string[] {
  const found = new Set<string>();
  visitVariables(tree, (name) => {
    if (variables.get(name)?.depth === 1) found.add(name);
  });
  return [...found];
}
