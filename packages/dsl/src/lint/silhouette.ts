/**
 * Numbers that rules of the same form share, and others seldom do: most rules need no closer look.
 *
 * @module
 */

import type { Tree } from "../occurrence.ts";
import type { Sides } from "./likeness.ts";
import type { Subject } from "./subject.ts";

/** What is left of a rule when its names are forgotten: rules of the same form, whatever the order of commuting operands, have the same. */
export interface Silhouette {
  readonly left: number;
  readonly right: number;
  /** Of the whole rule. */
  readonly own: number;
  /** Of the rule turned round. */
  readonly turned: number;
}

/** The silhouettes of a rule's directions. */
export function silhouettesOf(subject: Subject): readonly Silhouette[] {
  subject.silhouettes ??= subject.rules.map(silhouetteOf);
  return subject.silhouettes;
}

function silhouetteOf(rule: Sides): Silhouette {
  let rest = rule.lossy;
  for (const { kind, value } of rule.conditions)
    rest = (rest + mix(hashOf(kind), visit(value))) | 0;
  const left = inOrder(rule.left);
  const right = inOrder(rule.right);
  return { left, right, own: mix(mix(left, right), rest), turned: mix(mix(right, left), rest) };
}

function visit(tree: Tree): number {
  switch (tree.kind) {
    case "variable":
      return 1;
    case "wildcard":
      return 2;
    case "absent":
      return 3;
    case "results":
      return mix(4, visit(tree.of));
    case "apply": {
      const { operands } = tree;
      const [first, second] = operands;
      const isSwappable = tree.op.commutative && operands.length === 2 && first && second;
      let sum = isSwappable ? mix(5, (visit(first) + visit(second)) | 0) : inOrder(operands);
      // In any order.
      for (const { name, value } of tree.attrs) sum = (sum + mix(hashOf(name), visit(value))) | 0;
      if (tree.rest) sum = mix(sum, tree.rest.name === "_" ? 6 : 7);
      return mix(hashOf(tree.name), sum);
    }
    case "result":
      return mix(mix(8, visit(tree.of)), tree.index);
    case "constant":
      return mix(9, visit(tree.value));
    case "spread":
      return mix(10, visit(tree.element));
    case "number":
      return mix(11, Number(tree.value));
    case "string":
      return mix(12, hashOf(tree.value));
    case "list":
      return mix(13, inOrder(tree.elements));
    case "term":
      return mix(14, visit(tree.term));
    case "call":
      return mix(hashOf(tree.name), inOrder(tree.args));
    case "unary":
      return mix(hashOf(tree.operator), visit(tree.operand));
    case "binary":
      return mix(mix(hashOf(tree.operator), visit(tree.left)), visit(tree.right));
    case "index":
      return mix(mix(15, visit(tree.of)), visit(tree.index));
    case "slice":
      return mix(
        mix(16, visit(tree.of)),
        mix(tree.from ? visit(tree.from) : 0, tree.to ? visit(tree.to) : 0),
      );
  }
}

function inOrder(trees: readonly Tree[]): number {
  let hash = trees.length;
  for (let i = 0; i < trees.length; i++) hash = mix(hash, visit(trees[i] as Tree));
  return hash;
}

function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** Two numbers as one of 32 bits (the step of MurmurHash3, A. Appleby). */
function mix(a: number, b: number): number {
  let k = Math.imul(b, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = a ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}
