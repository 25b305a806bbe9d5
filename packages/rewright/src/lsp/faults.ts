/**
 * What goes wrong in the server itself: told, and survived.
 *
 * @module
 */

import { ResponseError } from "vscode-languageserver/node";

/** Keeps errors from ending the server. */
export class Faults {
  readonly #tell: (message: string) => void;

  /** @param tell writes to the editor's log */
  constructor(tell: (message: string) => void) {
    this.#tell = tell;
  }

  /** Does something about a document; what goes wrong is told, and gives `undefined`. Refusals meant for the editor pass. */
  async watch<T>(what: string, uri: string, act: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      this.tell(`${what} of ${uri}`, error);
      return undefined;
    }
  }

  /** Tells of an error. */
  tell(where: string, error: unknown): void {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#tell(
      `rewright: ${where} failed. This is a bug in rewright or in a plugin; please report it with the rule file. ${why}`,
    );
  }
}
