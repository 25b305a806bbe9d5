/**
 * How messages quote a rule file, whatever it holds.
 *
 * @module
 */

/** How much of a name a message quotes. */
const QUOTED = 40;

/** A name or a piece of the file as messages quote it: in backticks, shortened, control characters spelt out. */
export function quote(text: string): string {
  const short = text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
  return `\`${visible(short)}\``;
}

/** Characters that a terminal would obey, or not show, instead of printing them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with control, formatting and lone surrogate characters spelt `U+001B`, so that a message cannot drive a terminal. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, codePoint);
}

/** `U+00D7`. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** "a, b and c". */
export function enumerate(items: readonly string[], conjunction = "and"): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${conjunction} ${items.at(-1)}`;
}

/** The line that imports a dialect, in backticks. */
export function importOf(dialect: string): string {
  return quote(`import ${dialect} from ${JSON.stringify(`dialect:${dialect}`)}`);
}
