/**
 * Precedence: Python's table, postfix tightest.
 *
 * @module
 */

/** How tightly the infix operators bind. */
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "@": 6,
  "^": 8,
};

/** How tightly an infix operator binds, from 1; 0 for what is none. */
export function bindingOf(operator: string): number {
  return Object.hasOwn(BINDING, operator) ? (BINDING[operator] ?? 0) : 0;
}

/** How tightly `not` binds. */
export const NOT = 3;
/** How tightly comparisons bind. */
export const COMPARISON = 4;
/** How tightly a minus before its operand binds. */
export const MINUS = 7;

/** An operand with the prefix operators before it, as read. */
export interface Operand<Token> {
  readonly prefixes: readonly Token[];
}

/** What the caller makes of operands and operators. */
export interface Builder<Token, Item, Tree> {
  operand(item: Item): Tree;
  prefix(operator: Token, operand: Tree): Tree;
  infix(operator: Token, left: Tree, right: Tree): Tree;
  /** `not` where only something tighter may stand: `a + not b`. */
  looseNot(operator: Token): void;
  /** The second of two comparisons in a row: `a < b < c`. */
  chained(operator: Token): void;
}

/**
 * Sorts `operand { infix operand }` by precedence. Arithmetic groups to the left, `^` to the right and tighter than a minus
 * before it; comparisons do not chain.
 */
export function arrange<
  Token extends { readonly image: string },
  Item extends Operand<Token>,
  Tree,
>(
  operands: readonly Item[],
  operators: readonly Token[],
  builder: Builder<Token, Item, Tree>,
): Tree {
  let item = 0;
  let prefix = 0;
  let operator = 0;

  const operand = (loosest: number): Tree => {
    const current = operands[item];
    if (!current) throw new Error("an expression has one operand more than operators");
    const token = current.prefixes[prefix];
    if (!token) {
      item++;
      prefix = 0;
      return builder.operand(current);
    }
    prefix++;
    if (token.image === "-") return builder.prefix(token, expression(MINUS));
    if (loosest > NOT) builder.looseNot(token);
    return builder.prefix(token, expression(NOT));
  };

  const expression = (loosest: number): Tree => {
    let left = operand(loosest);
    let compared = false;
    for (;;) {
      const token = operators[operator];
      const binding = token ? (BINDING[token.image] ?? 0) : 0;
      if (!token || binding < loosest) return left;
      operator++;
      if (binding === COMPARISON) {
        if (compared) builder.chained(token);
        compared = true;
      }
      const right = expression(token.image === "^" ? MINUS : binding + 1);
      left = builder.infix(token, left, right);
    }
  };

  return expression(1);
}
