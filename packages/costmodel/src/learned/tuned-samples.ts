import { DataError } from "./error.ts";
import type { Features, Samples } from "./samples.ts";
import { opcodeOf, type TunedProgram, type XlaInstruction } from "./tuning.ts";

/** How many dimensions are told of a shape, and of a window. */
const DIMENSIONS = 6;
const WINDOW = 4;

/** Numbers, cut or filled up with `fill` to so many. */
function padded(list: readonly number[], length: number, fill: number): number[] {
  return Array.from({ length }, (_, i) => list[i] ?? fill);
}

/** The first few numbers, then the sum and the product of all. */
function sequence(list: readonly number[], length: number): number[] {
  const sum = list.reduce((a, b) => a + b, 0);
  const product = list.reduce((a, b) => a * b, 1);
  return [...padded(list, length, 0), sum, product];
}

function featuresOf(it: XlaInstruction): number[] {
  const window = (part: "size" | "stride" | "low" | "high"): number[] =>
    padded(
      it.window.map((dimension) => dimension[part]),
      WINDOW,
      0,
    );
  return [
    Number(it.isRoot),
    Number(it.isEntry),
    ...Array.from({ length: 19 }, (_, type) => Number(it.shape.type === type)),
    ...sequence(it.shape.dimensions, DIMENSIONS),
    ...padded(it.shape.minorToMajor, DIMENSIONS, -1),
    ...window("size"),
    ...window("stride"),
    ...window("low"),
    ...window("high"),
  ];
}

function graphOf(program: TunedProgram): Features {
  const rows = program.instructions.map(featuresOf);
  const edges = program.instructions.flatMap((it, i) =>
    [...it.operands, ...it.called].flatMap((from) => [i, from]),
  );
  return {
    nodes: rows.length,
    opcodes: Uint8Array.from(program.instructions, opcodeOf),
    features: Float32Array.from(rows.flat()),
    width: rows[0]?.length ?? 0,
    edges: Int32Array.from(edges),
  };
}

/**
 * A tuned program as samples to learn from.
 *
 * @throws DataError where its runs are not all of one kind, or do not fit the program
 */
export function tunedSamples(program: TunedProgram): Samples {
  const { name, runs } = program;
  const isTile = runs.every(({ tile }) => tile !== undefined);
  if (!isTile && !runs.every(({ layouts }) => layouts?.length === program.configurable.length))
    throw new DataError(
      `program ${name}: its runs are neither all of tile sizes nor all of layouts of its ${program.configurable.length} configurable nodes: the file is damaged`,
    );
  const rows = runs.map(({ tile, layouts }) =>
    tile
      ? [tile.kernel, tile.output, tile.input].flatMap((bounds) => sequence(bounds, DIMENSIONS))
      : (layouts ?? []).flatMap((tensors) =>
          padded([], 3, 0).flatMap((_, t) => padded(tensors[t] ?? [], DIMENSIONS, -1)),
        ),
  );
  const graph = graphOf(program);
  const configWidth = isTile ? 3 * (DIMENSIONS + 2) : 3 * DIMENSIONS;
  return {
    name,
    vocabulary: `XLA tuning ${isTile ? "tile" : "layout"} ${graph.width}+${configWidth}`,
    graph,
    configurable: isTile ? new Int32Array(0) : Int32Array.from(program.configurable),
    configWidth,
    configs: Float32Array.from(rows.flat()),
    times: Float64Array.from(runs, ({ time }) => time),
  };
}
