/**
 * The VS Code extension: starts `rewright lsp` and connects the editor to it. All that it knows of the language is the server's.
 *
 * @module
 */

// biome-ignore lint/correctness/noUnresolvedImports: the editor provides this module; only its types are installed
// biome-ignore lint/correctness/noUndeclaredDependencies: as above
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { findServer } from "./server.ts";

let client: LanguageClient | undefined;

/** Called by the editor when a rule file is opened. A folder's server is the folder's code: it waits until that is trusted. */
export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("rewright.restart", restart),
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration((change) =>
      change.affectsConfiguration("rewright.server.path") ? restart() : undefined,
    ),
  );
  await restart();
}

/** Called by the editor before it ends. */
export async function deactivate(): Promise<void> {
  await client?.dispose();
  client = undefined;
}

async function restart(): Promise<void> {
  await deactivate();
  if (!workspace.isTrusted) return;
  const folders = (workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ uri }) => uri.fsPath);
  const setting = workspace.getConfiguration("rewright").get<string>("server.path", "");
  const server = findServer(folders, setting);
  if ("missing" in server) {
    await window.showWarningMessage(server.missing);
    return;
  }
  const { command, args, shell } = server;
  client = new LanguageClient(
    "rewright",
    "Rewright rules",
    {
      command,
      args: [...args],
      options: { shell, ...(folders[0] !== undefined && { cwd: folders[0] }) },
    },
    {
      documentSelector: [
        { scheme: "file", language: "rewright" },
        { scheme: "untitled", language: "rewright" },
      ],
    },
  );
  try {
    await client.start();
  } catch (error) {
    await window.showErrorMessage(
      `The Rewright language server (${[command, ...args].join(" ")}) does not start: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
