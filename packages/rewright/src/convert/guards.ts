/**
 * Conditions that a rule about tensors may need, since ONNX's operators take more than TASO's: any rank, and operands that broadcast.
 *
 * @module
 */

import { type Node, showNode, variables, within } from "./node.ts";
import { binary, call, type Expr, number } from "./tree.ts";

/** Writes a node. */
type Write = (node: Node) => Expr;

/**
 * Sets of conditions that a rule may need, those that ask for least first. What is multiplied is a matrix or a stack of them, never a
 * vector; what is summed before it is put together or convolved has one shape. Beyond that: that operands of `+` and `*` have one shape, and that ranks are those
 * that TASO's rule is about.
 *
 * @param kernels whether kernels that are put together must be of one shape, too
 */
export function guardsOf(
  left: readonly Node[],
  right: readonly Node[],
  kernels: boolean,
  write: Write,
): readonly (readonly Expr[])[] {
  const all = [...left, ...right];
  const ranks = ranksOf(all);
  const names = variables(...left).filter((name) => ranks.has(name));
  const rank = (name: string): Expr => call("rank", [write({ kind: "variable", name })]);
  const exact = names.map((name) => binary("==", rank(name), number(ranks.get(name) as number)));
  const stacks = names
    .filter((name) => ranks.get(name) === 2 && isMultiplied(name, all))
    .map((name) => binary(">=", rank(name), number(2)));
  const { shapes, plain } = alike(left, right, kernels, write);
  // A sum of what is put together, or in a window, is not the sum of the parts where they broadcast: an empty part hides it.
  const has = (kind: Node["kind"]): boolean =>
    all.flatMap(within).some((node) => node.kind === kind);
  const isSum = has("convolution") || (has("elementwise") && has("concat"));
  const sets = isSum
    ? [
        [...plain, ...stacks],
        [...shapes, ...stacks],
        [...shapes, ...exact],
      ]
    : [stacks, [...shapes, ...stacks], exact, [...shapes, ...exact]];
  const seen = new Set<string>();
  return sets.filter((set) => {
    const key = JSON.stringify(set);
    return !seen.has(key) && seen.add(key);
  });
}

/** Whether a variable is, or is a part of, what is multiplied. */
function isMultiplied(name: string, roots: readonly Node[]): boolean {
  return roots
    .flatMap(within)
    .some((node) => node.kind === "matmul" && variables(node).includes(name));
}

/** The ranks that variables have in TASO, as far as the operators around them say. Kernels and images say theirs themselves. */
function ranksOf(roots: readonly Node[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  const windowed = new Set<string>();
  const rankOf = (node: Node): number | undefined => {
    switch (node.kind) {
      case "variable":
        return ranks.get(node.name);
      case "matmul":
      case "transpose":
        return 2;
      case "convolution":
      case "pool":
      case "enlarge":
      case "merge":
        return 4;
      case "concat":
        return node.rank ?? node.parts.map(rankOf).find((rank) => rank !== undefined);
      default:
        return node.parts.map(rankOf).find((rank) => rank !== undefined);
    }
  };
  const note = (node: Node, rank: number | undefined): void => {
    if (rank === undefined) return;
    if (node.kind === "variable") ranks.set(node.name, rank);
    else if (node.kind === "scale") note(node.parts[0], rank);
    else if (node.kind === "concat" || node.kind === "elementwise" || node.kind === "unary")
      for (const one of node.parts) note(one, rank);
  };
  const all = roots.flatMap(within);
  // What one operator says may be what another needs to know.
  for (let round = 0; round < 3; round++)
    for (const node of all) {
      if (node.kind === "matmul" || node.kind === "transpose")
        for (const one of node.parts) note(one, 2);
      if (node.kind === "convolution")
        for (const one of node.parts) if (one.kind === "variable") windowed.add(one.name);
      if (node.kind === "concat" || node.kind === "elementwise") note(node, rankOf(node));
    }
  for (const name of windowed) ranks.delete(name);
  return ranks;
}

/** That operands which are taken element by element have one shape: all of them, and those that are variables. */
function alike(
  left: readonly Node[],
  right: readonly Node[],
  kernels: boolean,
  write: Write,
): { readonly shapes: readonly Expr[]; readonly plain: readonly Expr[] } {
  const found = new Map<string, { readonly condition: Expr; readonly isPlain: boolean }>();
  const note = (a: Node | undefined, b: Node | undefined, isLeft: boolean): void => {
    if (!a || !b || showNode(a) === showNode(b)) return;
    // Of what is put together alike, the parts.
    const isAlike = a.kind === "concat" && b.kind === "concat" && a.axis === b.axis;
    if (isAlike && a.parts.length === b.parts.length) {
      for (const [i, part] of a.parts.entries()) note(part, b.parts[i], isLeft);
      return;
    }
    const isPlain = a.kind === "variable" && b.kind === "variable";
    // What only the right side has is not there yet when a condition is asked.
    if (!isLeft && !isPlain) return;
    const key = [a, b].map(showNode).sort().join();
    if (found.has(key)) return;
    const shape = (node: Node): Expr => call("shape", [write(node)]);
    found.set(key, { condition: binary("==", shape(a), shape(b)), isPlain });
  };
  const scan = (node: Node, isLeft: boolean): void => {
    for (const one of within(node)) {
      if (one.kind === "elementwise") note(one.parts[0], one.parts[1], isLeft);
      if (!kernels || isLeft || one.kind !== "convolution") continue;
      const kernel = one.parts[1];
      if (kernel.kind === "concat")
        for (const part of kernel.parts.slice(1)) note(kernel.parts[0], part, isLeft);
    }
  };
  for (const node of left) scan(node, true);
  for (const node of right) scan(node, false);
  const all = [...found.values()];
  return {
    shapes: all.map(({ condition }) => condition),
    plain: all.flatMap(({ condition, isPlain }) => (isPlain ? [condition] : [])),
  };
}
