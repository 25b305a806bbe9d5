/**
 * Brackets and depth, checked on the tokens: the parser and every pass after it recurse, and must not be led to the end of
 * the stack by a file.
 *
 * @module
 */

import { type IToken, type TokenType, tokenMatcher } from "chevrotain";
import { appending, type Diagnostic, error, type Remarks } from "./diagnostic.ts";
import { after, DEEPEST, spanOf, TOO_DEEP } from "./lexer.ts";
import * as t from "./tokens.ts";

const CLOSES: ReadonlyMap<TokenType, string> = new Map([
  [t.CloseParen, "("],
  [t.CloseBracket, "["],
  [t.CloseBrace, "{"],
]);

/** What is wrong with the brackets of a declaration or a rule, if something is. */
export function checkNesting(file: string, tokens: readonly IToken[]): Diagnostic | undefined {
  const open: { readonly token: IToken; operators: number }[] = [];
  // An upper bound of the tree's depth: brackets open, and the operators of each list element they interrupt.
  let depth = 0;
  let operators = 0;
  let previous: IToken | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    const before = previous;
    previous = token;
    // Nothing else is as common.
    if (token.tokenType === t.Name) continue;
    const closes = CLOSES.get(token.tokenType);
    if (closes !== undefined) {
      const opener = open.pop();
      if (opener === undefined)
        return error("R0010", spanOf(file, token), `this \`${token.image}\` closes nothing`);
      if (opener.token.image !== closes)
        return error(
          "R0002",
          spanOf(file, opener.token),
          `this \`${opener.token.image}\` is never closed`,
          {
            related: [{ span: spanOf(file, token), label: `\`${token.image}\` found instead` }],
            ...closing(file, opener.token, before),
          },
        );
      depth -= operators + 1;
      operators = opener.operators;
      depth += closes === "[" ? 1 : 0;
      operators += closes === "[" ? 1 : 0;
    } else if (
      token.tokenType === t.OpenParen ||
      token.tokenType === t.OpenBracket ||
      token.tokenType === t.OpenBrace
    ) {
      open.push({ token, operators });
      operators = 0;
      depth++;
    } else if (
      tokenMatcher(token, t.Infix) ||
      token.tokenType === t.Not ||
      token.tokenType === t.Prime ||
      token.tokenType === t.Dot
    ) {
      operators++;
      depth++;
    } else if (separates(token, before)) {
      depth -= operators;
      operators = 0;
    }
    if (depth > DEEPEST) {
      const outer = open[0]?.token ?? token;
      return error("R0007", spanOf(file, outer), TOO_DEEP, {
        related: outer === token ? [] : [{ span: spanOf(file, token), label: "here" }],
        hints: ["give a part of it a name with `where`"],
      });
    }
  }
  const opener = open.at(-1)?.token;
  const last = tokens.at(-1);
  if (!opener || !last) return undefined;
  return error("R0002", spanOf(file, opener), `this \`${opener.image}\` is never closed`, {
    ...(last === opener
      ? {}
      : { related: [{ span: after(file, last), label: "still open here" }] }),
    ...closing(file, opener, endOfSide(tokens, opener)),
  });
}

/** The edit that closes a bracket behind a token, if an operand ends there. */
function closing(file: string, opener: IToken, last: IToken | undefined): Pick<Remarks, "edit"> {
  const closer = opener.image === "(" ? ")" : opener.image === "[" ? "]" : "\n}";
  if (!last || (closer.length === 1 && !endsOperand(last))) return {};
  return { edit: appending(after(file, last), closer, `close the \`${opener.image}\``) };
}

/** Where what is open was to end, as far as that can be told: before the next arrow or clause; a brace, at the end. */
function endOfSide(tokens: readonly IToken[], opener: IToken): IToken | undefined {
  const start = tokens.indexOf(opener) + 1;
  if (opener.image === "{") return tokens.at(-1);
  const length = tokens.slice(start).findIndex(endsSide);
  return tokens[length < 0 ? tokens.length - 1 : start + length - 1];
}

function endsSide(token: IToken): boolean {
  const isWord = tokenMatcher(token, t.Keyword) && !tokenMatcher(token, t.Infix);
  return (isWord && token.tokenType !== t.Not) || tokenMatcher(token, t.Arrow);
}

/** Ends the expression that came before it. */
function separates(token: IToken, before: IToken | undefined): boolean {
  return (
    token.tokenType === t.Comma ||
    token.tokenType === t.Semicolon ||
    token.tokenType === t.Assign ||
    token.tokenType === t.Colon ||
    (tokenMatcher(token, t.Keyword) && !tokenMatcher(token, t.Infix)) ||
    tokenMatcher(token, t.Arrow) ||
    ([t.Prove, t.Refute, t.Reduce].includes(token.tokenType) && endsOperand(before))
  );
}

/** Whether an expression may end with this token. */
export function endsOperand(token: IToken | undefined): boolean {
  return (
    token !== undefined &&
    (tokenMatcher(token, t.Name) ||
      [t.NumberLiteral, t.StringLiteral, t.CloseParen, t.CloseBracket, t.Prime].includes(
        token.tokenType,
      ))
  );
}
