/**
 * Changes of texts, as the protocol has them.
 *
 * @module
 */

import type { Change } from "@rewright/dsl";
import type { TextEdit, WorkspaceEdit } from "vscode-languageserver/node";
import type { Lines } from "./positions.ts";
import type { Current, Workspace } from "./workspace.ts";

/** Changes of one text. */
export function textEdits(changes: readonly Change[], lines: Lines): TextEdit[] {
  return changes.map(({ span, text }) => ({ range: lines.range(span), newText: text }));
}

/**
 * Changes in any files that are known. Of those that are open, only if they are still what was analysed, where an editor can be told
 * so (`isVersioned`).
 *
 * @param texts the texts of files that are not open, by name
 */
export function workspaceEdit(
  changes: readonly Change[],
  { document: { uri } }: Current,
  workspace: Workspace,
  texts: (file: string) => string | undefined,
  isVersioned: boolean,
): WorkspaceEdit {
  const edits = new Map<string, TextEdit[]>();
  for (const [file, own] of Map.groupBy(changes, ({ span }) => span.file)) {
    const text = texts(file);
    if (text === undefined) continue;
    const there = workspace.uriOf(file, uri);
    edits.set(there, textEdits(own, workspace.linesOf(there, text)));
  }
  if (!isVersioned) return { changes: Object.fromEntries(edits) };
  return {
    documentChanges: [...edits].map(([there, own]) => ({
      textDocument: { uri: there, version: workspace.versionOf(there) },
      edits: own,
    })),
  };
}
