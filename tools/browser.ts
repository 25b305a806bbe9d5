// A real browser for tests: any Chromium that is installed, driven by the DevTools protocol; and a server of TypeScript sources.
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, normalize } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The path of a Chromium: CHROME_PATH, or the first one on the PATH; undefined, said aloud, where there is none. */
export function findBrowser(): string | undefined {
  const named = process.env["CHROME_PATH"];
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = named ? [named] : folders.flatMap((f) => NAMES.map((name) => join(f, name)));
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found)
    console.log(
      "skipped: there is no browser here; set CHROME_PATH or put chromium or google-chrome on the PATH",
    );
  return found;
}

/** A page in a browser of its own. */
export class Page {
  private readonly process: ChildProcess;
  private readonly profile: string;
  private readonly socket: WebSocket;
  private readonly waiting = new Map<
    number,
    { resolve(value: unknown): void; reject(e: Error): void }
  >();
  private session: string | undefined;
  private sent = 0;

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.process = process;
    this.profile = profile;
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => this.receive(JSON.parse(String(data))));
    socket.addEventListener("close", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("the browser went away"));
    });
  }

  /** Starts a browser and opens a page; resolves once it is loaded. */
  static async open(browser: string, url: string): Promise<Page> {
    const profile = mkdtempSync(join(tmpdir(), "browser-"));
    const flags = [
      "--headless=new",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "--no-first-run",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      // Its sandbox does not work for root, who runs tests in containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "about:blank",
    ];
    const child = spawn(browser, flags, { stdio: ["ignore", "ignore", "pipe"] });
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr?.on("data", (chunk) => {
        said += chunk;
        const match = /DevTools listening on (ws:\S+)/.exec(said);
        if (match) resolve(match[1] as string);
      });
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`${browser} ended: ${said}`)));
    });
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error(`nothing answers at ${address}`)));
    });
    const page = new Page(child, profile, socket);
    try {
      await page.goto(url);
    } catch (error) {
      await page.close();
      throw error;
    }
    return page;
  }

  /** Opens another page in the place of the present one; resolves once it is loaded. */
  async goto(url: string): Promise<void> {
    this.session = undefined;
    const { targetId } = await this.send<{ targetId: string }>("Target.createTarget", {
      url: "about:blank",
    });
    const { sessionId } = await this.send<{ sessionId: string }>("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    this.session = sessionId;
    const { errorText } = await this.send<{ errorText?: string }>("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
    await this.evaluate(
      'new Promise((done) => document.readyState === "complete" ? done() : addEventListener("load", done))',
    );
  }

  /** The value of an expression in the page, awaited; it must be JSON. What the page throws is thrown. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<{
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    }>("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    if (this.process.exitCode === null) await ended;
    this.socket.close();
    // Its helpers may still be writing for a moment.
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  private send<T>(method: string, params: object): Promise<T> {
    const id = ++this.sent;
    this.socket.send(
      JSON.stringify({ id, method, params, ...(this.session ? { sessionId: this.session } : {}) }),
    );
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  private receive(message: { id?: number; result?: unknown; error?: { message: string } }): void {
    const call = message.id === undefined ? undefined : this.waiting.get(message.id);
    if (!call) return;
    this.waiting.delete(message.id as number);
    if (message.error) call.reject(new Error(message.error.message));
    else call.resolve(message.result);
  }
}

/** A page or script that is not a file. */
export interface Route {
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves routes, and the TypeScript files of a folder as JavaScript, on a free port; returns its address. */
export async function serve(
  folder: string,
  routes: Readonly<Record<string, Route>>,
): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const route = Object.hasOwn(routes, path) ? routes[path] : source(folder, path);
    response.writeHead(route ? 200 : 404, {
      "content-type": route?.type ?? "text/plain",
      ...route?.headers,
    });
    response.end(route?.body ?? `there is no ${path}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function source(folder: string, path: string): Route | undefined {
  if (!path.endsWith(".ts")) return undefined;
  try {
    const code = readFileSync(join(folder, normalize(path)), "utf8");
    return { type: "text/javascript", body: stripTypeScriptTypes(code) };
  } catch {
    return undefined;
  }
}
