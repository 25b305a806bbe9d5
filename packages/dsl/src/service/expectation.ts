/**
 * What may be written at an offset: read from the tokens before it, so that what is half-written is no obstacle.
 *
 * @module
 */

import { type IToken, tokenMatcher } from "chevrotain";
import type { DocumentFile } from "../document-file.ts";
import { countBefore, type Piece } from "../fabric.ts";
import { endOf } from "../lexer.ts";
import { endsOperand } from "../nesting.ts";
import * as t from "../tokens.ts";

/** What may be written. */
export type Wanted =
  /** A declaration. */
  | { readonly kind: "declaration" }
  /** A term, or, behind `when` and in attributes, a value. `callee` is the operator or function whose argument it is. */
  | { readonly kind: "term" | "value"; readonly callee?: string }
  /** The name of an attribute that is not among those mentioned, or the rest of them. */
  | { readonly kind: "attribute"; readonly callee: string; readonly mentioned: readonly string[] }
  /** The value of an attribute; `isQuoted` between quotes. */
  | {
      readonly kind: "setting";
      readonly callee: string;
      readonly attribute: string;
      readonly isQuoted: boolean;
    }
  /** The name of a result. */
  | { readonly kind: "result"; readonly callee: string }
  /** What may follow the sides of a rule, and, where it has none yet, the arrow between them. */
  | { readonly kind: "clause"; readonly hasArrow: boolean }
  | { readonly kind: "sort" | "ruleset" | "step" | "statement" | "tag" | "property" | "notation" }
  /** What may follow the result of an operator's declaration. */
  | { readonly kind: "trait" }
  /** What is imported: by name, between quotes, or the whole import. */
  | { readonly kind: "name"; readonly from: string | undefined }
  | { readonly kind: "path" | "import" | "from" };

/** What may be written at an offset, and what stands there already. */
export interface Expectation {
  readonly wanted: Wanted;
  /** The stretch that is replaced: the word that is being written. */
  readonly start: number;
  readonly end: number;
  /** Where the declaration or rule begins that is being written. */
  readonly owner: number | undefined;
}

/** What may be written at an offset; `undefined` where a name is made up, or nothing but text stands. */
export function expectationAt(known: DocumentFile, offset: number): Expectation | undefined {
  const { fabric } = known;
  const { tokens, docs, comments } = fabric.lexed;
  if ([docs, comments].some((notes) => isInside(notes, offset))) return undefined;
  const count = fabric.before(offset);
  const last = tokens[count - 1];
  const word = last && endOf(last) >= offset && isWord(last) ? last : undefined;
  const start = word?.startOffset ?? offset;
  const piece = fabric.pieceBefore(start);
  const before = (piece?.tokens ?? []).filter((token) => token.startOffset < start);
  const owner = piece?.tokens[0]?.startOffset;
  const expect = (wanted: Wanted | undefined, from = start, to = word ? endOf(word) : offset) =>
    wanted && { wanted, start: from, end: to, owner };
  if (
    last &&
    !word &&
    isString(last) &&
    offset < endOf(last) + (last.tokenType === t.OpenString ? 1 : 0)
  ) {
    const end = endOf(last) - (last.tokenType === t.StringLiteral ? 1 : 0);
    return expect(between(piece, before.slice(0, -1)), last.startOffset + 1, end);
  }
  if (last && !word && endOf(last) === offset) {
    if (last.tokenType === t.NumberLiteral) return undefined;
    if (last.tokenType === t.Tag || last.image === "#")
      return expect({ kind: "tag" }, last.startOffset, offset);
  }
  if (!piece || isClosed(piece, before, tokens[fabric.before(start) - 1]))
    return expect({ kind: "declaration" });
  return expect(new Reader(piece, before).wanted());
}

/** Whether an offset is in one of some comments. */
function isInside(notes: readonly IToken[], offset: number): boolean {
  const note = notes[countBefore(notes, offset, ({ startOffset }) => startOffset) - 1];
  return note !== undefined && offset <= endOf(note);
}

function isWord(token: IToken): boolean {
  return tokenMatcher(token, t.Name) || tokenMatcher(token, t.Keyword);
}

function isString({ tokenType }: IToken): boolean {
  return tokenType === t.StringLiteral || tokenType === t.OpenString;
}

/** Whether a declaration ends before what is being written. */
function isClosed(piece: Piece, before: readonly IToken[], last: IToken | undefined): boolean {
  if (last && !piece.tokens.includes(last)) return last.tokenType === t.CloseBrace;
  return piece.kind === "test" && before.at(-1)?.tokenType === t.CloseBrace;
}

