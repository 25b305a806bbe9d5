/**
 * Rules written in a program.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";

/**
 * A rule file in a template literal. Strings and numbers put into it become part of its text; backslashes stay as they are.
 * The file's name and lines are those of the program where the engine tells them (V8 does), so that diagnostics point there.
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
  return { file: site.file, text: "\n".repeat(site.line - 1) + text };
}

/** Where the caller of `rules` stands: the third line of a V8 stack trace. */
function callSite(stack: string | undefined): { file: string; line: number } | undefined {
  const frame = stack?.split("\n")[2];
  const found = frame && /^\s+at (?:.*\()?(?:file:\/\/)?([^()]+):(\d+):\d+\)?$/.exec(frame);
  if (!found?.[1] || !found[2]) return undefined;
  return { file: found[1], line: Number(found[2]) };
}
