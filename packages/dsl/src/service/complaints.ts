/**
 * What is wrong with one file, and what keeps what it imports from working.
 *
 * @module
 */

import { type Diagnostic, error } from "../diagnostic.ts";
import type { DocumentFile } from "../document-file.ts";
import { enumerate, quote } from "../quotation.ts";
import type { ImportDecl } from "../syntax.ts";
import { type Analysis, importedFile } from "./analysis.ts";

/**
 * The diagnostics of the file asked about, in order. Errors in files that it imports keep it from working, too: the first of them is
 * said at the import, with its place.
 */
export function diagnosticsOf(analysis: Analysis): readonly Diagnostic[] {
  const { file, diagnostics } = analysis;
  const own = diagnostics.filter(({ span }) => span.file === file);
  if (diagnostics.every(({ span, severity }) => span.file === file || severity !== "error"))
    return own;
  const { entry } = analysis;
  const imports = entry.module.declarations.filter((decl) => decl.kind === "import");
  const told = new Set<string>([entry.file]);
  const theirs = imports.flatMap((decl) => fault(decl, analysis, told) ?? []);
  return [...own, ...theirs].sort((a, b) => a.span.start - b.span.start);
}

/** What is wrong in the files that an import brings in, unless it has been told. */
function fault(decl: ImportDecl, analysis: Analysis, told: Set<string>): Diagnostic | undefined {
  const files: string[] = [];
  const first = importedFile(decl, analysis.entry, analysis);
  const queue: DocumentFile[] = first ? [first] : [];
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (told.has(next.file)) continue;
    told.add(next.file);
    files.push(next.file);
    for (const one of next.module.declarations) {
      const other = one.kind === "import" ? importedFile(one, next, analysis) : undefined;
      if (other) queue.push(other);
    }
  }
  const errors = analysis.diagnostics.filter(
    ({ span, severity }) => severity === "error" && files.includes(span.file),
  );
  const [one] = errors;
  if (!one) return undefined;
  const more = errors.length - 1;
  return error(
    one.code,
    decl.from.span,
    `${quote(decl.from.value)} does not compile: ${one.message}`,
    {
      related: [{ span: one.span, label: one.message }],
      hints: [
        `mend ${enumerate([...new Set(errors.map(({ span }) => quote(span.file)))])}${more > 0 ? `, which has ${more} more ${more === 1 ? "error" : "errors"}` : ""}`,
      ],
    },
  );
}
