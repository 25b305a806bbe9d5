import { readdirSync, readFileSync } from "node:fs";
import type { RuleFile } from "@rewright/plugin";

/** `rules/` lies beside both `src/` and `dist/`. */
const folder: URL = new URL("../rules/", import.meta.url);

function files(chosen: (name: string) => boolean): readonly RuleFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".rules") && chosen(name))
    .sort()
    .map((name) => ({
      file: `@rewright/backend-gpu/rules/${name}`,
      text: readFileSync(new URL(name, folder), "utf8"),
    }));
}

/** Rules to operators that ONNX files cannot hold. */
const kernels: ReadonlySet<string> = new Set(["chains.rules", "epilogues.rules"]);

/** The rule files of this package about ONNX's operators, sorted by name. */
export const ruleFiles: readonly RuleFile[] = files((name) => !kernels.has(name));

/** The rule files of this package that make kernels of its own, sorted by name. */
export const kernelRuleFiles: readonly RuleFile[] = files((name) => kernels.has(name));
