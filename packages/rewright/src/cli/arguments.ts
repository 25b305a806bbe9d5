import { InvalidArgumentError } from "commander";
import { suggestion } from "../options.ts";

/** A number, written in digits (1e5 and 0.5 too). */
function parseNumber(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

/** A number above 0. */
export function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (value <= 0) throw new InvalidArgumentError("It must be above 0.");
  return value;
}

/** A share of a whole: from 0 to below 1. */
export function parseShare(text: string): number {
  const value = parseNumber(text);
  if (!(value >= 0 && value < 1))
    throw new InvalidArgumentError("It must be a share from 0 to below 1, such as 0.2.");
  return value;
}

/** A whole number above 0. */
export function parseCount(text: string): number {
  const value = parsePositive(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}

/** A whole number from 0. */
export function parseSeed(text: string): number {
  const value = parseNumber(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError("It must be a whole number from 0.");
  return value;
}

/** How much the model may grow: a share of its size, or bytes. */
export type Growth = { readonly share: number } | { readonly bytes: number };

/** "10%", "5MB", "300KB", "1e6". */
export function parseGrowth(text: string): Growth {
  const parts = /^([\d.]+(?:e\d+)?)\s*(%|[KMG]?i?B?)$/i.exec(text.trim());
  const value = Number(parts?.[1]);
  if (!parts || !Number.isFinite(value))
    throw new InvalidArgumentError("It must be a share or a size, such as 10% or 5MB.");
  const unit = (parts[2] as string).toUpperCase();
  if (unit === "%") return { share: value / 100 };
  const step = unit.includes("I") ? 1024 : 1000;
  return { bytes: value * step ** Math.max(0, " KMG".indexOf(unit[0] ?? " ")) };
}

/** "name=1x128" onto those given before. */
export function parseShape(
  text: string,
  before: Readonly<Record<string, readonly number[]>> = {},
): Readonly<Record<string, readonly number[]>> {
  const at = text.lastIndexOf("=");
  const dims = text.slice(at + 1);
  if (at < 1 || !/^(\d+(x\d+)*)?$/.test(dims))
    throw new InvalidArgumentError("It must be a name and sizes, such as tokens=1x128.");
  return { ...before, [text.slice(0, at)]: dims === "" ? [] : dims.split("x").map(Number) };
}

/** One of these names. */
export function parseName(names: readonly string[]): (text: string) => string {
  return (text) => {
    if (names.includes(text)) return text;
    throw new InvalidArgumentError(`There is no such name${suggestion(text, names)}.`);
  };
}

/** Collects a repeatable option. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
