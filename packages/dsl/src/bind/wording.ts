/**
 * Resolved terms and values as people write them: in notes, not for a parser.
 *
 * @module
 */

import type { Tree } from "../occurrence.ts";
import { bindingOf, MINUS, NOT } from "../precedence.ts";

/** A term or a value on one line. Operators stand by name: what they are written with is a file's affair. */
export function worded(tree: Tree): string {
  return write(tree, 0);
}

/** Writes a tree, in parentheses where it binds more loosely than what is around it. */
function write(tree: Tree, around: number): string {
  switch (tree.kind) {
    case "variable":
      return tree.name;
    case "wildcard":
      return "_";
    case "absent":
      return "absent";
    case "apply": {
      const attrs = [
        ...tree.attrs.map(({ name, value }) => `${name} = ${worded(value)}`),
        ...(tree.rest ? [`...${tree.rest.name}`] : []),
      ];
      const operands = tree.operands.map(worded).join(", ");
      return `${tree.name}(${operands}${attrs.length > 0 ? `; ${attrs.join(", ")}` : ""})`;
    }
    case "result":
      return `${worded(tree.of)}.${tree.index}`;
    case "results":
      return worded(tree.of);
    case "constant":
      return write(tree.value, around);
    case "spread":
      return `...${write(tree.element, MINUS + 1)}`;
    case "number":
      return String(tree.value);
    case "string":
      return JSON.stringify(tree.value);
    case "list":
      return `[${tree.elements.map(worded).join(", ")}]`;
    case "term":
      return worded(tree.term);
    case "call":
      return `${tree.name}(${tree.args.map(worded).join(", ")})`;
    case "unary": {
      const own = tree.operator === "not" ? NOT : MINUS;
      const sign = tree.operator === "not" ? "not " : "-";
      return within(`${sign}${write(tree.operand, own)}`, own, around);
    }
    case "binary": {
      const own = bindingOf(tree.operator);
      const left = write(tree.left, own);
      return within(`${left} ${tree.operator} ${write(tree.right, own + 1)}`, own, around);
    }
    case "index":
      return `${write(tree.of, MINUS + 1)}[${worded(tree.index)}]`;
    case "slice": {
      const bounds = [tree.from, tree.to].map((bound) => (bound ? worded(bound) : ""));
      return `${write(tree.of, MINUS + 1)}[${bounds.join(":")}]`;
    }
  }
}

function within(text: string, own: number, around: number): string {
  return own < around ? `(${text})` : text;
}
