import type { Root, Rule, Spread, Value, ValueSpread } from "../src/index.ts";

/** A resolved term or value, as an s-expression with its attributes in braces. */
function show(tree: Root | Spread | Value | ValueSpread): string {
  switch (tree.kind) {
    case "apply": {
      const attrs = tree.attrs.map((attr) => `${attr.name}=${show(attr.value)}`);
      if (tree.rest) attrs.push(`...${tree.rest.name}`);
      const operands = tree.operands.map((operand) => ` ${show(operand)}`).join("");
      return `(${tree.name}${operands}${attrs.length > 0 ? ` {${attrs.join(" ")}}` : ""})`;
    }
    case "variable":
      return tree.name;
    case "wildcard":
      return "_";
    case "result":
      return `${show(tree.of)}.${tree.index}/${tree.count ?? "?"}`;
    case "results":
      return `${show(tree.of)}.*`;
    case "absent":
      return "absent";
    case "constant":
      return `'${show(tree.value)}`;
    case "spread":
      return `...${show(tree.element)}`;
    case "number":
      return `${tree.value}${tree.integer ? "" : "f"}`;
    case "string":
      return JSON.stringify(tree.value);
    case "list":
      return `[${tree.elements.map(show).join(" ")}]`;
    case "term":
      return `<${show(tree.term)}>`;
    case "call":
      return `${tree.name}(${tree.args.map(show).join(" ")})`;
    case "unary":
      return `(${tree.operator} ${show(tree.operand)})`;
    case "binary":
      return `(${tree.operator} ${show(tree.left)} ${show(tree.right)})`;
    case "index":
      return `${show(tree.of)}[${show(tree.index)}]`;
    case "slice":
      return `${show(tree.of)}[${tree.from ? show(tree.from) : ""}:${tree.to ? show(tree.to) : ""}]`;
  }
}

/** Both sides and the conditions of a rule. */
export function showRule({ left, right, conditions }: Rule): string {
  const side = (terms: readonly Root[]): string => terms.map(show).join(", ");
  const clauses = conditions.map(({ kind, value }) => ` ${kind} ${show(value)}`).join("");
  return `${side(left)} => ${side(right)}${clauses}`;
}
