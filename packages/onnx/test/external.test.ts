import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageOf, ModelError, readModel, writeModel } from "../src/index.ts";
import { copyOf, file, info, node, numbers, parse } from "./models.ts";

let root = "";
let directory = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "onnx-external-"));
  directory = join(root, "model");
  mkdirSync(join(directory, "deep"), { recursive: true });
  const data = Buffer.alloc(32);
  for (let i = 0; i < 8; i++) data.writeFloatLE(i, 4 * i);
  for (const path of ["secret.bin", "model/w.bin", "model/deep/w.bin", "model/linked.bin"])
    writeFileSync(join(root, path), data);
  linkSync(join(directory, "linked.bin"), join(root, "hard.bin"));
  symlinkSync(join(root, "secret.bin"), join(directory, "soft.bin"));
  symlinkSync(root, join(directory, "out"));
  symlinkSync(join(directory, "deep"), join(directory, "in"));
});
afterAll(() => rmSync(root, { recursive: true }));

const external = (entries: Record<string, string>, name = "w") => ({
  name,
  dims: [2n],
  dataType: 1,
  dataLocation: 1 as const,
  externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
});
const model = (...tensors: ReturnType<typeof external>[]): Uint8Array =>
  file({
    input: [info("x", 2)],
    output: [info("y", 2)],
    initializer: tensors,
    node: [node("Add", ["x", tensors[0]?.name ?? ""], ["y"])],
  });

describe("external data", () => {
  test.each<[string, Record<string, string>, number[]]>([
    ["a file", { location: "w.bin" }, [0, 1]],
    ["a part of one", { location: "w.bin", offset: "8", length: "8" }, [2, 3]],
    ["a file in a folder", { location: "deep/w.bin", offset: "4" }, [1, 2]],
    ["a roundabout way", { location: "./deep/./w.bin" }, [0, 1]],
  ])("is read from %s, when asked for", (_, entries, expected) => {
    const { graph } = readModel(model(external(entries)), { directory });
    expect(graph.constants[0]?.type).toEqual({ dtype: "f32", shape: [2] });
    expect(numbers(graph.constants[0])).toEqual(expected);
  });

  test("is taken into the written model", () => {
    const read = readModel(model(external({ location: "w.bin", offset: "12" })), { directory });
    for (const program of [read.graph, copyOf(read.graph)]) {
      const written = writeModel(read, program);
      expect(parse(written).graph.initializer[0]).toMatchObject({
        name: "w",
        dataLocation: 0,
        externalData: [],
      });
      expect(numbers(readModel(written).graph.constants[0])).toEqual([3, 4]);
    }
  });

  test("within a node is taken in as well", () => {
    const value = {
      name: "value",
      type: 4 as const,
      t: external({ location: "w.bin", offset: "4" }, ""),
    };
    const read = readModel(
      file({
        input: [info("x", 2)],
        output: [info("y", 2)],
        node: [
          { opType: "Constant", output: ["c"], attribute: [value] },
          {
            opType: "Op",
            domain: "my",
            input: ["x", "c"],
            output: ["y"],
            attribute: [{ ...value, name: "table" }],
          },
        ],
      }),
      { directory },
    );
    const again = readModel(writeModel(read, read.graph));
    expect(numbers(again.graph.constants[0])).toEqual([1, 2]);
    expect(
      parse(writeModel(again, again.graph)).graph.node[1]?.attribute[0]?.t?.rawData,
    ).toHaveLength(8);
  });
});

