import type { TpuPart } from "./parts.ts";

/** A tensor as it lies in memory. */
export interface Placed {
  /** Sizes by dimension. */
  readonly dimensions: readonly number[];
  /** Dimensions from the one that varies slowest in memory to the fastest. */
  readonly majorToMinor: readonly number[];
  /** Bytes of an element. */
  readonly bytes: number;
}

/** A kernel that is computed tile by tile: a loop over tiles of its result (or of what it sums up), around one over the depth of a product. */
export interface TileKernel {
  /** What the loop goes over. */
  readonly space: Placed;
  /** Tensors that are read or written once, tile by tile: they have the dimensions of `space`, in places of their own. */
  readonly moved: readonly Placed[];
  /** A matrix product or convolution: its second operand, of whose dimensions one is summed over and one goes to the result. */
  readonly product?: {
    readonly kernel: Placed;
    readonly depth: number;
    readonly columns: number;
    /** Bytes of an element of the first operand. */
    readonly inputBytes: number;
  };
}

/** How far one step reaches, in tiles of 8 × 128 along the last two dimensions, from major to minor. */
export interface TileSizes {
  readonly space: readonly number[];
  /** Of a product's second operand. */
  readonly kernel: readonly number[];
}

/** Rows and columns of a tile in memory. */
const SUBLANES = 8;
/** Columns of a tile in memory. */
const LANES = 128;

/*
 * What a step takes to begin, in µs, on a v3: within 750 measured configurations of 15 kernels (TpuGraphs), times of element-wise
 * kernels, copies and reductions grow by 0.15 to 0.25 a step, those of products by more.
 */
const STEP = 0.2;
const PRODUCT_STEP = 0.35;

/** Elements in a tile along the dimension at a place, counted from major to minor. */
function unit(place: number, rank: number): number {
  return place === rank - 1 ? LANES : place === rank - 2 ? SUBLANES : 1;
}

/** How many tiles a tensor has along each dimension, from major to minor. */
export function tilesOf({ dimensions, majorToMinor }: Placed): number[] {
  return majorToMinor.map((dimension, place) =>
    Math.ceil((dimensions[dimension] as number) / unit(place, majorToMinor.length)),
  );
}

/** Elements along each dimension, by its number, that a step reaches. */
function extents({ dimensions, majorToMinor }: Placed, sizes: readonly number[]): number[] {
  const found: number[] = dimensions.map(() => 1);
  for (const [place, dimension] of majorToMinor.entries())
    found[dimension] = Math.min(
      (sizes[place] as number) * unit(place, majorToMinor.length),
      dimensions[dimension] as number,
    );
  return found;
}

/** Bytes that whole tiles around so many elements take. */
function padded({ majorToMinor, bytes }: Placed, elements: readonly number[]): number {
  const rank = majorToMinor.length;
  return majorToMinor.reduce((product, dimension, place) => {
    const u = unit(place, rank);
    return product * Math.ceil((elements[dimension] as number) / u) * u;
  }, bytes);
}

/** What a choice of tile sizes comes to. */
export interface TileCost {
  /** µs on one core. */
  readonly time: number;
  /** Bytes of vector memory that a step needs, with room for the next step's. */
  readonly memory: number;
}

/**
 * The time of a kernel on one core, in µs: its steps take a while each to begin; beside that goes the longer of what the matrix unit
 * does and what the memory moves. A step moves whole tiles of 8 × 128, of every tensor in its own layout; a product's second operand
 * is fetched anew for every tile of the result, and a matrix unit is busy with a block of weights for as many cycles as it has rows at least.
 */
export function tileCost(part: TpuPart, kernel: TileKernel, sizes: TileSizes): TileCost {
  const { space, moved, product } = kernel;
  const reach = extents(space, sizes.space);
  const tiles = tilesOf(space);
  const outer = tiles.reduce(
    (steps, count, place) => steps * Math.ceil(count / (sizes.space[place] as number)),
    1,
  );
  const along = moved.reduce((sum, tensor) => sum + padded(tensor, reach), 0);
  const bandwidth = (part.bandwidth * 1e3) / part.cores;
  if (!product) {
    const time = outer * (STEP + along / bandwidth);
    return { time, memory: 2 * along };
  }
  const { depth, columns } = product;
  const own = extents(product.kernel, sizes.kernel);
  const kernelTiles = tilesOf(product.kernel);
  const inner = product.kernel.majorToMinor.reduce(
    (steps, dimension, place) =>
      dimension === columns
        ? steps
        : steps * Math.ceil((kernelTiles[place] as number) / (sizes.kernel[place] as number)),
    1,
  );
  const windows = own.reduce(
    (count, elements, dimension) =>
      dimension === depth || dimension === columns ? count : count * elements,
    1,
  );
  const [k, n] = [own[depth] as number, own[columns] as number];
  const rows = reach.reduce((count, elements) => count * elements, 1) / n;
  const weights = padded(product.kernel, own);
  const input = rows * Math.ceil(k / LANES) * LANES * product.inputBytes;
  const steps = outer * inner;
  const bytes = outer * along + steps * (weights + input);
  const blocks = Math.ceil(k / part.side) * Math.ceil(n / part.side) * windows;
  const flops = 2 * steps * blocks * part.side ** 2 * Math.max(rows, part.side);
  const arithmetic = (flops / (part.bf16 * 1e6)) * part.cores;
  return {
    time: steps * PRODUCT_STEP + Math.max(arithmetic, bytes / bandwidth),
    memory: 2 * (along + weights + input),
  };
}
