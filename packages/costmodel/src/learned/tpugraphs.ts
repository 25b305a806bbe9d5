import { dice, draw } from "../dice.ts";
import { DataError } from "./error.ts";
import { type Archive, type ArrayMember, openArchive } from "./npz.ts";
import type { Features, Samples } from "./samples.ts";

/** Which samples are kept of a file. */
export interface LoadOptions {
  /** So many configurations at most, drawn at random; all unless said. */
  readonly configurations?: number;
  /** Of that choice; 0 unless said. */
  readonly seed?: number;
}

/** What an array must look like: kinds of its elements, and its dimensions, equal letters standing for equal sizes. */
interface Expected {
  readonly kinds: string;
  readonly shape: readonly (string | number)[];
}

const integers = "bui";
const numbers = "buif";
const graphArrays = {
  node_feat: { kinds: "f", shape: ["n", "node features"] },
  node_opcode: { kinds: integers, shape: ["n"] },
  edge_index: { kinds: integers, shape: ["edges", 2] },
} as const;
const layoutArrays = {
  ...graphArrays,
  node_config_ids: { kinds: integers, shape: ["configurable nodes"] },
  node_config_feat: {
    kinds: numbers,
    shape: ["configurations", "configurable nodes", "features of a configuration"],
  },
  config_runtime: { kinds: numbers, shape: ["configurations"] },
} as const;
const tileArrays = {
  ...graphArrays,
  config_feat: { kinds: numbers, shape: ["configurations", "features of a configuration"] },
  config_runtime: { kinds: numbers, shape: ["configurations"] },
  config_runtime_normalizers: { kinds: numbers, shape: ["configurations"] },
} as const;

const kindNames: Readonly<Record<string, string>> = {
  [integers]: "whole numbers",
  [numbers]: "numbers",
  f: "floating-point numbers",
};

/** Opens arrays and compares them with what they should look like. */
async function arrays<K extends string>(
  archive: Archive,
  expected: Readonly<Record<K, Expected>>,
): Promise<Readonly<Record<K, ArrayMember>>> {
  const sizes = new Map<string, { size: number; name: string }>();
  const found: Partial<Record<K, ArrayMember>> = {};
  for (const [name, { kinds, shape }] of Object.entries(expected) as [K, Expected][]) {
    const array = await archive.array(name);
    found[name] = array;
    const refuse = (why: string): never => {
      throw new DataError(
        `${archive.file}: array ${name} ${why}: the file is not laid out as TpuGraphs' are`,
      );
    };
    if (!kinds.includes(array.type[1] as string))
      refuse(`is of type ${array.type}, not of ${kindNames[kinds]}`);
    if (array.shape.length !== shape.length)
      refuse(`has ${array.shape.length} dimensions, not ${shape.length}`);
    for (const [d, want] of shape.entries()) {
      const size = array.shape[d] as number;
      if (typeof want === "number" && size !== want)
        refuse(`has a dimension of ${size}, not ${want}`);
      if (typeof want === "number") continue;
      const before = sizes.get(want);
      if (before && before.size !== size)
        refuse(`is of ${size} ${want}, but array ${before.name} of ${before.size}`);
      sizes.set(want, { size, name });
    }
  }
  return found as Record<K, ArrayMember>;
}

function inRange(
  values: Float64Array,
  below: number,
  what: string,
  archive: Archive,
  name: string,
): void {
  for (const [i, x] of values.entries())
    if (!(Number.isInteger(x) && x >= 0 && x < below))
      throw new DataError(
        `${archive.file}: array ${name} holds ${x} at ${i}, which is no ${what}: they go from 0 to ${below - 1}`,
      );
}

async function graphOf(
  archive: Archive,
  found: Readonly<Record<keyof typeof graphArrays, ArrayMember>>,
): Promise<Features> {
  const [nodes = 0, width = 0] = found.node_feat.shape;
  if (nodes === 0) throw new DataError(`${archive.file}: the graph has no nodes`);
  const [features, opcodes, edges] = await Promise.all([
    found.node_feat.elements(),
    found.node_opcode.elements(),
    found.edge_index.elements(),
  ]);
  inRange(opcodes, 256, "opcode", archive, "node_opcode");
  inRange(edges, nodes, "node", archive, "edge_index");
  for (const [i, x] of features.entries())
    if (!Number.isFinite(x))
      throw new DataError(
        `${archive.file}: array node_feat holds ${x} for node ${Math.floor(i / width)}: the file is damaged or was changed`,
      );
  return {
    nodes,
    opcodes: Uint8Array.from(opcodes),
    features: Float32Array.from(features),
    width,
    edges: Int32Array.from(edges),
  };
}

