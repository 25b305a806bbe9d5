/**
 * The rules over ONNX's operators that come with this package.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import type { RuleFile } from "@rewright/plugin";

/** `rules/` lies beside both `src/` and `dist/`. */
const folder = new URL("../rules/", import.meta.url);

/** The rule files of a folder, sorted by name. */
function filesOf(place: string): readonly RuleFile[] {
  return readdirSync(new URL(place, folder))
    .filter((name) => name.endsWith(".rules"))
    .sort()
    .map((name) => ({
      file: `@rewright/tensor/rules/${place}${name}`,
      text: readFileSync(new URL(`${place}${name}`, folder), "utf8"),
    }));
}

/** The rule files of this package that every run may use, sorted by name. */
export const ruleFiles: readonly RuleFile[] = filesOf("");

/** Further rule files, for runs that ask for them: converted from TASO's and TENSAT's lists. Sorted by name. */
export const optionalRuleFiles: readonly RuleFile[] = filesOf("optional/");
