/** ONNX's backend node tests: a model of one operator or of an operator's definition, inputs, and the outputs expected of it. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { NdArray } from "@rewright/plugin";
import {
  ModelProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
} from "../src/generated/onnx_pb.ts";
import { readModel } from "../src/index.ts";
import { file } from "./models.ts";

/** One test. Tensors are in the file format's own form; `undefined` stands for a sequence or an optional. */
export interface NodeTest {
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly (Uint8Array | undefined)[];
  readonly outputs: readonly (Uint8Array | undefined)[];
}

/** The tests of a folder such as `onnx/backend/test/data/node`, in the order of their names. */
export function readNodeTests(folder: string): NodeTest[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "model.onnx")))
    .sort()
    .map((name) => {
      const model = readFileSync(join(folder, name, "model.onnx"));
      const { graph } = fromBinary(ModelProtoSchema, model);
      const read = (kind: string, infos: readonly ValueInfoProto[]) =>
        infos.map(({ type }, i) => {
          const file = join(folder, name, "test_data_set_0", `${kind}_${i}.pb`);
          return type?.value.case === "tensorType" && existsSync(file)
            ? readFileSync(file)
            : undefined;
        });
      return {
        name,
        model,
        inputs: read("input", graph?.input ?? []),
        outputs: read("output", graph?.output ?? []),
      };
    });
}

/** Some of the tests, in base64, a line each. They are ONNX's own (Apache-2.0), of the release that the list beside them names. */
const sample = new URL("node-tests.jsonl", import.meta.url);
/** How many tests the sample has, and how many bytes one has at most. */
const SAMPLE = { tests: 40, bytes: 1_200 };

interface Line {
  readonly name: string;
  readonly model: string;
  readonly inputs: readonly (string | null)[];
  readonly outputs: readonly (string | null)[];
}

/** Chooses small tests that ONNX Runtime runs as expected, at most one of a kind, and writes them down. */
export function writeSample(
  tests: readonly NodeTest[],
  list: Readonly<Record<string, string>>,
): void {
  const kind = ({ name }: NodeTest): string => name.split("_")[1] ?? "";
  const size = ({ model, inputs, outputs }: NodeTest): number =>
    [model, ...inputs, ...outputs].reduce((sum, part) => sum + (part?.length ?? 0), 0);
  const rank = ({ name }: NodeTest): string => createHash("sha1").update(name).digest("hex");
  const small = tests
    .filter((test) => list[test.name]?.startsWith("R") && size(test) <= SAMPLE.bytes)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const kinds = new Set<string>();
  const chosen = small.filter((test) => !kinds.has(kind(test)) && kinds.add(kind(test)));
  const text = (part: Uint8Array | undefined): string | null =>
    part === undefined ? null : Buffer.from(part).toString("base64");
  const lines = chosen.slice(0, SAMPLE.tests).map(({ name, model, inputs, outputs }) => {
    return { name, model: text(model), inputs: inputs.map(text), outputs: outputs.map(text) };
  });
  writeFileSync(sample, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** The tests that run with all others. */
export function readSample(): NodeTest[] {
  const bytes = (text: string): Uint8Array => Buffer.from(text, "base64");
  return readFileSync(sample, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { name, model, inputs, outputs } = JSON.parse(line) as Line;
      const parts = (all: Line["inputs"]) =>
        all.map((part) => (part === null ? undefined : bytes(part)));
      return { name, model: bytes(model), inputs: parts(inputs), outputs: parts(outputs) };
    });
}

/** A tensor of a test; `undefined` where the vocabulary cannot hold it. @throws {ModelError} when it is damaged */
export function tensorOf(bytes: Uint8Array | undefined): NdArray | undefined {
  if (bytes === undefined) return undefined;
  const tensor = { ...fromBinary(TensorProtoSchema, bytes), name: "tensor" };
  const model = file({ initializer: [tensor], output: [{ name: "tensor" }] });
  return readModel(model).graph.constants[0]?.load();
}

/**
 * The test with its inputs from number `first` on as constants of the model, where they are tensors and have a name: what depends on
 * them is known before the model runs. `undefined` when there are none.
 */
export function frozen(test: NodeTest, first: number): NodeTest | undefined {
  const model = fromBinary(ModelProtoSchema, test.model);
  const { graph } = model;
  if (graph === undefined) return undefined;
  const fixed = graph.input.map((_, i) => i >= first && test.inputs[i] !== undefined);
  if (!fixed.includes(true)) return undefined;
  for (const [i, { name }] of graph.input.entries())
    if (fixed[i])
      graph.initializer.push({
        ...fromBinary(TensorProtoSchema, test.inputs[i] as Uint8Array),
        name,
      });
  const open = <T>(all: readonly T[]): T[] => all.filter((_, i) => !fixed[i]);
  graph.input = open(graph.input);
  // Before version 4 of the format every initializer had to be an input.
  if (model.irVersion < 4n) model.irVersion = 4n;
  return { ...test, model: toBinary(ModelProtoSchema, model), inputs: open(test.inputs) };
}