/** What a string stands for behind some tokens. */
function between(piece: Piece | undefined, before: readonly IToken[]): Wanted | undefined {
  if (before[0]?.tokenType === t.Import || piece?.kind === "import") return { kind: "path" };
  const wanted = piece && new Reader(piece, before).wanted();
  return wanted?.kind === "setting" ? { ...wanted, isQuoted: true } : undefined;
}

/** A bracket that is open. */
interface Frame {
  readonly open: IToken;
  /** The name before it. */
  readonly callee: string | undefined;
  /** Behind the `;`, or, in a declaration, the types. */
  isAfterSemicolon: boolean;
  readonly mentioned: string[];
}

/** Reads the tokens of a declaration or a rule that come before what is being written. */
class Reader {
  readonly #piece: Piece;
  readonly #before: readonly IToken[];
  readonly #frames: Frame[] = [];
  /** The last word outside of brackets that says what follows. */
  #lead: IToken | undefined;
  #hasArrow = false;

  constructor(piece: Piece, before: readonly IToken[]) {
    this.#piece = piece;
    this.#before = before;
    for (const [i, token] of before.entries()) this.#take(token, before[i - 1], before[i + 1]);
  }

  #take(token: IToken, previous: IToken | undefined, next: IToken | undefined): void {
    const { tokenType: type } = token;
    const frame = this.#frames.at(-1);
    if (type === t.OpenParen || type === t.OpenBracket) {
      const callee = previous && tokenMatcher(previous, t.Name) ? previous.image : undefined;
      this.#frames.push({ open: token, callee, isAfterSemicolon: false, mentioned: [] });
    } else if (type === t.CloseParen || type === t.CloseBracket) this.#frames.pop();
    else if (frame && type === t.Semicolon) frame.isAfterSemicolon = true;
    else if (frame && next?.tokenType === t.Assign) frame.mentioned.push(token.image);
    else if (!frame && tokenMatcher(token, t.Arrow)) {
      this.#hasArrow = true;
      this.#lead = token;
    } else if (!frame && this.#isLead(token)) this.#lead = token;
  }

  #isLead(token: IToken): boolean {
    const leads = LEADS.get(this.#piece.kind) ?? [];
    return leads.some((type) => tokenMatcher(token, type)) && !tokenMatcher(token, t.Infix);
  }

  /** What may follow. */
  wanted(): Wanted | undefined {
    const last = this.#before.at(-1);
    if (last?.tokenType === t.Dot) return this.#result();
    switch (this.#piece.kind) {
      case "rule":
        return this.#rule(last);
      case "test":
        return this.#test(last);
      case "op":
        return this.#operator(last);
      case "check":
        return { kind: "ruleset" };
      case "schedule":
        return this.#schedule(last);
      case "import":
        return this.#import(last);
      case "rules":
      case "sort":
        return undefined;
      case "stray":
        return this.#stray(last);
    }
  }

