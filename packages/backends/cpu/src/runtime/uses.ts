import type { Dim, Graph, GraphNode, NdArray, Source } from "@rewright/plugin";

/** What a program does with an input, as far as it bounds the values that make sense there. */
export type Meaning =
  /** Whole numbers in [low, high]: positions in a table, lengths, masks. */
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  /** 0, 1, 2, …: axes. */
  | { readonly kind: "axes" }
  /** −1, 1, 1, …: a shape that fits any tensor. */
  | { readonly kind: "shape" };

type Operands = GraphNode["operands"];
type Bind = (dim: Dim) => number;
type Reading = (operands: Operands, node: GraphNode, bind: Bind) => Meaning | undefined;

const exactly =
  (value: number): Reading =>
  () => ({ kind: "range", low: value, high: value });
const axes: Reading = () => ({ kind: "axes" });
const mask: Reading = () => ({ kind: "range", low: 0, high: 1 });
const few: Reading = () => ({ kind: "range", low: 1, high: 4 });

/** Positions along the axis that an attribute names. */
const alongAxis: Reading = (operands, node, bind) => {
  const shape = operands[0]?.shape ?? [];
  const axis = Number(node.attrs["axis"] ?? 0);
  const dim = shape[axis < 0 ? axis + shape.length : axis];
  return dim === undefined ? undefined : { kind: "range", low: 0, high: bind(dim) - 1 };
};

/** Positions in the leading dimensions: the smallest bounds them all. */
const leading: Reading = (operands, node, bind) => {
  const last = operands[1]?.shape.at(-1);
  if (last === undefined) return undefined;
  const from = Number(node.attrs["batch_dims"] ?? 0);
  const dims = (operands[0]?.shape ?? []).slice(from, from + bind(last)).map(bind);
  return dims.length === 0 ? undefined : { kind: "range", low: 0, high: Math.min(...dims) - 1 };
};

const steps: Reading = (operands, _, bind) => {
  const time = operands[0]?.shape[0];
  return time === undefined ? undefined : { kind: "range", low: 1, high: bind(time) };
};

/** What an operand at a position means, by operator. */
const readings: Readonly<Record<string, Readonly<Record<number, Reading>>>> = {
  Gather: { 1: alongAxis },
  GatherElements: { 1: alongAxis },
  ScatterElements: { 1: alongAxis },
  GatherND: { 1: leading },
  ScatterND: { 1: leading },
  LSTM: { 4: steps },
  GRU: { 4: steps },
  RNN: { 4: steps },
  Where: { 0: mask },
  Reshape: { 1: () => ({ kind: "shape" }) },
  Expand: { 1: exactly(1) },
  Tile: { 1: exactly(1) },
  Pad: { 1: exactly(0) },
  TopK: { 1: exactly(1) },
  Trilu: { 1: exactly(0) },
  CumSum: { 1: exactly(0) },
  ConstantOfShape: { 0: few },
  Range: { 0: exactly(0), 1: few, 2: exactly(1) },
  Slice: { 1: exactly(0), 2: exactly(2 ** 31 - 1), 3: axes, 4: exactly(1) },
  Squeeze: { 1: axes },
  Unsqueeze: { 1: axes },
  ReduceSum: { 1: axes },
  ReduceMean: { 1: axes },
  ReduceMax: { 1: axes },
  ReduceMin: { 1: axes },
};

/** Operators whose result holds the values of their first operand, moved about. */
const movers = new Set(
  "Cast Identity Reshape Squeeze Unsqueeze Flatten Transpose Slice Expand Tile Gather Split Concat Pad Dropout".split(
    " ",
  ),
);

interface Use {
  readonly node: GraphNode;
  readonly index: number;
  readonly position: number;
}

/** Follows an input through a program to the operators that give its values a meaning. */
export class Uses {
  readonly #graph: Graph;
  readonly #bind: Bind;
  readonly #uses = new Map<string, Use[]>();

