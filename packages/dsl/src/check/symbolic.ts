/**
 * A rule where sizes are names: what the binder believes without knowing the sizes must hold for each of them.
 *
 * @module
 */

import type { Dim, OpDef, TensorType } from "@rewright/plugin";
import type { Id } from "egraph-ts";
import type * as ast from "../ast.ts";
import { bindRule } from "../bind/rule.ts";
import { partsOf, type Tree } from "../occurrence.ts";
import { isInteger } from "../terms/contents.ts";
import { Terms } from "../terms/terms.ts";
import type { Sample, SampleTerm } from "./sample.ts";

/** Matches that are looked at. */
const MATCHES = 50;

/**
 * Whether a rule applies to a sample's left side with names in the place of its sizes, equal names for equal sizes, and does not with the
 * sizes themselves. A rule that does, although the right side is ill-shaped for these very sizes, takes a guess for knowledge.
 */
export function appliesSymbolically(
  rule: ast.Rule,
  sample: Sample,
  roots: readonly SampleTerm[],
): boolean {
  // With the sizes as they are it may apply in another way: to `0 + x`, as well as to `x + 0`, where x is 0.
  return applies(rule, sample, roots, named) && !applies(rule, sample, roots, (shape) => shape);
}

function applies(
  rule: ast.Rule,
  sample: Sample,
  roots: readonly SampleTerm[],
  spell: (shape: readonly number[]) => readonly Dim[],
): boolean {
  const names = new Map<OpDef, string>();
  const ops: Record<string, OpDef> = {};
  const collect = (tree: Tree): void => {
    if (tree.kind === "apply") {
      const def = sample.define(tree);
      names.set(def, tree.name);
      // Nothing folds: what is asked is what the types alone tell.
      const { evaluate: _, ...silent } = def;
      ops[tree.name] = silent;
    }
    partsOf(tree).forEach(collect);
  };
  [...rule.left, ...rule.right].forEach(collect);
  const quiet: ast.Rule = {
    ...rule,
    left: rule.left.map((root) => redefined(root, ops)),
    right: rule.right.map((root) => redefined(root, ops)),
  };
  const terms = new Terms([{ kind: "dialect", spec: 1, name: "symbolic", ops }], { proofs: false });
  const done = new Map<SampleTerm, Id>();
  const add = (term: SampleTerm): Id => {
    let id = done.get(term);
    if (id !== undefined) return id;
    const { origin, dtype, shape } = term;
    if (!origin && (shape.length === 0 || (shape.length === 1 && isInteger(dtype))))
      id = terms.literal(term.contents);
    else if (!origin) id = terms.input(done.size, `x${done.size}`, { dtype, shape: spell(shape) });
    else {
      const operands = origin.operands.map((operand) => operand && add(operand));
      const results = Array<TensorType>(origin.count).fill({ dtype: "unknown", shape: [] });
      const op = names.get(origin.op) as string;
      const found = terms.apply({ op, attrs: origin.attrs, results }, operands);
      id = found[origin.index] as Id;
    }
    done.set(term, id);
    return id;
  };
  const { egraph } = terms;
  const wanted = roots.map(add);
  egraph.rebuild();
  const classes = wanted.map((id) => egraph.find(id));
  const bound = bindRule(quiet, terms);
  const count = bound.search(MATCHES);
  for (let i = 0; i < count; i++)
    if (bound.at(i).every((id, at) => id === classes[at]) && bound.apply(i, i)) return true;
  return false;
}

/** The rule's part with other definitions of its operators. */
function redefined<T extends ast.Root>(root: T, ops: Readonly<Record<string, OpDef>>): T {
  const visit = (tree: unknown): unknown => {
    if (typeof tree !== "object" || tree === null) return tree;
    if (Array.isArray(tree)) return tree.map(visit);
    const copy = Object.fromEntries(
      Object.entries(tree).map(([key, part]) => [
        key,
        key === "span" || key === "op" || key === "fn" ? part : visit(part),
      ]),
    );
    if (copy["kind"] === "apply") copy["op"] = ops[String(copy["name"])];
    return copy;
  };
  return visit(root) as T;
}

function named(shape: readonly number[]): readonly Dim[] {
  return shape.map((size) => (size > 1 ? `n${size}` : size));
}
