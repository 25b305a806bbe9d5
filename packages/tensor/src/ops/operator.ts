/**
 * What all definitions of operators share: the checks that their declarations imply, made once.
 *
 * @module
 */

import type { Attr, Attrs, OpDef } from "@rewright/plugin";
import { ShapeError } from "../typing.ts";

/** Definitions of operators by name. */
export type Ops = Readonly<Record<string, OpDef>>;

/** What an attribute may name as an element type. */
const DTYPES: readonly (Attr | undefined)[] = [
  ...["f64", "f32", "f16", "bf16", "f8e4m3fn", "f8e4m3fnuz", "f8e5m2", "f8e5m2fnuz", "f8e8m0"],
  ...["f4e2m1", "i64", "i32", "i16", "i8", "i4", "i2", "u64", "u32", "u16", "u8", "u4", "u2"],
  ...["bool", "string", "c64", "c128"],
];

/** The declarations of attributes. */
export type AttrDefs = NonNullable<OpDef["attrs"]>;

function defaultsOf(def: OpDef): Record<string, Attr> {
  const defaults: Record<string, Attr> = {};
  for (const [name, attr] of Object.entries(def.attrs ?? {}))
    if (attr.default !== undefined) defaults[name] = attr.default;
  return defaults;
}

function checkOperands(def: OpDef, operands: readonly unknown[]): void {
  const last = def.operands.at(-1);
  if (operands.length > def.operands.length && last?.variadic !== true)
    throw new ShapeError(`takes at most ${def.operands.length} operands, not ${operands.length}`);
  for (const [i, operand] of def.operands.entries()) {
    if (operand.variadic === true) {
      const missing = operands.indexOf(undefined, i);
      if (missing >= 0) throw new ShapeError(`operand ${missing + 1} is missing`);
      if (operands.length <= i && operand.optional !== true)
        throw new ShapeError(`takes at least ${i + 1} operands`);
    } else if (operands[i] === undefined && operand.optional !== true)
      throw new ShapeError(`operand ${i + 1} ('${operand.name}') is missing`);
  }
}

/** What checks attributes against their declarations. Operators are inferred by the thousand: declarations are read once. */
function attrsChecker(declared: AttrDefs): (attrs: Attrs) => void {
  const entries = Object.entries(declared).map(([name, { type, required }]) => {
    const allowed = Array.isArray(type) ? type : type === "dtype" ? DTYPES : undefined;
    return { name, allowed, isRequired: required === true };
  });
  return (attrs) => {
    for (const { name, allowed, isRequired } of entries) {
      const value = attrs[name];
      if (value === undefined) {
        if (isRequired) throw new ShapeError(`attribute '${name}' is missing`);
      } else if (allowed && !allowed.includes(value))
        throw new ShapeError(
          `attribute '${name}' must be one of ${allowed.join(", ")}, not ${String(value)}`,
        );
    }
    for (const name in attrs) {
      if (!Object.hasOwn(declared, name)) throw new ShapeError(`there is no attribute '${name}'`);
    }
  };
}

/** What completes attributes with the defaults of those left out. */
function completer(def: OpDef): (attrs: Attrs) => Attrs {
  const defaults = defaultsOf(def);
  const names = Object.keys(defaults);
  return (attrs) =>
    names.every((name) => attrs[name] !== undefined) ? attrs : { ...defaults, ...attrs };
}

/**
 * Operators whose `infer` also rejects wrong numbers of operands and results, and attributes that are missing, undeclared or
 * none of those listed; attributes left out are completed with their defaults before `infer` and `evaluate` see them, and both
 * may yield more results than asked for.
 */
export function checked(ops: Ops): Ops {
  return Object.fromEntries(
    Object.entries(ops).map(([name, def]) => {
      const checkAttrs = attrsChecker(def.attrs ?? {});
      const complete = completer(def);
      const { infer, evaluate } = def;
      const inferred: OpDef = {
        ...def,
        infer(operands, attrs, count) {
          checkOperands(def, operands);
          checkAttrs(attrs);
          const types = infer(operands, complete(attrs), count);
          if (types.length < count)
            throw new ShapeError(`has ${types.length} results, of which none is the ${count}th`);
          return types.length > count ? types.slice(0, count) : types;
        },
      };
      if (evaluate === undefined) return [name, inferred];
      const evaluated: OpDef["evaluate"] = (operands, attrs, count) =>
        evaluate(operands, complete(attrs), count).slice(0, count);
      return [name, { ...inferred, evaluate: evaluated }];
    }),
  );
}
