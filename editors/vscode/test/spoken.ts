// What the language's own lexer and grammar say that each stretch of a text is, as the scope that an editor should give it.
import { Grammar } from "../../../packages/dsl/src/grammar.ts";
import { lex } from "../../../packages/dsl/src/lexer.ts";
import { outline } from "../../../packages/dsl/src/outline.ts";

type Token = ReturnType<typeof lex>["tokens"][number];
type Tree = ReturnType<Grammar["rule"]>;

/** A stretch of a text, and how the scope that it should have begins. */
export interface Spoken {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly scope: RegExp;
}

const ARROWS = ["OneWay", "TwoWay", "OneWayLossy", "TwoWayLossy"];
const COMPARISONS = ["Equal", "Unequal", "AtMost", "AtLeast", "Less", "Greater"];
const ARITHMETIC = ["Plus", "Minus", "Times", "Divide", "At", "Power", "Prime"];
const KEYWORDS = ["When", "Assuming", "Where", "Expanding", "Subsume", "Within", "LiteralWord"];
const SCOPES: ReadonlyMap<string, RegExp> = new Map([
  ...ARROWS.map((name) => [name, /^keyword\.operator\.arrow/] as const),
  ...COMPARISONS.map((name) => [name, /^keyword\.operator\.comparison/] as const),
  ...ARITHMETIC.map((name) => [name, /^keyword\.operator\.arithmetic/] as const),
  ...KEYWORDS.map((name) => [name, /^keyword\.(control|other)\.clause/] as const),
  ...["And", "Or", "Not"].map((name) => [name, /^keyword\.operator\.logical/] as const),
  ["Yields", /^keyword\.operator\.result/],
  ["Defined", /^keyword\.operator\.definition/],
  ["Ellipsis", /^keyword\.operator\.spread/],
  ["Assign", /^keyword\.operator\.assignment/],
  ["Bar", /^keyword\.operator\.alternative/],
  ["Dot", /^punctuation\.accessor/],
  ["Colon", /^punctuation\.separator\.colon/],
  ["Comma", /^punctuation\.separator\.comma/],
  ["Semicolon", /^punctuation\.separator\.semicolon/],
  ...["OpenParen", "OpenBracket", "OpenBrace"].map(
    (name) => [name, /^punctuation\.section\.\w+\.begin/] as const,
  ),
  ...["CloseParen", "CloseBracket", "CloseBrace"].map(
    (name) => [name, /^punctuation\.section\.\w+\.end/] as const,
  ),
  ["NumberLiteral", /^constant\.numeric/],
  ["StringLiteral", /^string\.quoted\.double/],
  ["OpenString", /^string\.quoted\.double/],
  ["Tag", /^entity\.name\.tag/],
  ["Foreign", /^invalid\.illegal/],
]);
const NAMED = /^(entity\.name|variable|constant\.language)/;
const SOFT = /^keyword\.(declaration|other|control\.import)/;

/** Every token and comment of a text. Words that are keywords in some places count as such where the grammar reads them so. */
export function spoken(text: string): readonly Spoken[] {
  const lexed = lex({ file: "", text });
  const soft = new Set<Token>();
  const unread = new Set<Token>();
  const grammar = new Grammar();
  for (const section of outline(lexed)) {
    const pieces =
      section.kind === "rules"
        ? [
            { production: "rulesHeader" as const, tokens: section.header.tokens },
            ...section.rules.map(({ tokens }) => ({ production: "rule" as const, tokens })),
          ]
        : [{ production: section.kind, tokens: section.tokens }];
    for (const { production, tokens } of pieces) {
      grammar.input = [...tokens];
      const tree = production === "stray" ? undefined : grammar[production]();
      if (tree && grammar.errors.length === 0) collect(tree, soft);
      else for (const token of tokens) unread.add(token);
    }
  }
  const found = lexed.tokens.flatMap((token) => {
    const { name } = token.tokenType;
    const isWord = /^[A-Za-z_\u0370-\u03FF]/.test(token.image);
    // What cannot be parsed does not tell which of its words are keywords.
    if (isWord && !SCOPES.has(name) && unread.has(token)) return [];
    const scope = SCOPES.get(name) ?? (soft.has(token) ? SOFT : NAMED);
    return [stretch(token, scope)];
  });
  const remarks = [
    ...lexed.docs.map((token) => stretch(token, /^comment\.line\.documentation/)),
    ...lexed.comments.map((token) => stretch(token, /^comment\.line\.double-slash/)),
  ];
  return [...found, ...remarks].sort((a, b) => a.start - b.start);
}

/** The words that the grammar took for keywords: a concrete tree files them under their own token's name. */
function collect(tree: Tree, soft: Set<Token>): void {
  for (const [key, children] of Object.entries(tree.children))
    for (const child of children)
      if ("children" in child) collect(child, soft);
      else if (key !== "Name" && child.tokenType.name === key) soft.add(child);
}

function stretch(token: Token, scope: RegExp): Spoken {
  const start = token.startOffset;
  return { start, end: start + token.image.length, text: token.image, scope };
}
