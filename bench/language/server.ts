// The language server as an editor drives it: messages over pipes.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const bin = join(import.meta.dirname, "../../packages/rewright/src/bin.ts");
const URI = "file:///bench/many.rules";
/** Milliseconds of a tick of `/proc/PID/stat`: what is told in them is no finer. */
export const TICK = 10;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly version?: number };
}

/** `rewright lsp` with one document open. */
export class Server {
  private readonly process: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting = new Set<(message: Message) => void>();
  private buffer = Buffer.alloc(0);
  private text = "";
  private version = 0;

  constructor() {
    this.process = spawn(process.execPath, [bin, "lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    this.process.stdout.on("data", (chunk: Buffer) => this.read(chunk));
  }

  /** Opens the document, and waits until it is diagnosed. */
  async open(text: string): Promise<void> {
    const greeted = this.until(({ id }) => id === 1);
    this.send({ id: 1, method: "initialize", params: { processId: null, capabilities: {} } });
    await greeted;
    this.send({ method: "initialized", params: {} });
    this.text = text;
    const textDocument = { uri: URI, languageId: "rewright", version: ++this.version, text };
    this.send({ method: "textDocument/didOpen", params: { textDocument } });
    await this.diagnosed();
  }

  /** Prepares a change of the document, of as little of it as is needed. What it gives sends it, and waits until it is diagnosed. */
  change(text: string): () => Promise<void> {
    const old = this.text;
    const least = Math.min(old.length, text.length);
    let start = 0;
    while (start < least && old[start] === text[start]) start++;
    let rest = 0;
    while (rest < least - start && old.at(-1 - rest) === text.at(-1 - rest)) rest++;
    const range = { start: position(old, start), end: position(old, old.length - rest) };
    const contentChanges = [{ range, text: text.slice(start, text.length - rest) }];
    const textDocument = { uri: URI, version: ++this.version };
    this.text = text;
    return () => {
      this.send({ method: "textDocument/didChange", params: { textDocument, contentChanges } });
      return this.diagnosed();
    };
  }

  /** Milliseconds that the server has worked, all of its threads; `undefined` where the system does not tell. */
  get cpu(): number | undefined {
    try {
      const fields = readFileSync(`/proc/${this.process.pid}/stat`, "utf8")
        .split(") ")[1]
        ?.split(" ");
      return (Number(fields?.[11]) + Number(fields?.[12])) * TICK;
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.process.stdin.end();
  }

  private async diagnosed(): Promise<void> {
    const { version } = this;
    await this.until(
      ({ method, params }) =>
        method === "textDocument/publishDiagnostics" && params?.version === version,
    );
  }

  private until(fits: (message: Message) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (message: Message): void => {
        if (!fits(message)) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
    });
  }

  private send(message: object): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  private read(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const end = this.buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(
        /Content-Length: (\d+)/.exec(this.buffer.toString("latin1", 0, end))?.[1],
      );
      if (this.buffer.length < end + 4 + length) return;
      const text = this.buffer.toString("utf8", end + 4, end + 4 + length);
      this.buffer = this.buffer.subarray(end + 4 + length);
      for (const look of [...this.waiting]) look(JSON.parse(text) as Message);
    }
  }
}

function position(
  text: string,
  offset: number,
): { readonly line: number; readonly character: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}
