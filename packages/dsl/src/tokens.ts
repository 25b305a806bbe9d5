/**
 * The tokens of the rule language. Order matters: the first pattern that fits wins.
 *
 * @module
 */

import { createToken, Lexer, type TokenType } from "chevrotain";

/** Latin letters, digits and `_`, and the Greek block without its punctuation (U+037E looks like a semicolon). */
const LETTER = "A-Za-z_\\u0370-\\u0373\\u0376\\u0377\\u037B-\\u037D\\u037F\\u0386\\u0388-\\u03FF";

const OPENERS: ReadonlySet<number> = new Set([..."([{"].map((bracket) => bracket.charCodeAt(0)));
const MOST_OPENERS = 1024;

const tokens: TokenType[] = [];

function token(config: Parameters<typeof createToken>[0]): TokenType {
  const type = createToken(config);
  tokens.push(type);
  return type;
}

function symbol(name: string, text: string, categories: TokenType[] = []): TokenType {
  return token({ name, pattern: text, label: `\`${text}\``, categories });
}

/** Stands between two expressions: comparison and arithmetic. Which binds tighter is the tree's affair. */
export const Infix: TokenType = createToken({
  name: "Infix",
  pattern: Lexer.NA,
  label: "an operator",
});
/** `=>`, `<=>`, `~>`, `<~>`. */
export const Arrow: TokenType = createToken({
  name: "Arrow",
  pattern: Lexer.NA,
  label: "an arrow",
});
/** Hard keywords: never names. */
export const Keyword: TokenType = createToken({ name: "Keyword", pattern: Lexer.NA });

// Most space ends no line, and need not be looked through for line ends.
token({ name: "Blank", pattern: /[ \t]+/, group: Lexer.SKIPPED });
token({ name: "Space", pattern: /\s+/, group: Lexer.SKIPPED, line_breaks: true });
/** A line of documentation. Kept apart from the tokens that are parsed. */
token({
  name: "Doc",
  pattern: /\/\/\/(?!\/)[^\r\n]*/,
  start_chars_hint: ["/"],
  group: "docs",
});
/** Any other comment. Kept apart, too: the formatter puts it back. */
token({
  name: "Comment",
  pattern: /\/\/[^\r\n]*/,
  start_chars_hint: ["/"],
  group: "comments",
});

/** An identifier. Soft keywords are names that some places read otherwise. */
export const Name: TokenType = createToken({
  name: "Name",
  pattern: new RegExp(`[${LETTER}][${LETTER}0-9]*`),
  label: "a name",
});

function word(name: string, text: string, category: TokenType): TokenType {
  return token({
    name,
    pattern: text,
    longer_alt: Name,
    label: `\`${text}\``,
    categories: text === "and" || text === "or" ? [category, Infix] : [category],
  });
}

export const When: TokenType = word("When", "when", Keyword);
export const Assuming: TokenType = word("Assuming", "assuming", Keyword);
export const Where: TokenType = word("Where", "where", Keyword);
export const Expanding: TokenType = word("Expanding", "expanding", Keyword);
export const Subsume: TokenType = word("Subsume", "subsume", Keyword);
export const Within: TokenType = word("Within", "within", Keyword);
export const LiteralWord: TokenType = word("LiteralWord", "literal", Keyword);
word("And", "and", Keyword);
word("Or", "or", Keyword);
export const Not: TokenType = word("Not", "not", Keyword);

export const Import: TokenType = word("Import", "import", Name);
export const From: TokenType = word("From", "from", Name);
export const Sort: TokenType = word("Sort", "sort", Name);
export const Op: TokenType = word("Op", "op", Name);
export const As: TokenType = word("As", "as", Name);
export const Is: TokenType = word("Is", "is", Name);
export const Cost: TokenType = word("Cost", "cost", Name);
export const Rules: TokenType = word("Rules", "rules", Name);
export const Schedule: TokenType = word("Schedule", "schedule", Name);
export const Test: TokenType = word("Test", "test", Name);
export const Given: TokenType = word("Given", "given", Name);
export const Using: TokenType = word("Using", "using", Name);
export const Prove: TokenType = word("Prove", "prove", Name);
export const Refute: TokenType = word("Refute", "refute", Name);
export const Reduce: TokenType = word("Reduce", "reduce", Name);
export const Check: TokenType = word("Check", "check", Name);
tokens.push(Name);

