/**
 * The rule files that are open in an editor, and all that they depend on: open texts before those on the disk.
 *
 * @module
 */

import { existsSync, statSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { readImports } from "@rewright/dsl";
import type { Analysis } from "@rewright/dsl/service";
import type { Dialect } from "@rewright/plugin";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { reasonOf } from "../files.ts";
import type { Source } from "../rule-imports.ts";
import { homeOf, nameOf, pathOf, placeOf, uriOf } from "./names.ts";
import { Lines } from "./positions.ts";
import { dialectsOf } from "./project.ts";
import { type Library, Sheet } from "./sheet.ts";

/** The texts that an editor has open. */
export interface Texts {
  get(uri: string): TextDocument | undefined;
  all(): TextDocument[];
}

/** An analysis and the text that it is of. */
export interface Current {
  readonly analysis: Analysis;
  readonly document: TextDocument;
  readonly lines: Lines;
}

/** The rule files of an editor's folders. */
export class Workspace {
  readonly #texts: Texts;
  readonly #report: (message: string) => void;
  readonly #sheets = new Map<string, Sheet>();
  readonly #dialects = new Map<string, Promise<readonly Dialect[]>>();
  #folders: readonly string[] = [];
  /** How often configurations have changed. */
  #version = 0;
  /** How often anything has changed: an analysis is good until the next change. */
  changes = 0;

  /** @param report tells the user of what cannot be loaded */
  constructor(texts: Texts, report: (message: string) => void) {
    this.#texts = texts;
    this.#report = report;
  }

  /** The folders that are open. Names count from the first. */
  get folders(): readonly string[] {
    return this.#folders;
  }

  /** Files have other names from now on. */
  set folders(folders: readonly string[]) {
    this.changes++;
    this.#folders = folders;
    this.#sheets.clear();
  }

  /** The folder that the names of files count from. */
  get folder(): string {
    return this.folders[0] ?? process.cwd();
  }

  /** The analysis of what a document holds now; `undefined` for one that is not open. */
  async current(uri: string): Promise<Current | undefined> {
    if (!this.#texts.get(uri)) return undefined;
    const sheet = this.#sheet(uri);
    const read = (): string => this.#texts.get(uri)?.getText() ?? "";
    const analysis = await sheet.analysis(read, () => this.#library(uri));
    const document = this.#texts.get(uri);
    return document && { analysis, document, lines: new Lines(document) };
  }

  /** Forgets a document that is open no longer. */
  close(uri: string): void {
    this.#sheets.delete(uri);
  }

  /** Notes that the text of a file is another, in an editor or on the disk. @returns the open documents that depend on it */
  changed(uri: string): readonly string[] {
    this.changes++;
    const path = pathOf(uri);
    if (path === undefined) return [];
    if (/[\\/]rewright\.config\.\w+$/.test(path)) return this.reconfigured();
    const users = [...this.#sheets].filter(([, sheet]) => sheet.uses(path));
    for (const [, sheet] of users) sheet.spoil();
    return users.map(([user]) => user);
  }

  /** Notes that a configuration is another. @returns the open documents, which all depend on it */
  reconfigured(): readonly string[] {
    this.#version++;
    this.#dialects.clear();
    for (const sheet of this.#sheets.values()) sheet.spoil();
    return [...this.#sheets.keys()];
  }

  /** The URI of a file that an analysis speaks of. */
  uriOf(file: string, uri: string): string {
    const { folder } = this;
    if (file === nameOf(uri, folder)) return uri;
    const path = this.#sheets.get(uri)?.paths.get(file);
    return path === undefined ? this.#uriOfName(file) : this.#spelt(path);
  }

  /** The lines of a file that an analysis speaks of. */
  linesOf(uri: string, text: string): Lines {
    const open = this.#texts.get(uri);
    return open ? new Lines(open) : Lines.of(text);
  }

  /** The version of a document that is open; null of one that is not. */
  versionOf(uri: string): number | null {
    return this.#texts.get(uri)?.version ?? null;
  }

  /** The analyses of the files in the open folders, and of those that are open, that import a file. */
  async dependants(uri: string): Promise<readonly Analysis[]> {
    const path = pathOf(uri);
    if (path === undefined) return [];
    const found = new Map<string, Sheet>();
    for (const { uri: other } of this.#texts.all()) found.set(other, this.#sheet(other));
    for await (const file of this.#ruleFiles()) {
      const other = this.#spelt(file);
      if (!found.has(other)) found.set(other, new Sheet(nameOf(other, this.folder)));
    }
    found.delete(uri);
    const analyses: Analysis[] = [];
    for (const [other, sheet] of found) {
      const kept = this.#texts.get(other) ? "" : await readOr(pathOf(other) ?? "", "");
      const read = (): string => this.#texts.get(other)?.getText() ?? kept;
      if (readImports({ file: sheet.name, text: read() }).length === 0) continue;
      const analysis = await sheet.analysis(read, () => this.#library(other));
      if (sheet.uses(path)) analyses.push(analysis);
    }
    return analyses;
  }

  /** The rule files in the open folders, as a file would import them. */
  async pathsFrom(uri: string): Promise<readonly string[]> {
    const path = pathOf(uri);
    if (path === undefined) return [];
    const found: string[] = [];
    for await (const other of this.#ruleFiles()) {
      const way = relative(dirname(path), other).replaceAll("\\", "/");
      if (other !== path) found.push(way.startsWith(".") ? way : `./${way}`);
    }
    return found.sort();
  }

  /** The paths of the rule files in the open folders. */
  async *#ruleFiles(): AsyncGenerator<string> {
    for (const folder of this.folders)
      for await (const file of glob("**/*.rules", { cwd: folder, exclude: ["**/node_modules"] }))
        yield join(folder, file);
  }

  #sheet(uri: string): Sheet {
    let sheet = this.#sheets.get(uri);
    if (!sheet) {
      sheet = new Sheet(nameOf(uri, this.folder));
      this.#sheets.set(uri, sheet);
    }
    return sheet;
  }

  async #library(uri: string): Promise<Library> {
    const path = pathOf(uri);
    const home = path === undefined ? this.folder : homeOf(path, this.folders);
    let dialects = this.#dialects.get(home);
    if (!dialects) {
      dialects = dialectsOf(home, this.#version, this.#report);
      this.#dialects.set(home, dialects);
    }
    return { source: this.#source(), dialects: await dialects };
  }

  /** Open texts before those on the disk; modules as they are on the disk now. */
  #source(): Source {
    return {
      folder: this.folder,
      read: async (path) => {
        const open = this.#texts.get(this.#spelt(path));
        if (open) return open.getText();
        try {
          return await readFile(path, "utf8");
        } catch (error) {
          throw new Error(`cannot read ${path}: ${reasonOf(error)}`);
        }
      },
      module: async (path) => {
        const version = existsSync(path) ? `?${statSync(path).mtimeMs}` : "";
        return (await import(pathToFileURL(path).href + version)) as Record<string, unknown>;
      },
    };
  }

  #uriOfName(name: string): string {
    return /^[a-z][\w+.-]+:/i.test(name) ? name : this.#spelt(placeOf(name, this.folder));
  }

  /** The URI of a path, as an open document spells it: editors differ in what they escape. */
  #spelt(path: string): string {
    const open = this.#texts.all().find(({ uri }) => pathOf(uri) === path);
    return open?.uri ?? uriOf(path);
  }
}

async function readOr(path: string, otherwise: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return otherwise; // gone since it was listed
  }
}
