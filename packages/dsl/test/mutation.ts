/** Rule files as nobody would write them: fixtures cut, spliced and sprinkled with what does not belong there. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { RuleFile } from "@rewright/plugin";
import {
  compileRules,
  type Diagnostic,
  type Document,
  formatRules,
  parseRules,
  RuleError,
  renderDiagnostic,
} from "../src/index.ts";
import { sketch } from "./dialect.ts";
import { withoutPlaces } from "./tree.ts";

/** The texts of all fixtures. */
const texts: readonly string[] = ["fail", "format", "pass", "read"].flatMap((folder) => {
  const place = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(place)
    .sort()
    .map((file) => readFileSync(new URL(file, place), "utf8"));
});

const WORDS = [
  ..."( ) [ ] { } , ; : = => <=> ~> <~> -> := ... . ' + - * / @ ^ == != < <= | # \" \\ // ///".split(
    " ",
  ),
  ..."rules op sort import from test schedule check given using prove refute reduce".split(" "),
  ..."when assuming where expanding subsume within literal and or not as is cost".split(" "),
  ..."x y _ xs Relu Concat __proto__ constructor toString 0 1.5 1e999 .0 axis".split(" "),
  ...[
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\uFEFF",
    "\uD800",
    "\u2028",
    "\u00B5",
    "⇒",
    "🙂",
    "\u001b[31m",
  ],
  ...["((((((((((((", "]]]]]]]]", '"\n', "a: b => c\n", "#".repeat(40), "x".repeat(300)],
];

/** The text of a fixture with one to eight changes. */
export function mutated(draw: (bound: number) => number): string {
  let text = texts[draw(texts.length)] as string;
  for (let left = 1 + draw(8); left > 0; left--) text = edited(text, draw);
  return text;
}

/** A text with one change. */
export function edited(text: string, draw: (bound: number) => number): string {
  const at = draw(text.length + 1);
  const to = Math.min(text.length, at + draw(60));
  const word = WORDS[draw(WORDS.length)] as string;
  const changes: readonly (() => string)[] = [
    () => text.slice(0, at),
    () => text.slice(0, at) + text.slice(to),
    () => text.slice(0, at) + word + text.slice(at),
    () => `${text.slice(0, at)} ${word} ${text.slice(at)}`,
    () => text.slice(0, at) + word + text.slice(at + 1),
    () => text.slice(0, to) + text.slice(at),
    () => text.slice(0, at) + (texts[draw(texts.length)] as string).slice(-draw(400)),
    () => text.replaceAll("\n", ["\r\n", "\r", " ", "\n\n"][draw(4)] as string),
    () => text.split("\n").reverse().join("\n"),
  ];
  // Cutting and upside-down files seldom: little is left of them.
  const k = [0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8];
  return (changes[k[draw(k.length)] as number] as () => string)().slice(0, 20_000);
}

/** What is written, mistaken or not: the first text is a fixture's with some changes, each further one is the last with one more. */
export function* writing(draw: (bound: number) => number): Generator<string, never> {
  for (;;) {
    let text = mutated(draw);
    yield text;
    for (let left = draw(16); left > 0; left--) {
      text = edited(text, draw);
      yield text;
    }
  }
}

/**
 * Throws unless a text is handled as any text must be; by a document, which is given it, too.
 * @returns whether it has no errors
 */
export function handle(text: string, document?: Document): boolean {
  const file = document?.file ?? "f";
  const source = { file, text };
  const parsed = parseRules(source);
  for (const { span } of parsed.diagnostics)
    if (!(0 <= span.start && span.start <= span.end && span.end <= text.length && span.line >= 1))
      throw new Error(`a place outside of the text: ${JSON.stringify(span)}`);
  const [first] = parsed.diagnostics;
  if (first) renderDiagnostic(first, text, { color: true });
  const said = diagnose([source]);
  if (document) {
    document.update(text);
    assert.deepStrictEqual(document.diagnostics, said);
    assert.deepStrictEqual(document.module, parsed.module);
  }
  const formatted = formatRules(source);
  const isWrong = formatted.diagnostics.some(({ severity }) => severity === "error");
  if (isWrong) {
    if (formatted.text !== text) throw new Error("a text with errors was changed");
    return false;
  }
  const again = formatRules({ file, text: formatted.text });
  if (again.text !== formatted.text) throw new Error("laid out twice is not laid out once");
  const tree = (of: string): string =>
    JSON.stringify(withoutPlaces(parseRules({ file, text: of }).module));
  if (tree(formatted.text) !== tree(text)) throw new Error("laid out it means something else");
  return true;
}

/** What the compiler says of files. */
export function diagnose(sources: readonly RuleFile[]): readonly Diagnostic[] {
  try {
    return compileRules(sources, { dialects: [sketch] }).warnings;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return error.diagnostics;
  }
}
