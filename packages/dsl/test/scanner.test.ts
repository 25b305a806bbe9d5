import { type IToken, Lexer } from "chevrotain";
import { expect, test } from "vitest";
import { dice } from "../../../tools/dice.ts";
import { scan } from "../src/scanner.ts";
import { allTokens } from "../src/tokens.ts";
import { mutated } from "./mutation.ts";

const lexer = new Lexer([...allTokens], { positionTracking: "onlyStart" });

/** All that there is to say of tokens. */
function told(lists: readonly (readonly IToken[])[]): string {
  const lines = lists.map((tokens) =>
    tokens.map(({ tokenType, tokenTypeIdx, image, startOffset, startLine, startColumn }) =>
      [tokenType.name, tokenTypeIdx, image, startOffset, startLine, startColumn].join(" "),
    ),
  );
  return JSON.stringify(lines);
}

/** Compares what a text is cut into with what chevrotain cuts it into. @returns how many tokens there are */
function compare(text: string): number {
  const { tokens, docs, comments } = scan(text);
  const { tokens: others, groups, errors } = lexer.tokenize(text);
  expect(errors).toEqual([]);
  expect(told([tokens, docs, comments])).toBe(
    told([others, groups["docs"] ?? [], groups["comments"] ?? []]),
  );
  return tokens.length;
}

test("a text is cut as chevrotain cuts it by the same types", () => {
  let count = 0;
  for (let seed = 0; seed < 200; seed++) count += compare(mutated(dice(seed)));
  expect(count).toBeGreaterThan(25_000);
});

test("each character is cut as chevrotain cuts it, alone and among others", () => {
  let text = "";
  for (let code = 0; code <= 0xffff; code++) {
    const it = String.fromCharCode(code);
    text += `${it} a${it}1\r\n(${it}${it}(\n`;
  }
  compare(text);
});

test("a stretch of lines is cut as it is where it stands in the text", () => {
  const text =
    '/// d\r\nrules r {\n  a: x /* → */ => "s\n\n  // c\n  b: αβ2(x) => 1.5e3 }\n\r  #tag';
  const whole = scan(text);
  for (const { index } of text.matchAll(/\n/g)) {
    const head = scan(text, { start: 0, end: index + 1, line: 1 });
    const tail = scan(text, { start: index + 1, end: text.length, line: head.nextLine });
    for (const list of ["tokens", "docs", "comments"] as const)
      expect([...head[list], ...tail[list]]).toEqual(whole[list]);
  }
});
