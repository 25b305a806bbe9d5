import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type Placed,
  type TileKernel,
  type TileSizes,
  tileCost,
  tilesOf,
  tpuPart,
} from "@rewright/backend-tpu";
import {
  type Evaluation,
  evaluate,
  loadTuning,
  meanOf,
  type TileBounds,
  type TunedProgram,
  type XlaInstruction,
  type XlaShape,
} from "@rewright/costmodel/learned";
import type { Bench, Row } from "../bench.ts";

const file = join(import.meta.dirname, "../../../shared/data/tpugraphs/op_tuning_data.pb");
/** Kernels of fewer configurations say little about an order. */
const LEAST = 10;

/** Bytes of an element by XLA's number of its type. */
const sizes: Readonly<Record<number, number>> = {
  ...{ 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 2, 8: 4, 9: 8, 10: 2, 11: 4, 16: 2 },
};

const placed = ({ type, dimensions, minorToMajor }: XlaShape): Placed => ({
  dimensions,
  majorToMinor: minorToMajor.toReversed(),
  bytes: sizes[type] ?? 4,
});

/** A tuned kernel as the loop that its tile sizes are of. */
function kernelOf({ instructions }: TunedProgram): TileKernel {
  const at = (number: number | undefined): XlaInstruction =>
    instructions[number as number] as XlaInstruction;
  const entry = instructions.find(({ isEntry, isRoot }) => isEntry && isRoot) as XlaInstruction;
  const body = entry.called.length > 0 ? at(entry.called[0]) : entry;
  const results = body.opcode === "tuple" ? body.operands.map(at) : [body];
  const convolution = instructions.find(({ opcode }) => opcode === "convolution");
  // A reduction's loop goes over what it sums up.
  const space =
    convolution?.shape ?? (body.opcode === "reduce" ? at(body.operands[0]).shape : body.shape);
  const isAlong = ({ dimensions }: XlaShape): boolean =>
    dimensions.length === space.dimensions.length &&
    dimensions.every((size, d) => size === space.dimensions[d]);
  const parameters = instructions.filter(
    ({ isEntry, opcode }) => isEntry && opcode === "parameter",
  );
  const moved = [...parameters, ...results].map(({ shape }) => shape).filter(isAlong);
  if (!convolution) return { space: placed(space), moved: moved.map(placed) };
  const [first, second] = convolution.operands.map(at) as [XlaInstruction, XlaInstruction];
  const [depth, columns] = convolution.kernelFeatures as readonly [number, number];
  return {
    space: placed(space),
    moved: moved.map(placed),
    product: {
      kernel: placed(second.shape),
      ...{ depth, columns, inputBytes: sizes[first.shape.type] ?? 4 },
    },
  };
}

const sizesOf = ({ output, kernel }: TileBounds): TileSizes => ({ space: output, kernel });

/** Three lines: every step takes 350 ns, and moves its tiles of f32 at half a chip's bandwidth. */
function threeLines({ space, product }: TileKernel, { output, kernel }: TileBounds): number {
  const all = [...tilesOf(space), ...(product ? tilesOf(product.kernel) : [])];
  const reach = [...output, ...kernel];
  const steps = all.reduce((n, tiles, i) => n * Math.ceil(tiles / (reach[i] as number)), 1);
  const tile = (bounds: readonly number[]): number => bounds.reduce((n, b) => n * b, 4 * 8 * 128);
  return steps * (0.35 + (tile(output) + (product ? tile(kernel) : 0)) / 450e3);
}

/** The analytic model of a v3 against measured tile sizes. */
export const bench: Bench = {
  about: `Tile sizes of fused kernels measured on a TPU v3 (TpuGraphs), kernels of ${LEAST} configurations at least: Kendall's tau of the backend's analytic model, held against three unfitted lines (steps times 350 ns and the tiles' bytes at 450 GB/s). Slowdowns of the best-predicted in %, ours and the three lines'.`,
  columns: ["configurations", "top1", "top5", "linesTop1", "linesTop5"],
  async *run({ names }) {
    if (!existsSync(file)) {
      process.stderr.write(`skipped: there is no ${file}\n`);
      return;
    }
    const part = tpuPart("v3");
    const [ours, lines]: [Evaluation[], Evaluation[]] = [[], []];
    for (const program of await loadTuning(file)) {
      if (program.runs.length < LEAST) continue;
      if (names.length > 0 && !names.includes(program.name)) continue;
      const kernel = kernelOf(program);
      const times = program.runs.map(({ time }) => time);
      const by = (of: (tile: TileBounds) => number): Evaluation =>
        evaluate(
          program.runs.map(({ tile }) => of(tile as TileBounds)),
          times,
        );
      const own = by((tile) => tileCost(part, kernel, sizesOf(tile)).time);
      const peer = by((tile) => threeLines(kernel, tile));
      ours.push(own);
      lines.push(peer);
      yield row(program.name, own, peer);
    }
    if (ours.length > 1) yield row("mean", meanOf(ours), meanOf(lines));
  },
};

function row(name: string, ours: Evaluation, peer: Evaluation): Row {
  const ratio = ours.tau / peer.tau;
  return {
    ...{ name, ours: ours.tau, peer: peer.tau, unit: "tau", ratio, low: ratio, high: ratio },
    configurations: ours.count,
    top1: 100 * ours.top1,
    top5: 100 * ours.top5,
    linesTop1: 100 * peer.top1,
    linesTop5: 100 * peer.top5,
  };
}
