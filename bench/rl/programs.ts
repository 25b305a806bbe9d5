// Sessions over single programs, under the shipped rules and a target's own.
import { compileRules, type Rule } from "@rewright/dsl";
import { readModel } from "@rewright/onnx";
import type { Backend, Dialect } from "@rewright/plugin";
import { type SubstitutionSession, substitution } from "@rewright/search";
import { onnx, ruleFiles } from "@rewright/tensor";

/** A target with the rules that hold on it, compiled once. */
export interface Target {
  readonly backend: Backend;
  readonly rules: readonly Rule[];
  readonly dialects: readonly Dialect[];
}

/** The shipped exact rules and the target's. */
export function targetOf(backend: Backend): Target {
  const known = [onnx, ...(backend.dialects ?? [])];
  const { rules, declared } = compileRules([...ruleFiles, ...(backend.rules ?? [])], {
    dialects: known,
  });
  const dialect: Dialect = { kind: "dialect", spec: 1, name: "declared", ops: declared };
  return {
    backend,
    rules: rules.filter(({ lossy }) => lossy === 0),
    dialects: [...known, dialect],
  };
}

/**
 * A session that searches the programs equal to a model one by one.
 *
 * @param rewrites that may be tried in all, kept or not: each is priced once
 */
export function open(
  model: Uint8Array,
  { backend, rules, dialects }: Target,
  { rewrites, seed }: { readonly rewrites: number; readonly seed: number },
): SubstitutionSession {
  const { graph } = readModel(model);
  return substitution({
    ...{ graph, rules, dialects, costModel: backend.costModel, seed },
    budget: { nodes: 2 * graph.nodes.length + 500, iterations: rewrites, seconds: 1e6 },
  });
}
