// What the project brings itself does what it asks of others.
import type { Backend, NodeView } from "@rewright/plugin";
import * as strategies from "@rewright/search";
import { onnx } from "@rewright/tensor";
import { describe, test } from "vitest";
import { cpu, cpuPartNames } from "../../backends/cpu/src/index.ts";
import { unavailable } from "../../backends/cpu/test/available.ts";
import { gpu, gpuPartNames } from "../../backends/gpu/src/index.ts";
import { tpu, tpuPartNames } from "../../backends/tpu/src/index.ts";
import { mcts } from "../../search-mcts/src/index.ts";
import { rl } from "../../search-rl/src/index.ts";
import { samplesOf } from "../../tensor/test/samples.ts";
import { backendChecks, type Check, dialectChecks, strategyChecks } from "../src/index.ts";
import { attentions, headsSideBySide, productsAndChains, sharedHeads } from "./programs.ts";

/** Operators whose applications guessing does not find, or takes long to find. */
const hard = [
  ...["Einsum", "Compress", "NonZero", "NonMaxSuppression", "Unique"],
  ...["RNN", "GRU", "LSTM", "Attention", "Resize"],
];
const applications = Object.fromEntries(hard.map((name) => [name, samplesOf(name, 20)]));

const all = (checks: readonly Check[]): void => {
  test.each(checks.map((check) => [check.name, check] as const))("%s", async (_, check) => {
    await check.run();
  });
};

describe("the dialect onnx", () => {
  all(dialectChecks(() => onnx, { samples: 20, applications }));
});

const entry = (path: string): URL =>
  new URL(`../../backends/${path}/src/index.ts`, import.meta.url);
const quick = { samples: 8, nodes: 24, applications };

describe("the backend gpu", () => {
  all(
    backendChecks((given: object) => gpu(given), {
      ...quick,
      ...{ given: { part: "H100" }, entry: entry("gpu"), programs: attentions() },
    }),
  );
});

describe("the backend gpu with kernels of its own", () => {
  const programs = [...attentions(), ...productsAndChains()];
  const checks = backendChecks(() => gpu({ kernels: true }), { ...quick, programs });
  all(checks.filter(({ name }) => /^dialect|^its |^reference|^optimised/.test(name)));
});

describe("the backend tpu", () => {
  all(
    backendChecks((given: object) => tpu(given), {
      ...quick,
      samples: 20,
      ...{ given: { part: "v5e" }, entry: entry("tpu"), programs: attentions() },
    }),
  );
});

describe("the backend cpu", () => {
  const bare = (given: object): Backend => {
    const { run: _, ...rest } = cpu(given);
    return rest;
  };
  const programs = [...attentions(), ...headsSideBySide(), ...sharedHeads()];
  all(backendChecks(bare, { ...quick, samples: 3, given: { threads: 1 }, programs }));
});

/** What every runtime has kernels for: of floats, beside lists that are known. */
const common = new Set([
  ...[
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Relu",
    "Sigmoid",
    "Tanh",
    "Exp",
    "Sqrt",
    "Erf",
    "Softmax",
    "MatMul",
    "Gemm",
  ],
  ...[
    "Transpose",
    "Concat",
    "Reshape",
    "ReduceSum",
    "ReduceMean",
    "ReduceMax",
    "LayerNormalization",
    "Where",
    "Clip",
  ],
]);
const isCommon = ({ op, operands }: NodeView): boolean =>
  common.has(op) && operands.every((operand) => operand?.dtype === "f32" || operand?.constant);
/** The runtime in its process is slow to start: few programs, of many operators each. */
const narrow = (): Backend => {
  const backend = cpu();
  const cost = (node: NodeView): number =>
    isCommon(node) ? backend.costModel.cost(node) : Number.POSITIVE_INFINITY;
  return { ...backend, costModel: { unit: "µs", cost } };
};
describe.skipIf(unavailable)(`runs of cpu${unavailable ? ` (${unavailable})` : ""}`, () => {
  const checks = backendChecks(narrow, { runs: 6, nodes: 1 });
  all(checks.filter(({ name }) => /^run |^errors name/.test(name)));
});

const parts: readonly (readonly [string, () => Backend])[] = [
  ...gpuPartNames.map((part) => [`gpu ${part}`, () => gpu({ part })] as const),
  ...tpuPartNames.map((part) => [`tpu ${part}`, () => tpu({ part })] as const),
  ...cpuPartNames.map((part) => [`cpu ${part}`, () => cpu({ part })] as const),
];
describe.each(parts)("the costs of %s", (_, make) => {
  const checks = backendChecks(make, { nodes: 2, applications, only: "costs" });
  all(checks.filter(({ name }) => name !== "cost is quick")); // that depends on the model, not on the part
});

const made = [
  ...[strategies.saturate, strategies.greedy, strategies.beam, strategies.anneal],
  ...[strategies.random, strategies.regrow, strategies.auto, mcts, rl],
].map((make) => [make().name, make] as const);
describe.each(made)("the strategy %s", (_, make) => {
  const checks = strategyChecks(() => make(), { nodes: 250, iterations: 80 });
  test.each(checks.map((check) => [check.name, check] as const))("%s", async (_, check) => {
    await check.run();
  });
});