/** A decimal number, without its sign. */
export const NumberLiteral: TokenType = token({
  name: "NumberLiteral",
  pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/,
  label: "a number",
});
/** A string in double quotes, on one line. */
export const StringLiteral: TokenType = token({
  name: "StringLiteral",
  // By hand, too: `"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"` runs out of stack on millions of backslashes.
  pattern: {
    exec(text: string, offset: number): [string] | null {
      for (let at = offset + 1; at < text.length; at++) {
        const character = text[at];
        if (character === '"') return [text.slice(offset, at + 1)];
        if (character === "\\") at++;
        if (text[at] === "\n" || text[at] === "\r") return null;
      }
      return null;
    },
  },
  start_chars_hint: ['"'],
  line_breaks: false,
  label: "a string",
});
/** A string whose closing quote is missing. */
export const OpenString: TokenType = token({ name: "OpenString", pattern: /"[^\r\n]*/ });
/** `#name`. */
export const Tag: TokenType = token({
  name: "Tag",
  pattern: new RegExp(`#[${LETTER}][${LETTER}0-9]*`),
  start_chars_hint: ["#"],
  label: "a tag",
});

/** More brackets in a row than may be nested, and more than anybody wants as tokens. */
export const Deep: TokenType = token({
  name: "Deep",
  // By hand: a regular expression that counts so far runs out of stack on a long run.
  pattern: {
    exec(text: string, offset: number): [string] | null {
      let end = offset;
      while (OPENERS.has(text.charCodeAt(end))) end++;
      return end - offset > MOST_OPENERS ? [text.slice(offset, end)] : null;
    },
  },
  start_chars_hint: ["(", "[", "{"],
  line_breaks: false,
});

symbol("TwoWayLossy", "<~>", [Arrow]);
symbol("TwoWay", "<=>", [Arrow]);
symbol("OneWayLossy", "~>", [Arrow]);
/** `=>`. */
export const OneWay: TokenType = symbol("OneWay", "=>", [Arrow]);
export const Yields: TokenType = symbol("Yields", "->");
export const Defined: TokenType = symbol("Defined", ":=");
symbol("Equal", "==", [Infix]);
symbol("Unequal", "!=", [Infix]);
symbol("AtMost", "<=", [Infix]);
symbol("AtLeast", ">=", [Infix]);
symbol("Less", "<", [Infix]);
symbol("Greater", ">", [Infix]);
export const Ellipsis: TokenType = symbol("Ellipsis", "...");
export const Dot: TokenType = symbol("Dot", ".");
export const Assign: TokenType = symbol("Assign", "=");
export const Colon: TokenType = symbol("Colon", ":");
export const Comma: TokenType = symbol("Comma", ",");
export const Semicolon: TokenType = symbol("Semicolon", ";");
export const Bar: TokenType = symbol("Bar", "|");
export const Prime: TokenType = symbol("Prime", "'");
symbol("Plus", "+", [Infix]);
export const Minus: TokenType = symbol("Minus", "-", [Infix]);
symbol("Times", "*", [Infix]);
symbol("Divide", "/", [Infix]);
symbol("At", "@", [Infix]);
symbol("Power", "^", [Infix]);
export const OpenParen: TokenType = symbol("OpenParen", "(");
export const CloseParen: TokenType = symbol("CloseParen", ")");
export const OpenBracket: TokenType = symbol("OpenBracket", "[");
export const CloseBracket: TokenType = symbol("CloseBracket", "]");
export const OpenBrace: TokenType = symbol("OpenBrace", "{");
export const CloseBrace: TokenType = symbol("CloseBrace", "}");
/** Anything else: a character (or a pair of surrogates, or an unpaired one) that is not part of the language. */
export const Foreign: TokenType = token({
  name: "Foreign",
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every code unit there is, as a range the lexer can index by
  pattern: /[\uD800-\uDBFF][\uDC00-\uDFFF]|[\u0000-\uFFFF]/,
  line_breaks: false,
});

/** What a text may hold and the language has no use for. */
export const SPOILT: ReadonlySet<TokenType> = new Set([OpenString, Deep, Foreign]);

/** Every token, in the order in which the lexer tries them. */
export const allTokens: readonly TokenType[] = tokens;
/** Every token and token category, as the parser wants them. */
export const vocabulary: readonly TokenType[] = [...tokens, Infix, Arrow, Keyword];

const NAME = new RegExp(`^[${LETTER}][${LETTER}0-9]*$`);
const KEYWORDS: ReadonlySet<unknown> = new Set(
  tokens.filter((type) => type.CATEGORIES?.includes(Keyword)).map((type) => type.PATTERN),
);

/** Whether a text can be a name: of an operator, a variable, a ruleset. */
export function isName(text: string): boolean {
  return NAME.test(text) && !KEYWORDS.has(text);
}
