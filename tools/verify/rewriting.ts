/** Rewriting a program as `rewright optimize` does, with nobody to judge the result: so that what comes out can be judged. */
import { createHash } from "node:crypto";
import { cpu } from "../../packages/backends/cpu/src/index.ts";
import { gpu } from "../../packages/backends/gpu/src/index.ts";
import { tpu } from "../../packages/backends/tpu/src/index.ts";
import { compileRules, type Rule } from "../../packages/dsl/src/index.ts";
import { expressible, type OnnxModel } from "../../packages/onnx/src/index.ts";
import type { CostModel, Dialect, Graph } from "../../packages/plugin/src/index.ts";
import { growth, saturate } from "../../packages/search/src/index.ts";
import { onnx, ruleFiles } from "../../packages/tensor/src/index.ts";

const backend = cpu();

/** The operators of the shipped rules. */
export const dialects: readonly Dialect[] = [onnx, ...(backend.dialects ?? [])];

/** The shipped rules: those over ONNX's operators and the CPU's. Approximations are not among them. */
export const shipped: readonly Rule[] = compileRules([...ruleFiles, ...(backend.rules ?? [])], {
  dialects,
}).rules.filter((rule) => rule.lossy === 0);

/** A rule, and what its operators are. */
export interface Ruled {
  /** With the target's name in front, where another target has rules of that name. */
  readonly name: string;
  readonly rule: Rule;
  readonly dialects: readonly Dialect[];
}

/** The rules of all targets, those that several have once. */
export const everyRule: readonly Ruled[] = [cpu(), gpu(), tpu()].flatMap((target, at, all) => {
  const known = [onnx, ...(target.dialects ?? [])];
  const others = all.slice(0, at).flatMap(({ rules }) => rules ?? []);
  const own = (target.rules ?? []).filter(
    ({ text }) => !others.some((other) => bare(other.text) === bare(text)),
  );
  const { rules } = compileRules(at === 0 ? [...ruleFiles, ...own] : own, { dialects: known });
  return rules
    .filter(({ lossy }) => lossy === 0)
    .map((rule) => {
      return { name: at === 0 ? rule.name : `${target.name}.${rule.name}`, rule, dialects: known };
    });
});

/** A rule file without its comments. */
function bare(text: string): string {
  return text.replaceAll(/\/\/.*|\s+/g, "");
}

/** Costs that prefer nothing: each kind of application costs what `seed` says, so that any program may be the cheapest. */
function arbitrary(seed: number): CostModel {
  return {
    unit: "points",
    cost: ({ op, operands, results }) => {
      const shapes = [...operands, ...results].map((type) => type?.shape.join("x"));
      const digest = createHash("sha1").update(`${seed} ${op} ${shapes}`).digest();
      return 1 + digest.readUInt16LE(0);
    },
  };
}

/** A program that the rules make of a model's, and the rules it rests on. */
export interface Rewritten {
  readonly graph: Graph;
  readonly rules: readonly string[];
}

/**
 * The cheapest program that the shipped rules lead to, by the CPU's costs for seed 0, by arbitrary ones for any other. Limits
 * are of nodes and rounds, so that a run repeats.
 */
export async function rewritten(model: OnnxModel, seed: number): Promise<Rewritten> {
  const costs = seed === 0 ? backend.costModel : arbitrary(seed);
  const says = expressible(model);
  const session = growth({
    graph: model.graph,
    rules: shipped,
    dialects,
    costModel: {
      unit: costs.unit,
      cost: (node) => (says(node.op) ? costs.cost(node) : Number.POSITIVE_INFINITY),
    },
    budget: { nodes: 4_000, iterations: 30, seconds: 300 },
  });
  await session.run(saturate());
  const { graph, rules } = session.bestEver;
  return { graph, rules };
}
