import type { Features, Samples } from "./samples.ts";

/** How numbers become inputs of about the same size: their logarithms, less a mean, over a spread. */
interface Scaling {
  /** The columns that vary, by their numbers. */
  readonly columns: readonly number[];
  readonly mean: readonly number[];
  readonly spread: readonly number[];
}

/** How configurations become inputs: as whole numbers that are told apart one by one, or as quantities. */
type ConfigEncoding =
  | {
      readonly kind: "choices";
      readonly width: number;
      readonly choices: readonly (readonly [column: number, value: number])[];
    }
  | ({ readonly kind: "quantities"; readonly width: number } & Scaling);

/** How samples of a vocabulary become inputs of a network; learnt from what it is trained on. */
export interface Encoding {
  readonly vocabulary: string;
  readonly nodes: Scaling;
  readonly configs: ConfigEncoding;
}

/** Sizes and counts span many powers of ten. */
const squeeze = (x: number): number => Math.sign(x) * Math.log1p(Math.abs(x));

/** The scaling of the columns of some tables together; those that do not vary are left out. */
function scalingOf(tables: readonly ArrayLike<number>[], width: number): Scaling {
  const [columns, mean, spread]: [number[], number[], number[]] = [[], [], []];
  for (let c = 0; c < width; c++) {
    let [count, sum, squares] = [0, 0, 0];
    for (const table of tables)
      for (let i = c; i < table.length; i += width) {
        const x = squeeze(table[i] as number);
        count++;
        sum += x;
        squares += x * x;
      }
    const average = sum / count;
    const variance = squares / count - average * average;
    if (!(variance > 1e-9)) continue;
    columns.push(c);
    mean.push(average);
    spread.push(Math.sqrt(variance));
  }
  return { columns, mean, spread };
}

/** Values of each column that occur, where there is more than one. */
function choicesOf(tables: readonly ArrayLike<number>[], width: number): [number, number][] {
  return Array.from({ length: width }, (_, c) => {
    const values = new Set<number>();
    for (const table of tables)
      for (let i = c; i < table.length; i += width) values.add(table[i] as number);
    return values.size > 1
      ? [...values].sort((a, b) => a - b).map((x): [number, number] => [c, x])
      : [];
  }).flat();
}

/** The encoding that suits some samples, all of one vocabulary. */
export function encodingOf(sets: readonly Samples[]): Encoding {
  const first = sets[0] as Samples;
  const width = first.configWidth;
  const tables = sets.map(({ configs }) => configs);
  const isChoice = tables.every((table) => table instanceof Int8Array);
  return {
    vocabulary: first.vocabulary,
    nodes: scalingOf(
      sets.map(({ graph }) => graph.features),
      first.graph.width,
    ),
    configs: isChoice
      ? { kind: "choices", width, choices: choicesOf(tables, width) }
      : { kind: "quantities", width, ...scalingOf(tables, width) },
  };
}

function scaled(
  data: ArrayLike<number>,
  width: number,
  { columns, mean, spread }: Scaling,
): Float32Array {
  const rows = data.length / width;
  const out = new Float32Array(rows * Math.max(1, columns.length));
  for (let r = 0, o = 0; r < rows; r++)
    for (let c = 0; c < columns.length; c++, o++)
      out[o] =
        (squeeze(data[r * width + (columns[c] as number)] as number) - (mean[c] as number)) /
        (spread[c] as number);
  return out;
}

/** Inputs a node. */
export function nodeInputs({ nodes }: Encoding): number {
  return Math.max(1, nodes.columns.length);
}

/** Inputs a configurable node, or a configuration of a program as a whole. */
export function configInputs({ configs }: Encoding): number {
  return Math.max(1, configs.kind === "choices" ? configs.choices.length : configs.columns.length);
}

/** Nodes as inputs, row by row. */
export function encodeNodes(graph: Features, encoding: Encoding): Float32Array {
  return scaled(graph.features, graph.width, encoding.nodes);
}

/** Configurations as inputs, row by row. */
export function encodeConfigs(
  configs: ArrayLike<number>,
  { configs: how }: Encoding,
): Float32Array {
  if (how.kind === "quantities") return scaled(configs, how.width, how);
  const rows = configs.length / how.width;
  const out = new Float32Array(rows * Math.max(1, how.choices.length));
  for (let r = 0, o = 0; r < rows; r++)
    for (const [column, value] of how.choices)
      out[o++] = Number(configs[r * how.width + column] === value);
  return out;
}
