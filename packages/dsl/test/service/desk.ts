/** Rule files with a mark where the cursor is, analysed. */
import type { Dialect } from "@rewright/plugin";
import { type Analysis, analyse } from "../../src/service/index.ts";
import { sketch } from "../dialect.ts";

/** Where the cursor is in a text. */
const MARK = "‸";

/** A file as an editor has it open. */
export interface Desk {
  readonly analysis: Analysis;
  readonly text: string;
  /** Where the first mark was. */
  readonly offset: number;
  /** Where all marks were. */
  readonly offsets: readonly number[];
}

/** Operators on matrices, declared: what shapes are inferred from. */
export const OPS = `
/// The product of two matrices.
op matmul(a: Tensor[m, k], b: Tensor[k, n])  -> Tensor[m, n]   as a @ b
op flip(a: Tensor[m, n])                     -> Tensor[n, m]   as a'
op sum(a: Tensor[...s], b: Tensor[...s])     -> Tensor[...s]   as a + b   is commutative
op relu(a: Tensor[...s])                     -> Tensor[...s]
op concat(...xs: Tensor; axis: Int)          -> Tensor
op pool(x: Tensor; pad: "same" | "valid" = "same", stride: Int)  -> Tensor
`;

/** What a dialect brings: \`import sketch from "dialect:sketch"\`. */
export const SKETCH = 'import sketch from "dialect:sketch"\n';

/** Puts a marked text on the desk as \`main.rules\`, with the files that it imports. */
export function desk(
  marked: string,
  files: Readonly<Record<string, string>> = {},
  modules: Readonly<Record<string, Dialect>> = {},
): Desk {
  const pieces = marked.split(MARK);
  const offsets = pieces.slice(0, -1).map((_, i) => pieces.slice(0, i + 1).join("").length);
  const text = pieces.join("");
  const others = Object.entries(files).map(([file, content]) => ({ file, text: content }));
  const analysis = analyse([{ file: "main.rules", text }, ...others], {
    dialects: [sketch],
    modules: new Map(Object.entries(modules)),
  });
  return { analysis, text, offset: offsets[0] ?? 0, offsets };
}

/** A rule in a ruleset behind declarations. */
export function inRules(rule: string, before = OPS): string {
  return `${before}rules r {\n  ${rule}\n}\n`;
}

/** A text with changes made. */
export function changed(
  text: string,
  changes: readonly {
    readonly span: { readonly start: number; readonly end: number };
    readonly text: string;
  }[],
): string {
  return [...changes]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce(
      (all, { span, text: own }) => all.slice(0, span.start) + own + all.slice(span.end),
      text,
    );
}
