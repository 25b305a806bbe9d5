/**
 * Where variables and terms occur in a resolved rule.
 *
 * @module
 */

import type { Root, Spread, Term, Value, ValueSpread, Variable } from "./ast.ts";

/** Any node of a resolved rule. */
export type Tree = Root | Spread | Value | ValueSpread;

/** The parts of a node, in the order written. */
export function partsOf(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case "apply":
      return [...tree.operands, ...tree.attrs.map(({ value }) => value)];
    case "result":
    case "results":
      return [tree.of];
    case "constant":
      return [tree.value];
    case "spread":
      return [tree.element];
    case "list":
      return tree.elements;
    case "term":
      return [tree.term];
    case "call":
      return tree.args;
    case "unary":
      return [tree.operand];
    case "binary":
      return [tree.left, tree.right];
    case "index":
      return [tree.of, tree.index];
    case "slice":
      return [tree.of, tree.from, tree.to].filter((part) => part !== undefined);
    default:
      return [];
  }
}

/** Calls `visit` for the name of every variable, in order of occurrence; a record `...p` counts as one. */
export function visitVariables(tree: Tree, visit: (name: string) => void): void {
  if (tree.kind === "variable") visit(tree.name);
  for (const part of partsOf(tree)) visitVariables(part, visit);
  if (tree.kind === "apply" && tree.rest && tree.rest.name !== "_") visit(tree.rest.name);
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
