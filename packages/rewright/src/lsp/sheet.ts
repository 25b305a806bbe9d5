/**
 * A rule file that is open in an editor, with what it imports, as far as it has been analysed.
 *
 * @module
 */

import { Document } from "@rewright/dsl";
import { Analysis } from "@rewright/dsl/service";
import type { Dialect } from "@rewright/plugin";
import { loadImports, type Source } from "../rule-imports.ts";

/** What a sheet is analysed with. */
export interface Library {
  readonly source: Source;
  readonly dialects: readonly Dialect[];
}

/** A rule file and what it imports. */
export class Sheet {
  readonly name: string;
  #document: Document | undefined;
  #analysis: Analysis | undefined;
  #dialects: readonly Dialect[] = [];
  #modules: ReadonlyMap<string, Dialect | string> = new Map();
  /** What it imports, as it was when that was loaded. */
  #imports = "";
  #isStale = true;
  #text = "";
  #turn: Promise<void> = Promise.resolve();
  /** Where what it imports lies, or would lie, by name. */
  paths: ReadonlyMap<string, string> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  /** What it imports has changed: it is loaded anew before the next analysis. */
  spoil(): void {
    this.#isStale = true;
  }

  /** Whether a file is one of those that it imports, or would if it were there. */
  uses(path: string): boolean {
    return [...this.paths.values()].includes(path);
  }

  /**
   * The analysis of the text that `read` gives; of a newer one if there is a newer one by the time that what it imports is loaded.
   * The text is asked for again after each wait.
   */
  analysis(read: () => string, library: () => Promise<Library>): Promise<Analysis> {
    const next = this.#turn.then(() => this.#analyse(read, library));
    this.#turn = next.then(
      () => {},
      () => {
        // What failed half-way is of no use: all is read anew.
        this.#document = undefined;
      },
    );
    return next;
  }

  async #analyse(read: () => string, library: () => Promise<Library>): Promise<Analysis> {
    for (;;) {
      if (this.#isStale || !this.#document) await this.#load(read, library);
      const document = this.#document as Document;
      const text = read();
      if (text !== this.#text) {
        this.#analysis = undefined;
        document.update(text);
        this.#text = text;
        if (importsIn(document) !== this.#imports) {
          this.#isStale = true;
          continue;
        }
      }
      const importable = { dialects: this.#dialects, modules: this.#modules };
      this.#analysis ??= new Analysis(document, importable);
      return this.#analysis;
    }
  }

  async #load(read: () => string, library: () => Promise<Library>): Promise<void> {
    this.#isStale = false;
    const { source, dialects } = await library();
    const entry = { file: this.name, text: read() };
    const { files, modules, paths } = await loadImports([entry], source);
    const [own = entry, ...others] = files;
    this.#dialects = dialects;
    this.#modules = modules;
    this.paths = paths;
    this.#document = new Document([own, ...others], { dialects, modules });
    this.#text = entry.text;
    this.#analysis = undefined;
    this.#imports = importsIn(this.#document);
  }
}

/** What a file imports, as a string to compare. */
function importsIn({ imports }: Document): string {
  return JSON.stringify(imports);
}
