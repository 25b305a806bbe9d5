/**
 * A rule file as items, read again only where its text changes.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { IToken } from "chevrotain";
import type { Span } from "./ast.ts";
import { appending, type Diagnostic, error } from "./diagnostic.ts";
import { Item, type ItemKind } from "./item.ts";
import { Lexemes } from "./lexemes.ts";
import { after, firstAt, type Lexed, spanOf, withoutMark } from "./lexer.ts";
import { type Piece, type Section, sectionAt } from "./outline.ts";
import { movedDiagnostic, movedSpan } from "./shift.ts";
import type { Declaration, Module, RuleDecl } from "./syntax.ts";
import * as t from "./tokens.ts";

/** A declaration, or a ruleset: its header, its rules and its last token. */
export interface Part {
  readonly item: Item;
  readonly rules: readonly Item[];
  /** The last token of a ruleset. */
  readonly last: IToken;
  /** Whether it is a ruleset that no brace closes. */
  readonly isOpen: boolean;
  /** How many tokens it consists of. */
  readonly length: number;
}

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
    const declarations = this.parts.map(({ item, rules, last }): Declaration | undefined => {
      const tree = item.tree as Declaration | undefined;
      if (tree?.kind !== "rules") return tree;
      const read = rules.map((rule) => rule.tree as RuleDecl | undefined);
      return {
        ...tree,
        rules: read.filter((rule) => rule !== undefined),
        span: spanOf(this.file, item.first, last),
      };
    });
    return {
      file: this.file,
      declarations: declarations.filter((declaration) => declaration !== undefined),
    };
  }

  /** The declarations, and of rulesets the headers. */
  get declarations(): Module {
    const trees = this.parts.map(({ item }) => item.tree as Declaration | undefined);
    return { file: this.file, declarations: trees.filter((tree) => tree !== undefined) };
  }

  /** What is wrong with the text, in its order. */
  get diagnostics(): readonly Diagnostic[] {
    const said: Diagnostic[] = [...this.lexemes.diagnostics];
    const add = (item: Item): void => {
      for (const diagnostic of item.diagnostics)
        said.push(movedDiagnostic(diagnostic, (span) => movedSpan(span, item.shift)));
    };
    for (const { item, rules } of this.parts) {
      add(item);
      rules.forEach(add);
    }
    for (const { item, last, isOpen } of this.parts)
      if (isOpen)
        said.push(
          error(
            "R0002",
            spanOf(this.file, item.tokens.at(-1) as IToken),
            "this `{` is never closed",
            {
              related: [{ span: after(this.file, last), label: "still open here" }],
              edit: appending(after(this.file, last), "\n}", "close the ruleset"),
            },
          ),
        );
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
      parts.push(this.part(section, next - at));
      at = next;
    }
    this.parts = parts;
    this.everything = undefined;
  }

  private part(section: Section, length: number): Part {
    if (section.kind !== "rules") {
      const item = this.item(section.kind, section);
      return { item, rules: [], last: item.tokens.at(-1) as IToken, isOpen: false, length };
    }
    const { header, rules: pieces, close } = section;
    const rules = pieces.map((piece) => this.item("rule", piece));
    const last = close ?? rules.at(-1)?.tokens.at(-1) ?? (header.tokens.at(-1) as IToken);
    const isOpen = !close && header.tokens.at(-1)?.tokenType === t.OpenBrace;
    return { item: this.item("rulesHeader", header), rules, last, isOpen, length };
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
