/**
 * What the server can do, and what of the protocol an editor understands.
 *
 * @module
 */

import {
  type ClientCapabilities,
  CodeActionKind,
  type InitializeResult,
  MarkupKind,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { LEGEND } from "./tokens.ts";

/** The kind of the action that mends all there is to mend. */
export const MEND_ALL: string = `${CodeActionKind.SourceFixAll}.rewright`;

/** What an editor understands. */
export interface Client {
  readonly hasSnippets: boolean;
  readonly hasMarkdown: boolean;
  readonly hasLinks: boolean;
  readonly hasVersionedEdits: boolean;
  readonly canWatch: boolean;
  readonly canChangeFolders: boolean;
  readonly canRefreshTokens: boolean;
  readonly canRefreshHints: boolean;
}

/** Reads what an editor says that it understands. */
export function clientOf({ textDocument, workspace }: ClientCapabilities): Client {
  const formats = textDocument?.hover?.contentFormat;
  return {
    hasSnippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    hasMarkdown: formats === undefined || formats.includes(MarkupKind.Markdown),
    hasLinks: textDocument?.definition?.linkSupport === true,
    hasVersionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    canWatch: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    canChangeFolders: workspace?.workspaceFolders === true,
    canRefreshTokens: workspace?.semanticTokens?.refreshSupport === true,
    canRefreshHints: workspace?.inlayHint?.refreshSupport === true,
  };
}

/** What the server can do. */
export function abilities(version: string): InitializeResult {
  return {
    serverInfo: { name: "rewright", version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      hoverProvider: true,
      completionProvider: { triggerCharacters: ['"', "#", "(", ".", ";", "=", ">"] },
      signatureHelpProvider: { triggerCharacters: ["(", ",", ";"], retriggerCharacters: ["="] },
      definitionProvider: true,
      referencesProvider: true,
      documentHighlightProvider: true,
      renameProvider: { prepareProvider: true },
      documentSymbolProvider: true,
      documentFormattingProvider: true,
      documentRangeFormattingProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, MEND_ALL] },
      semanticTokensProvider: { legend: LEGEND, full: true, range: true },
      inlayHintProvider: true,
      foldingRangeProvider: true,
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}
