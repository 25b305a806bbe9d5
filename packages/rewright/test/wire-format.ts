/** Rules in TASO's protobuf form, written by hand: field numbers as in its `rules.proto`. */

function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** A field that is a number. */
export const number = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(field << 3), ...varint(value)]);

/** A field that is a message of these fields. */
export function message(field: number, fields: readonly Uint8Array[]): Uint8Array {
  const content = fields.flatMap((one) => [...one]);
  return Uint8Array.from([...varint((field << 3) | 2), ...varint(content.length), ...content]);
}

/** What an operator holds: its type, its operands (an operator and which of its results), its parameters. */
export function operator(
  type: number,
  inputs: readonly (readonly [number, number?])[],
  parameters: Readonly<Record<number, number>> = {},
): readonly Uint8Array[] {
  return [
    number(1, type),
    ...inputs.map(([of, result = 0]) => message(2, [number(1, of), number(2, result)])),
    ...Object.entries(parameters).map(([key, value]) =>
      message(3, [number(1, Number(key)), number(2, value)]),
    ),
  ];
}

/** A rule: the operators of each side, and which result of the left is which of the right. */
export interface WireRule {
  readonly left: readonly (readonly Uint8Array[])[];
  readonly right: readonly (readonly Uint8Array[])[];
  readonly results: readonly (readonly [number, number, number, number])[];
}

/** A collection of rules. */
export function collection(rules: readonly WireRule[]): Uint8Array {
  const all = rules.map(({ left, right, results }) =>
    message(1, [
      ...left.map((fields) => message(1, fields)),
      ...right.map((fields) => message(2, fields)),
      ...results.map(([from, output, to, result]) =>
        message(3, [number(1, from), number(2, to), number(3, output), number(4, result)]),
      ),
    ]),
  );
  return Uint8Array.from(all.flatMap((one) => [...one]));
}
