/**
 * Operators defined by others: `op relu(a: Tensor[...s]) -> Tensor[...s] := Max(a, 0)`. The body is computed on types for
 * inference, and on contents for reference semantics.
 *
 * @module
 */

import type { Attr, Attrs, DType, NdArray, OpDef, TensorType, Term } from "@rewright/plugin";
import type * as ast from "./ast.ts";
import { attributeOf, constantOf, isComplete } from "./bind/operand.ts";
import { compileValue, type Denoted, type Scope as Values } from "./evaluate.ts";
import { listVariables } from "./occurrence.ts";
import { ShapeError } from "./shape-error.ts";
import type { OpDecl } from "./syntax.ts";
import { axisRank, canonicalAttrs } from "./terms/attributes.ts";

/** A tensor on the way through a definition: its type, and its contents where these are computed. */
interface Given {
  readonly type: TensorType;
  readonly array: NdArray | undefined;
}

/** The results of an application in a definition are at most so many. */
const MOST_RESULTS = 64;

/** A definition, computed on one application at a time. */
export class Definition {
  private readonly decl: OpDecl;
  private readonly body: ast.Root;
  private readonly scope: Values;
  private readonly variables: ReadonlyMap<string, ast.Variable>;
  private operands = new Map<string, readonly Given[]>();
  private attrs: Attrs = {};

  constructor(decl: OpDecl, body: ast.Root, variables: ReadonlyMap<string, ast.Variable>) {
    this.decl = decl;
    this.body = body;
    this.variables = variables;
    this.scope = {
      variables,
      term: (name) => (item) => asTerm(this.operand(name, item)),
      value: (name) => () => this.attrs[name],
      length: (name) => () => this.operands.get(name)?.length,
      composite: (term) => (item) => asTerm(this.term(term, item)),
    };
  }

  /** The operators that the body applies. */
  get uses(): readonly OpDef[] {
    const found = new Set<OpDef>();
    const visit = (root: ast.Root): void => {
      if (root.kind === "spread") visit(root.element);
      else if (root.kind === "result" || root.kind === "results") visit(root.of);
      else if (root.kind === "apply") {
        found.add(root.op);
        root.operands.forEach(visit);
      }
    };
    visit(this.body);
    return [...found];
  }

  /** The types of the results. Throws a ShapeError where the body is ill-shaped. */
  infer(
    operands: readonly (TensorType | undefined)[],
    attrs: Attrs,
    count: number,
  ): readonly TensorType[] {
    const given = operands.map((type) => type && { type, array: undefined });
    return this.results(given, attrs, count).map(({ type }) => type);
  }

  /** The results. */
  evaluate(
    operands: readonly (NdArray | undefined)[],
    attrs: Attrs,
    count: number,
  ): readonly NdArray[] {
    const given = operands.map((array) => array && { type: typeOf(array), array });
    return this.results(given, attrs, count).map(({ array }) => array as NdArray);
  }

  private results(
    given: readonly (Given | undefined)[],
    attrs: Attrs,
    count: number,
  ): readonly Given[] {
    this.attrs = attrs;
    this.operands = new Map(
      this.decl.operands.map(({ name, variadic }, i) => {
        const own = variadic ? given.slice(i) : given.slice(i, i + 1);
        return [name.name, own.filter((operand) => operand !== undefined)] as const;
      }),
    );
    const { body } = this;
    if (body.kind === "results") return this.apply(body.of, count, -1);
    if (body.kind === "spread") return this.spread(body);
    return [this.term(body, -1)];
  }

  private operand(name: string, item: number): Given {
    const found = this.operands.get(name)?.[Math.max(0, item)];
    if (!found) throw new ShapeError(`${name} is left out`);
    return found;
  }

  private term(term: ast.Term, item: number): Given {
    switch (term.kind) {
      case "variable":
        return this.operand(term.name, this.variables.get(term.name)?.depth === 1 ? item : 0);
      case "constant":
        return constant(compileValue(term.value, this.scope)(item), "f32");
      case "result":
        return this.least(term.of, term.count ?? term.index + 1, item)[term.index] as Given;
      case "apply":
        return this.apply(term, 1, item)[0] as Given;
      default:
        throw new ShapeError("nothing to compute");
    }
  }

