import { index, ints, weights } from "@rewright/example-models";
import { ModelBuilder, type Value } from "@rewright/onnx";

/** The sizes of a recommendation model. */
export interface DlrmOptions {
  /** Categories: each looks up its own table. */
  readonly tables?: number;
  readonly rows?: number;
  /** Numbers of an example, and the widths of the layers over them; the last is that of the tables. */
  readonly bottom?: readonly number[];
  /** The widths of the layers over the interactions. */
  readonly top?: readonly number[];
  readonly batch?: number;
  readonly seed?: number;
}

/**
 * DLRM (Naumov et al., 2019) of the sizes that its authors use for the Criteo Kaggle data, tables cut to `rows`: a look-up a category, products of all
 * pairs, the lower triangle of them taken by an index over two axes as the exporter spells it.
 */
export function dlrm(options: DlrmOptions = {}): Uint8Array {
  const { tables = 26, rows = 1000, bottom = [13, 512, 256, 64, 16] } = options;
  const { top = [512, 256, 1], batch = 1, seed = 1 } = options;
  const b = new ModelBuilder("dlrm", { opset: 13 });
  const w = weights(seed);
  const width = bottom.at(-1) ?? 16;
  const layers = (x: Value, widths: readonly number[], last: string): Value => {
    let y = x;
    for (const [i, to] of widths.slice(1).entries()) {
      const from = widths[i] as number;
      const operands = [
        y,
        b.constant(w.normal([to, from], Math.sqrt(2 / (from + to)))),
        b.constant(w.normal([to], 0.1)),
      ];
      y = b.node("Gemm", operands, { alpha: 1, beta: 1, transB: 1 });
      y = b.node(i + 2 < widths.length ? "Relu" : last, [y]);
    }
    return y;
  };
  const numbers = layers(b.input("numbers", "f32", [batch, bottom[0] ?? 13]), bottom, "Relu");
  const categories = b.input("categories", "i64", [batch, tables]);
  const found = Array.from({ length: tables }, (_, i) => {
    const column = b.node("Gather", [categories, b.constant(index(i))], { axis: 1 });
    return b.node("Gather", [b.constant(w.normal([rows, width], 0.3)), column]);
  });
  const count = tables + 1;
  const all = b.node("Reshape", [
    b.node("Concat", [numbers, ...found], { axis: 1 }),
    b.constant(ints(batch, -1, width)),
  ]);
  const products = b.node("MatMul", [all, b.node("Transpose", [all], { perm: [0, 2, 1] })]);
  const pairs: number[] = [];
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) pairs.push(i * count + j);
  const flat = b.node("Flatten", [b.node("Transpose", [products], { perm: [1, 2, 0] })], {
    axis: 2,
  });
  const chosen = b.node("Gather", [flat, b.constant(ints(...pairs))], { axis: 0 });
  const triangle = b.node("Reshape", [
    b.node("Transpose", [b.node("Reshape", [chosen, b.constant(ints(-1, batch))])], {
      perm: [1, 0],
    }),
    b.constant(ints(batch, pairs.length)),
  ]);
  const joined = b.node("Concat", [numbers, triangle], { axis: 1 });
  b.output("probability", layers(joined, [width + pairs.length, ...top], "Sigmoid"));
  return b.bytes();
}
