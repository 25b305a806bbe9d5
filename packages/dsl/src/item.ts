/**
 * What a rule file consists of, read one by one: declarations, headers of rulesets, rules.
 *
 * @module
 */

import type { CstNode, IToken } from "chevrotain";
import { type Diagnostic, error } from "./diagnostic.ts";
import { Grammar } from "./grammar.ts";
import { DEEPEST, isSpoilt, spanOf } from "./lexer.ts";
import { explain, unlabelled } from "./mistakes.ts";
import { checkNesting } from "./nesting.ts";
import type { Piece } from "./outline.ts";
import { quote } from "./quotation.ts";
import { readItem } from "./reader.ts";
import type { Resolution } from "./resolution.ts";
import { movedTree, type Shift } from "./shift.ts";
import type { Declaration, RuleDecl } from "./syntax.ts";
import * as t from "./tokens.ts";
import { Tree } from "./tree.ts";

/** What an item is read as; `stray`: tokens that begin no declaration. */
export type ItemKind =
  | "import"
  | "sort"
  | "op"
  | "rulesHeader"
  | "rule"
  | "schedule"
  | "test"
  | "check"
  | "stray";

/** A text, and what its places say it is. */
export interface Text {
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
}

/** A declaration, the header of a ruleset or a rule. It keeps the places that it had when it was read; its tokens may move on. */
export class Item {
  readonly kind: ItemKind;
  readonly tokens: readonly IToken[];
  /** Its first token, which is always there. */
  readonly first: IToken;
  /** The `///` lines right above it. */
  readonly doc: string;
  /** What it comes to, once that is known. */
  resolution: Resolution | undefined;
  /** What is wrong with its text. */
  readonly diagnostics: readonly Diagnostic[];
  private readonly node: Declaration | RuleDecl | undefined;
  private readonly start: number;
  private readonly line: number;
  private moved: (Shift & { readonly node: Item["node"] }) | undefined;

  /** Reads an item. */
  constructor(source: Text, kind: ItemKind, piece: Piece) {
    this.kind = kind;
    this.tokens = piece.tokens;
    this.first = piece.tokens[0] as IToken;
    this.doc = piece.doc;
    this.start = this.first.startOffset;
    this.line = this.first.startLine ?? 1;
    const reader = new Reader(source);
    this.node = reader.read(kind, piece);
    this.diagnostics = reader.diagnostics;
    this.resolution = undefined;
  }

  /** Its tree where it stands now; `undefined` where it could not be read. A ruleset's has no rules. */
  get tree(): Declaration | RuleDecl | undefined {
    const { shift } = this;
    if (!this.node || (shift.offset === 0 && shift.lines === 0)) return this.node;
    if (this.moved?.offset !== shift.offset || this.moved.lines !== shift.lines)
      this.moved = { ...shift, node: movedTree(this.node, shift) };
    return this.moved.node;
  }

  /** Whether it could be read. */
  get isRead(): boolean {
    return this.node !== undefined;
  }

  /** How far it has moved since it was read. */
  get shift(): Shift {
    const { startOffset, startLine = 1 } = this.first;
    return { offset: startOffset - this.start, lines: startLine - this.line };
  }

  /** Whether reading a piece would give the same. */
  is(kind: ItemKind, { tokens, doc }: Piece): boolean {
    if (kind !== this.kind || doc !== this.doc || tokens.length !== this.tokens.length)
      return false;
    for (let i = 0; i < tokens.length; i++) if (tokens[i] !== this.tokens[i]) return false;
    return true;
  }
}

let grammar: Grammar | undefined;

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  private readonly source: Text;

  constructor(source: Text) {
    this.source = source;
  }

  read(kind: ItemKind, piece: Piece): Declaration | RuleDecl | undefined {
    const { tokens, doc } = piece;
    const { file } = this.source;
    // So few tokens cannot nest too deep.
    const isShallow = tokens.length <= DEEPEST || !checkNesting(file, tokens);
    const item = isShallow ? readItem(file, kind, tokens, doc) : undefined;
    if (item) return item;
    // Tokens that the lexer complained about have had theirs.
    if (tokens.some(isSpoilt)) return undefined;
    if (kind === "stray") this.diagnostics.push(stray(file, tokens));
    else if (kind === "rule" && tokens[1]?.tokenType !== t.Colon)
      this.diagnostics.push(unlabelled(file, tokens));
    else {
      const cst = this.parse(kind, tokens);
      if (!cst) return undefined;
      const tree = new Tree(file);
      const node =
        kind === "rule"
          ? tree.rule(cst, tokens, doc)
          : kind === "rulesHeader"
            ? tree.ruleset(cst, tokens, doc)
            : tree.declaration(cst, tokens, doc);
      this.diagnostics.push(...tree.diagnostics);
      return this.diagnostics.length === 0 ? node : undefined;
    }
    return undefined;
  }

  /** The concrete tree of an item, or a diagnostic. */
  private parse(
    production: Exclude<ItemKind, "stray">,
    tokens: readonly IToken[],
  ): CstNode | undefined {
    const { file, text } = this.source;
    if (production !== "rulesHeader" || tokens.at(-1)?.tokenType !== t.OpenBrace) {
      const nesting = checkNesting(file, tokens);
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
    this.diagnostics.push(explain(file, text, production, tokens, exception));
    return undefined;
  }
}

function stray(file: string, tokens: readonly IToken[]): Diagnostic {
  const first = tokens[0] as IToken;
  const isRule = tokens[1]?.tokenType === t.Colon;
  return error(
    "R0010",
    spanOf(file, first),
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
  );
}
