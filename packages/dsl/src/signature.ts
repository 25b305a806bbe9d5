/**
 * Shapes as types: what a declaration such as `matmul(a: Tensor[m, k], b: Tensor[k, n]) -> Tensor[m, n]` says of operands and
 * results. The names of a shape stand for sizes, the same in every place; `...s` for any number of them.
 *
 * @module
 */

import type { Attr, Attrs, Dim, DType, OpDef, TensorType, Term } from "@rewright/plugin";
import type * as ast from "./ast.ts";
import { compileValue, type Scope as Values } from "./evaluate.ts";
import { ShapeError } from "./shape-error.ts";
import type { OpDecl, TypeExpr } from "./syntax.ts";

/** The element type of a value of a sort other than `Tensor`: one number, to the engine. */
export function scalarOf(sort: string): DType | undefined {
  if (sort === "Tensor") return undefined;
  if (sort === "Int") return "i64";
  if (sort === "Bool") return "bool";
  return sort === "String" ? "string" : "f64";
}

const declarations = new WeakMap<OpDef, OpDecl>();

/** The declaration of an operator that a rule file declares. */
export function declarationOf(def: OpDef): OpDecl | undefined {
  return declarations.get(def);
}

/** The element type that an operand must have where its sort is none of tensors. */
export function scalarOperand(def: OpDef, index: number): DType | undefined {
  const operands = declarations.get(def)?.operands;
  const place = operands?.[Math.min(index, operands.length - 1)];
  return place && scalarOf(place.type.name.name);
}

/** Notes the declaration of an operator. */
export function noteDeclaration(def: OpDef, decl: OpDecl): void {
  declarations.set(def, decl);
}

/** What the names of a declaration stand for in one application. */
interface Binding {
  readonly dims: Map<string, Dim>;
  readonly rests: Map<string, readonly Dim[]>;
}

/** The inference that a declaration's types describe. */
export class Signature {
  private readonly decl: OpDecl;
  private readonly shape: ((item: number) => unknown) | undefined;
  private binding: Binding = { dims: new Map(), rests: new Map() };
  private operands: readonly (TensorType | undefined)[] = [];
  private attrs: Attrs = {};

  /** `result` is the shape of the result as a list, resolved; `undefined` where the declaration says nothing about it. */
  constructor(
    decl: OpDecl,
    result: ast.Value | undefined,
    variables: ReadonlyMap<string, ast.Variable>,
  ) {
    this.decl = decl;
    const scope: Values = {
      variables,
      term: () => () => undefined,
      value: (name) => () => this.value(name),
      length: (name) => () => this.binding.rests.get(name)?.length,
      composite: () => () => undefined,
    };
    const rest: Values = {
      ...scope,
      value: (name) => (item) =>
        variables.get(name)?.depth === 1
          ? (this.binding.rests.get(name)?.[item] as Attr | undefined)
          : this.value(name),
    };
    this.shape = result && compileValue(result, rest);
  }

  /** Whether the operands are as the declaration says. Throws a ShapeError when they are not. */
  check(operands: readonly (TensorType | undefined)[]): Binding {
    const binding: Binding = { dims: new Map(), rests: new Map() };
    const { operands: declared } = this.decl;
    for (const [i, operand] of operands.entries()) {
      const place = declared[Math.min(i, declared.length - 1)];
      if (!place || !operand)
        throw new ShapeError(`${this.decl.name.name} has no operand ${i + 1} here`);
      bindDims(operand, place.type, binding);
    }
    return binding;
  }

  /** The types of the results. Throws a ShapeError on operands that do not fit. */
  infer(
    operands: readonly (TensorType | undefined)[],
    attrs: Attrs,
    count: number,
  ): readonly TensorType[] {
    this.binding = this.check(operands);
    this.operands = operands;
    this.attrs = attrs;
    const scalar = scalarOf(this.decl.result.name.name);
    const type: TensorType = scalar
      ? { dtype: scalar, shape: [] }
      : this.tensor(operands.find((operand) => operand !== undefined)?.dtype ?? "f32");
    return Array.from({ length: count }, () => type);
  }

  private tensor(dtype: DType): TensorType {
    if (this.decl.result.shape?.length === 0) return { dtype, shape: [] };
    const dims = this.shape?.(-1);
    if (!Array.isArray(dims)) return { dtype: "unknown", shape: [] };
    if (dims.some((dim) => typeof dim === "number" && (dim < 0 || !Number.isInteger(dim))))
      throw new ShapeError(`${this.decl.name.name} has no shape [${dims.join(", ")}]`);
    return { dtype, shape: dims.map((dim) => (typeof dim === "bigint" ? Number(dim) : dim)) };
  }

  private value(name: string): Attr | undefined {
    const dim = this.binding.dims.get(name);
    if (dim !== undefined) return dim;
    const index = this.decl.operands.findIndex((operand) => operand.name.name === name);
    if (index < 0) return this.attrs[name];
    const terms = this.operands
      .slice(index)
      .map((type): Term => ({ ...(type as TensorType), constant: false, term: true }));
    // A function of a shape takes all operands of a variadic place at once.
    const given: unknown = this.decl.operands[index]?.variadic ? terms : terms[0];
    return given as Attr;
  }
}

/** Binds the sizes that an operand's type names, or compares them. */
function bindDims({ dtype, shape }: TensorType, type: TypeExpr, { dims, rests }: Binding): void {
  const scalar = scalarOf(type.name.name);
  if (scalar) {
    if (dtype !== scalar || shape.length > 0)
      throw new ShapeError(`a ${dtype}[${shape.join(", ")}] is no ${type.name.name}`);
    return;
  }
  if (!type.shape) return;
  const spread = type.shape.findIndex((item) => item.spread);
  const fixed = spread < 0 ? type.shape.length : type.shape.length - 1;
  if (spread < 0 ? shape.length !== fixed : shape.length < fixed)
    throw new ShapeError(`${shape.length} dimensions do not fit ${fixed}`);
  for (const [i, { value }] of type.shape.entries()) {
    if (i === spread) {
      const rest = shape.slice(spread, shape.length - (fixed - spread));
      if (value.kind !== "name") continue;
      const known = rests.get(value.name);
      if (known && !(known.length === rest.length && known.every((dim, at) => dim === rest[at])))
        throw new ShapeError(`[${known.join(", ")}] and [${rest.join(", ")}] differ`);
      rests.set(value.name, rest);
      continue;
    }
    const at = spread >= 0 && i > spread ? shape.length - (type.shape.length - i) : i;
    const dim = shape[at] as Dim;
    const wanted =
      value.kind === "number"
        ? Number(value.text)
        : value.kind === "name"
          ? dims.get(value.name)
          : undefined;
    if (wanted !== undefined && wanted !== dim) throw new ShapeError(`${wanted} and ${dim} differ`);
    if (value.kind === "name" && value.name !== "_") dims.set(value.name, dim);
  }
}
