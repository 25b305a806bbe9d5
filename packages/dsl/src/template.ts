/**
 * Rules written in a program.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import { type Program, programOf, type Site } from "./program.ts";

/** What is known of templates whose places in the program differ from those in the text: those with values put in. */
const programs = new WeakMap<RuleFile, () => Program | undefined>();

/**
 * A rule file in a template literal. Strings and numbers put into it become part of its text; backslashes stay as they are.
 * The file's name, its lines and its columns are those of the program where the engine tells them (V8 does), so that diagnostics
 * point there. What is said of a value points at the expression that was put in, where the program's text can be read.
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
  const blank = "\n".repeat(site.line - 1) + " ".repeat(site.column);
  const source: RuleFile = { file: site.file, text: blank + text };
  if (values.length > 0)
    programs.set(source, () =>
      programOf(site, { before: blank.length, strings: strings.raw, values: values.map(String) }),
    );
  return source;
}

/** The program that a rule file is a part of, where its text is not the program's; `undefined` where that cannot be read. */
export function programAround(source: RuleFile): Program | undefined {
  return programs.get(source)?.();
}

/** Where the template of `rules` begins, its backtick: in the third line of a V8 stack trace. */
function callSite(stack: string | undefined): Site | undefined {
  const frame = stack?.split("\n")[2];
  const found = frame && /^\s+at (?:.*\()?(?:file:\/\/)?([^()]+):(\d+):(\d+)\)?$/.exec(frame);
  if (!found?.[1] || !found[2] || !found[3]) return undefined;
  return { file: found[1], line: Number(found[2]), column: Number(found[3]) };
}