/** The rows to keep, ascending. */
function chosen(count: number, { configurations = count, seed = 0 }: LoadOptions): Int32Array {
  return configurations >= count
    ? Int32Array.from({ length: count }, (_, i) => i)
    : draw(dice(seed), configurations, count).slice().sort();
}

/** Times of the rows that are kept, in µs. */
function timesOf(archive: Archive, nanoseconds: Float64Array, kept: Int32Array): Float64Array {
  return Float64Array.from(kept, (row) => {
    const time = nanoseconds[row] as number;
    if (time > 0) return time / 1000;
    throw new DataError(
      `${archive.file}: configuration ${row} took ${time} ns: files of the test split hide their times; take one of train or valid`,
    );
  });
}

/** Rows of an array as they stream by, those that are kept; numbers of a byte stay so. */
async function configsOf(
  archive: Archive,
  array: ArrayMember,
  kept: Int32Array,
  isSmall: boolean,
): Promise<Int8Array | Float32Array> {
  const length = array.shape.slice(1).reduce((product, side) => product * side, 1);
  const configs = isSmall
    ? new Int8Array(kept.length * length)
    : new Float32Array(kept.length * length);
  let next = 0;
  await array.rows(
    (row, index) => {
      configs.set(row, next * length);
      for (let i = 0; i < length; i++)
        if (configs[next * length + i] !== Math.fround(row[i] as number))
          throw new DataError(
            `${archive.file}: array ${array.name} holds ${row[i]} in configuration ${index}: ${isSmall ? "a layout is of whole numbers from -1 to 5" : "a number is too large"}`,
          );
      next++;
    },
    (index) => kept[next] === index,
  );
  return configs;
}

/**
 * Samples from an `.npz` file of TpuGraphs (Phothilimthana et al., NeurIPS 2023): a whole program with layouts of its nodes, or
 * a kernel with tile sizes; the arrays tell which. Configurations are read as they stream by: memory is needed for those
 * that are kept, a byte a number for layouts.
 *
 * @throws DataError naming the file, the array, and what is wrong with it
 */
export async function loadTpuGraphs(file: string, options: LoadOptions = {}): Promise<Samples> {
  const archive = await openArchive(file);
  try {
    const isTile = archive.names.includes("config_feat");
    return await (isTile ? loadTile(archive, options) : loadLayout(archive, options));
  } finally {
    await archive.close();
  }
}

async function loadLayout(archive: Archive, options: LoadOptions): Promise<Samples> {
  const found = await arrays(archive, layoutArrays);
  const graph = await graphOf(archive, found);
  const ids = await found.node_config_ids.elements();
  inRange(ids, graph.nodes, "node", archive, "node_config_ids");
  const nanoseconds = await found.config_runtime.elements();
  const kept = chosen(nanoseconds.length, options);
  const configWidth = found.node_config_feat.shape[2] as number;
  return {
    name: archive.file,
    vocabulary: `TpuGraphs layout ${graph.width}+${configWidth}`,
    graph,
    configurable: Int32Array.from(ids),
    configWidth,
    times: timesOf(archive, nanoseconds, kept),
    configs: await configsOf(archive, found.node_config_feat, kept, true),
  };
}

async function loadTile(archive: Archive, options: LoadOptions): Promise<Samples> {
  const found = await arrays(archive, tileArrays);
  const graph = await graphOf(archive, found);
  const [nanoseconds, normalizers] = await Promise.all([
    found.config_runtime.elements(),
    found.config_runtime_normalizers.elements(),
  ]);
  const kept = chosen(nanoseconds.length, options);
  const times = timesOf(archive, nanoseconds, kept);
  // A session's clock and neighbours differ from another's: times are relative to the default's in the same session.
  const usual = timesOf(archive, normalizers, kept);
  const typical = usual.reduce((sum, x) => sum + x, 0) / usual.length;
  const configWidth = found.config_feat.shape[1] as number;
  return {
    name: archive.file,
    vocabulary: `TpuGraphs tile ${graph.width}+${configWidth}`,
    graph,
    configurable: new Int32Array(0),
    configWidth,
    times: times.map((time, i) => (time / (usual[i] as number)) * typical),
    configs: await configsOf(archive, found.config_feat, kept, false),
  };
}