describe("is refused, unread", () => {
  const cure = /Locations must be relative/;
  test.each<[string, Record<string, string>, RegExp]>([
    ["above the folder", { location: "../secret.bin" }, cure],
    ["above it by a detour", { location: "deep/../../secret.bin" }, cure],
    ["above it the other way", { location: "deep\\..\\..\\secret.bin" }, cure],
    ["at an absolute path", { location: "/etc/hostname" }, cure],
    ["at an absolute path of another system", { location: "C:\\secret.bin" }, cure],
    ["nowhere", { location: "" }, cure],
    ["at a name with a NUL", { location: "w.bin\0" }, cure],
    ["behind a symbolic link", { location: "soft.bin" }, /symbolic link/],
    ["behind a link of a folder", { location: "out/secret.bin" }, /symbolic link/],
    ["behind a link within the folder", { location: "in/w.bin" }, /symbolic link/],
    ["in a file with two names", { location: "linked.bin" }, /hard link/],
    ["in a folder itself", { location: "deep" }, /is no file/],
    [
      "in a file that is missing",
      { location: "gone.bin" },
      /is missing: there is no file .*gone\.bin/,
    ],
    ["without a location", { offset: "0" }, /has no location/],
    ["past the end", { location: "w.bin", offset: "28" }, /ends at byte 36 .* which has 32/],
    [
      "of another length",
      { location: "w.bin", length: "4" },
      /is 4 bytes long, its elements take 8/,
    ],
    ["at an offset that is no number", { location: "w.bin", offset: "-4" }, /has the offset "-4"/],
    ["at an offset beyond number", { location: "w.bin", offset: "99999999999999999999" }, /offset/],
  ])("%s", (_, entries, expected) => {
    const read = () => readModel(model(external(entries)), { directory });
    expect(read).toThrow(ModelError);
    expect(read).toThrow(/tensor "w": its external data/);
    expect(read).toThrow(expected);
  });

  test("without a directory, or in one that is not there", () => {
    const bytes = model(external({ location: "w.bin" }));
    expect(() => readModel(bytes)).toThrow(/Say in which directory/);
    expect(() => readModel(bytes, { directory: join(root, "nowhere") })).toThrow(
      /which is not there/,
    );
  });

  test("when it names a thing twice", () => {
    const tensor = external({ location: "w.bin" });
    tensor.externalData.push({ key: "location", value: "deep/w.bin" });
    expect(() => readModel(model(tensor), { directory })).toThrow(/gives "location" twice/);
  });

  test("in tensors of any place", () => {
    const inner = {
      input: [],
      node: [],
      output: [info("o", 2)],
      initializer: [external({ location: "../secret.bin" }, "o")],
    };
    const bytes = file({
      input: [info("x", 2)],
      output: [info("y", 2)],
      node: [
        {
          opType: "If",
          input: ["x"],
          output: ["y"],
          attribute: [{ name: "then_branch", type: 5, g: inner }],
        },
      ],
    });
    expect(() => readModel(bytes, { directory })).toThrow(cure);
  });

  test("when the file has become shorter since", () => {
    const path = join(directory, "short.bin");
    writeFileSync(path, Buffer.alloc(8));
    const read = readModel(model(external({ location: "short.bin" })), { directory });
    truncateSync(path, 4);
    expect(() => read.graph.constants[0]?.load()).toThrow(/became shorter/);
    expect(() => writeModel(read, read.graph)).toThrow(ModelError);
  });
});

test("data that cannot all be taken in go into a data file, or are refused before they are read", () => {
  // A file with a hole of 3 GB takes no room.
  const path = join(directory, "large.bin");
  writeFileSync(path, "");
  truncateSync(path, 3_000_000_000);
  const large = { ...external({ location: "large.bin" }), dims: [750_000_000n] };
  const read = readModel(model(large), { directory });
  expect(() => writeModel(read, read.graph)).toThrow(
    /take 3000000\d\d\d bytes, more than the 2147483647 that a file can have/,
  );
  const image = imageOf(read, read.graph, { dataFile: "y.data" });
  expect(image.data).toEqual({ name: "y.data", length: 3_000_000_000 });
  expect(parse(image.bytes()).graph.initializer[0]).toMatchObject({
    name: "w",
    dataLocation: 1,
    externalData: [
      { key: "location", value: "y.data" },
      { key: "offset", value: "0" },
      { key: "length", value: "3000000000" },
    ],
  });
});