  #stray(last: IToken | undefined): Wanted {
    if (last?.tokenType === t.Check) return { kind: "ruleset" };
    return { kind: last?.tokenType === t.Import ? "import" : "declaration" };
  }

  #rule(last: IToken | undefined): Wanted | undefined {
    if (this.#before[1]?.tokenType !== t.Colon) return undefined;
    const frame = this.#frames.at(-1);
    const lead = this.#lead?.tokenType;
    if (frame) return this.#inside(frame, last);
    if (lead === t.Where && [t.Where, t.Comma].some((type) => last?.tokenType === type))
      return undefined;
    const isComplete =
      endsOperand(last) || [t.Tag, t.Expanding, t.Subsume].some((type) => last?.tokenType === type);
    if (isComplete) return { kind: "clause", hasArrow: this.#hasArrow };
    if (lead === t.Within) return undefined;
    return { kind: lead === t.When || lead === t.Assuming ? "value" : "term" };
  }

  #test(last: IToken | undefined): Wanted | undefined {
    const frame = this.#frames.at(-1);
    const lead = this.#lead?.tokenType;
    if (frame) return lead === t.Given ? undefined : this.#inside(frame, last);
    if (this.#before.every(({ tokenType }) => tokenType !== t.OpenBrace)) return undefined;
    if (lead === t.Given) {
      if (last?.tokenType === t.Colon) return { kind: "sort" };
      return endsOperand(last) && last !== this.#lead ? { kind: "statement" } : undefined;
    }
    if (lead === t.Using && (last?.tokenType === t.Comma || last === this.#lead))
      return { kind: "ruleset" };
    if (lead === t.Where && (last === this.#lead || last?.tokenType === t.Comma)) return undefined;
    if (last?.tokenType === t.OpenBrace || (endsOperand(last) && last !== this.#lead))
      return { kind: "statement" };
    return { kind: "term" };
  }

  #operator(last: IToken | undefined): Wanted | undefined {
    const frame = this.#frames.at(-1);
    const lead = this.#lead?.tokenType;
    const type = last?.tokenType;
    if (frame && lead === undefined) {
      if (frame.open.tokenType === t.OpenBracket) return undefined;
      return type === t.Colon || type === t.Bar ? { kind: "sort" } : undefined;
    }
    if (frame) return lead === t.Yields ? undefined : this.#inside(frame, last);
    if (lead === t.Yields) {
      const isTyped = endsOperand(last);
      return { kind: isTyped ? "trait" : "sort" };
    }
    if (last === this.#lead || type === t.Comma || !endsOperand(last)) {
      if (lead === t.Defined) return { kind: "term" };
      if (lead === t.As) return { kind: "notation" };
      return lead === t.Is ? { kind: "property" } : undefined;
    }
    return { kind: "trait" };
  }

  #schedule(last: IToken | undefined): Wanted | undefined {
    if (this.#frames.length > 0) return { kind: "ruleset" };
    const isOpen = last?.tokenType === t.Colon || last?.tokenType === t.Comma;
    return isOpen ? { kind: "step" } : undefined;
  }

  #import(last: IToken | undefined): Wanted | undefined {
    if (last?.tokenType === t.Import) return { kind: "import" };
    const tokens = this.#piece.tokens;
    const brace = this.#before.findLast(({ tokenType }) => tokenType === t.OpenBrace);
    const isOpen = brace && !this.#before.some(({ tokenType }) => tokenType === t.CloseBrace);
    if (isOpen) {
      const path = tokens.find(isString)?.image;
      return { kind: "name", from: path?.replace(/^"|"$/g, "") };
    }
    return last && !isString(last) && last.tokenType !== t.From ? { kind: "from" } : undefined;
  }

  /** Between brackets. */
  #inside(frame: Frame, last: IToken | undefined): Wanted | undefined {
    if (frame.open.tokenType === t.OpenBracket || frame.callee === undefined) {
      if (endsOperand(last)) return undefined;
      const isGroup = frame.open.tokenType === t.OpenParen;
      return { kind: isGroup && !this.#isInValue() ? "term" : "value" };
    }
    const { callee } = frame;
    if (!frame.isAfterSemicolon)
      return endsOperand(last)
        ? undefined
        : { kind: this.#isInValue(1) ? "value" : "term", callee };
    const at = this.#before.findLastIndex(
      ({ tokenType }) =>
        tokenType === t.Assign || tokenType === t.Comma || tokenType === t.Semicolon,
    );
    if (this.#before[at]?.tokenType !== t.Assign)
      return endsOperand(last)
        ? undefined
        : { kind: "attribute", callee, mentioned: frame.mentioned };
    if (endsOperand(last)) return undefined;
    const attribute = this.#before[at - 1]?.image ?? "";
    return last === this.#before[at]
      ? { kind: "setting", callee, attribute, isQuoted: false }
      : { kind: "value" };
  }

  /** Whether the bracket before the last `depth` ones stands where values do. */
  #isInValue(depth = 0): boolean {
    const lead = this.#lead?.tokenType;
    const around = this.#frames.slice(0, this.#frames.length - depth);
    if (
      around.some(
        ({ isAfterSemicolon, open }) => isAfterSemicolon || open.tokenType === t.OpenBracket,
      )
    )
      return true;
    return lead === t.When || lead === t.Assuming;
  }

  /** Behind a dot: the operator whose results there are to choose from. */
  #result(): Wanted | undefined {
    let depth = 0;
    for (let i = this.#before.length - 2; i > 0; i--) {
      const token = this.#before[i];
      if (token?.tokenType === t.CloseParen) depth++;
      else if (token?.tokenType === t.OpenParen) depth--;
      const callee = this.#before[i - 1];
      if (depth === 0) return callee ? { kind: "result", callee: callee.image } : undefined;
    }
    return undefined;
  }
}

/** The words that say what follows, outside of brackets. */
const LEADS: ReadonlyMap<string, readonly IToken["tokenType"][]> = new Map([
  ["rule", [t.Keyword]],
  ["test", [t.Given, t.Using, t.Prove, t.Refute, t.Reduce, t.Where]],
  ["op", [t.Yields, t.Defined, t.As, t.Is, t.Cost]],
]);
