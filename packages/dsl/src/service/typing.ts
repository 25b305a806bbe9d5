/**
 * The types of the expressions of a rule, by where they stand.
 *
 * @module
 */

import type { AttrType } from "@rewright/plugin";
import type * as ast from "../ast.ts";
import { partsOf, type Tree } from "../occurrence.ts";
import { shapesOf } from "../shapes/check.ts";
import { declarationOf } from "../signature.ts";

/** Types as people write them: `Tensor[m, k]`, `...Tensor`, `Int[]`. */
export interface Types {
  /** Of the expression that stands at a place; `undefined` where nothing is known of it. */
  at(span: { readonly start: number; readonly end: number }): string | undefined;
  /** Of a variable. */
  of(variable: string): string | undefined;
}

/** The types in a rule, from its first direction. */
export function typesOf(rule: ast.Rule): Types {
  const shapes = shapesOf(rule);
  const sorts = new Map<string, string>();
  const places = new Map<string, string | undefined>();
  const variables = new Map<string, string>();
  const roots: readonly Tree[] = [
    ...rule.left,
    ...rule.right,
    ...rule.conditions.map(({ value }) => value),
  ];
  for (const root of roots) visit(root, (tree) => noteSorts(tree, sorts));
  for (const root of roots)
    visit(root, (tree) => {
      const text = written(tree, rule, shapes, sorts);
      if (text === undefined) return;
      const key = placeOf(tree.span);
      // An abbreviation that is used twice may have two types; then it has none to show.
      places.set(key, places.has(key) && places.get(key) !== text ? undefined : text);
      if (tree.kind === "variable" && !variables.has(tree.name)) variables.set(tree.name, text);
    });
  return { at: (span) => places.get(placeOf(span)), of: (variable) => variables.get(variable) };
}

/** How the type of an attribute is written in a declaration. */
export function attributeType(type: AttrType): string {
  if (typeof type !== "string") return type.map((choice) => JSON.stringify(choice)).join(" | ");
  return ATTRIBUTE_TYPES[type];
}

const ATTRIBUTE_TYPES: Readonly<Record<AttrType & string, string>> = {
  int: "Int",
  float: "Float",
  string: "String",
  ints: "Int[]",
  floats: "Float[]",
  strings: "String[]",
  axis: "Int",
  axes: "Int[]",
  dtype: "String",
  tensor: "Tensor",
};

function placeOf({ start, end }: { readonly start: number; readonly end: number }): string {
  return `${start}:${end}`;
}

function visit(tree: Tree, look: (tree: Tree) => void): void {
  look(tree);
  for (const part of partsOf(tree)) visit(part, look);
}

/** Notes the sorts that an application asks of variables, and the types that its attributes have. */
function noteSorts(tree: Tree, sorts: Map<string, string>): void {
  if (tree.kind !== "apply") return;
  const decl = declarationOf(tree.op);
  for (const [i, operand] of tree.operands.entries()) {
    const element = operand.kind === "spread" ? operand.element : operand;
    const place = decl?.operands[Math.min(i, decl.operands.length - 1)];
    if (element.kind === "variable") sorts.set(element.name, place?.type.name.name ?? "Tensor");
  }
  for (const { name, value } of tree.attrs) {
    const type = Object.hasOwn(tree.op.attrs ?? {}, name) ? tree.op.attrs?.[name]?.type : undefined;
    if (value.kind === "variable" && type !== undefined && !sorts.has(value.name))
      sorts.set(value.name, attributeType(type));
  }
}

function written(
  tree: Tree,
  rule: ast.Rule,
  shapes: ReadonlyMap<ast.Term, string>,
  sorts: ReadonlyMap<string, string>,
): string | undefined {
  const shaped = (sort: string): string => `${sort}${shapes.get(tree as ast.Term) ?? ""}`;
  switch (tree.kind) {
    case "apply": {
      const decl = declarationOf(tree.op);
      const isList = tree.op.results === "variadic";
      return `${isList ? "..." : ""}${shaped(decl?.result.name.name ?? "Tensor")}`;
    }
    case "result":
      return shaped("Tensor");
    case "variable": {
      const variable = rule.variables.get(tree.name);
      if (!variable || variable.kind === "attributes") return undefined;
      const sort = sorts.get(tree.name) ?? (variable.kind === "term" ? "Tensor" : undefined);
      return sort && `${variable.depth === 1 ? "..." : ""}${shaped(sort)}`;
    }
    default:
      return undefined;
  }
}
