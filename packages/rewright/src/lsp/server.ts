/**
 * The language server: the protocol on one side, the rule language on the other.
 *
 * @module
 */

import { Writable } from "node:stream";
import * as lsp from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Answers } from "./answers.ts";
import { abilities, type Client, clientOf } from "./capabilities.ts";
import { Faults } from "./faults.ts";
import { pathOf } from "./names.ts";
import { Publisher } from "./publisher.ts";
import { type Current, Workspace } from "./workspace.ts";

const CANCELLED = new lsp.ResponseError<void>(lsp.LSPErrorCodes.RequestCancelled, "cancelled");
const MODIFIED = new lsp.ResponseError<void>(
  lsp.LSPErrorCodes.ContentModified,
  "something has changed meanwhile: ask again",
);

/** What a request is about. */
interface Asked {
  readonly textDocument: { readonly uri: string };
}

/**
 * Serves an editor over standard input and output, until it says `exit` or is gone; then ends the process: with 0 after `shutdown`,
 * else with 1.
 *
 * @param version of this package
 */
export function serve(version: string): Promise<never> {
  const connection = lsp.createConnection(process.stdin, ownOutput());
  const faults = new Faults((message) => connection.console.error(message));
  const texts = new lsp.TextDocuments(TextDocument);
  const workspace = new Workspace(texts, (message) => connection.console.warn(message));
  const publisher = new Publisher(connection, workspace, faults);
  let client = clientOf({});
  let answers = new Answers(workspace, client);

  connection.onInitialize(({ capabilities, workspaceFolders, rootUri }) => {
    client = clientOf(capabilities);
    answers = new Answers(workspace, client);
    const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    workspace.folders = uris.flatMap((uri) => pathOf(uri) ?? []);
    return abilities(version);
  });
  connection.onInitialized(() => {
    void faults.watch("watching files", "the workspace", () => watch(connection, client));
    if (!client.canChangeFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = new Set(removed.map(({ uri }) => pathOf(uri)));
      const kept = workspace.folders.filter((folder) => !gone.has(folder));
      workspace.folders = [...kept, ...added.flatMap(({ uri }) => pathOf(uri) ?? [])];
      publisher.due(texts.keys());
    });
  });

  /** Documents have other things around them than before: what was said of them is due again. */
  const disturb = (uris: readonly string[]): void => {
    if (uris.length === 0) return;
    publisher.due(uris);
    if (client.canRefreshTokens) connection.languages.semanticTokens.refresh();
    if (client.canRefreshHints) void connection.languages.inlayHint.refresh();
  };
  texts.onDidChangeContent(({ document: { uri } }) => {
    disturb(workspace.changed(uri));
    publisher.due([uri]);
  });
  texts.onDidClose(({ document: { uri } }) => {
    workspace.close(uri);
    disturb(workspace.changed(uri));
    publisher.due([uri]);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const open = new Set(texts.keys());
    for (const { uri } of changes) if (!open.has(uri)) disturb(workspace.changed(uri));
  });

  /** An answer about the newest text of a document; null for one that is not open, and where something goes wrong. */
  const answer =
    <P extends Asked, R>(what: string, make: (current: Current, asked: P) => R | Promise<R>) =>
    async (asked: P, token: lsp.CancellationToken): Promise<R | lsp.ResponseError<void> | null> => {
      const { uri } = asked.textDocument;
      const made = await faults.watch(what, uri, async () => {
        if (token.isCancellationRequested) return CANCELLED;
        const current = await workspace.current(uri);
        if (token.isCancellationRequested) return CANCELLED;
        if (!current) return undefined;
        const { changes } = workspace;
        try {
          const found = await make(current, asked);
          return workspace.changes === changes ? found : MODIFIED;
        } catch (error) {
          // An answer that took several steps is of no use once something has changed between them.
          if (workspace.changes === changes) throw error;
          return MODIFIED;
        }
      });
      return made ?? null;
    };
  connection.onHover(answer("hover", (one, asked) => answers.hover(one, asked)));
  connection.onCompletion(answer("completion", (one, asked) => answers.completion(one, asked)));
  connection.onSignatureHelp(answer("signature", (one, asked) => answers.signature(one, asked)));
  connection.onDefinition(answer("definition", (one, asked) => answers.definition(one, asked)));
  connection.onReferences(answer("references", (one, asked) => answers.references(one, asked)));
  connection.onDocumentHighlight(
    answer("highlights", (one, asked) => answers.highlights(one, asked)),
  );
  connection.onPrepareRename(answer("rename", (one, asked) => answers.renameable(one, asked)));
  connection.onRenameRequest(answer("rename", (one, asked) => answers.rename(one, asked)));
  connection.onDocumentSymbol(answer("symbols", (one) => answers.symbols(one)));
  connection.onDocumentFormatting(answer("formatting", (one) => answers.layout(one)));
  connection.onDocumentRangeFormatting(
    answer("formatting", (one, { range }) => answers.layout(one, range)),
  );
  connection.onCodeAction(answer("code actions", (one, asked) => answers.actions(one, asked)));
  connection.onFoldingRanges(answer("folding", (one) => answers.folds(one)));
  connection.languages.semanticTokens.on(
    answer("semantic tokens", (one: Current) => answers.tokens(one)),
  );
  connection.languages.semanticTokens.onRange(
    answer("semantic tokens", (one, { range }) => answers.tokens(one, range)),
  );
  connection.languages.inlayHint.on(
    answer("inlay hints", (one, asked) => answers.hints(one, asked)),
  );

  // A plugin may fail when nobody waits for it.
  process.on("uncaughtException", (error) => faults.tell("a plugin", error));
  texts.listen(connection);
  connection.listen();
  return new Promise(() => {});
}

/** Standard output for the protocol alone: what else writes there, such as a module that a rule file imports, writes to standard error. */
function ownOutput(): Writable {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      write(chunk, done);
    },
  });
}

/** Asks the editor to tell of files that change on the disk, and of folders. */
async function watch(connection: lsp.Connection, client: Client): Promise<void> {
  if (!client.canWatch) return;
  await connection.client.register(lsp.DidChangeWatchedFilesNotification.type, {
    watchers: [{ globPattern: "**/*.{rules,ts,mts,cts,js,mjs,cjs}" }],
  });
}
