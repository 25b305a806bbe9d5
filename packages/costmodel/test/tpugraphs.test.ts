import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noiseCeiling } from "../src/index.ts";
import {
  configKeys,
  distinct,
  loadTpuGraphs,
  loadTuning,
  tunedSamples,
} from "../src/learned/index.ts";
import { layoutArrays, npy, type Written, writeNpz } from "./arrays.ts";

let folder = "";
const file = (name = "graph.npz"): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tpugraphs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a layout file", () => {
  test("is read, all of it or some", async () => {
    await writeNpz(file(), layoutArrays(50));
    const all = await loadTpuGraphs(file());
    expect(all.graph).toMatchObject({ nodes: 3, width: 2, edges: Int32Array.of(1, 0, 2, 1) });
    expect([...all.graph.opcodes]).toEqual([26, 2, 34]);
    expect([...all.configurable]).toEqual([0, 2]);
    expect(all.configWidth).toBe(3);
    expect([...all.configs.subarray(6 * 7, 6 * 8)]).toEqual([3, -1, 0, 1, 1, -1]);
    expect(all.times[7]).toBe(8);
    const some = await loadTpuGraphs(file(), { configurations: 9, seed: 3 });
    expect(some.times.length).toBe(9);
    for (const [i, time] of some.times.entries()) {
      const from = 6 * (time - 1);
      expect(some.configs.subarray(6 * i, 6 * i + 6)).toEqual(all.configs.subarray(from, from + 6));
    }
  });

  test("features stored column by column are turned", async () => {
    const node_feat: Written = {
      type: "<f4",
      shape: [3, 2],
      data: [1, 3, 5, 2, 4, 6],
      isFortran: true,
    };
    await writeNpz(file(), { ...layoutArrays(2), node_feat });
    const { graph } = await loadTpuGraphs(file());
    expect([...graph.features]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("repeated configurations become one, of their mean time", async () => {
    await writeNpz(file(), layoutArrays(40));
    const once = distinct(await loadTpuGraphs(file()));
    // Configurations repeat after 20: 1 and 21 µs, 2 and 22 µs …
    expect(once.times.length).toBe(20);
    expect([...once.times.subarray(0, 3)]).toEqual([11, 12, 13]);
  });
});

test("a tile file is read, its times by those of the default in the same session", async () => {
  const { node_feat, node_opcode, edge_index } = layoutArrays(1) as Record<string, Written>;
  await writeNpz(file(), {
    ...({ node_feat, node_opcode, edge_index } as Record<string, Written>),
    config_feat: { type: "<f4", shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 4096] },
    config_runtime: { type: "<i8", shape: [2], data: [3000, 3000] },
    config_runtime_normalizers: { type: "<i8", shape: [2], data: [1000, 3000] },
  });
  const { configs, times, configurable } = await loadTpuGraphs(file());
  expect([...configs]).toEqual([1, 2, 3, 4, 5, 6, 7, 4096]);
  expect([...times]).toEqual([6, 2]);
  expect(configurable.length).toBe(0);
});

