/**
 * Random applications of one operator, found as the left sides of rules are: guessed, and taken where inference takes them.
 *
 * @module
 */

import type { Attrs, NdArray, OpDef } from "@rewright/plugin";
import type * as ast from "../ast.ts";
import { Dice } from "./dice.ts";
import { Drawer } from "./draw.ts";
import { Proposer } from "./proposal.ts";
import { Sample } from "./sample.ts";

/** A well-shaped application of an operator. */
export interface OperatorSample {
  /** `undefined` where an optional operand is left out. */
  readonly operands: readonly (NdArray | undefined)[];
  readonly attrs: Attrs;
  /** How many results were asked for. */
  readonly count: number;
}

/** How many, and how hard to look for them. */
export interface OperatorSampleOptions {
  /** 100 unless said. */
  readonly samples?: number;
  /** Draws at most; 40 a sample unless said. */
  readonly attempts?: number;
  readonly seed?: number;
}

const NOWHERE: ast.Span = { file: "", start: 0, end: 0, line: 1, column: 1 };
/** Numbers of results that an operator with any number of them is asked for. */
const RESULTS = 3;
/** The lengths of variadic lists. */
const LENGTHS = 3;

/**
 * Random well-shaped applications of an operator, fewer than asked for where they are hard to guess. Optional operands are now and
 * then left out, attributes mostly have their defaults. Deterministic in its arguments.
 *
 * @throws what `infer` throws, other than a ShapeError
 */
export function sampleOperator(
  name: string,
  op: OpDef,
  options: OperatorSampleOptions = {},
): readonly OperatorSample[] {
  const wanted = options.samples ?? 100;
  const dice = new Dice(options.seed ?? 0);
  const forms = formsOf(name, op).map((rule) => {
    const sample = new Sample(rule.variables, new Map([[name, op]]));
    return new Drawer(rule, sample, new Proposer(dice, false), dice);
  });
  const found: OperatorSample[] = [];
  const attempts = options.attempts ?? 40 * wanted;
  for (let attempt = 0; attempt < attempts && found.length < wanted; attempt++) {
    const origin = dice.pick(forms).draw()?.[0]?.[0]?.origin;
    if (!origin) continue;
    try {
      const operands = origin.operands.map((operand) => operand?.contents);
      found.push({ operands, attrs: origin.attrs, count: origin.count });
    } catch {
      // contents that the element type cannot hold
    }
  }
  return found;
}

/** Patterns that are the operator alone: by number of operands, and of results. */
function formsOf(name: string, op: OpDef): readonly ast.Rule[] {
  const isVariadic = op.operands.at(-1)?.variadic === true;
  const least = op.operands.findIndex(({ optional, variadic }) => optional || variadic);
  const required = least < 0 ? op.operands.length : least;
  const most = isVariadic ? op.operands.length - 1 + LENGTHS : op.operands.length;
  const results = op.results === "variadic" ? RESULTS : 1;
  const forms: ast.Rule[] = [];
  for (let operands = required; operands <= most; operands++) {
    for (let count = 1; count <= results; count++) {
      const minimum = typeof op.results === "number" ? op.results : count;
      forms.push(formOf(name, op, operands, minimum));
    }
  }
  return forms;
}

function formOf(name: string, op: OpDef, operands: number, count: number): ast.Rule {
  const names = Array.from({ length: operands }, (_, i) => `x${i}`);
  const term = (variable: string): ast.TermVariable => {
    return { kind: "variable", name: variable, span: NOWHERE };
  };
  const apply: ast.Apply = {
    kind: "apply",
    name,
    op,
    operands: names.map(term),
    attrs: [],
    rest: { name: "p", span: NOWHERE },
    span: NOWHERE,
  };
  const root: ast.Root =
    count === 1 ? apply : { kind: "result", of: apply, index: 0, count, span: NOWHERE };
  const variables = new Map<string, ast.Variable>(
    names.map((variable) => [
      variable,
      { name: variable, kind: "term", depth: 0, span: NOWHERE } as const,
    ]),
  );
  variables.set("p", { name: "p", kind: "attributes", depth: 0, span: NOWHERE });
  return {
    ...{ name, label: name, ruleset: "", tags: [], doc: "", file: "", line: 1 },
    ...{ expanding: false, growing: false, lossy: 0, subsume: false },
    ...{ left: [root], right: [root], conditions: [], guard: [], variables, span: NOWHERE },
  };
}
