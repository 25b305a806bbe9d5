/**
 * The types of the expressions of a `test`, by where they stand: what is given has a type, and operators compute theirs.
 *
 * @module
 */

import type { Dialect } from "@rewright/plugin";
import type { Term } from "../ast.ts";
import { Builder } from "../bind/build.ts";
import { Frame } from "../bind/frame.ts";
import { partsOf, type Tree } from "../occurrence.ts";
import type { Statement, Test } from "../prove/statement.ts";
import { Terms } from "../terms/terms.ts";
import { showType } from "../terms/types.ts";

/** The type of the term at a place of a statement, such as `f32[8, 768]`; `undefined` where nothing is known of it. */
export function typeInTest(
  test: Test,
  statement: Statement,
  span: { readonly start: number; readonly end: number },
  dialects: readonly Dialect[],
): string | undefined {
  const term = [statement.left, statement.right]
    .flatMap(termsIn)
    .find((one) => one.span.start === span.start && one.span.end === span.end);
  if (!term) return undefined;
  const { given } = test;
  const terms = new Terms(dialects);
  const variables = new Map(
    given.map(({ name }) => [name, { name, kind: "term", depth: 0, span: test.span }] as const),
  );
  const frame = new Frame(terms, variables, nothing, () => nothing);
  for (const [slot, { name }] of given.entries()) frame.sources.set(name, { kind: "class", slot });
  const inputs = given.map(({ name, type }, i) => terms.input(i, name, type));
  frame.at(Int32Array.from(inputs), 0);
  const builder = new Builder(frame);
  const part = builder.compile(term);
  builder.begin("f64");
  const type = builder.facts(part(-1))?.types[0];
  return type && type.dtype !== "unknown" ? showType(type) : undefined;
}

const nothing = (): undefined => undefined;

function termsIn(term: Term): readonly Term[] {
  return all(term).filter(
    (tree): tree is Term =>
      tree.kind === "apply" || tree.kind === "variable" || tree.kind === "result",
  );
}

function all(tree: Tree): readonly Tree[] {
  return [tree, ...partsOf(tree).flatMap(all)];
}
