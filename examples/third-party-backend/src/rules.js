import { readFileSync } from "node:fs";

/** @type {readonly import("@rewright/plugin").RuleFile[]} */
export const ruleFiles = ["fusions.rules"].map((name) => ({
  file: `rewright-backend-abacus/rules/${name}`,
  text: readFileSync(new URL(`../rules/${name}`, import.meta.url), "utf8"),
}));