describe("bad files are refused, each with what is wrong", () => {
  const broken: Readonly<
    Record<
      string,
      readonly [change: (a: Record<string, Written | Uint8Array>) => void, says: RegExp]
    >
  > = {
    "an array is missing": [
      (a) => delete a["node_opcode"],
      /graph\.npz has no array node_opcode; it has node_feat, edge_index/,
    ],
    "a wrong type": [
      (a) => (a["edge_index"] = { type: "<f4", shape: [2, 2], data: [0, 1, 1, 2] }),
      /array edge_index is of type <f4, not of whole numbers/,
    ],
    "a type that is not read": [
      (a) => (a["node_feat"] = { type: "<f2", shape: [3, 2], data: [0, 0, 0, 0, 0, 0] }),
      /array node_feat is of type <f2.*float32/,
    ],
    "sizes that differ": [
      (a) => (a["config_runtime"] = { type: "<i8", shape: [4], data: [1, 2, 3, 4] }),
      /array config_runtime is of 4 configurations, but array node_config_feat of 5/,
    ],
    "too few dimensions": [
      (a) => (a["edge_index"] = { type: "<i8", shape: [4], data: [0, 1, 1, 2] }),
      /array edge_index has 1 dimensions, not 2/,
    ],
    "an array cut short": [
      (a) => (a["node_config_feat"] = npy(a["node_config_feat"] as Written).subarray(0, 200)),
      /array node_config_feat holds 200 bytes, but .* takes 248: it was cut short/,
    ],
    "no array at all": [
      (a) => (a["node_feat"] = new TextEncoder().encode("some other content")),
      /array node_feat is no NumPy array/,
    ],
    "an edge to nowhere": [
      (a) => (a["edge_index"] = { type: "<i8", shape: [1, 2], data: [0, 3] }),
      /array edge_index holds 3 at 1, which is no node: they go from 0 to 2/,
    ],
    "times that are hidden": [
      (a) => (a["config_runtime"] = { type: "<i8", shape: [5], data: [0, 0, 0, 0, 0] }),
      /took 0 ns: files of the test split hide their times/,
    ],
    "a layout that is none": [
      (a) =>
        (a["node_config_feat"] = {
          type: "<f4",
          shape: [5, 2, 3],
          data: Array.from({ length: 30 }, () => 0.5),
        }),
      /array node_config_feat holds 0.5 in configuration 0/,
    ],
    "features that are none": [
      (a) => (a["node_feat"] = { type: "<f4", shape: [3, 2], data: [0, 0, Number.NaN, 0, 0, 0] }),
      /array node_feat holds NaN for node 1/,
    ],
  };
  test.each(Object.entries(broken))("%s", async (_, [change, says]) => {
    const members: Record<string, Written | Uint8Array> = layoutArrays(5);
    change(members);
    await writeNpz(file(), members);
    await expect(loadTpuGraphs(file())).rejects.toThrow(says);
    await expect(loadTpuGraphs(file())).rejects.toMatchObject({ name: "DataError" });
  });

  test("an archive cut short, one with a changed byte, and what is none", async () => {
    await writeNpz(file(), layoutArrays(500));
    const bytes = readFileSync(file());
    writeFileSync(file("short.npz"), bytes.subarray(0, bytes.length >> 1));
    await expect(loadTpuGraphs(file("short.npz"))).rejects.toThrow(
      /short\.npz cannot be read as an \.npz archive.*cut short/,
    );
    const changed = Buffer.from(bytes);
    const at = changed.indexOf("node_config_feat.npy") + 120;
    for (let i = 0; i < 20; i++) changed[at + i] = (changed[at + i] as number) ^ 0xff;
    writeFileSync(file("changed.npz"), changed);
    await expect(loadTpuGraphs(file("changed.npz"))).rejects.toMatchObject({ name: "DataError" });
    writeFileSync(file("text.npz"), "no archive");
    await expect(loadTpuGraphs(file("text.npz"))).rejects.toThrow(
      "name a file that numpy.savez wrote",
    );
    await expect(loadTpuGraphs(file("absent.npz"))).rejects.toMatchObject({ name: "DataError" });
    await expect(loadTuning(file("text.npz"))).rejects.toThrow("is no tuning data of TpuGraphs");
    writeFileSync(file("empty.pb"), "");
    await expect(loadTuning(file("empty.pb"))).rejects.toThrow("holds no programs");
  });
});

const data = join(import.meta.dirname, "../../../../shared/data/tpugraphs");
describe.skipIf(!existsSync(data))("the published samples", () => {
  test("AlexNet's layouts: as many as are told of, and as noisy", async () => {
    const samples = await loadTpuGraphs(join(data, "cleaned_alexnet.npz"));
    expect(samples.graph.nodes).toBe(372);
    expect(samples.times.length).toBe(47_712);
    const ceiling = noiseCeiling(configKeys(samples), samples.times);
    expect(ceiling?.repeated).toBe(9_978);
    expect(ceiling?.tau).toBeCloseTo(0.66, 2);
    expect(distinct(samples).times.length).toBe(29_905);
  });
  test("15 kernels with tile sizes, one program with layouts", async () => {
    const kernels = await loadTuning(join(data, "op_tuning_data.pb"));
    expect(kernels.map(({ runs }) => runs.length)).toEqual([
      61, 579, 16, 16, 16, 23, 10, 11, 5, 3, 3, 2, 3, 2, 2,
    ]);
    const [net] = await loadTuning(join(data, "module_tuning_data_layout.pb"));
    expect(net?.instructions.length).toBe(3_163);
    expect(net?.configurable.length).toBe(62);
    expect(net?.runs.length).toBe(112);
    for (const program of [...kernels, ...(net ? [net] : [])]) {
      const samples = tunedSamples(program);
      expect(samples.times.length).toBe(program.runs.length);
      expect(samples.graph.opcodes.every((number) => number > 0)).toBe(true);
    }
  });
});
