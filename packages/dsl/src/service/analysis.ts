/**
 * What is known of a rule file and of those that it imports: the ground on which all services stand.
 *
 * @module
 */

import type { Dialect, RuleFile } from "@rewright/plugin";
import type { Diagnostic } from "../diagnostic.ts";
import { Document } from "../document.ts";
import type { DocumentFile } from "../document-file.ts";
import { type Importable, importsOf } from "../scope.ts";
import type { ImportDecl } from "../syntax.ts";

/** Rule files that import one another, as they are when the analysis is made of their document. */
export class Analysis {
  readonly importable: Importable;
  /** What is wrong or odd, in all of the files. */
  readonly diagnostics: readonly Diagnostic[];
  /** The dialects that operators are of, declared ones among them. */
  readonly dialects: readonly Dialect[];
  readonly #document: Document;
  #files: ReadonlyMap<string, DocumentFile> | undefined;

  /** Ask nothing more of an analysis once its document has changed: make another. */
  constructor(document: Document, importable: Importable) {
    this.#document = document;
    this.importable = importable;
    this.diagnostics = document.diagnostics;
    const ops = document.operators;
    this.dialects = [...importable.dialects, { kind: "dialect", spec: 1, name: "declared", ops }];
  }

  /** The name of the file asked about. */
  get file(): string {
    return this.#document.file;
  }

  /** By name: the file asked about, and those that it imports. */
  get files(): ReadonlyMap<string, DocumentFile> {
    this.#files ??= new Map(this.#document.files.map((one) => [one.file, one]));
    return this.#files;
  }

  /** The file asked about. */
  get entry(): DocumentFile {
    const [first] = this.files.values();
    return first as DocumentFile;
  }
}

/**
 * Analyses a rule file together with all that it imports. Never throws, whatever the texts; no file is opened and nothing in them
 * runs.
 *
 * @param sources the file asked about, then those that it imports, as `compileRules` takes them
 */
export function analyse(
  sources: readonly [RuleFile, ...RuleFile[]],
  importable: Importable,
): Analysis {
  return new Analysis(new Document(sources, importable), importable);
}

/** The path that an import in a file names, as `Importable.modules` goes by; `undefined` for a dialect. */
export function pathOf(decl: ImportDecl, file: string): string | undefined {
  return importsOf({ file, declarations: [decl] })[0]?.path;
}

/** The rule file that an import names, if it is one of those analysed. */
export function importedFile(
  { from }: ImportDecl,
  known: DocumentFile,
  analysis: Analysis,
): DocumentFile | undefined {
  return fileAt(from.value, known, analysis);
}

/** The rule file that an import of this text would name. */
export function fileAt(
  value: string,
  { file }: DocumentFile,
  { files }: Analysis,
): DocumentFile | undefined {
  const span = { file, start: 0, end: 0, line: 1, column: 1 };
  const path = pathOf({ kind: "import", from: { kind: "string", value, span }, span }, file);
  return path === undefined ? undefined : files.get(path);
}
