// An editor without a screen: starts the real server, and speaks to it as editors do.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as lsp from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";

const bin = join(import.meta.dirname, "../../src/bin.ts");

/** Where the cursor is in a text. */
const MARK = "‸";

/** What editors understand today. */
const MODERN: lsp.ClientCapabilities = {
  textDocument: {
    completion: { completionItem: { snippetSupport: true } },
    definition: { linkSupport: false },
    hover: { contentFormat: ["markdown"] },
    publishDiagnostics: { relatedInformation: true, versionSupport: true },
  },
  workspace: {
    workspaceEdit: { documentChanges: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceFolders: true,
  },
};

/** An editor with a folder open. */
export class Editor {
  readonly folder: string;
  /** The part of the folder that names count from. */
  #corner = ".";
  readonly process: ChildProcess;
  readonly connection: lsp.ProtocolConnection;
  /** What the server wrote into the editor's log. */
  readonly log: string[] = [];
  /** What the server asked to be told of. */
  readonly registered: string[] = [];
  readonly #texts = new Map<string, TextDocument>();
  readonly #published = new Map<string, lsp.PublishDiagnosticsParams>();
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<number | null>;

  constructor(files: Readonly<Record<string, string>> = {}, args = ["lsp", "--stdio"]) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "rewright editor ")));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    this.process = spawn(process.execPath, [bin, ...args], {
      cwd: this.folder,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#ended = new Promise((resolve) => this.process.on("exit", resolve));
    const { stdin, stdout } = this.process;
    if (!stdin || !stdout) throw new Error("the server has no pipes");
    stdin.on("error", () => {}); // it may be gone before we are
    this.connection = lsp.createProtocolConnection(
      new lsp.StreamMessageReader(stdout),
      new lsp.StreamMessageWriter(stdin),
    );
    this.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (said) => {
      this.#published.set(said.uri, said);
      this.#wake();
    });
    this.connection.onNotification(lsp.LogMessageNotification.type, ({ message }) => {
      this.log.push(message);
      this.#wake();
    });
    this.connection.onRequest(lsp.RegistrationRequest.type, ({ registrations }) => {
      this.registered.push(...registrations.map(({ method }) => method));
      this.#wake();
    });
    this.connection.listen();
  }

  /** Greets the server. */
  async begin(capabilities: lsp.ClientCapabilities = MODERN): Promise<lsp.InitializeResult> {
    const uri = pathToFileURL(this.folder).href;
    const result = await this.connection.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: uri,
      capabilities,
      workspaceFolders: [{ uri, name: "folder" }],
    });
    await this.connection.sendNotification(lsp.InitializedNotification.type, {});
    return result;
  }

  /** Says goodbye, and waits for the process to end. @returns its exit code */
  async end(): Promise<number | null> {
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    return this.#gone();
  }

  /** Leaves without a word. @returns the exit code of the server */
  abandon(): Promise<number | null> {
    this.process.stdin?.end();
    return this.#gone();
  }

  async #gone(): Promise<number | null> {
    const code = await this.#ended;
    this.connection.dispose();
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }

  /** Puts all away, and goes on in a part of the folder of its own, with these files. */
  async enter(corner: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const uri of [...this.#texts.keys()]) await this.close(uri);
    this.#corner = corner;
    this.log.length = 0;
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  // ── Files ──────────────────────────────────────────────────────────────────

  uri(name: string): string {
    return name.includes(":") ? name : pathToFileURL(join(this.folder, this.#corner, name)).href;
  }

  /** Writes a file to the disk, and tells the server of it where it has asked to be told. */
  write(name: string, text: string): void {
    const path = join(this.folder, this.#corner, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async wrote(name: string, text: string): Promise<void> {
    this.write(name, text);
    await this.connection.sendNotification(lsp.DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: this.uri(name), type: lsp.FileChangeType.Changed }],
    });
  }

  /** Opens a document with a text, in which marks are left out. @returns the positions of the marks */
  async open(name: string, marked: string): Promise<readonly lsp.Position[]> {
    const { text, positions } = unmarked(marked);
    const uri = this.uri(name);
    this.#texts.set(uri, TextDocument.create(uri, "rewright", 1, text));
    await this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "rewright", version: 1, text },
    });
    return positions;
  }

  /** Replaces the first occurrence of a text by another. */
  async type(name: string, old: string, text: string): Promise<void> {
    const document = this.document(name);
    const start = document.getText().indexOf(old);
    if (start < 0) throw new Error(`${name} holds no ${old}`);
    const range = {
      start: document.positionAt(start),
      end: document.positionAt(start + old.length),
    };
    await this.apply(name, [{ range, newText: text }]);
  }

  /** Makes edits, as one change of the document. */
  async apply(name: string, edits: readonly lsp.TextEdit[]): Promise<void> {
    const before = this.document(name);
    const uri = this.uri(name);
    // From the last to the first, so that the places of those before stay right.
    const contentChanges = [...edits]
      .sort((a, b) => before.offsetAt(b.range.start) - before.offsetAt(a.range.start))
      .map(({ range, newText }) => ({ range, text: newText }));
    const version = before.version + 1;
    this.#texts.set(uri, TextDocument.update(before, contentChanges, version));
    await this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges,
    });
  }

  /** Makes the changes of a workspace edit. */
  async applyAll({ documentChanges = [], changes = {} }: lsp.WorkspaceEdit): Promise<void> {
    const edits = new Map(Object.entries(changes));
    for (const change of documentChanges) {
      if (!("textDocument" in change)) throw new Error("no such change is expected");
      const { uri, version } = change.textDocument;
      const open = this.#texts.get(uri);
      if (version !== (open?.version ?? null)) throw new Error(`${uri} is not at ${version}`);
      edits.set(uri, change.edits as lsp.TextEdit[]);
    }
    for (const [uri, own] of edits) if (this.#texts.has(uri)) await this.apply(uri, own);
  }

  async close(name: string): Promise<void> {
    const uri = this.uri(name);
    this.#texts.delete(uri);
    this.#published.delete(uri);
    await this.connection.sendNotification(lsp.DidCloseTextDocumentNotification.type, {
      textDocument: { uri },
    });
  }

  document(name: string): TextDocument {
    const document = this.#texts.get(this.uri(name));
    if (!document) throw new Error(`${name} is not open`);
    return document;
  }

  text(name: string): string {
    return this.document(name).getText();
  }

  // ── Questions ──────────────────────────────────────────────────────────────

  /** What is said of the newest version of a document, once it is; or, of what is said of it, the first that fits. */
  async diagnostics(
    name: string,
    fits: (said: readonly lsp.Diagnostic[]) => boolean = () => true,
  ): Promise<readonly lsp.Diagnostic[]> {
    const uri = this.uri(name);
    const version = this.#texts.get(uri)?.version;
    const isThere = (): boolean => {
      const said = this.#published.get(uri);
      return said !== undefined && said.version === version && fits(said.diagnostics);
    };
    await this.until(isThere);
    return this.#published.get(uri)?.diagnostics ?? [];
  }

  /** The codes of what is said of the newest version of a document. */
  async codes(
    name: string,
    wanted?: readonly string[],
  ): Promise<readonly (string | number | undefined)[]> {
    const codesOf = (said: readonly lsp.Diagnostic[]) => said.map(({ code }) => code as string);
    const fits = (said: readonly lsp.Diagnostic[]): boolean =>
      wanted === undefined || codesOf(said).join() === wanted.join();
    return codesOf(await this.diagnostics(name, fits));
  }

  /** Forgets what has been said of a document, so that it is waited for anew. */
  forget(name: string): void {
    this.#published.delete(this.uri(name));
  }

  /** Waits until something is so, looking whenever the server has said something. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Asks something about a place in a document. */
  ask<P, R, PR, E, RO>(
    type: lsp.ProtocolRequestType<P, R, PR, E, RO>,
    name: string,
    more: object = {},
  ): Promise<R> {
    return this.connection.sendRequest(type.method, {
      textDocument: { uri: this.uri(name) },
      ...more,
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** A text without its marks, and where they were. */
export function unmarked(marked: string): {
  readonly text: string;
  readonly positions: readonly lsp.Position[];
} {
  const pieces = marked.split(MARK);
  const text = pieces.join("");
  const document = TextDocument.create("", "", 0, text);
  let offset = 0;
  const positions = pieces.slice(0, -1).map((piece) => {
    offset += piece.length;
    return document.positionAt(offset);
  });
  return { text, positions };
}
