/**
 * The attributes of a pattern: an argument that the engine compares, or tests of the application found.
 *
 * @module
 */

import type { Attr, Attrs, AttrType } from "@rewright/plugin";
import type { ArgId } from "egraph-ts";
import type * as ast from "../ast.ts";
import { compileValue } from "../evaluate.ts";
import { visitVariables } from "../occurrence.ts";
import { attrKey, attrsKey, axisRank, canonicalAttr, canonicalAttrs } from "../terms/attributes.ts";
import type { Terms } from "../terms/terms.ts";
import type { Frame } from "./frame.ts";
import type { Guards } from "./guards.ts";
import { worded } from "./wording.ts";

/** Slots that are made when they are first asked for. */
export interface ApplicationSlots {
  /** That of the application's argument. */
  arg(): number;
  /** That of its node. */
  node(): number;
}

/** Compiles the attributes of the applications of a left side. */
export class AttributePatterns {
  readonly #terms: Terms;
  readonly #frame: Frame;
  readonly #guards: Guards;

  constructor(guards: Guards) {
    this.#guards = guards;
    this.#frame = guards.frame;
    this.#terms = guards.frame.terms;
  }

  /** The one argument an application must have, where the pattern says all of it; else `undefined`, and tests are added. */
  compile(term: ast.Apply, slots: ApplicationSlots): ArgId | undefined {
    const fixed = term.op.impure ? undefined : fixedAttrs(term);
    if (fixed) return this.#terms.internAttrs(canonicalAttrs(fixed, term.op, undefined));
    this.#attributes(term, slots);
    return undefined;
  }

  #attributes(term: ast.Apply, slots: ApplicationSlots): void {
    const declared = term.op.attrs ?? {};
    const mentioned = new Set(term.attrs.map(({ name }) => name));
    const expected: [name: string, key: string][] = [];
    if (!term.rest) {
      for (const [name, { type, default: standard }] of Object.entries(declared)) {
        if (mentioned.has(name)) continue;
        if (standard === undefined) expected.push([name, ""]);
        else if (isRelative(standard, type)) this.#relative(name, standard, type, slots);
        else expected.push([name, attrKey(canonicalAttr(standard, type, undefined))]);
      }
    }
    for (const entry of term.attrs) {
      if (entry.value.kind === "wildcard") continue;
      const type = declared[entry.name]?.type ?? "int";
      const fixed = fixedValue(entry.value);
      if (fixed !== undefined && !isRelative(fixed, type)) {
        expected.push([entry.name, attrKey(canonicalAttr(fixed, type, undefined))]);
      } else if (fixed !== undefined) {
        this.#relative(entry.name, fixed, type, slots);
      } else {
        this.#attribute(entry, type, slots);
      }
    }
    if (expected.length > 0) this.#expect(slots.arg(), expected);
    if (term.rest && term.rest.name !== "_") this.#record(term.rest.name, slots.arg(), mentioned);
  }

  /** Guards attributes against known values; "" where one must be absent. */
  #expect(argSlot: number, expected: readonly [name: string, key: string][]): void {
    const memo = new Map<ArgId, boolean>();
    this.#guards.add(
      [argSlot],
      () => {
        const arg = this.#frame.get(argSlot);
        let holds = memo.get(arg);
        if (holds === undefined) {
          const { attrs } = this.#terms.application(arg);
          holds = expected.every(([name, key]) => {
            const value = attrs[name];
            return key === (value === undefined ? "" : attrKey(value));
          });
          memo.set(arg, holds);
        }
        return holds;
      },
      expected.map(([name, key]) => (key === "" ? `no ${name}` : `${name} = ${key}`)).join(", "),
    );
  }

  /** Guards an axis that is counted from the end. */
  #relative(name: string, value: Attr, type: AttrType, slots: ApplicationSlots): void {
    const frame = this.#frame;
    const [arg, node] = [slots.arg(), slots.node()];
    this.#guards.add(
      [arg, node],
      () => {
        const found = this.#terms.application(frame.get(arg)).attrs[name];
        const wanted = canonicalAttr(value, type, this.#rankAt(frame.get(node)));
        return found !== undefined && attrKey(found) === attrKey(wanted);
      },
      `${name} = ${JSON.stringify(value)}`,
    );
  }

  #attribute({ name, value }: ast.AttrEntry, type: AttrType, slots: ApplicationSlots): void {
    const frame = this.#frame;
    const slot = slots.arg();
    const found = (): Attr | undefined => this.#terms.application(frame.get(slot)).attrs[name];
    if (
      value.kind === "variable" &&
      this.#guards.bindValue(value.name, { kind: "attribute", slot, name })
    ) {
      this.#guards.add([slot], () => found() !== undefined, `${name} = ${value.name}`);
      return;
    }
    const node = type === "axis" || type === "axes" ? slots.node() : undefined;
    this.#guards.later(() => {
      const wanted = compileValue(value, frame);
      const holds = (): boolean => {
        const attr = wanted(-1);
        const actual = found();
        if (attr === undefined || actual === undefined) return false;
        const rank = node === undefined ? undefined : this.#rankAt(frame.get(node));
        return attrKey(canonicalAttr(attr as Attr, type, rank)) === attrKey(actual);
      };
      const needs = node === undefined ? [slot] : [slot, node];
      this.#guards.reading(needs, value, holds, `${name} = ${worded(value)}`);
    });
  }

  /** The rank that the axes of a node count in. */
  #rankAt(node: number): number | undefined {
    const { egraph } = this.#terms;
    if (egraph.arity(node) === 0) return undefined;
    return axisRank([this.#terms.facts(egraph.child(node, 0)).types[0]]);
  }

  #record(name: string, slot: number, mentioned: ReadonlySet<string>): void {
    const frame = this.#frame;
    if (!frame.sources.has(name)) {
      frame.sources.set(name, { kind: "record", slot, mentioned });
      return;
    }
    this.#guards.later(() => {
      const bound = frame.record(name);
      const again = frame.rest(slot, mentioned);
      // Pairs of applications are many, arguments few: each is spelled once.
      const keys = new WeakMap<Attrs, string>();
      const keyOf = (record: Attrs): string => {
        const key = keys.get(record) ?? attrsKey(record);
        keys.set(record, key);
        return key;
      };
      this.#guards.add(
        [slot, frame.source(name).slot],
        () => keyOf(bound()) === keyOf(again()),
        `...${name} again`,
      );
    });
  }
}

