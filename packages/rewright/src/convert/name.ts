/**
 * Names of other languages as names of the rule language.
 *
 * @module
 */

/** What is never a name, and what would be read otherwise where a rule begins. */
const KEYWORDS: ReadonlySet<string> = new Set(
  "when assuming where expanding subsume within literal and or not absent".split(" "),
);

/** Signs in names, in words. */
const WORDS: Readonly<Record<string, string>> = {
  "+": "plus",
  "-": "minus",
  "*": "times",
  "/": "over",
  "&": "and",
  "|": "or",
  "~": "not",
  "!": "not",
  "=": "equals",
  "<": "less",
  ">": "greater",
  "^": "power",
  "%": "modulo",
  "@": "at",
  "?": "maybe",
  "'": "prime",
};

/** A name of letters, digits and `_` that begins with a letter and is no keyword. */
export function nameOf(text: string): string {
  // A sign between words only parts them; a name of signs alone is told in words.
  const isWord = /[A-Za-z0-9Α-ω]/.test(text);
  const plain = isWord
    ? text.replace(/[^A-Za-z0-9_Α-ω]+/g, "_").replace(/^_+(?=.)|_+$/g, "")
    : Array.from(text, (sign) => WORDS[sign] ?? `u${sign.codePointAt(0)?.toString(16)}`).join("_");
  const whole = plain === "" ? "unnamed" : plain;
  const named = /^\d/.test(whole) ? `n${whole}` : whole;
  return KEYWORDS.has(named) ? `${named}_` : named;
}

/** Hands out names, each once. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The name for a text, with a number behind it where it is taken. */
  fresh(text: string): string {
    const base = nameOf(text);
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
