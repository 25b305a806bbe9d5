/**
 * A rule file as items, read again only where its text changes.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { IToken } from "chevrotain";
import type { Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { Item, type ItemKind } from "./item.ts";
import { Lexemes } from "./lexemes.ts";
import { firstAt, type Lexed, withoutMark } from "./lexer.ts";
import { type Piece, sectionAt } from "./outline.ts";
import { Part } from "./part.ts";
import type { Declaration, Module } from "./syntax.ts";

/** The text of a rule file, and the items that it consists of. */
export class Script {
  readonly file: string;
  parts: readonly Part[] = [];
  private everything: readonly Item[] | undefined;
  private readonly lexemes: Lexemes;
  private readonly known = new WeakMap<IToken, Item>();

  constructor({ file, text }: RuleFile) {
    this.file = file;
    this.lexemes = new Lexemes(file, withoutMark(text));
    this.read();
  }

  /** Without a byte order mark, which places do not count. */
  get text(): string {
    return this.lexemes.text;
  }

  /** The text, cut into tokens. */
  get lexed(): Lexed {
    return this.lexemes;
  }

  /** Puts another text in the place of this one. Items whose tokens are the same are the same. */
  update(text: string): void {
    this.lexemes.update(withoutMark(text));
    this.read();
  }

  /** All declarations and rules that could be read. */
  get module(): Module {
    const { file } = this;
    const declarations = this.parts.map((part) => part.tree(file));
    return { file, declarations: declarations.filter((tree) => tree !== undefined) };
  }

  /** The declarations, and of rulesets the headers. */
  get declarations(): Module {
    const trees = this.parts.map(({ item }) => item.tree as Declaration | undefined);
    return { file: this.file, declarations: trees.filter((tree) => tree !== undefined) };
  }

  /** What is wrong with the text, in its order. */
  get diagnostics(): readonly Diagnostic[] {
    const said: Diagnostic[] = [...this.lexemes.diagnostics];
    for (const part of this.parts)
      part.complain(this.file, (diagnostic) => {
        said.push(diagnostic);
      });
    return said.sort((a, b) => a.span.start - b.span.start);
  }

  /** The last item that begins at a place or before it. */
  itemAt({ start }: Span): Item | undefined {
    this.everything ??= this.parts.flatMap(({ item, rules }) => [item, ...rules]);
    const items = this.everything;
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((items[middle] as Item).first.startOffset <= start) low = middle + 1;
      else high = middle;
    }
    return items[low - 1];
  }

  private read(): void {
    const { lexemes } = this;
    const { tokens } = lexemes;
    const { start, end } = lexemes.changed;
    const changed = firstAt(tokens, start);
    const unchanged = firstAt(tokens, end);
    const old = this.parts;
    const parts: Part[] = [];
    let at = 0;
    // What ends well before the change is as it was.
    for (const part of old) {
      if (at + part.length + 1 >= changed) break;
      parts.push(part);
      at += part.length;
    }
    const known = new Map<IToken, number>();
    for (let i = parts.length; i < old.length; i++) known.set((old[i] as Part).item.first, i);
    while (at < tokens.length) {
      // So is what begins well behind it, from the first part that begins where one did.
      const same = at > unchanged ? known.get(tokens[at] as IToken) : undefined;
      if (same !== undefined) {
        for (let i = same; i < old.length; i++) parts.push(old[i] as Part);
        break;
      }
      const { section, end: next } = sectionAt(lexemes, at);
      parts.push(new Part(section, (kind, piece) => this.item(kind, piece)));
      at = next;
    }
    this.parts = parts;
    this.everything = undefined;
  }

  private item(kind: ItemKind, piece: Piece): Item {
    const first = piece.tokens[0] as IToken;
    const known = this.known.get(first);
    // What stands between two tokens may have changed.
    const { start, end } = this.lexemes.changed;
    const last = piece.tokens.at(-1) as IToken;
    const isChanged = first.startOffset < start && last.startOffset >= end;
    if (!isChanged && known?.is(kind, piece)) return known;
    const item = new Item(this, kind, piece);
    this.known.set(first, item);
    return item;
  }
}
