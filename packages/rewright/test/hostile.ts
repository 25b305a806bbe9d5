// More protobuf by hand: whole models that no exporter would write.

const varint = (n: number | bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(n));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
  return [...bytes, Number(rest)];
};

/** A field of a message: an integer, a text, or a message of fields. */
function field(number: number, value: number | string | readonly number[]): number[] {
  if (typeof value === "number") return [...varint(number * 8), ...varint(value)];
  const bytes = typeof value === "string" ? [...Buffer.from(value)] : value;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** The declaration of an f32[2, 2]. */
function declared(name: string): number[] {
  const dim = field(1, field(1, 2));
  const type = [...field(1, 1), ...field(2, [...dim, ...dim])];
  return [...field(1, name), ...field(2, field(1, type))];
}

type Node = readonly [op: string, inputs: readonly string[], outputs: readonly string[]];

function nodeOf([op, inputs, outputs]: Node, ...attributes: readonly (readonly number[])[]) {
  const dot = op.lastIndexOf(".");
  return [
    ...inputs.flatMap((name) => field(1, name)),
    ...outputs.flatMap((name) => field(2, name)),
    ...field(4, op.slice(dot + 1)),
    ...attributes.flatMap((attribute) => field(5, attribute)),
    ...(dot > 0 ? field(7, op.slice(0, dot)) : []),
  ];
}

/** A model from x to y. */
function modelOf(graph: readonly number[], ...more: readonly (readonly number[])[]): Uint8Array {
  const interface_ = [...field(11, declared("x")), ...field(12, declared("y"))];
  return Uint8Array.from([
    ...field(1, 8),
    ...field(7, [...graph, ...field(2, "graph"), ...interface_]),
    ...field(8, field(2, 17)),
    ...more.flat(),
  ]);
}

/** A model of these nodes. */
export function nodes(list: readonly Node[]): Uint8Array {
  return modelOf(list.flatMap((node) => field(1, nodeOf(node))));
}

/** y = x · w, where w claims these dimensions and holds `count` floats. */
export function weighted(dims: readonly number[], count: number): Uint8Array {
  const tensor = [
    ...dims.flatMap((dim) => field(1, dim)),
    ...field(2, 1),
    ...field(8, "w"),
    ...field(9, new Array<number>(4 * count).fill(0)),
  ];
  return modelOf([...field(1, nodeOf(["MatMul", ["x", "w"], ["y"]])), ...field(5, tensor)]);
}

/** y = x · w, whose weights lie at `location`, outside the file. */
export function external(location: string): Uint8Array {
  const tensor = [
    ...[...field(1, 2), ...field(1, 2), ...field(2, 1), ...field(8, "w")],
    ...field(13, [...field(1, "location"), ...field(2, location)]),
    ...field(14, 1),
  ];
  return modelOf([...field(1, nodeOf(["MatMul", ["x", "w"], ["y"]])), ...field(5, tensor)]);
}

/** y = Relu(Relu(Twice(x))), where Twice is a function of the model's own. */
export function withFunction(): Uint8Array {
  const twice = [
    ...field(1, "Twice"),
    ...field(4, "a"),
    ...field(5, "b"),
    ...field(7, nodeOf(["Add", ["a", "a"], ["b"]])),
    ...field(9, field(2, 17)),
    ...field(10, "mine"),
  ];
  const list: readonly Node[] = [
    ["mine.Twice", ["x"], ["t"]],
    ["Relu", ["t"], ["u"]],
    ["Relu", ["u"], ["y"]],
  ];
  return modelOf(
    list.flatMap((node) => field(1, nodeOf(node))),
    field(8, [...field(1, "mine"), ...field(2, 1)]),
    field(25, twice),
  );
}

/**
 * w = Relu(Relu(x)); i = If(c) { s = x + w; b = -s } else { b = w }; y = i + w, where c holds, which is known beforehand or not. The
 * branches take x and w from around them.
 */
export function branching(known: boolean): Uint8Array {
  const branch = (list: readonly Node[]): number[] => [
    ...list.flatMap((node) => field(1, nodeOf(node))),
    ...field(2, "branch"),
    ...field(12, declared("b")),
  ];
  const attribute = (name: string, graph: readonly number[]): number[] => [
    ...field(1, name),
    ...field(6, graph),
    ...field(20, 5),
  ];
  const then: readonly Node[] = [
    ["Add", ["x", "w"], ["s"]],
    ["Neg", ["s"], ["b"]],
  ];
  const computed: readonly Node[] = [
    ["ReduceMax", ["x"], ["most"]],
    ["ReduceMin", ["x"], ["least"]],
    ["GreaterOrEqual", ["most", "least"], ["c"]],
  ];
  return modelOf([
    ...field(1, nodeOf(["Relu", ["x"], ["r"]])),
    ...field(1, nodeOf(["Relu", ["r"], ["w"]])),
    ...field(
      1,
      nodeOf(
        ["If", ["c"], ["i"]],
        attribute("then_branch", branch(then)),
        attribute("else_branch", branch([["Identity", ["w"], ["b"]]])),
      ),
    ),
    ...field(1, nodeOf(["Add", ["i", "w"], ["y"]])),
    ...(known
      ? field(5, [...field(2, 9), ...field(8, "c"), ...field(9, [1])])
      : computed.flatMap((node) => field(1, nodeOf(node)))),
  ]);
}

/** The model with metadata and with a field that this version of the format does not have. */
export function annotated(model: Uint8Array): Uint8Array {
  return Uint8Array.from([
    ...model,
    ...field(14, [...field(1, "author"), ...field(2, "somebody")]),
    ...field(999, "a field of the future"),
  ]);
}
