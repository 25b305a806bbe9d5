import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  bert,
  bertClassifier,
  bertSizes,
  convnet,
  lora,
  nasrnn,
  randomised,
} from "@rewright/example-models";
import { optimize } from "rewright";
import type { Bench, Row } from "../bench.ts";

const shared = join(import.meta.dirname, "../../../shared/data");

function models(quick: boolean): ReadonlyMap<string, () => Uint8Array> {
  const found = new Map<string, () => Uint8Array>([
    ["BERT classifier, tiny", () => bertClassifier(bertSizes.tiny)],
    [
      "BERT classifier, tiny, open sizes",
      () => bertClassifier({ ...bertSizes.tiny, dynamic: true }),
    ],
    ["BERT classifier, mini", () => bertClassifier(bertSizes.mini)],
    ["BERT encoder, tiny", () => bert(bertSizes.tiny)],
    ["LoRA block", () => lora()],
    ["ResNet, small", () => convnet()],
    ["NasRNN", () => nasrnn()],
  ]);
  if (quick) return found;
  for (const folder of ["onnx-small", "onnx-more", "onnx-light"])
    for (const file of globSync(`${folder}/*.onnx`, { cwd: shared }).sort())
      found.set(`${folder}/${basename(file, ".onnx")}`, () => {
        const bytes = readFileSync(join(shared, file));
        return folder === "onnx-light" ? randomised(bytes) : bytes;
      });
  return found;
}

/** The main job on every model there is: measured time before and after. */
export const bench: Bench = {
  about:
    "Milliseconds of a run in ONNX Runtime with all its own optimisations, one thread: ours is the optimised model, the peer the original. A ratio of exactly 1.00 means that nothing was gained and the input was kept.",
  columns: ["nodesBefore", "nodesAfter", "predicted", "maxRel", "note"],
  async *run({ quick, seed }): AsyncGenerator<Row> {
    if (!quick && !existsSync(shared))
      process.stderr.write("skipped: the models beside the repository are absent\n");
    for (const [name, build] of models(quick)) {
      try {
        const { report: r } = await optimize(build(), { seed });
        const [low, high] = r.interval ?? [1, 1];
        yield {
          ...{ name, unit: "ms", ours: r.after.ms ?? 0, peer: r.before.ms ?? 0 },
          ...{ ratio: r.speedup ?? 1, low, high },
          ...{ nodesBefore: r.before.nodes, nodesAfter: r.after.nodes },
          ...{ predicted: r.predictedSpeedup, maxAbs: r.maxAbs, maxRel: r.maxRel },
          ...{ note: `${r.stopped}${r.dropped.length > 0 ? `, ${r.dropped.length} dropped` : ""}` },
        };
      } catch (error) {
        const note = error instanceof Error ? error.message.slice(0, 90) : String(error);
        yield { ...{ name, unit: "ms", ours: 0, peer: 0, ratio: 1, low: 1, high: 1 }, note };
      }
    }
  },
};
