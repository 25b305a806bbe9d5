/**
 * Diagnostics as a file is written: of the newest text, whenever there is nothing newer to read.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { diagnosticsOf } from "@rewright/dsl/service";
import type { Connection } from "vscode-languageserver/node";
import { translated } from "./diagnostics.ts";
import type { Faults } from "./faults.ts";
import type { Workspace } from "./workspace.ts";

/** Publishes the diagnostics of documents that have changed. */
export class Publisher {
  readonly #connection: Connection;
  readonly #workspace: Workspace;
  readonly #faults: Faults;
  /** The documents whose diagnostics are out of date, the last changed last. */
  readonly #due = new Set<string>();
  #changes = 0;
  #isRunning = false;

  constructor(connection: Connection, workspace: Workspace, faults: Faults) {
    this.#connection = connection;
    this.#workspace = workspace;
    this.#faults = faults;
  }

  /** Notes that what is to be said of documents may be something else now. */
  due(uris: Iterable<string>): void {
    for (const uri of uris) {
      this.#due.delete(uri);
      this.#due.add(uri);
    }
    this.#changes++;
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#quiet();
      const uri = [...this.#due].at(-1);
      if (uri === undefined) break;
      this.#due.delete(uri);
      await this.#faults.watch("diagnostics", uri, () => this.#publish(uri));
    }
    this.#isRunning = false;
  }

  /** Waits until all messages that have arrived are read: what they change need not be analysed twice. */
  async #quiet(): Promise<void> {
    let seen: number;
    do {
      seen = this.#changes;
      await setImmediate();
      await setImmediate();
    } while (seen !== this.#changes);
  }

  async #publish(uri: string): Promise<void> {
    const current = await this.#workspace.current(uri);
    if (!current) {
      await this.#connection.sendDiagnostics({ uri, diagnostics: [] });
      return;
    }
    const { analysis, document } = current;
    // What was said of an older version is not sent: the newest is due.
    if (this.#due.has(uri)) return;
    await this.#connection.sendDiagnostics({
      uri,
      version: document.version,
      diagnostics: diagnosticsOf(analysis).map((one) => translated(one, current, this.#workspace)),
    });
  }
}
