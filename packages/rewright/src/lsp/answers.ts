/**
 * What editors ask, answered in the words of the protocol.
 *
 * @module
 */

import {
  actionsAt,
  colours,
  completionsAt,
  contents,
  definitionAt,
  folds,
  highlightsAt,
  hover,
  inlayHints,
  layoutChanges,
  mendAll,
  referencesAt,
  rename,
  renameable,
  sharedBy,
  signatureAt,
} from "@rewright/dsl/service";
import * as lsp from "vscode-languageserver/node";
import { type Client, MEND_ALL } from "./capabilities.ts";
import { translated as completion } from "./completions.ts";
import { translated as diagnostic } from "./diagnostics.ts";
import { textEdits, workspaceEdit } from "./edits.ts";
import { markup } from "./hovers.ts";
import { translated as symbol } from "./symbols.ts";
import { encoded } from "./tokens.ts";
import type { Current, Workspace } from "./workspace.ts";

/** Where in a document something is asked. */
interface At {
  readonly position: lsp.Position;
}

/** Answers about documents, for one editor. */
export class Answers {
  readonly #workspace: Workspace;
  readonly #client: Client;

  constructor(workspace: Workspace, client: Client) {
    this.#workspace = workspace;
    this.#client = client;
  }

  /** What is known of the thing under the cursor. */
  hover({ analysis, lines }: Current, { position }: At): lsp.Hover | null {
    const said = hover(analysis, lines.offset(position));
    if (!said) return null;
    return {
      contents: markup(said.blocks, !this.#client.hasMarkdown),
      range: lines.range(said.span),
    };
  }

  /** What may be written where the cursor is. */
  async completion(
    { analysis, lines, document }: Current,
    { position }: At,
  ): Promise<lsp.CompletionItem[]> {
    const start = { line: position.line, character: 0 };
    const isImport = document.getText({ start, end: position }).includes("import");
    // Looked for only where one can be named.
    const paths = isImport ? await this.#workspace.pathsFrom(document.uri) : [];
    const found = completionsAt(analysis, lines.offset(position), { paths });
    return found.map((one) => completion(one, lines, this.#client.hasSnippets));
  }

  /** The signature of the call that is being written. */
  signature({ analysis, lines }: Current, { position }: At): lsp.SignatureHelp | null {
    const found = signatureAt(analysis, lines.offset(position));
    if (!found) return null;
    const { signature, doc, parts, active } = found;
    const parameters = parts.map(([start, end]) => ({ label: [start, end] as [number, number] }));
    const documentation = doc === "" ? {} : { documentation: doc };
    return {
      signatures: [{ label: signature, ...documentation, parameters }],
      activeSignature: 0,
      // One that there is not, where none is being written.
      activeParameter: active ?? parts.length,
    };
  }

  /** Where the thing under the cursor is declared. */
  definition(
    { analysis, lines, document: { uri } }: Current,
    { position }: At,
  ): lsp.Location | lsp.LocationLink[] | null {
    const target = definitionAt(analysis, lines.offset(position));
    if (!target) return null;
    const there = this.#workspace.uriOf(target.file, uri);
    const text = analysis.files.get(target.file)?.text ?? "";
    const range = this.#workspace.linesOf(there, text).range(target.span ?? { start: 0, end: 0 });
    if (!this.#client.hasLinks) return { uri: there, range };
    return [
      {
        originSelectionRange: lines.range(target.from),
        targetUri: there,
        targetRange: range,
        targetSelectionRange: range,
      },
    ];
  }

  /** Every place where the thing under the cursor is named. */
  async references(
    current: Current,
    { position, context }: At & { readonly context: lsp.ReferenceContext },
  ): Promise<lsp.Location[]> {
    const { analysis, lines, document } = current;
    const dependants = await this.#dependants(current, position);
    const found = referencesAt(analysis, lines.offset(position), dependants);
    return found.flatMap(({ span, isDeclaration }) => {
      const text = textOf(span.file, [analysis, ...dependants]);
      if (text === undefined || (isDeclaration && !context.includeDeclaration)) return [];
      const uri = this.#workspace.uriOf(span.file, document.uri);
      return [{ uri, range: this.#workspace.linesOf(uri, text).range(span) }];
    });
  }

  /** Every place in the document where the thing under the cursor is named. */
  highlights({ analysis, lines }: Current, { position }: At): lsp.DocumentHighlight[] {
    return highlightsAt(analysis, lines.offset(position)).map(({ span, isDeclaration }) => ({
      range: lines.range(span),
      kind: isDeclaration ? lsp.DocumentHighlightKind.Write : lsp.DocumentHighlightKind.Read,
    }));
  }

  /** The name that may be changed. */
  renameable(
    { analysis, lines }: Current,
    { position }: At,
  ): { readonly range: lsp.Range; readonly placeholder: string } {
    const found = renameable(analysis, lines.offset(position));
    if ("refused" in found) throw refusal(found.refused);
    return { range: lines.range(found.span), placeholder: found.name };
  }

  /** Another name for the thing under the cursor. */
  async rename(
    current: Current,
    { position, newName }: At & { readonly newName: string },
  ): Promise<lsp.WorkspaceEdit> {
    const { analysis, lines } = current;
    const dependants = await this.#dependants(current, position);
    const result = rename(analysis, lines.offset(position), newName, dependants);
    if ("refused" in result) throw refusal(result.refused);
    return workspaceEdit(
      result.changes,
      current,
      this.#workspace,
      (file) => textOf(file, [analysis, ...dependants]),
      this.#client.hasVersionedEdits,
    );
  }

  /** The analyses of files that may name what is under the cursor, besides the document and what it imports. */
  async #dependants(
    { analysis, lines, document: { uri } }: Current,
    position: lsp.Position,
  ): Promise<readonly Current["analysis"][]> {
    const file = sharedBy(analysis, lines.offset(position));
    return file === undefined ? [] : this.#workspace.dependants(this.#workspace.uriOf(file, uri));
  }

  /** What the document declares. */
  symbols({ analysis, lines }: Current): lsp.DocumentSymbol[] {
    return contents(analysis).map((entry) => symbol(entry, lines));
  }

  /** The document, or a part of it, laid out. */
  layout({ analysis, lines }: Current, range?: lsp.Range): lsp.TextEdit[] {
    const changes = range
      ? layoutChanges(analysis, lines.offset(range.start), lines.offset(range.end))
      : layoutChanges(analysis);
    return textEdits(changes, lines);
  }

  /** The edits that are offered for a stretch of the document. */
  actions(
    current: Current,
    { range, context }: { readonly range: lsp.Range; readonly context: lsp.CodeActionContext },
  ): lsp.CodeAction[] {
    const { analysis, lines } = current;
    const isWanted = (kind: string): boolean =>
      !context.only || context.only.some((one) => kind === one || kind.startsWith(`${one}.`));
    const offered = actionsAt(analysis, lines.offset(range.start), lines.offset(range.end));
    const all = isWanted(MEND_ALL) && context.only ? mendAll(analysis) : undefined;
    const text = (file: string): string | undefined => analysis.files.get(file)?.text;
    const edit = (changes: Parameters<typeof workspaceEdit>[0]): lsp.WorkspaceEdit =>
      workspaceEdit(changes, current, this.#workspace, text, this.#client.hasVersionedEdits);
    return [
      ...(isWanted(lsp.CodeActionKind.QuickFix) ? offered : []).map(
        ({ title, diagnostics, changes, isForAll }): lsp.CodeAction => ({
          title,
          kind: lsp.CodeActionKind.QuickFix,
          diagnostics: diagnostics.map((one) => diagnostic(one, current, this.#workspace)),
          ...(!isForAll && { isPreferred: true }),
          edit: edit(changes),
        }),
      ),
      ...(all ? [{ title: all.title, kind: MEND_ALL, edit: edit(all.changes) }] : []),
    ];
  }

  /** What each word is, in the document or a part of it. */
  tokens({ analysis, lines }: Current, range?: lsp.Range): lsp.SemanticTokens {
    const words = range
      ? colours(analysis, lines.offset(range.start), lines.offset(range.end))
      : colours(analysis);
    return encoded(words, lines);
  }

  /** The guards of rules in a part of the document. */
  hints({ analysis, lines }: Current, { range }: { readonly range: lsp.Range }): lsp.InlayHint[] {
    const found = inlayHints(analysis, lines.offset(range.start), lines.offset(range.end));
    return found.map(({ offset, text, tooltip }) => ({
      position: lines.position(offset),
      label: text,
      tooltip: { kind: lsp.MarkupKind.Markdown, value: tooltip },
      paddingLeft: true,
    }));
  }

  /** What may be folded away. */
  folds({ analysis, lines }: Current): lsp.FoldingRange[] {
    return folds(analysis).map(({ start, end, kind }) => ({
      startLine: lines.position(start).line,
      endLine: lines.position(end).line,
      kind,
    }));
  }
}

/** What an editor shows as the reason why something is not done. */
function refusal(why: string): lsp.ResponseError<void> {
  return new lsp.ResponseError(lsp.LSPErrorCodes.RequestFailed, why);
}

/** The text of a file that one of some analyses knows. */
function textOf(file: string, analyses: readonly Current["analysis"][]): string | undefined {
  for (const { files } of analyses) {
    const known = files.get(file);
    if (known) return known.text;
  }
  return undefined;
}
