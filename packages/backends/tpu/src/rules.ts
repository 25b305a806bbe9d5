import { readdirSync, readFileSync } from "node:fs";
import type { RuleFile } from "@rewright/plugin";

/** `rules/` lies beside both `src/` and `dist/`. */
const folder: URL = new URL("../rules/", import.meta.url);

/** The rule files of this package, sorted by name. */
export const ruleFiles: readonly RuleFile[] = readdirSync(folder)
  .filter((name) => name.endsWith(".rules"))
  .sort()
  .map((name) => ({
    file: `@rewright/backend-tpu/rules/${name}`,
    text: readFileSync(new URL(name, folder), "utf8"),
  }));
