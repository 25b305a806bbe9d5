/**
 * Rules written in a program.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";

/**
 * A rule file in a template literal. Strings and numbers put into it become part of its text; backslashes stay as they are.
 * The file's name, its lines and its columns are those of the program where the engine tells them (V8 does), so that diagnostics
 * point there; behind a value put in, columns of the same line count the value instead of what stands for it.
 *
 * ```ts
 * rules`
 *   import onnx from "dialect:onnx"
 *   rules mine { add_zero: x + 0 => x }
 * `
 * ```
 */
export function rules(
  strings: TemplateStringsArray,
  ...values: readonly (string | number)[]
): RuleFile {
  const text = String.raw({ raw: strings.raw }, ...values);
  const site = callSite(new Error().stack);
  if (!site) return { file: "rules`…`", text };
  // What stands before the text in the program is left blank: lines and columns are those of the program.
  const before = " ".repeat(site.column);
  return { file: site.file, text: "\n".repeat(site.line - 1) + before + text };
}

/** Where the template of `rules` begins, its backtick: in the third line of a V8 stack trace. */
function callSite(
  stack: string | undefined,
): { readonly file: string; readonly line: number; readonly column: number } | undefined {
  const frame = stack?.split("\n")[2];
  const found = frame && /^\s+at (?:.*\()?(?:file:\/\/)?([^()]+):(\d+):(\d+)\)?$/.exec(frame);
  if (!found?.[1] || !found[2] || !found[3]) return undefined;
  return { file: found[1], line: Number(found[2]), column: Number(found[3]) };
}
