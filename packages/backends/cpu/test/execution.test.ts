import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModel } from "@rewright/onnx";
import type { Graph } from "@rewright/plugin";
import { beforeEach, expect, test } from "vitest";
import { convolutional, transformer, vocabulary } from "../src/calibration/families.ts";
import { graphOf } from "../src/calibration/measurement.ts";
import { pairFamilies } from "../src/calibration/pairs.ts";
import { unseen } from "../src/calibration/unseen.ts";
import { executionOf } from "../src/execution.ts";
import { localPart } from "../src/index.ts";
import { accountant } from "../src/model.ts";
import { cpuPart } from "../src/parts.ts";
import { pathNames } from "../src/paths.ts";
import { unavailable } from "./available.ts";

beforeEach(({ skip }) => {
  if (unavailable !== undefined) skip(unavailable);
});

/** The program that ONNX Runtime really runs. */
async function optimised(model: Uint8Array): Promise<Graph> {
  const { InferenceSession } = await import("onnxruntime-node");
  const folder = mkdtempSync(join(tmpdir(), "rewright-"));
  try {
    const optimizedModelFilePath = join(folder, "optimised.onnx");
    const session = await InferenceSession.create(model, {
      ...{ graphOptimizationLevel: "all", optimizedModelFilePath, logSeverityLevel: 3 },
    });
    await session.release();
    return readModel(readFileSync(optimizedModelFilePath)).graph;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names under which an operator and what the runtime makes of it are the same. Views are left out: it merges them as it likes. */
function kindOf(op: string): string | undefined {
  const name = op.split(".").at(-1) as string;
  if (/^(Reshape|Flatten|Squeeze|Unsqueeze|Identity)$/.test(name)) return undefined;
  if (/^(Fused)?(MatMul|Gemm)$/.test(name)) return "product";
  if (/^(Fused)?Conv$/.test(name)) return "Conv";
  if (name.startsWith("Reorder")) return "reorder";
  if (name === "Upsample") return "Resize";
  return name === "Sum" ? "Add" : name;
}

function counted(kinds: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function expected(graph: Graph): Readonly<Record<string, number>> {
  const kinds: (string | undefined)[] = [];
  executionOf(graph, accountant(cpuPart(localPart()), 1), (step, node) => {
    const path = pathNames[step.path];
    if (path === "reorder") kinds.push("reorder");
    else if (path === "skip-norm") kinds.push("SkipLayerNormalization");
    else if (path !== "view" && step.start > 0) kinds.push(kindOf(graph.nodes[node]?.op ?? ""));
  });
  return counted(kinds);
}

test("most programs are expected to run as they do, operator by operator", async () => {
  const models = [convolutional, transformer, vocabulary, unseen].flatMap((draw) =>
    Array.from({ length: 6 }, (_, seed) => draw(seed)),
  );
  models.push(...pairFamilies.flatMap(({ before, after }) => [before(1), after(1)]));
  const wrong: unknown[] = [];
  for (const model of models) {
    const ours = expected(graphOf(model));
    const theirs = counted((await optimised(model)).nodes.map(({ op }) => kindOf(op)));
    try {
      expect(ours).toEqual(theirs);
    } catch {
      wrong.push({ ours, theirs });
    }
  }
  // Transpositions that meet in the end, functions that are written out, and factors that become convolutions are not followed.
  expect(wrong.length, JSON.stringify(wrong)).toBeLessThanOrEqual(0.15 * models.length);
});
