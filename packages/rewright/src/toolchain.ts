import { type CompileOptions, compileRules, type Rule, type RuleSet } from "@rewright/dsl";
import type { Backend, Dialect, RuleFile, SearchStrategy } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import type { OptimizeOptions } from "./options.ts";
import { blamedRules, checkDialects } from "./plugin-faults.ts";
import { strategyOf } from "./plugins.ts";
import type { Basis } from "./report.ts";
import { declaredDialect, ruleFilesOf } from "./rule-files.ts";
import { loadImports } from "./rule-imports.ts";
import { scheduled } from "./schedule.ts";
import { type Target, targetOf } from "./target.ts";

/** What a run works with, whatever the model. */
export interface Toolchain {
  readonly backend: Backend;
  /** What its costs rest on. */
  readonly basis: Basis;
  /** Prices whole programs, for the choice of those that are verified and timed. */
  readonly rank: Target["rank"];
  /** As asked for; it begins with what the rule files schedule. */
  readonly strategy: SearchStrategy;
  /** The rules that the search may use. */
  readonly rules: readonly Rule[];
  /** The operators: ONNX's, the backend's, and those that rule files declare. */
  readonly dialects: readonly Dialect[];
}

/** Loads backend, strategy and rules. @throws InputError, RuleError (@rewright/dsl) */
export async function loadToolchain(options: OptimizeOptions): Promise<Toolchain> {
  const [{ backend, basis, rank }, strategy] = await Promise.all([
    targetOf(options),
    strategyOf(options.strategy ?? (options.space === "substitution" ? "greedy" : "saturate")),
  ]);
  checkDialects(backend, onnx);
  const known: readonly Dialect[] = [onnx, ...(backend.dialects ?? [])];
  const { files, modules } = await loadImports(await ruleFilesOf(options.rules, backend));
  const compiled = compiledRules(files, { dialects: known, modules }, backend);
  return {
    backend,
    basis,
    rank,
    strategy: scheduled(strategy, compiled),
    rules: usable(compiled, options.error ?? 0),
    dialects: [...known, declaredDialect(compiled)],
  };
}

function compiledRules(
  files: readonly RuleFile[],
  options: CompileOptions,
  backend: Backend,
): RuleSet {
  try {
    return compileRules(files, options);
  } catch (error) {
    throw blamedRules(error, backend);
  }
}

/** Exact rules, and inexact ones (`~>`) that may be applied at least once. */
function usable({ rules }: RuleSet, error: number): readonly Rule[] {
  return rules.filter((rule) => rule.lossy <= error);
}
