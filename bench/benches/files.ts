import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bert } from "@rewright/example-models";
import { ModelBuilder, readModel, type Value } from "@rewright/onnx";
import { type Bench, median, type Row } from "../bench.ts";
import { onnxPackage, type Step } from "../peers/onnx-package.ts";

const times = join(import.meta.dirname, "file-times.ts");

/** Products with weights of 16 MiB each, no two equal. */
function heavy(layers: number): Uint8Array {
  const size = 2048;
  const b = new ModelBuilder("heavy", { opset: 17 });
  const pattern = new Float32Array(size * size).map((_, i) => Math.sin(i) / size);
  let x: Value = b.input("x", "f32", [1, size]);
  for (let i = 0; i < layers; i++) {
    const data = pattern.slice();
    data[0] = i;
    x = b.node("MatMul", [x, b.constant({ dtype: "f32", shape: [size, size], data })]);
  }
  b.output("y", x, { dtype: "f32", shape: [1, size] });
  return b.bytes();
}

/** A large file, and one of many operators. */
const models = (quick: boolean): readonly (readonly [string, () => Uint8Array, number])[] => [
  ["weights", () => heavy(quick ? 6 : 30), 1500],
  [
    "operators",
    () =>
      bert({
        ...{ layers: quick ? 20 : 100, hidden: 8, heads: 2, inner: 16 },
        ...{ vocabulary: 20, sequence: 8 },
      }),
    100,
  ],
];

/** Reading and writing, each in a fresh process. */
export const bench: Bench = {
  about:
    "Milliseconds of processor time in which a fresh process reads a model and writes it again, unchanged; ours leaves the weights of large files where they are until they are asked for. The peer is `onnx.load` and `onnx.save` of the `onnx` package for Python (protobuf's C++ library), which neither checks the model nor infers a shape. `wall` is our time by the clock, `limit` what we allow ourselves.",
  columns: ["wall", "limit", "operators", "megabytes"],
  async *run({ quick }): AsyncGenerator<Row> {
    const folder = mkdtempSync(join(tmpdir(), "rewright-bench-"));
    try {
      for (const [name, build, limit] of models(quick)) {
        const path = join(folder, `${name}.onnx`);
        const bytes = build();
        writeFileSync(path, bytes);
        const { operators } = readModel(bytes);
        const output = join(folder, "again.onnx");
        const runs = Array.from({ length: quick ? 3 : 9 }, () => {
          const ours = JSON.parse(
            execFileSync(process.execPath, [times, path, output], { encoding: "utf8" }),
          ) as { read: Step; write: Step };
          return { ours, peer: onnxPackage(path, output) };
        });
        for (const step of ["read", "write"] as const) {
          const ours = runs.map((run) => run.ours[step]);
          const peers = runs.flatMap((run) => run.peer?.[step] ?? []);
          const ratios = ours.map(({ cpu }, i) => (peers[i]?.cpu ?? cpu) / cpu);
          yield {
            ...{ name: `${step} ${name}`, unit: "ms", ours: median(ours.map(({ cpu }) => cpu)) },
            peer: peers.length > 0 ? median(peers.map(({ cpu }) => cpu)) : 0,
            ...{ ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) },
            ...{ wall: median(ours.map(({ wall }) => wall)), limit },
            operators,
            megabytes: statSync(path).size / 1e6,
          };
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
