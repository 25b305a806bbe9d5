/**
 * Which format an input has.
 *
 * @module
 */

/** The formats that are read. */
export const formats = ["egg", "egglog", "tensat", "taso"] as const;

/** A format. */
export type Format = (typeof formats)[number];

/** The dialects that rules can be written in: ONNX's operators, or the rules' own without a meaning. */
export const dialects = ["onnx", "none"] as const;

/** A dialect that rules can be written in. */
export type DialectName = (typeof dialects)[number];

/** What each is called. */
export const formatNames: Readonly<Record<Format, string>> = {
  egg: "egg",
  egglog: "egglog",
  tensat: "TENSAT",
  taso: "TASO",
};

/** A format that was guessed, and what it was guessed by. */
export interface Guess {
  readonly format: Format;
  readonly by: string;
}

const EGGLOG =
  /^[ \t]*\((datatype\*?|sort|constructor|function|relation|rewrite|birewrite|rule|ruleset)\s/m;
const MACRO = /\b(?:multi_)?rewrite!|\brw!|\bdefine_language!/;
const TENSAT =
  /\((conv2d|ewadd|ewmul|split_[01]|enlarge|merge|smul|pool(?:avg|max)|matmul [0-3] |concat\d? [01] )/;

/** The format of an input by its content, `undefined` where nothing tells. */
export function guessFormat(bytes: Uint8Array): Guess | undefined {
  const text = textOf(bytes);
  if (text === undefined || isBinary(text))
    return bytes[0] === 0x0a ? { format: "taso", by: "a binary file of messages" } : undefined;
  const macro = MACRO.exec(text)?.[0];
  if (macro) return { format: "egg", by: `\`${macro}\`` };
  const command = EGGLOG.exec(text)?.[1];
  if (command) return { format: "egglog", by: `\`(${command} …)\`` };
  if (!/=>|==/.test(text)) return undefined;
  const operator = TENSAT.exec(text)?.[1]?.trim();
  if (operator) return { format: "tensat", by: `\`(${operator} …)\`` };
  return { format: "egg", by: "s-expressions with `=>` between them" };
}

/** Whether there are characters that no text has. */
function isBinary(text: string): boolean {
  for (let i = 0; i < Math.min(text.length, 4096); i++) {
    const code = text.charCodeAt(i);
    if (code < 32 && !(code >= 9 && code <= 13)) return true;
  }
  return false;
}

/** The text of an input, `undefined` where it is not UTF-8. A byte order mark is no part of it. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
