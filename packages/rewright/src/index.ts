/** The user's door: `optimize` in code, `defineConfig` for `rewright.config.ts`; the command line is `rewright optimize`. @module */
export { rules } from "@rewright/dsl";
export { type Config, defineConfig } from "./config.ts";
export { CheckError, InputError, PluginError } from "./errors.ts";
export { foldConstants } from "./fold.ts";
export { optimize, optimizeFile } from "./optimize.ts";
export type { Optimized, Saved } from "./optimized.ts";
export type { Budget, OptimizeOptions, Progress } from "./options.ts";
export {
  type BackendName,
  backendNames,
  type SpaceName,
  type StrategyName,
  spaceNames,
  strategyNames,
} from "./plugins.ts";
export type { Dropped, FileReport, Report, RuleReport, Side } from "./report.ts";
export { defaultRules } from "./rule-files.ts";
