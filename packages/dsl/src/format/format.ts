/**
 * The formatter: one way to lay out a rule file.
 *
 * It works on tokens, not on the tree, so that it keeps every parenthesis and every comment, and it looks at what it has written:
 * the same tokens must come out as went in.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { Diagnostic } from "../diagnostic.ts";
import { lex } from "../lexer.ts";
import { outline, type Section } from "../outline.ts";
import { parseRules } from "../parser.ts";
import * as t from "../tokens.ts";
import { groups } from "./alignment.ts";
import { writeOps } from "./declaration-rows.ts";
import { Layout } from "./layout.ts";
import { type Piece, piecesOf } from "./piece.ts";
import { INDENT, ruleRow, writeRules } from "./rule-rows.ts";
import { Sheet } from "./sheet.ts";
import { writeTest } from "./test-rows.ts";

/** A file laid out, or the mistakes that keep it from being laid out. */
export interface Formatted {
  /** The text laid out; the text as it was where there are errors. */
  readonly text: string;
  /** What is wrong with the text, as `parseRules` says it. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Lays a rule file out: names, arrows and clauses of a ruleset below one another, declarations too, at most one blank line in a row,
 * lines of 140 characters where that can be helped. Line breaks before an arrow, a clause, a binding and the result of a declaration
 * are kept. Nothing but space changes: comments, parentheses, a byte order mark and the kind of line ends stay. A file with errors
 * stays as it is. Laying out twice is the same as once.
 */
export function formatRules(source: RuleFile): Formatted {
  const { diagnostics } = parseRules(source);
  if (diagnostics.some(({ severity }) => severity === "error"))
    return { text: source.text, diagnostics };
  const text = new Formatter(source).text();
  if (!sameTokens(source.text, text))
    throw new Error(`the formatter would change ${source.file}, and has not touched it`);
  return { text, diagnostics };
}

/** Whether two texts have the same tokens and comments in the same order. */
function sameTokens(before: string, after: string): boolean {
  const [a, b] = [before, after].map((text) => {
    const { all, tail } = piecesOf(lex({ file: "", text }));
    return [
      ...all.flatMap((piece) => [
        ...piece.above.map((one) => one.text),
        piece.text,
        piece.behind ?? "",
      ]),
      ...tail.map((one) => one.text),
    ];
  }) as [string[], string[]];
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

class Formatter {
  private readonly source: RuleFile;
  private readonly sheet = new Sheet();

  constructor(source: RuleFile) {
    this.source = source;
  }

  text(): string {
    const { sheet } = this;
    const { text } = this.source;
    const lexed = lex(this.source);
    const { all, tail } = piecesOf(lexed);
    let at = 0;
    const sections = outline(lexed).map((section) => {
      const from = at;
      at += sizeOf(section);
      return { section, pieces: all.slice(from, at) };
    });
    // Declarations of operators right below one another are aligned.
    const blocks = groups(sections, ({ section, pieces }) => {
      const [first] = pieces;
      return section.kind !== "op" || first === undefined || isApart(first);
    }).flatMap((group) => {
      // A group begins with whatever stands before its operators.
      const [head, ...rest] = group;
      return head && head.section.kind !== "op" && rest.length > 0 ? [[head], rest] : [group];
    });
    let wasTall = false;
    for (const block of blocks) {
      const kind = block[0]?.section.kind;
      const isTall = kind === "rules" || kind === "test";
      let spaced = isTall || wasTall;
      const lead = (piece: Piece): void => {
        this.lead(piece, 0, spaced);
        spaced = false;
      };
      if (kind === "op")
        writeOps(
          block.map(({ pieces }) => new Layout(pieces, sheet)),
          sheet,
          (layout) => lead(layout.pieces[0] as Piece),
        );
      else
        for (const { section, pieces } of block) {
          lead(pieces[0] as Piece);
          this.section(section, new Layout(pieces, sheet));
        }
      wasTall = isTall;
    }
    sheet.comments(tail, 0, true);
    const end = /\r\n|\n|\r/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n";
    return (text.startsWith("\uFEFF") ? "\uFEFF" : "") + sheet.text(end);
  }

  /** What stands above a piece, and the blank line before it; then the line it begins. */
  private lead(piece: Piece, indent: number, spaced: boolean, keeps = true): void {
    const { sheet } = this;
    const [first] = piece.above;
    if (spaced || (keeps && (first ?? piece).blank)) sheet.blank();
    sheet.comments(piece.above, indent, false);
    if (first && piece.blank) sheet.blank();
    sheet.skip(piece);
    sheet.start(indent);
  }

  private section(section: Section, layout: Layout): void {
    const { sheet } = this;
    sheet.indent = INDENT;
    const { pieces } = layout;
    const whole = { from: 0, to: pieces.length };
    if (section.kind === "rules") this.ruleset(section, layout);
    else if (section.kind === "test") {
      const [open = 2] = layout.find(whole, ({ token }) => token.tokenType === t.OpenBrace);
      layout.plain({ from: 0, to: open + 1 });
      writeTest(layout, { from: open + 1, to: whole.to - 1 }, sheet, (i, first) =>
        this.lead(pieces[i] as Piece, INDENT, false, !first),
      );
      this.close(pieces.at(-1) as Piece, open + 2 === whole.to);
    } else {
      // `schedule name:`, `check`, `import`, `sort`, and a list.
      const start = section.kind === "schedule" ? 3 : 1;
      layout.plain({ from: 0, to: start });
      sheet.space(" ");
      layout.items({ from: start, to: whole.to }, 0);
    }
    sheet.indent = 0;
  }

  private ruleset(section: Section & { readonly kind: "rules" }, layout: Layout): void {
    const { sheet } = this;
    const header = section.header.tokens.length;
    layout.plain({ from: 0, to: header });
    let at = header;
    const rows = section.rules.map(({ tokens }) => {
      const own = layout.pieces.slice(at, at + tokens.length);
      at += tokens.length;
      const row = new Layout(own, sheet);
      return ruleRow(row, isApart(own[0] as Piece));
    });
    writeRules(rows, sheet, (row, first) =>
      this.lead(row.layout.pieces[0] as Piece, INDENT, false, !first),
    );
    this.close(layout.pieces.at(-1) as Piece, rows.length === 0);
  }

  /** A closing brace; right behind the opening one where nothing stands between them. */
  private close(brace: Piece, isEmpty: boolean): void {
    const { sheet } = this;
    sheet.comments(brace.above, INDENT, !isEmpty);
    sheet.skip(brace);
    if (!isEmpty || brace.above.length > 0) sheet.start(0);
    sheet.indent = 0;
    sheet.token(brace, "");
  }
}

function sizeOf(section: Section): number {
  if (section.kind !== "rules") return section.tokens.length;
  const rules = section.rules.reduce((sum, rule) => sum + rule.tokens.length, 0);
  return section.header.tokens.length + rules + (section.close ? 1 : 0);
}

/** Whether a blank line stands somewhere above a piece. */
function isApart(piece: Piece): boolean {
  return piece.blank || piece.above.some(({ blank }) => blank);
}
