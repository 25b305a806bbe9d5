import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { RuleSet } from "@rewright/dsl";
import type { Backend, Dialect, RuleFile } from "@rewright/plugin";
import { optionalRuleFiles, ruleFiles as shipped } from "@rewright/tensor";
import { InputError } from "./errors.ts";
import { reasonOf } from "./files.ts";

/** The rule files that come with the package. */
export const defaultRules: readonly RuleFile[] = shipped;

/** The rule files that come with the package and are off unless asked for, by their names: "taso", "tensat". */
const optional: ReadonlyMap<string, RuleFile> = new Map(
  optionalRuleFiles.map((file) => [basename(file.file, ".rules"), file]),
);

/**
 * The rule files of a run: those asked for, by path, pattern, text, or one of the words "default", "taso" and "tensat", and the
 * backend's own.
 * @throws InputError naming the path that cannot be read
 */
export async function ruleFilesOf(
  rules: readonly (string | RuleFile)[] = ["default"],
  backend: Backend,
): Promise<readonly RuleFile[]> {
  const files: RuleFile[] = [];
  for (const rule of rules) {
    if (typeof rule !== "string") files.push(rule);
    else if (rule === "default") files.push(...shipped);
    else if (optional.has(rule)) files.push(optional.get(rule) as RuleFile);
    else {
      const paths = /[*?[{]/.test(rule) ? globSync(rule).sort() : [rule];
      if (paths.length === 0) throw new InputError(`no rule file fits ${rule}`);
      for (const path of paths) {
        try {
          files.push({ file: path, text: await readFile(path, "utf8") });
        } catch (error) {
          throw new InputError(
            `cannot read the rule file ${path}: ${reasonOf(error)}; name a .rules file, or one of the words "default", ${[...optional.keys()].map((name) => `"${name}"`).join(", ")} for what comes with rewright`,
          );
        }
      }
    }
  }
  // Named twice is meant once; two spellings of one path, or a pattern beside a name, are easily written.
  const texts = new Set<string>();
  const once = files.filter(({ text }) => !texts.has(text) && texts.add(text));
  return [...once, ...(backend.rules ?? [])];
}

/** The operators that rule files declare, or import from modules, as the dialect that they are to the engine. */
export function declaredDialect({ declared }: RuleSet): Dialect {
  return { kind: "dialect", spec: 1, name: "declared", ops: declared };
}
