import { weights } from "@rewright/example-models";
import { ModelBuilder } from "@rewright/onnx";

/** The sizes of a graph convolutional net. */
export interface GcnOptions {
  readonly vertices?: number;
  /** Features of a vertex, then the width of each layer. */
  readonly widths?: readonly number[];
  readonly seed?: number;
}

/**
 * A graph convolutional net over a dense adjacency matrix (Kipf and Welling, 2017, equation 2), in the order in which its authors' Keras code
 * multiplies: (A·X)·W + b.
 */
export function gcn(options: GcnOptions = {}): Uint8Array {
  const { vertices = 1024, widths = [256, 64, 16], seed = 1 } = options;
  const b = new ModelBuilder("gcn", { opset: 13 });
  const w = weights(seed);
  const adjacency = b.input("adjacency", "f32", [vertices, vertices]);
  let x = b.input("features", "f32", [vertices, widths[0] ?? 256]);
  for (const [i, to] of widths.slice(1).entries()) {
    const from = widths[i] as number;
    const gathered = b.node("MatMul", [adjacency, x]);
    const product = b.node("MatMul", [gathered, b.constant(w.normal([from, to]))]);
    x = b.node("Add", [product, b.constant(w.normal([to], 0.1))]);
    if (i + 2 < widths.length) x = b.node("Relu", [x]);
  }
  b.output("scores", b.node("LogSoftmax", [x], { axis: 1 }));
  return b.bytes();
}
