/**
 * Diagnostics as a person reads them: rustc's layout.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { visible } from "./quotation.ts";

/** How much of a long line is shown: the marked place with this many characters around it. */
const WINDOW = 160;

interface Mark {
  readonly span: Span;
  readonly label: string;
  readonly primary: boolean;
}

type Paint = (style: "error" | "warning" | "note" | "gutter" | "bold", text: string) => string;

const STYLES = { error: "1;31", warning: "1;33", note: "1;36", gutter: "1;34", bold: "1" } as const;

/**
 * Lays a diagnostic out: what, where (file, line, column), the lines it is about with carets under the place and dashes under
 * related ones, and the hints. `text` is the text of the file it points into; `color` adds ANSI colours.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  text: string,
  options: { readonly color?: boolean } = {},
): string {
  const paint: Paint = (style, words) =>
    options.color ? `\u001b[${STYLES[style]}m${words}\u001b[0m` : words;
  const { span, severity } = diagnostic;
  const related = diagnostic.related ?? [];
  const here = related.filter((other) => other.span.file === span.file);
  const marks: Mark[] = [
    { span, label: diagnostic.label ?? "", primary: true },
    ...here.map((other) => ({ ...other, primary: false })),
  ];
  const lines = [...new Set(marks.map((mark) => mark.span.line))].sort((a, b) => a - b);
  const width = Math.max(2, String(lines.at(-1) ?? 1).length);
  const bar = `${" ".repeat(width)} ${paint("gutter", "│")}`;
  const out = [
    `${paint(severity, `${severity}[${diagnostic.code}]`)}: ${paint("bold", visible(diagnostic.message))}`,
    `${" ".repeat(width)} ${paint("gutter", "┌─")} ${visible(span.file)}:${span.line}:${span.column}`,
  ];
  const source = linesOf(text, lines);
  let previous: number | undefined;
  for (const line of lines) {
    if (previous !== undefined && line > previous + 1) out.push(paint("gutter", "…"));
    previous = line;
    const shown = excerpt(
      source.get(line) ?? "",
      marks.filter((mark) => mark.span.line === line),
    );
    const number = paint("gutter", `${String(line).padStart(width)} │`);
    out.push(`${number} ${shown.line}`.trimEnd());
    for (const row of underlines(shown, paint, severity)) out.push(`${bar} ${row}`);
  }
  for (const hint of diagnostic.hints) out.push(`${" ".repeat(width)} = ${visible(hint)}`);
  for (const other of related)
    if (other.span.file !== span.file)
      out.push(
        `${" ".repeat(width)} = ${visible(`${other.span.file}:${other.span.line}:${other.span.column}: ${other.label}`)}`,
      );
  return out.join("\n");
}

/** The wanted lines of a text, in one pass over it. */
function linesOf(text: string, wanted: readonly number[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const ends = /\r\n?|\n|$/g;
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  ends.lastIndex = start;
  let line = 1;
  for (const number of wanted) {
    for (;;) {
      const end = ends.exec(text);
      if (!end) return found;
      const reached = line === number;
      if (reached) found.set(line, text.slice(start, end.index));
      start = end.index + end[0].length;
      line++;
      if (end[0] === "") return found;
      if (reached) break;
    }
  }
  return found;
}

interface Excerpt {
  readonly line: string;
  /** Of each mark: where it begins and ends in `line`. */
  readonly marks: readonly (Mark & { readonly from: number; readonly to: number })[];
}

/** A line as shown: cut to a window around its marks, tabs and control characters made one visible character each. */
function excerpt(line: string, marks: readonly Mark[]): Excerpt {
  const first = Math.min(...marks.map((mark) => mark.span.column - 1));
  const cut = line.length > WINDOW && first > WINDOW / 2 ? first - WINDOW / 2 : 0;
  const piece = line.slice(cut, cut + WINDOW);
  const shown = [...piece].map((character) => {
    if (character === "\t") return " ";
    return visible(character) === character ? character : "\uFFFD";
  });
  // Columns count UTF-16 code units; what is printed counts code points.
  const place = (column: number): number => {
    const offset = Math.min(Math.max(column - 1 - cut, 0), piece.length);
    return [...piece.slice(0, offset)].length + (cut > 0 ? 1 : 0);
  };
  const text = `${cut > 0 ? "…" : ""}${shown.join("")}${cut + WINDOW < line.length ? "…" : ""}`;
  return {
    line: text,
    marks: marks.map((mark) => {
      const from = place(mark.span.column);
      const to = place(mark.span.column + (mark.span.end - mark.span.start));
      return { ...mark, from, to: Math.max(to, from + 1) };
    }),
  };
}

/** The rows under a line: carets and dashes, the last label beside them, each other label on a row of its own. */
function underlines(shown: Excerpt, paint: Paint, severity: Diagnostic["severity"]): string[] {
  const marks = [...shown.marks].sort(
    (a, b) => a.from - b.from || Number(b.primary) - Number(a.primary),
  );
  const rows: string[] = [];
  let row = "";
  let column = 0;
  const ink = (mark: Mark, words: string): string =>
    words === "" ? "" : paint(mark.primary ? severity : "gutter", words);
  for (const mark of marks) {
    if (mark.to <= column) continue; // under the previous mark
    const from = Math.max(mark.from, column);
    row += " ".repeat(from - column) + ink(mark, (mark.primary ? "^" : "-").repeat(mark.to - from));
    column = mark.to;
  }
  const last = marks.at(-1);
  rows.push(last?.label ? `${row} ${ink(last, visible(last.label))}` : row);
  for (const mark of marks.slice(0, -1).reverse())
    if (mark.label) rows.push(" ".repeat(mark.from) + ink(mark, visible(mark.label)));
  return rows;
}
