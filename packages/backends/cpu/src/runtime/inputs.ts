import type { Dim, DType, Graph, NdArray } from "@rewright/plugin";
import { Random } from "./random.ts";
import type { NamedArrays } from "./runtime.ts";
import { type Meaning, Uses } from "./uses.ts";

/** How to draw inputs. */
export interface InputOptions {
  /** Equal seeds give equal inputs. Default 1. */
  readonly seed?: number;
  /** Sizes of symbolic dimensions by name; those not named have size 8. */
  readonly bind?: Readonly<Record<string, number>>;
  /** Inputs to leave out: those that need not be given since they have a default. */
  readonly omit?: { has(name: string): boolean };
}

const words = ["", "a", "rewrite", "Gödel, Escher, Bach", "0", "the same"];

/**
 * Inputs that a program can run on and that tell programs apart: floats are normal, indices lie within the tables they
 * look up (also through casts, reshapes and offsets), masks are 0 and 1, shapes and axes are such as fit.
 *
 * @throws RangeError on an input whose element type is unknown (a sequence, a map).
 */
export function randomInputs(graph: Graph, options: InputOptions = {}): NamedArrays {
  const { seed = 1, bind = {} } = options;
  const random = new Random(seed);
  const sizeOf = (dim: Dim): number => (typeof dim === "number" ? dim : (bind[dim] ?? 8));
  const uses = new Uses(graph, sizeOf);
  return Object.fromEntries(
    graph.inputs.flatMap(({ name, type }, index) => {
      if (options.omit?.has(name)) return [];
      if (type.dtype === "unknown") {
        throw new RangeError(
          `input "${name}" is not a tensor of a known element type: give its value yourself`,
        );
      }
      return [[name, draw(type.dtype, type.shape.map(sizeOf), uses.of(index), random)] as const];
    }),
  );
}

function draw(
  dtype: DType,
  shape: readonly number[],
  meaning: Meaning | undefined,
  random: Random,
): NdArray {
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (dtype === "string") {
    const data = Array.from({ length }, () => words[random.integer(0, words.length - 1)] as string);
    return { dtype, shape, data };
  }
  const next = generator(dtype, meaning, random);
  if (dtype === "i64") {
    return { dtype, shape, data: BigInt64Array.from({ length }, (_, i) => BigInt(next(i))) };
  }
  if (dtype === "u64") {
    return { dtype, shape, data: BigUint64Array.from({ length }, (_, i) => BigInt(next(i))) };
  }
  const data =
    dtype === "f64" || dtype === "c128" ? new Float64Array(length) : numbers(dtype, length);
  for (let i = 0; i < length; i++) data[i] = next(i);
  return { dtype, shape, data };
}

function numbers(dtype: DType, length: number): Float32Array | Int32Array | Uint32Array {
  if (isFloat(dtype)) return new Float32Array(length);
  return dtype === "u32" ? new Uint32Array(length) : new Int32Array(length);
}

function isFloat(dtype: DType): boolean {
  return /^(f|bf|c)/.test(dtype);
}

function generator(
  dtype: DType,
  meaning: Meaning | undefined,
  random: Random,
): (position: number) => number {
  if (meaning?.kind === "axes") return (position) => position;
  if (meaning?.kind === "shape") return (position) => (position === 0 ? -1 : 1);
  if (meaning?.kind === "range") {
    const low = dtype.startsWith("u") ? Math.max(0, meaning.low) : meaning.low;
    return () => random.integer(low, Math.max(low, meaning.high));
  }
  if (isFloat(dtype)) return () => random.normal();
  if (dtype === "bool") return () => random.integer(0, 1);
  if (dtype === "u8") return () => random.integer(0, 255);
  const narrow = dtype.endsWith("2") && !dtype.endsWith("32");
  return () => random.integer(0, narrow ? 1 : 7);
}
