/**
 * Terms of an e-graph, written the way rules are.
 *
 * @module
 */

import type { Attr, Constant } from "@rewright/plugin";
import type { Extraction, Id, ProofTerm } from "egraph-ts";
import { isTensor, knownElements } from "../terms/contents.ts";
import type { Application, Operation } from "../terms/semantics.ts";
import type { InputArgument, Terms } from "../terms/terms.ts";

/** How deep a term is written out. */
const DEEPEST = 40;
/** Constants of more elements are not written out. */
const SHOWN = 64;

/** Writes extracted terms; `tokens` are the infix notations, by operator. */
export class Writer {
  readonly #terms: Terms;
  readonly #tokens: ReadonlyMap<string, string>;

  constructor(terms: Terms, tokens: ReadonlyMap<string, string>) {
    this.#terms = terms;
    this.#tokens = tokens;
  }

  /** The term that an extraction chose for a class. */
  write(extraction: Extraction, id: Id): string {
    return this.#class(extraction, id, 0, false);
  }

  /** A term of a proof. */
  proofTerm(term: ProofTerm): string {
    return this.#proofTerm(term, 0, false);
  }

  #proofTerm({ op, value, children }: ProofTerm, depth: number, inside: boolean): string {
    if (depth > DEEPEST) return "…";
    const operation = this.#terms.operationOf(this.#terms.egraph.operator(op));
    const parts = (within: boolean): string[] =>
      children.map((child) => this.#proofTerm(child, depth + 1, within));
    return this.#operation(operation, value, parts, inside);
  }

  #class(extraction: Extraction, id: Id, depth: number, inside: boolean): string {
    if (depth > DEEPEST) return "…";
    const { egraph } = this.#terms;
    const node = extraction.choice(egraph.find(id));
    const parts = (within: boolean): string[] =>
      egraph.children(node).map((child) => this.#class(extraction, child, depth + 1, within));
    const operation = this.#terms.operationOf(egraph.op(node));
    return this.#operation(operation, egraph.argument(egraph.arg(node)), parts, inside);
  }

  #operation(
    operation: Operation,
    argument: unknown,
    parts: (inside: boolean) => string[],
    inside: boolean,
  ): string {
    switch (operation.kind) {
      case "absent":
        return "absent";
      case "input":
        return (argument as InputArgument).name;
      case "constant": {
        const constant = argument as Constant;
        const size = knownElements(constant.type.shape);
        return size !== undefined && size <= SHOWN ? written(constant.load()) : "constant";
      }
      case "result":
        return `${parts(true)[0]}.${operation.count}`;
    }
    const token = this.#tokens.get(operation.name);
    if (token !== undefined && operation.count === 1) {
      const [a, b] = parts(true);
      if (token === "'" && b === undefined) return `${a}'`;
      const text = b === undefined ? `${token}${a}` : `${a} ${token} ${b}`;
      return inside ? `(${text})` : text;
    }
    const { attrs } = argument as Application;
    const declared = operation.def?.attrs ?? {};
    const entries = Object.entries(attrs).flatMap(([name, value]) =>
      declared[name]?.default === value ? [] : [`${name} = ${written(value)}`],
    );
    const rest = entries.length > 0 ? `; ${entries.join(", ")}` : "";
    return `${operation.name}(${parts(false).join(", ")}${rest})`;
  }
}

function written(value: Attr): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isTensor(value)) {
    const items = Array.from(value.data as ArrayLike<number>, (item) => written(item));
    if (value.shape.length === 0) return items[0] ?? "?";
    const shown = items.length > 12 ? [...items.slice(0, 12), "…"] : items;
    return `[${shown.join(", ")}]`;
  }
  if (Array.isArray(value)) return `[${(value as readonly Attr[]).map(written).join(", ")}]`;
  return typeof value === "number" ? `${Number(value.toPrecision(7))}` : `${value as bigint}`;
}
