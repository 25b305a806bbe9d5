import { readFileSync } from "node:fs";
import type { RuleFile } from "@rewright/plugin";

const names = ["fusions.rules"] as const;

/** The rule files of this package; `rules/` lies beside `dist/`. */
export const ruleFiles: readonly RuleFile[] = names.map((name) => ({
  file: `rewright-backend-my-npu/rules/${name}`,
  text: readFileSync(new URL(`../rules/${name}`, import.meta.url), "utf8"),
}));
