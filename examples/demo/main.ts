// Builds a BERT classifier with seeded weights and optimises it, as `pnpm rewright optimize` does with a model of yours.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bertClassifier, bertSizes } from "@rewright/example-models";

const root = join(import.meta.dirname, "../..");
const folder = join(root, ".artifacts/demo");
mkdirSync(folder, { recursive: true });
const model = relative(process.cwd(), join(folder, "bert-classifier.onnx"));
const fast = relative(process.cwd(), join(folder, "fast.onnx"));
writeFileSync(model, bertClassifier({ ...bertSizes.tiny, sequence: 128 }));

console.log(
  "A BERT classifier of two layers: 128 tokens go in, and of the last layer only the first row is read.\n",
);
console.log(`$ pnpm rewright optimize ${model} -o ${fast}\n`);
const { status } = spawnSync(
  process.execPath,
  [
    join(root, "packages/rewright/src/bin.ts"),
    "optimize",
    model,
    "-o",
    fast,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
process.exitCode = status ?? 70;
