// Protobuf by hand, for models that no builder should be able to make.

const varint = (n: number): number[] =>
  n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))];

/** A field of a message: an integer, a text, or a message of fields. */
function field(number: number, value: number | string | readonly number[]): number[] {
  if (typeof value === "number") return [...varint(number * 8), ...varint(value)];
  const bytes = typeof value === "string" ? [...Buffer.from(value)] : value;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** y = x · w, whose weights lie at `location`, outside the file. */
export function external(location: string): Uint8Array {
  const tensor = [
    ...field(1, 2),
    ...field(1, 2),
    ...field(2, 1),
    ...field(8, "w"),
    ...field(13, [...field(1, "location"), ...field(2, location)]),
    ...field(14, 1),
  ];
  const value = (name: string): number[] => {
    const dim = field(1, field(1, 2));
    return [
      ...field(1, name),
      ...field(2, field(1, [...field(1, 1), ...field(2, [...dim, ...dim])])),
    ];
  };
  const node = [...field(1, "x"), ...field(1, "w"), ...field(2, "y"), ...field(4, "MatMul")];
  const graph = [
    ...field(1, node),
    ...field(2, "external"),
    ...field(5, tensor),
    ...field(11, value("x")),
    ...field(12, value("y")),
  ];
  return Uint8Array.from([...field(1, 8), ...field(7, graph), ...field(8, field(2, 17))]);
}

/** y = (x · a) · b, whose weights, `size` by `size`, are inputs with defaults, as all were before version 4 of the format. */
export function overridable(size: number): Uint8Array {
  const value = (name: string, rows: number): number[] => {
    const dims = [rows, size].flatMap((n) => field(1, field(1, n)));
    return [...field(1, name), ...field(2, field(1, [...field(1, 1), ...field(2, dims)]))];
  };
  const tensor = (name: string): number[] => {
    const elements = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i));
    const raw = [...new Uint8Array(elements.buffer)];
    return [
      ...field(1, size),
      ...field(1, size),
      ...field(2, 1),
      ...field(8, name),
      ...field(9, raw),
    ];
  };
  const node = (a: string, b: string, y: string): number[] => [
    ...[...field(1, a), ...field(1, b), ...field(2, y), ...field(4, "MatMul")],
  ];
  const graph = [
    ...[...field(1, node("x", "a", "h")), ...field(1, node("h", "b", "y")), ...field(2, "old")],
    ...[...field(5, tensor("a")), ...field(5, tensor("b"))],
    ...[
      ...field(11, value("x", 1)),
      ...field(11, value("a", size)),
      ...field(11, value("b", size)),
    ],
    ...field(12, value("y", 1)),
  ];
  return Uint8Array.from([...field(1, 3), ...field(7, graph), ...field(8, field(2, 8))]);
}

/** A graph in an attribute of a node of a graph in an attribute …, `depth` times. */
export function nested(depth: number): Uint8Array {
  const heads: number[][] = [];
  let length = 0;
  const wrap = (number: number): void => {
    const head = [...varint(number * 8 + 2), ...varint(length)];
    heads.push(head);
    length += head.length;
  };
  for (let i = 0; i < depth; i++) for (const number of [6, 5, 1]) wrap(number); // AttributeProto.g, NodeProto.attribute, GraphProto.node
  wrap(7); // ModelProto.graph
  return Uint8Array.from(heads.reverse().flat());
}
