import { type Contraction, contraction, elementBytes, readContraction } from "@rewright/costmodel";
import type { ConfigurationSpace, CostModel, Graph, GraphNode } from "@rewright/plugin";
import type { TpuPart } from "./parts.ts";
import { type Placed, type TileKernel, tileCost, tilesOf } from "./tiles.ts";

/** The result of a product as a matrix: rows or columns vary fastest. */
const layouts = ["row-major", "column-major"] as const;

/** The choices of one product: where they begin in the list, and what they are about. */
interface Product {
  readonly shape: Contraction;
  readonly bytes: number;
  readonly inputBytes: number;
  /** The product that its first operand comes from, through operators that keep the layout. */
  readonly before: number | undefined;
  /** Its result is read from outside, row by row. */
  readonly isOutput: boolean;
  readonly first: number;
  /** Tiles of rows, columns and depth that a step may reach. */
  readonly values: readonly (readonly number[])[];
}

/** Powers of two, and the whole. */
function reaches(whole: number): number[] {
  const values: number[] = [];
  for (let size = 1; size < whole; size *= 2) values.push(size);
  return [...values, whole];
}

const matrix = (rows: number, columns: number, bytes: number, isRowMajor: boolean): Placed => ({
  dimensions: [rows, columns],
  majorToMinor: isRowMajor ? [0, 1] : [1, 0],
  bytes,
});

/**
 * What the compiler may choose for a graph's products: the layout of each result, and how far a step reaches along its rows, its columns
 * and its depth. The cost of a setting is the time of one core in µs; a result that is laid out by columns is copied before it is read by
 * rows. What does not fit vector memory costs Infinity.
 */
export function configurationsOf(
  part: TpuPart,
  costModel: CostModel,
  graph: Graph,
): ConfigurationSpace {
  const choices: { name: string; values: (string | number)[] }[] = [];
  const products = new Map<number, Product>();
  let fixed = 0;
  const outputs = new Set(
    graph.outputs.map(({ source }) => (source.from === "node" ? source.index : -1)),
  );
  for (const [i, node] of graph.nodes.entries()) {
    const shape = contraction();
    const isFree = node.opaque !== undefined || node.operands.every((operand) => operand?.constant);
    if (isFree) continue;
    if (!readContraction(node, shape)) {
      fixed += costModel.cost(node);
      continue;
    }
    const bytes = elementBytes(node.results[0]?.dtype ?? "f32");
    const inputBytes = elementBytes(node.operands[0]?.dtype ?? "f32");
    const space = matrix(shape.batch * shape.m, shape.n, bytes, true);
    const [rows, columns] = tilesOf(space) as [number, number];
    const [depth] = tilesOf(matrix(shape.k, shape.n, inputBytes, true)) as [number];
    const values = [rows, columns, depth].map(reaches);
    const before = productBefore(graph, node, products);
    const isOutput = outputs.has(i);
    products.set(i, { shape, bytes, inputBytes, before, isOutput, first: choices.length, values });
    const label = `${i} ${node.op}`;
    choices.push({ name: `${label}: layout`, values: [...layouts] });
    for (const [v, what] of ["rows", "columns", "depth"].entries())
      choices.push({ name: `${label}: ${what} in tiles`, values: values[v] as number[] });
  }
  const memory = (part.vmem * 2 ** 20) / part.cores;
  const bandwidth = (part.bandwidth * 1e3) / part.cores;

  function timeOf(product: Product, setting: readonly number[]): number {
    const { shape, bytes, inputBytes, first, values } = product;
    const isRowMajor = setting[first] === 0;
    const [rows, columns, depth] = values.map(
      (list, v) => list[setting[first + 1 + v] as number] as number,
    ) as [number, number, number];
    const [m, n] = [shape.batch * shape.m, shape.n];
    const space = matrix(m, n, bytes, isRowMajor);
    const kernel: TileKernel = {
      space,
      moved: [space],
      product: {
        kernel: matrix(shape.k, n, inputBytes, true),
        ...{ depth: 0, columns: 1, inputBytes },
      },
    };
    const sizes = {
      // Rows and columns are counted in tiles of the layout by rows; by columns they change places.
      space: isRowMajor
        ? [rows, columns]
        : [Math.ceil((columns * 128) / 8), Math.ceil((rows * 8) / 128)],
      kernel: [depth, columns],
    };
    const { time, memory: needed } = tileCost(part, kernel, sizes);
    return needed > memory ? Infinity : time;
  }

  /** Reading a result by rows that was written by columns: all of it is moved once. */
  function copied({ shape, bytes }: Product): number {
    const [m, n] = [shape.batch * shape.m, shape.n];
    const size = (isRowMajor: boolean): number =>
      tilesOf(matrix(m, n, bytes, isRowMajor)).reduce((a, b) => a * b, 8 * 128 * bytes);
    return (size(true) + size(false)) / bandwidth;
  }

  return {
    choices,
    cost(setting) {
      checkSetting(choices, setting);
      let total = fixed;
      for (const product of products.values()) {
        total += timeOf(product, setting);
        const source = product.before === undefined ? undefined : products.get(product.before);
        if (source && setting[source.first] === 1) total += copied(source);
        if (product.isOutput && setting[product.first] === 1) total += copied(product);
      }
      return total;
    },
  };
}

function checkSetting(
  choices: readonly { readonly name: string; readonly values: readonly unknown[] }[],
  setting: readonly number[],
): void {
  if (setting.length !== choices.length)
    throw new RangeError(
      `tpu: a setting of ${setting.length} values for ${choices.length} choices: give one index for each`,
    );
  for (const [i, { name, values }] of choices.entries())
    if (!(Number.isInteger(setting[i]) && values[setting[i] as number] !== undefined))
      throw new RangeError(
        `tpu: value ${setting[i]} of "${name}": give an index from 0 to ${values.length - 1}`,
      );
}

/** The product that a node's first operand comes from, each time through the first operand. */
function productBefore(
  graph: Graph,
  node: GraphNode,
  products: ReadonlyMap<number, Product>,
): number | undefined {
  let source = node.inputs[0];
  while (source?.from === "node") {
    if (products.has(source.index)) return source.index;
    source = graph.nodes[source.index]?.inputs[0];
  }
  return undefined;
}
