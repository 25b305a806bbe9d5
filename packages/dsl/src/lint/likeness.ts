/**
 * Rules compared up to the names of their variables and the order of commuting operands.
 *
 * @module
 */

import type { Root, Rule, Spread, Term } from "../ast.ts";
import type { Tree } from "../occurrence.ts";

/** What is compared of a rule. */
export type Sides = Pick<Rule, "left" | "right" | "conditions" | "lossy">;

/** Operands of the same form that commute could come in either order: so many of them are tried. */
const MOST_CHOICES = 6;

/** How a tree is written out. */
interface Style {
  /** What stands for a variable. */
  readonly name: (name: string) => string;
  /** Whether commuting operands change places, asked of those whose order their form does not decide. */
  readonly swaps: () => boolean;
}

/** A string that two terms share exactly when they are equal up to the order of commuting operands. */
export function orderless(term: Root): string {
  const style: Style = { name: (name) => name, swaps: () => false };
  const visit = (tree: Tree): string => show(tree, style, visit, (tree) => visit(tree));
  return visit(term);
}

/**
 * A string that two rules share exactly when they are the same: their variables named by their first occurrence, and of the orders
 * of operands that commute and look alike, the one that gives the least string. `undefined` where there are too many orders.
 */
export function spellingOf(rule: Sides): string | undefined {
  let choices = 0;
  write(rule, { name: () => "?", swaps: () => choices++ < 0 });
  if (choices > MOST_CHOICES) return undefined;
  let least: string | undefined;
  for (let bits = 0; bits < 2 ** choices; bits++) {
    const names = new Map<string, string>();
    let choice = 0;
    const spelling = write(rule, {
      name: (name) => {
        const known = names.get(name) ?? `?${names.size}`;
        names.set(name, known);
        return known;
      },
      swaps: () => ((bits >> choice++) & 1) === 1,
    });
    if (least === undefined || spelling < least) least = spelling;
  }
  return least;
}

function write({ left, right, conditions, lossy }: Sides, style: Style): string {
  const visit = (tree: Tree): string => show(tree, style, visit, form);
  const side = (terms: readonly Root[]): string => terms.map(visit).join(",");
  // The sides name the variables: in which order conditions stand makes no difference.
  const sides = `${side(left)}=>${side(right)}`;
  const clauses = conditions.map(({ kind, value }) => `${kind} ${visit(value)}`).sort();
  return `${sides} ${clauses.join(" ")} ${lossy}`;
}

const FORM: Style = { name: () => "?", swaps: () => false };

function form(tree: Tree): string {
  return show(tree, FORM, form, form);
}

/** Writes a tree whose parts `visit` writes; commuting operands are sorted by `order`. */
function show(
  tree: Tree,
  style: Style,
  visit: (tree: Tree) => string,
  order: (tree: Tree) => string,
): string {
  switch (tree.kind) {
    case "variable":
      return style.name(tree.name);
    case "wildcard":
      return "_";
    case "absent":
      return "-";
    case "results":
      return `${visit(tree.of)}.*`;
    case "apply": {
      const operands = (
        tree.op.commutative ? sorted(tree.operands, style, order) : tree.operands
      ).map(visit);
      const attrs = [...tree.attrs]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, value }) => `${name}=${visit(value)}`);
      const rest = tree.rest
        ? [`...${tree.rest.name === "_" ? "_" : style.name(tree.rest.name)}`]
        : [];
      return `${tree.name}(${operands.join(",")};${[...attrs, ...rest].join(",")})`;
    }
    case "result":
      return `${visit(tree.of)}.${tree.index}/${tree.count}`;
    case "constant":
      return `'${visit(tree.value)}`;
    case "spread":
      return `...${visit(tree.element)}`;
    case "number":
      return `${tree.value}${tree.integer ? "" : "f"}`;
    case "string":
      return JSON.stringify(tree.value);
    case "list":
      return `[${tree.elements.map(visit).join(",")}]`;
    case "term":
      return `<${visit(tree.term)}>`;
    case "call":
      return `${tree.name}(${tree.args.map(visit).join(",")})`;
    case "unary":
      return `(${tree.operator} ${visit(tree.operand)})`;
    case "binary":
      return `(${tree.operator} ${visit(tree.left)} ${visit(tree.right)})`;
    case "index":
      return `${visit(tree.of)}[${visit(tree.index)}]`;
    case "slice":
      return `${visit(tree.of)}[${tree.from ? visit(tree.from) : ""}:${tree.to ? visit(tree.to) : ""}]`;
  }
}

/** Commuting operands in the order of their forms; where those are the same, in the order that the style chooses. */
function sorted(
  operands: readonly (Term | Spread)[],
  style: Style,
  order: (tree: Tree) => string,
): readonly (Term | Spread)[] {
  const [first, second] = operands;
  if (!first || !second || operands.length > 2) return operands;
  const [a, b] = [order(first), order(second)];
  const swapped = a === b ? style.swaps() : a > b;
  return swapped ? [second, first] : operands;
}
