/** Samples, written for people. */

import type { Attr, NdArray } from "@rewright/plugin";
import { isTensor } from "../terms/contents.ts";
import type { Sample, SampleTerm } from "./sample.ts";

/** How many elements of a tensor are written out. */
const SHOWN = 24;

/** A tensor: type, then elements. */
export function showTensor(array: NdArray): string {
  const items = Array.from(array.data as ArrayLike<number>, showNumber);
  const shown = items.length > SHOWN ? [...items.slice(0, SHOWN), "…"] : items;
  const list = array.shape.length === 0 ? `${items[0]}` : `[${shown.join(", ")}]`;
  return `${array.dtype}[${array.shape.join(", ")}] = ${list}`;
}

function showNumber(item: number | bigint | string): string {
  return typeof item === "number" ? `${Number(item.toPrecision(7))}` : `${item}`;
}

function showAttr(value: Attr): string {
  if (typeof value === "number") return showNumber(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Attr[]).map(showAttr).join(", ")}]`;
  return isTensor(value) ? showTensor(value) : `${value}`;
}

/** What each variable stands for, a line each. */
export function showSample(sample: Sample): string[] {
  const list = <T>(name: string, items: readonly T[], show: (item: T) => string): string => {
    const plural = sample.variables.get(name)?.depth === 1;
    return plural
      ? `...${name}: ${items.map(show).join("; ")}`
      : `${name}: ${items.map(show).join()}`;
  };
  return [...sample.variables.values()].flatMap(({ name, kind }) => {
    const terms = sample.terms.get(name);
    const values = sample.values.get(name);
    const record = sample.records.get(name);
    if (kind === "term" && terms)
      return [list(name, terms, (term: SampleTerm) => showTensor(term.contents))];
    if (kind === "value" && values) return [list(name, values, showAttr)];
    if (!record) return [];
    const entries = Object.entries(record).map(
      ([attribute, value]) => `${attribute} = ${showAttr(value)}`,
    );
    return [`...${name}: ${entries.join(", ")}`];
  });
}
