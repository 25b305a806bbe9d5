/** Keys of terms and values: equal for trees that are written alike, wherever they stand. */

import type { Value } from "../ast.ts";
import type { Tree } from "../occurrence.ts";

/** The key of a term or a value. Wildcards are all different: a tree that contains one equals no other. */
export function treeKey(tree: Tree): string {
  switch (tree.kind) {
    case "variable":
      return tree.name;
    case "wildcard":
      return `_${tree.span.start}:${tree.span.end}`;
    case "apply": {
      const attrs = tree.attrs.map(({ name, value }) => `${name}=${treeKey(value)}`).sort();
      if (tree.rest) attrs.push(`...${tree.rest.name}`);
      return `${tree.name}(${tree.operands.map(treeKey).join()};${attrs.join()})`;
    }
    case "result":
      return `${treeKey(tree.of)}.${tree.index}#${tree.count}`;
    case "results":
      return `${treeKey(tree.of)}.*`;
    case "absent":
      return "-";
    case "constant":
      return `{${treeKey(tree.value)}}`;
    case "spread":
      return `...${treeKey(tree.element)}`;
    case "number":
      return `${tree.value}${tree.integer ? "" : "f"}`;
    case "string":
      return JSON.stringify(tree.value);
    case "list":
      return `[${tree.elements.map(treeKey).join()}]`;
    case "term":
      return treeKey(tree.term);
    case "call":
      return `${tree.name}!(${tree.args.map(treeKey).join()})`;
    case "unary":
      return `(${tree.operator} ${treeKey(tree.operand)})`;
    case "binary":
      return `(${treeKey(tree.left)} ${tree.operator} ${treeKey(tree.right)})`;
    case "index":
      return `${treeKey(tree.of)}[${treeKey(tree.index)}]`;
    case "slice": {
      const bound = (value: Value | undefined): string => (value ? treeKey(value) : "");
      return `${treeKey(tree.of)}[${bound(tree.from)}:${bound(tree.to)}]`;
    }
  }
}
