/**
 * The parts of a rule file: what its sections are read as.
 *
 * @module
 */

import type { IToken } from "chevrotain";
import { appending, type Diagnostic, error } from "./diagnostic.ts";
import type { Item, ItemKind } from "./item.ts";
import { after, spanOf } from "./lexer.ts";
import type { Piece, Section } from "./outline.ts";
import { movedDiagnostic, movedSpan } from "./shift.ts";
import type { Declaration, RuleDecl } from "./syntax.ts";
import * as t from "./tokens.ts";

const NO_RULES: readonly never[] = [];

/** A declaration, or a ruleset: its header, its rules and its last token. */
export class Part {
  readonly item: Item;
  readonly rules: readonly Item[];
  /** Its last token. */
  readonly last: IToken;
  /** Whether it is a ruleset that no brace closes. */
  readonly isOpen: boolean;
  /** How many tokens it consists of. */
  readonly length: number;

  /** `read` makes items of its pieces. */
  constructor(section: Section, read: (kind: ItemKind, piece: Piece) => Item) {
    if (section.kind !== "rules") {
      this.item = read(section.kind, section);
      this.rules = NO_RULES;
      this.last = section.tokens.at(-1) as IToken;
      this.isOpen = false;
      this.length = section.tokens.length;
      return;
    }
    const { header, rules, close } = section;
    const end = header.tokens.at(-1) as IToken;
    this.item = read("rulesHeader", header);
    this.rules = rules.map((piece) => read("rule", piece));
    this.last = close ?? rules.at(-1)?.tokens.at(-1) ?? end;
    this.isOpen = !close && end.tokenType === t.OpenBrace;
    this.length = rules.reduce((sum, { tokens }) => sum + tokens.length, header.tokens.length);
    if (close) this.length++;
  }

  /** Its tree, with all rules that could be read; nothing where it could not be. */
  tree(file: string): Declaration | undefined {
    const tree = this.item.tree as Declaration | undefined;
    if (tree?.kind !== "rules") return tree;
    const rules: RuleDecl[] = [];
    for (const rule of this.rules) if (rule.tree) rules.push(rule.tree as RuleDecl);
    return { ...tree, rules, span: spanOf(file, this.item.first, this.last) };
  }

  /** Reports what is wrong with its text. */
  complain(file: string, report: (diagnostic: Diagnostic) => void): void {
    for (const item of [this.item, ...this.rules]) {
      if (item.diagnostics.length === 0) continue;
      const { shift } = item;
      for (const diagnostic of item.diagnostics)
        report(movedDiagnostic(diagnostic, (span) => movedSpan(span, shift)));
    }
    if (!this.isOpen) return;
    const end = after(file, this.last);
    report(
      error("R0002", spanOf(file, this.item.tokens.at(-1) as IToken), "this `{` is never closed", {
        related: [{ span: end, label: "still open here" }],
        edit: appending(end, "\n}", "close the ruleset"),
      }),
    );
  }
}
