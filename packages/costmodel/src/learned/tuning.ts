import { readFile } from "node:fs/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { DataError, reasonOf } from "./error.ts";
import {
  type Computation,
  type Module,
  type ModuleTuning,
  ModuleTuningSchema,
  type Run,
  type Shape,
  TuningSchema,
} from "./generated/tuning_pb.ts";
import { opcodeNumber } from "./opcodes.ts";

/** The type of what an instruction yields; of a tuple only that it is one. */
export interface XlaShape {
  /** XLA's number of the element type: 10 f16, 11 f32, 16 bf16 … */
  readonly type: number;
  readonly dimensions: readonly number[];
  /** Dimensions from the one that varies fastest in memory to the slowest. */
  readonly minorToMajor: readonly number[];
}

/** An instruction of a program as XLA holds it. */
export interface XlaInstruction {
  readonly opcode: string;
  readonly shape: XlaShape;
  /** The operands and the roots of called computations, by their numbers in the program. */
  readonly operands: readonly number[];
  readonly called: readonly number[];
  /** Whether its computation yields its result, and whether it belongs to the program's own computation. */
  readonly isRoot: boolean;
  readonly isEntry: boolean;
  /** The windows of a convolution or a reduction, dimension by dimension. */
  readonly window: readonly {
    readonly size: number;
    readonly stride: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** Of a convolution: which dimensions of the kernel are of features that go in and out. */
  readonly kernelFeatures?: readonly [input: number, output: number];
}

/** A configuration of tile sizes: how far each dimension reaches in one step, from major to minor in memory, in tiles of 8 × 128 along the last two. */
export interface TileBounds {
  readonly kernel: readonly number[];
  readonly output: readonly number[];
  readonly input: readonly number[];
}

/** One measurement. */
export interface TunedRun {
  /** Time in µs. */
  readonly time: number;
  readonly isDefault: boolean;
  readonly tile?: TileBounds;
  /** For each configurable node the layouts of its result and operands, minor to major. */
  readonly layouts?: readonly (readonly (readonly number[])[])[];
}

/** A program of XLA and what it was measured to take under its configurations; failed runs are left out. */
export interface TunedProgram {
  readonly name: string;
  readonly instructions: readonly XlaInstruction[];
  /** The instructions that layouts are of. */
  readonly configurable: readonly number[];
  readonly runs: readonly TunedRun[];
}

const numbers = (list: readonly (bigint | number)[]): number[] => list.map(Number);

function shapeOf(shape: Shape | undefined): XlaShape {
  return {
    type: shape?.elementType ?? 0,
    dimensions: numbers(shape?.dimensions ?? []),
    minorToMajor: numbers(shape?.layout?.minorToMajor ?? []),
  };
}

function instructionsOf(module: Module, where: string): XlaInstruction[] {
  const numberOf = new Map<bigint, number>();
  const rootOf = new Map<bigint, bigint>();
  const all: [Computation, Computation["instructions"][number]][] = [];
  for (const computation of module.computations) {
    rootOf.set(computation.id, computation.rootId);
    for (const instruction of computation.instructions) {
      numberOf.set(instruction.id, all.length);
      all.push([computation, instruction]);
    }
  }
  const found = (id: bigint | undefined, what: string): number => {
    const number = id === undefined ? undefined : numberOf.get(id);
    if (number !== undefined) return number;
    throw new DataError(`${where}: ${what} is not in the program: the file is damaged`);
  };
  return all.map(([computation, it]) => {
    const convolution = it.convolutionDimensionNumbers;
    return {
      opcode: it.opcode,
      shape: shapeOf(it.shape),
      operands: it.operandIds.map((id) => found(id, `operand ${id} of ${it.name}`)),
      called: it.calledComputationIds.map((id) =>
        found(rootOf.get(id), `computation ${id}, which ${it.name} calls,`),
      ),
      isRoot: it.id === computation.rootId,
      isEntry: computation.id === module.entryComputationId,
      window: (it.window?.dimensions ?? []).map((d) => ({
        size: Number(d.size),
        stride: Number(d.stride),
        low: Number(d.paddingLow),
        high: Number(d.paddingHigh),
      })),
      ...(convolution && {
        kernelFeatures: [
          Number(convolution.kernelInputFeatureDimension),
          Number(convolution.kernelOutputFeatureDimension),
        ] as const,
      }),
    };
  });
}

function runOf(run: Run): TunedRun | undefined {
  const time = Number(run.profile?.computeTimeNs ?? 0n) / 1000;
  if (run.error || !(time > 0)) return undefined;
  const tile = run.opConfig?.tileSizeConfig;
  const layout = run.moduleConfig?.layoutConfig;
  return {
    time,
    isDefault: run.isDefault,
    ...(tile && {
      tile: {
        kernel: numbers(tile.kernelBounds),
        output: numbers(tile.outputBounds),
        input: numbers(tile.inputBounds),
      },
    }),
    ...(layout && {
      layouts: layout.nodes.map(({ tensors }) => tensors.map(({ dims }) => [...dims])),
    }),
  };
}

function programOf(tuning: ModuleTuning, file: string): TunedProgram {
  const { module } = tuning;
  const where = `${file}: program ${module?.name || "without a name"}`;
  if (!module?.computations.length)
    throw new DataError(`${where} has no instructions: name a file of TpuGraphs' tuning data`);
  const instructions = instructionsOf(module, where);
  const configurable = numbers(tuning.configIndexToNode);
  for (const node of configurable)
    if (!(node < instructions.length))
      throw new DataError(
        `${where}: layouts are of instruction ${node} of ${instructions.length}: the file is damaged`,
      );
  const runs = tuning.runs.flatMap((run) => runOf(run) ?? []);
  const name = module.name;
  return { name, instructions, configurable, runs };
}

/**
 * Programs and their measurements from TpuGraphs' tuning data, its protobufs: many kernels with tile sizes, or one program with
 * layouts.
 *
 * @throws DataError naming the file and what is wrong with it
 */
export async function loadTuning(file: string): Promise<readonly TunedProgram[]> {
  let bytes: Uint8Array;
  let modules: readonly ModuleTuning[];
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new DataError(`cannot read ${file}: ${reasonOf(error)}`);
  }
  try {
    modules = modulesOf(bytes);
  } catch (error) {
    throw new DataError(
      `${file} is no tuning data of TpuGraphs, or is cut short (${reasonOf(error)}): fetch it again`,
    );
  }
  const programs = modules.map((tuning) => programOf(tuning, file));
  if (programs.length > 0) return programs;
  throw new DataError(`${file} holds no programs: name a file of TpuGraphs' tuning data`);
}

/** Files of many modules and of one are not marked as such: of the second, field 1 is a module, whose own field 1 is its name. */
function modulesOf(bytes: Uint8Array): readonly ModuleTuning[] {
  const one = (): ModuleTuning => fromBinary(ModuleTuningSchema, bytes);
  try {
    const { modules } = fromBinary(TuningSchema, bytes);
    if (modules.length > 0 && modules.every(({ module }) => module?.computations.length))
      return modules;
  } catch (error) {
    try {
      return [one()];
    } catch {
      throw error;
    }
  }
  return bytes.length === 0 ? [] : [one()];
}

/** The number of an instruction's opcode in TpuGraphs' list. */
export function opcodeOf(instruction: XlaInstruction): number {
  return opcodeNumber(instruction.opcode);
}