  constructor(graph: Graph, bind: Bind) {
    this.#graph = graph;
    this.#bind = bind;
    graph.nodes.forEach((node, index) => {
      node.inputs.forEach((source, position) => {
        if (source === undefined || source.from === "constant") return;
        const key = keyOf(source);
        const uses = this.#uses.get(key) ?? [];
        uses.push({ node, index, position });
        this.#uses.set(key, uses);
      });
    });
  }

  /** The tightest range that all uses of the input leave; where there is none, what the first use says; `undefined` where no use says anything. */
  of(input: number): Meaning | undefined {
    const found: Meaning[] = [];
    this.#follow({ from: "input", index: input }, 0, 0, 1, found, new Set());
    const ranges = found.filter((meaning) => meaning.kind === "range");
    const first = ranges[0];
    if (first === undefined || found[0]?.kind !== "range") return found[0];
    let { low, high } = first;
    for (const range of ranges) {
      low = Math.max(low, range.low);
      high = Math.min(high, range.high);
    }
    return { kind: "range", low, high: Math.max(low, high) };
  }

  /** The value at `source` lies in `scale` · input + [low, high]. */
  #follow(
    source: Source,
    low: number,
    high: number,
    scale: number,
    found: Meaning[],
    seen: Set<string>,
  ): void {
    const key = keyOf(source);
    if (seen.has(key)) return;
    seen.add(key);
    for (const { node, index, position } of this.#uses.get(key) ?? []) {
      const result = (number: number): Source => ({ from: "node", index, result: number });
      const meaning = node.opaque === undefined ? this.#read(node, position) : undefined;
      if (meaning !== undefined) {
        found.push(
          meaning.kind === "range"
            ? {
                kind: "range",
                low: Math.ceil((meaning.low - low) / scale),
                high: Math.floor((meaning.high - high) / scale),
              }
            : meaning,
        );
      } else if (
        node.opaque === undefined &&
        (movers.has(node.op) ? position === 0 || node.op === "Concat" : false)
      ) {
        for (let i = 0; i < node.results.length; i++) {
          this.#follow(result(i), low, high, scale, found, seen);
        }
      } else if (node.op === "Add" || node.op === "Mul" || (node.op === "Sub" && position === 0)) {
        const other = this.#contents(node.inputs[1 - position]);
        const [from, to] =
          other === undefined
            ? [node.op === "Mul" ? 1 : 0, node.op === "Mul" ? 1 : 0]
            : bounds(other);
        if (node.op === "Mul") {
          if (from > 0) this.#follow(result(0), low * from, high * to, scale * to, found, seen);
        } else if (node.op === "Add") {
          this.#follow(result(0), low + from, high + to, scale, found, seen);
        } else {
          this.#follow(result(0), low - to, high - from, scale, found, seen);
        }
      }
    }
  }

  #read(node: GraphNode, position: number): Meaning | undefined {
    if (node.op === "Cast" && node.results[0]?.dtype === "bool")
      return { kind: "range", low: 0, high: 1 };
    // 1 − x, x = 0, x = 1: the ways in which programs use a mask.
    if ((node.op === "Sub" && position === 1) || node.op === "Equal") {
      const other = this.#contents(node.inputs[1 - position]);
      if (other === undefined) return undefined;
      const [from, to] = bounds(other);
      const isMask = from === to && (from === 1 || (from === 0 && node.op === "Equal"));
      return isMask ? { kind: "range", low: 0, high: 1 } : undefined;
    }
    return readings[node.op]?.[position]?.(node.operands, node, this.#bind);
  }

  #contents(source: Source | undefined): NdArray | undefined {
    if (source?.from !== "constant") return undefined;
    const constant = this.#graph.constants[source.index];
    const size = constant?.type.shape.reduce<number>((product, dim) => product * Number(dim), 1);
    return size !== undefined && size > 0 && size <= 65_536 ? constant?.load() : undefined;
  }
}

function keyOf(source: Source): string {
  return source.from === "node"
    ? `n${source.index}.${source.result}`
    : `${source.from}${source.index}`;
}

function bounds(array: NdArray): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < array.data.length; i++) {
    const value = Number(array.data[i]);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
