import { writeFileSync } from "node:fs";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";

/** An array to be written as NumPy does. */
export interface Written {
  readonly type: "<f4" | "<i8" | "|u1" | "<f2";
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly isFortran?: boolean;
}

/** The bytes of an array file. */
export function npy({ type, shape, data, isFortran = false }: Written): Uint8Array {
  const sides = `${shape.join(", ")}${shape.length === 1 ? "," : ""}`;
  const text = `{'descr': '${type}', 'fortran_order': ${isFortran ? "True" : "False"}, 'shape': (${sides}), }`;
  const header = `${text.padEnd(117)}\n`;
  const body =
    type === "<i8"
      ? BigInt64Array.from(data, BigInt)
      : type === "|u1"
        ? Uint8Array.from(data)
        : type === "<f4"
          ? Float32Array.from(data)
          : Uint16Array.from(data);
  const bytes = new Uint8Array(10 + header.length + body.byteLength);
  bytes.set([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    header.length & 255,
    header.length >> 8,
  ]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(body.buffer), 10 + header.length);
  return bytes;
}

/** Writes an archive of arrays, or of what is given as bytes. */
export async function writeNpz(
  file: string,
  members: Readonly<Record<string, Written | Uint8Array>>,
): Promise<void> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, member] of Object.entries(members))
    await zip.add(
      `${name}.npy`,
      new Uint8ArrayReader(member instanceof Uint8Array ? member : npy(member)),
    );
  writeFileSync(file, await zip.close());
}

/** A small layout file: 3 nodes in a row, of which 2 have layouts, in `count` configurations. */
export function layoutArrays(count: number): Record<string, Written> {
  const config = (c: number): number[] => [c % 4, -1, 0, (c * 3) % 5, 1, -1];
  return {
    node_feat: { type: "<f4", shape: [3, 2], data: [1, 2, 3, 4, 5, 6] },
    node_opcode: { type: "|u1", shape: [3], data: [26, 2, 34] },
    edge_index: { type: "<i8", shape: [2, 2], data: [1, 0, 2, 1] },
    node_config_ids: { type: "<i8", shape: [2], data: [0, 2] },
    node_config_feat: {
      type: "<f4",
      shape: [count, 2, 3],
      data: Array.from({ length: count }, (_, c) => config(c)).flat(),
    },
    config_runtime: {
      type: "<i8",
      shape: [count],
      data: Array.from({ length: count }, (_, c) => 1000 * (c + 1)),
    },
  };
}