/** Whether two records hold the same attributes. */
export function sameAttrs(a: Attrs, b: Attrs): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const x = a[name];
    const y = b[name];
    return x !== undefined && y !== undefined && attrKey(x) === attrKey(y);
  });
}

/** The attributes that a pattern spells out; `undefined` where it leaves one open, or counts an axis from the end. */
function fixedAttrs(term: ast.Apply): Attrs | undefined {
  if (term.rest) return undefined;
  const attrs: Record<string, Attr> = Object.create(null);
  for (const { name, value } of term.attrs) {
    const fixed = fixedValue(value);
    if (fixed === undefined || isRelative(fixed, term.op.attrs?.[name]?.type)) return undefined;
    attrs[name] = fixed;
  }
  for (const [name, { type, default: standard }] of Object.entries(term.op.attrs ?? {})) {
    if (attrs[name] === undefined && standard !== undefined && isRelative(standard, type)) {
      return undefined;
    }
  }
  return attrs;
}

/** The value of an expression without variables. */
function fixedValue(value: ast.Value): Attr | undefined {
  let open = value.kind === "wildcard";
  visitVariables(value, () => {
    open = true;
  });
  if (open) return undefined;
  return compileValue(value, nothing)(-1) as Attr | undefined;
}

/** A scope without names. */
const nothing = {
  variables: new Map(),
  term: () => () => undefined,
  value: () => () => undefined,
  length: () => () => undefined,
  composite: () => () => undefined,
} as const;

/** Whether an axis is counted from the end, so that it means one thing only together with a rank. */
function isRelative(value: Attr, type: unknown): boolean {
  if (type === "axis") return typeof value === "number" && value < 0;
  if (type !== "axes" || !Array.isArray(value)) return false;
  return (value as readonly Attr[]).some((item) => typeof item === "number" && item < 0);
}
