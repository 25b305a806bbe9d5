// What the project brings itself does what it asks of others.
import type { Backend } from "@rewright/plugin";
import * as strategies from "@rewright/search";
import { onnx } from "@rewright/tensor";
import { describe, test } from "vitest";
import { cpu, cpuPartNames } from "../../backends/cpu/src/index.ts";
import { gpu, gpuPartNames } from "../../backends/gpu/src/index.ts";
import { tpu, tpuPartNames } from "../../backends/tpu/src/index.ts";
import { mcts } from "../../search-mcts/src/index.ts";
import { samplesOf } from "../../tensor/test/samples.ts";
import { backendChecks, type Check, dialectChecks, strategyChecks } from "../src/index.ts";
import { attentions } from "./attentions.ts";

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

describe("the backend tpu", () => {
  all(
    backendChecks((given: object) => tpu(given), {
      ...quick,
      ...{ given: { part: "v5e" }, entry: entry("tpu"), programs: attentions() },
    }),
  );
});

const parts: readonly (readonly [string, () => Backend])[] = [
  ...gpuPartNames.map((part) => [`gpu ${part}`, () => gpu({ part })] as const),
  ...tpuPartNames.map((part) => [`tpu ${part}`, () => tpu({ part })] as const),
  ...cpuPartNames.map((part) => [`cpu ${part}`, () => cpu({ part })] as const),
];
describe.each(parts)("the costs of %s", (_, make) => {
  all(backendChecks(make, { nodes: 4, applications, only: "costs" }));
});

const made = [
  ...[strategies.saturate, strategies.greedy, strategies.beam, strategies.anneal],
  ...[strategies.random, strategies.regrow, mcts],
].map((make) => [make().name, make] as const);
describe.each(made)("the strategy %s", (_, make) => {
  const checks = strategyChecks(() => make(), { nodes: 400, iterations: 150 });
  test.each(checks.map((check) => [check.name, check] as const))("%s", async (_, check) => {
    await check.run();
  });
});