  private spread({ element }: ast.Spread): readonly Given[] {
    if (element.kind === "apply" && (element.op.results ?? 1) !== 1) {
      const { results } = element.op;
      return this.least(element, typeof results === "number" ? results : 1, -1);
    }
    const [name = ""] = listVariables(element, this.variables);
    const { length = 0 } = this.operands.get(name) ?? [];
    return Array.from({ length }, (_, i) => this.term(element, i));
  }

  /** The results of an application that has so many at least. */
  private least(apply: ast.Apply, least: number, item: number): readonly Given[] {
    if (apply.op.results !== "variadic") return this.apply(apply, least, item);
    for (let count = least; count <= MOST_RESULTS; count++) {
      try {
        return this.apply(apply, count, item);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "ShapeError") throw error;
      }
    }
    throw new ShapeError("no number of results fits");
  }

  private apply(apply: ast.Apply, count: number, item: number): readonly Given[] {
    const open: Denoted[] = [];
    const operands = apply.operands.flatMap((operand): readonly (Given | undefined)[] => {
      if (operand.kind === "spread") return this.spread(operand);
      if (operand.kind === "absent") return [undefined];
      if (operand.kind === "constant") {
        const value = compileValue(operand.value, this.scope)(item);
        if (typeof value === "number" || typeof value === "bigint") {
          open.push(value);
          return [OPEN];
        }
        return [constant(value, "f32")];
      }
      return [this.term(operand, item)];
    });
    const dtype = operands.find((operand) => operand && operand !== OPEN)?.type.dtype ?? "f32";
    let next = 0;
    const given = operands.map((operand) =>
      operand === OPEN ? constant(open[next++], dtype) : operand,
    );
    const types = given.map((operand) => operand?.type);
    const attrs = this.attributes(apply, types, item);
    const { op } = apply;
    const inferred = op.infer(types, attrs, count);
    if (inferred.length < count) throw new ShapeError(`${apply.name} has no ${count} results`);
    const isComputed = given.every((operand) => !operand || operand.array);
    const arrays = isComputed
      ? op.evaluate?.(
          given.map((operand) => operand?.array),
          attrs,
          count,
        )
      : undefined;
    return inferred.slice(0, count).map((type, i) => ({ type, array: arrays?.[i] }));
  }

  private attributes(
    apply: ast.Apply,
    operands: readonly (TensorType | undefined)[],
    item: number,
  ): Attrs {
    const attrs: Record<string, Attr> = Object.create(null);
    for (const { name, value } of apply.attrs) {
      const type = apply.op.attrs?.[name]?.type ?? "int";
      const attr = attributeOf(compileValue(value, this.scope)(item), type);
      if (attr === undefined) throw new ShapeError(`${name} is not known`);
      attrs[name] = attr;
    }
    if (!isComplete(attrs, apply.op)) throw new ShapeError("an attribute is missing");
    return canonicalAttrs(attrs, apply.op, axisRank(operands));
  }
}

/** Stands for a number whose element type its siblings decide. */
const OPEN: Given = { type: { dtype: "unknown", shape: [] }, array: undefined };

function typeOf(array: NdArray): TensorType {
  const { dtype, shape } = array;
  const short = /^[iu]\d+$/.test(dtype) && shape.length <= 1 && array.data.length <= 64;
  return short
    ? { dtype, shape, value: Array.from(array.data as ArrayLike<number>, Number) }
    : { dtype, shape };
}

function constant(value: Denoted, dtype: DType): Given {
  const array = constantOf(value, dtype);
  if (!array) throw new ShapeError("a value is not known");
  return { type: typeOf(array), array };
}

function asTerm({ type, array }: Given): Term {
  return { ...type, term: true, constant: array !== undefined, ...(array && { contents: array }) };
}
