/**
 * The signature of the call that the cursor is in, and which part of it is being written.
 *
 * @module
 */

import { type IToken, tokenMatcher } from "chevrotain";
import * as t from "../tokens.ts";
import type { Analysis } from "./analysis.ts";
import { FUNCTIONS } from "./functions-told.ts";
import { operatorCard } from "./operator-card.ts";

/** The signature of a call. */
export interface SignatureHelp {
  readonly signature: string;
  readonly doc: string;
  /** Where in `signature` its operands and attributes stand. */
  readonly parts: readonly (readonly [start: number, end: number])[];
  /** Which of them is being written; `undefined` where none is. */
  readonly active: number | undefined;
}

/** The call around an offset. */
interface Call {
  readonly callee: string;
  /** How many commas stand before the offset, outside of other brackets. */
  place: number;
  /** The attribute that is being written, behind the `;`. */
  attribute: string | undefined;
  isAfterSemicolon: boolean;
}

/** The signature of the operator or function whose brackets are around an offset. */
export function signatureAt({ entry }: Analysis, offset: number): SignatureHelp | undefined {
  const piece = entry.fabric.pieceBefore(offset);
  if (!piece || piece.kind === "op") return undefined;
  const call = callBefore(piece.tokens.filter(({ startOffset }) => startOffset < offset));
  if (!call) return undefined;
  const [operator] = entry.scope.operators.get(call.callee) ?? [];
  if (operator) {
    const { signature, doc } = operatorCard(operator, call.callee, entry.scope);
    const head = signature.replace(/^op /, "").replace(/\s+/g, " ");
    const parts = partsOf(head);
    const names = parts.map(([start, end]) => /\w+/.exec(head.slice(start, end))?.[0]);
    const count = operator.def.operands.length;
    const isVariadic = operator.def.operands.at(-1)?.variadic === true;
    const operand = isVariadic ? Math.min(call.place, count - 1) : call.place;
    const attribute = names.indexOf(call.attribute, count);
    const found = call.isAfterSemicolon ? attribute : operand < count ? operand : -1;
    return { signature: head, doc, parts, active: found < 0 ? undefined : found };
  }
  const card = entry.scope.functions.has(call.callee) ? FUNCTIONS.get(call.callee) : undefined;
  if (!card) return undefined;
  const parts = partsOf(card.signature);
  const active = call.place < parts.length ? call.place : undefined;
  return { signature: card.signature, doc: card.says, parts, active };
}

/** The innermost call that is open behind some tokens. */
function callBefore(tokens: readonly IToken[]): Call | undefined {
  const open: (Call | undefined)[] = [];
  for (const [i, { tokenType: type, image }] of tokens.entries()) {
    const call = open.at(-1);
    const before = tokens[i - 1];
    if (type === t.OpenParen || type === t.OpenBracket) {
      const isCall = type === t.OpenParen && before && tokenMatcher(before, t.Name);
      const callee = before?.image ?? "";
      open.push(
        isCall ? { callee, place: 0, attribute: undefined, isAfterSemicolon: false } : undefined,
      );
    } else if (type === t.CloseParen || type === t.CloseBracket) open.pop();
    else if (!call) continue;
    else if (type === t.Comma) {
      call.place++;
      call.attribute = undefined;
    } else if (type === t.Semicolon) call.isAfterSemicolon = true;
    else if (call.isAfterSemicolon) call.attribute ??= image;
  }
  return open.findLast((call) => call !== undefined);
}

/** The operands and attributes of a signature: what stands between its brackets, commas and semicolon. */
function partsOf(signature: string): readonly (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 0;
  const end = (at: number): void => {
    const from = start + (/^\s*/.exec(signature.slice(start, at))?.[0].length ?? 0);
    if (from < at) parts.push([from, at]);
    start = at + 1;
  };
  for (const [i, character] of [...signature].entries()) {
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (/[([]/.test(character) && depth++ === 0) start = i + 1;
    else if (depth === 1 && /[,;]/.test(character)) end(i);
    else if (/[)\]]/.test(character) && --depth === 0) {
      end(i);
      return parts;
    }
  }
  return parts;
}
