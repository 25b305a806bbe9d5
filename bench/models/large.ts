import { closeSync, openSync, writeSync } from "node:fs";
import { basename } from "node:path";

/** The sizes of a model whose weights lie in a data file. */
export interface LargeOptions {
  /** Rows and columns of the weights of each layer. */
  readonly width: number;
  readonly layers: number;
}

const varint = (n: number): Uint8Array => {
  const bytes: number[] = [];
  let rest = n;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
};

/** A field of a protobuf message: an integer, a text, or a message. */
function field(no: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === "number") return Buffer.concat([varint(no * 8), varint(value)]);
  const content = Buffer.from(value as Uint8Array);
  return Buffer.concat([varint(no * 8 + 2), varint(content.length), content]);
}
const message = (...fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields);

/**
 * Writes layers of a product and two rectifiers, one of them of no use, to `path`, and their weights to a file beside it. Nothing is held in memory but one
 * layer's weights: the model may be larger than that.
 */
export function writeLarge(path: string, { width, layers }: LargeOptions): void {
  const location = `${basename(path)}.data`;
  const weights = new Float32Array(width * width).map((_, i) => Math.sin(i) / width);
  const data = openSync(`${path}.data`, "w");
  const graph: Uint8Array[] = [];
  const info = (no: number, name: string): Uint8Array => {
    const dim = (size: number): Uint8Array => field(1, field(1, size));
    const type = message(field(1, 1), field(2, message(dim(1), dim(width))));
    return field(no, message(field(1, name), field(2, field(1, type))));
  };
  const node = (op: string, inputs: readonly string[], output: string): Uint8Array =>
    field(1, message(...inputs.map((i) => field(1, i)), field(2, output), field(4, op)));
  let x = "x";
  for (let i = 0; i < layers; i++) {
    weights[0] = i; // no two are equal
    const bytes = new Uint8Array(weights.buffer);
    for (let at = 0; at < bytes.length; )
      at += writeSync(data, bytes, at, Math.min(bytes.length - at, 2 ** 30));
    const place = { location, offset: i * bytes.length, length: bytes.length };
    const entries = Object.entries(place).map(([key, value]) =>
      field(13, message(field(1, key), field(2, String(value)))),
    );
    const tensor = [field(1, width), field(1, width), field(2, 1), field(8, `w${i}`)];
    graph.push(
      field(5, message(...tensor, ...entries, field(14, 1))),
      node("MatMul", [x, `w${i}`], `p${i}`),
      node("Relu", [`p${i}`], `r${i}`),
      node("Relu", [`r${i}`], `y${i}`),
    );
    x = `y${i}`;
  }
  closeSync(data);
  graph.push(field(2, "large"), info(11, "x"), info(12, x));
  const file = openSync(path, "w");
  writeSync(file, message(field(1, 8), field(7, message(...graph)), field(8, field(2, 17))));
  closeSync(file);
}
