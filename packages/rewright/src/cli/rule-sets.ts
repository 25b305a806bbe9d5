import { type CompiledFile, compileRules, type RuleSet } from "@rewright/dsl";
import type { Dialect, RuleFile } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { readBytes } from "../files.ts";
import { backendOf } from "../plugins.ts";
import { declaredDialect, defaultRules } from "../rule-files.ts";
import { loadImports } from "../rule-imports.ts";
import { filesOf } from "./format.ts";

/** Rule files compiled with all that they import. */
export interface Compiled {
  readonly set: RuleSet;
  /** The files asked for, without those that they import. */
  readonly files: readonly CompiledFile[];
  /** The operators that rules may be about. */
  readonly dialects: readonly Dialect[];
  /** The text of a file. */
  text(file: string): string;
}

/**
 * Compiles rule files, or all of a folder; without paths, the shipped rules.
 * @throws InputError, RuleError
 */
export async function compileFiles(paths: readonly string[]): Promise<Compiled> {
  const entries: RuleFile[] = paths.length === 0 ? [...defaultRules] : [];
  for (const path of paths)
    for (const file of await filesOf(path)) {
      const text = new TextDecoder().decode(await readBytes(file, "rule file"));
      if (!entries.some((entry) => entry.file === file)) entries.push({ file, text });
    }
  const { files, modules } = await loadImports(entries);
  // Rules may be about the operators of a target, too.
  const { dialects = [] } = await backendOf("cpu");
  const known: readonly Dialect[] = [onnx, ...dialects];
  const set = compileRules(files, { dialects: known, modules });
  const texts = new Map(files.map(({ file, text }) => [file, text]));
  const asked = new Set(entries.map(({ file }) => file));
  return {
    set,
    files: set.files.filter(({ file }) => asked.has(file)),
    dialects: [...known, declaredDialect(set)],
    text: (file) => texts.get(file) ?? "",
  };
}
