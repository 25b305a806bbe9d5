/**
 * An operator as people look it up: its signature, its documentation, where it comes from.
 *
 * @module
 */

import type { Attr, OpDef } from "@rewright/plugin";
import { NEGATION } from "../declaration.ts";
import { printRules } from "../print.ts";
import { quote } from "../quotation.ts";
import { type Operator, type Scope, tokensOf } from "../scope.ts";
import { declarationOf } from "../signature.ts";
import type { OpDecl } from "../syntax.ts";
import { attributeType } from "./typing.ts";

/** What there is to say of an operator. */
export interface OperatorCard {
  /** As it is declared, or would be. */
  readonly signature: string;
  /** Its `///` lines; empty where it has none. */
  readonly doc: string;
  /** Where it comes from, what it is written with, what is special about it: sentences. */
  readonly facts: readonly string[];
}

/** What there is to say of an operator that a file knows by a name. */
export function operatorCard(operator: Operator, name: string, scope: Scope): OperatorCard {
  const { def, key, origin } = operator;
  const decl = declarationOf(def);
  const token = tokensOf(scope).get(key);
  const facts = [
    ...(decl ? [] : [`Of ${origin}.`]),
    ...(token && !decl ? [`Written ${quote(written(token, def))}.`] : []),
    ...(def.commutative && !decl
      ? ["Commutative: matched with its operands in either order."]
      : []),
    ...(def.impure ? ["Impure: two applications may differ."] : []),
    ...(def.evaluate ? [] : ["Without reference semantics: rules about it are not checked."]),
  ];
  return { signature: decl ? declared(decl) : signatureOf(def, name), doc: decl?.doc ?? "", facts };
}

/** How an application with a notation is written. */
function written(token: string, { operands }: OpDef): string {
  const [a = "a", b = "b"] = operands.map(({ name }) => name);
  if (token === "'") return `${a}'`;
  return operands.length === 1 || token === NEGATION ? `-${a}` : `${a} ${token} ${b}`;
}

const printed = new WeakMap<OpDecl, string>();

function declared(decl: OpDecl): string {
  const known = printed.get(decl);
  if (known !== undefined) return known;
  const text = printRules({ file: "", declarations: [{ ...decl, doc: "" }] }).trim();
  printed.set(decl, text);
  return text;
}

/** The declaration that a dialect's operator would have; `?` marks what may be left out. */
function signatureOf({ operands, attrs, results }: OpDef, name: string): string {
  const places = operands.map((operand) => {
    const { variadic, optional } = operand;
    return `${variadic ? "..." : ""}${operand.name}${optional ? "?" : ""}: Tensor`;
  });
  const named = Object.entries(attrs ?? {}).map(([attr, { type, default: initial, required }]) => {
    const isOpen = initial === undefined && !required;
    const value = initial === undefined ? "" : ` = ${literal(initial)}`;
    return `${attr}${isOpen ? "?" : ""}: ${attributeType(type)}${value}`;
  });
  const list = places.join(", ") + (named.length > 0 ? `; ${named.join(", ")}` : "");
  const count = typeof results === "number" ? results : 1;
  const type = Array.from({ length: Math.max(1, count) }, () => "Tensor").join(", ");
  return `op ${name}(${list}) -> ${results === "variadic" ? "...Tensor" : type}`;
}

/** A value as a rule file writes it. */
export function literal(value: Attr): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return typeof value === "object" ? "…" : String(value);
}
