/**
 * From the text of a rule file to its tree.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import type { CstNode, IToken } from "chevrotain";
import { type Diagnostic, error } from "./diagnostic.ts";
import { Grammar } from "./grammar.ts";
import { after, isSpoilt, lex, spanOf, withoutMark } from "./lexer.ts";
import { explain, unlabelled } from "./mistakes.ts";
import { checkNesting } from "./nesting.ts";
import { outline, type Piece, type Section } from "./outline.ts";
import { quote } from "./quotation.ts";
import type { Declaration, Module, RuleDecl } from "./syntax.ts";
import * as t from "./tokens.ts";
import { Tree } from "./tree.ts";

/** A file's tree, and what is wrong with its text. */
export interface Parsed {
  /** All declarations and rules that could be read. */
  readonly module: Module;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a rule file. Never throws, whatever the text: each declaration and each rule is read by itself, one that cannot be read
 * is left out of the tree and gives a diagnostic, the first mistake in it. Spans do not count a byte order mark.
 */
export function parseRules(source: RuleFile): Parsed {
  return new Reader(source).read();
}

let grammar: Grammar | undefined;

type Production = "import" | "sort" | "op" | "rulesHeader" | "rule" | "schedule" | "test" | "check";

class Reader {
  private readonly file: string;
  private readonly source: RuleFile;
  private readonly text: string;
  private readonly tree: Tree;
  private readonly diagnostics: Diagnostic[] = [];

  constructor(source: RuleFile) {
    this.source = source;
    this.file = source.file;
    this.text = withoutMark(source.text);
    this.tree = new Tree(source.file);
  }

  read(): Parsed {
    const lexed = lex(this.source);
    this.diagnostics.push(...lexed.diagnostics);
    const declarations: Declaration[] = [];
    for (const section of outline(lexed)) {
      const declaration = this.section(section);
      if (declaration) declarations.push(declaration);
    }
    this.diagnostics.push(...this.tree.diagnostics);
    this.diagnostics.sort((a, b) => a.span.start - b.span.start);
    return { module: { file: this.file, declarations }, diagnostics: this.diagnostics };
  }

  private section(section: Section): Declaration | undefined {
    if (section.kind === "stray") {
      this.stray(section.tokens);
      return undefined;
    }
    if (section.kind === "rules") return this.ruleset(section);
    const { kind, tokens, doc } = section;
    return this.sound(() => {
      const cst = this.parse(kind, tokens);
      return cst && this.tree.declaration(cst, tokens, doc);
    });
  }

  private ruleset(section: Section & { kind: "rules" }): Declaration | undefined {
    const { header, rules, close } = section;
    const cst = this.parse("rulesHeader", header.tokens, close === undefined);
    const read: RuleDecl[] = [];
    for (const piece of rules) {
      const rule = this.rule(piece);
      if (rule) read.push(rule);
    }
    const last = close ?? rules.at(-1)?.tokens.at(-1) ?? header.tokens.at(-1);
    const brace = header.tokens.at(-1);
    if (!close && brace?.tokenType === t.OpenBrace)
      this.diagnostics.push(
        error("R0002", spanOf(this.file, brace), "this `{` is never closed", {
          related: [{ span: after(this.file, last as IToken), label: "still open here" }],
        }),
      );
    if (!cst) return undefined;
    const span = spanOf(this.file, header.tokens[0] as IToken, last);
    return this.tree.ruleset(cst, read, header.doc, span);
  }

  private rule(piece: Piece): RuleDecl | undefined {
    const [first, second] = piece.tokens;
    if (piece.tokens.some(isSpoilt)) return undefined;
    if (!first || second?.tokenType !== t.Colon) {
      this.diagnostics.push(unlabelled(this.file, piece.tokens));
      return undefined;
    }
    return this.sound(() => {
      const cst = this.parse("rule", piece.tokens);
      return cst && this.tree.rule(cst, piece.tokens, piece.doc);
    });
  }

  /** What is read, unless reading it found a mistake. */
  private sound<T>(read: () => T | undefined): T | undefined {
    const before = this.tree.diagnostics.length;
    const found = read();
    return this.tree.diagnostics.length === before ? found : undefined;
  }

  /** The concrete tree of a declaration, or a diagnostic. Tokens that the lexer complained about have had theirs. */
  private parse(
    production: Production,
    tokens: readonly IToken[],
    isOpen = true,
  ): CstNode | undefined {
    if (tokens.some(isSpoilt)) return undefined;
    if (production !== "rulesHeader" || (isOpen && tokens.at(-1)?.tokenType !== t.OpenBrace)) {
      const nesting = checkNesting(this.file, tokens);
      if (nesting) {
        this.diagnostics.push(nesting);
        return undefined;
      }
    }
    grammar ??= new Grammar();
    grammar.input = tokens as IToken[];
    const cst = grammar[production]();
    const exception = grammar.errors[0];
    if (!exception) return cst;
    this.diagnostics.push(explain(this.file, this.text, production, tokens, exception));
    return undefined;
  }

  private stray(tokens: readonly IToken[]): void {
    const first = tokens[0] as IToken;
    if (tokens.some(isSpoilt)) return;
    const isRule = tokens[1]?.tokenType === t.Colon;
    this.diagnostics.push(
      error(
        "R0010",
        spanOf(this.file, first),
        isRule
          ? `the rule ${quote(first.image)} stands outside of a ruleset`
          : `expected a declaration, found ${quote(first.image)}`,
        {
          hints: [
            isRule
              ? "put it into `rules name { … }`"
              : "a file holds `import`, `sort`, `op`, `rules`, `schedule`, `test` and `check`",
          ],
        },
      ),
    );
  }
}
