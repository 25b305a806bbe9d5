/**
 * Lowering: a node of the vocabulary in the form that an operator set has for it.
 *
 * @module
 */

import type { Attr, Dialect, GraphNode, NdArray, Source } from "@rewright/plugin";
import { type Application, FORMER_NAMES, formedVersion, formOf } from "./forms.ts";
import { canonicalVersion, sameMeaning, type Version, versionAt } from "./opset.ts";
import { definitionOf } from "./raise.ts";

/** An operand: a value of the program, or a constant that the form needs. */
type Lowered = { readonly source: Source } | { readonly array: NdArray };

/** A node as an operator set says it. */
export interface LoweredNode {
  readonly op: string;
  readonly attrs: ReadonlyMap<string, Attr>;
  readonly operands: readonly (Lowered | undefined)[];
}

/** Values of attributes that came later than the attribute. */
const VALUE_SINCE: ReadonlyMap<string, number> = new Map([
  ["Pad mode wrap", 19],
  ["Resize coordinate_transformation_mode half_pixel_symmetric", 19],
  ["ScatterElements reduction max", 18],
  ["ScatterElements reduction min", 18],
  ["ScatterND reduction max", 18],
  ["ScatterND reduction min", 18],
]);

/** The versions before which all operands had to be of one element type. */
const ONE_TYPE_BEFORE: ReadonlyMap<string, number> = new Map([
  ["BatchNormalization", 15],
  ["Pow", 12],
]);

const isArray = (value: Attr): value is readonly Attr[] => Array.isArray(value);

function equal(a: Attr | undefined, b: Attr | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (isArray(a) && isArray(b))
    return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  return a === b;
}

/** The operands that must be there are, and all are of types that the version takes. */
function operandsFit(
  node: GraphNode,
  lowered: readonly (Lowered | undefined)[],
  version: Version,
): boolean {
  const takes = (sets: readonly ReadonlySet<string>[], i: number, dtype: string): boolean => {
    const set = sets[i] ?? (version.variadic ? sets.at(-1) : undefined);
    return set !== undefined && (dtype === "unknown" || set.has(dtype));
  };
  const dtypeOf = (operand: Lowered): string => {
    if ("array" in operand) return operand.array.dtype;
    const position = node.inputs.indexOf(operand.source);
    return node.operands[position]?.dtype ?? "unknown";
  };
  for (let i = 0; i < version.required; i++) if (lowered[i] === undefined) return false;
  const types = new Set(lowered.flatMap((operand) => (operand ? [dtypeOf(operand)] : [])));
  if (types.size > 1 && version.since < (ONE_TYPE_BEFORE.get(node.op) ?? 0)) return false;
  return (
    lowered.every(
      (operand, i) => operand === undefined || takes(version.inputs, i, dtypeOf(operand)),
    ) &&
    node.results.every((type, i) => {
      const set = version.outputs[i] ?? version.outputs.at(-1);
      return type.dtype === "unknown" || set === undefined || set.has(type.dtype);
    })
  );
}

/** Axes counted from the front, as operators demanded before opset 11; `undefined` where the rank is not known. */
function frontAxes(value: Attr, rank: number | undefined): Attr | undefined {
  if (isArray(value)) {
    const axes = value.map((axis) => frontAxes(axis, rank));
    return axes.every((axis) => axis !== undefined) ? axes : undefined;
  }
  if (typeof value !== "number" || value >= 0) return value;
  return rank === undefined ? undefined : value + rank;
}

/**
 * A node of the vocabulary as an operator set says it; `undefined` when it cannot say it.
 * @param contents the contents of a constant operand, where they are few
 * @param known the operators of the file: of versions that are ONNX Runtime's alone, only those are used
 */
export function lower(
  node: GraphNode,
  opset: number,
  dialects: readonly Dialect[],
  contents: (source: Source) => NdArray | undefined,
  known: ReadonlySet<string>,
): LoweredNode | undefined {
  const former = FORMER_NAMES.get(node.op);
  const name = versionAt(node.op, opset) === undefined && former ? former : node.op;
  const version = versionAt(name, opset);
  const canonical = canonicalVersion(node.op);
  if (version === undefined || canonical === undefined) return undefined;
  if (version.unofficial && !known.has(name)) return undefined;
  const application: Application<Lowered> = {
    op: node.op,
    attrs: new Map(Object.entries(node.attrs)),
    operands: node.inputs.map((source) => source && { source }),
    results: node.results.length,
    named: node.results.length,
  };
  let from = version.since;
  const form = formOf(name, from);
  if (form !== undefined) {
    const position = (operand: Lowered): number =>
      "array" in operand ? -1 : node.inputs.indexOf(operand.source);
    const said = form.lower(
      application,
      {
        type: (operand) =>
          "array" in operand
            ? operand.array
            : (node.operands[position(operand)] ?? { dtype: "unknown", shape: [] }),
        contents: (operand) => ("array" in operand ? operand.array : contents(operand.source)),
        constant: (array) => ({ array }),
      },
      from,
    );
    if (!said) return undefined;
    from = formedVersion(name, from);
  }
  if (!sameMeaning(node.op, from, canonical.since)) return undefined;
  const def = definitionOf(node.op, dialects);
  for (const [attribute, value] of [...application.attrs]) {
    const declared = def?.attrs?.[attribute];
    if (!version.attributes.has(attribute)) {
      if (!equal(value, declared?.default)) return undefined;
      application.attrs.delete(attribute);
    } else if (version.since < 11 && (declared?.type === "axis" || declared?.type === "axes")) {
      const [first] = node.operands;
      const rank =
        first === undefined || first.dtype === "unknown" ? undefined : first.shape.length;
      const axes = frontAxes(value, rank);
      if (axes === undefined) return undefined;
      application.attrs.set(attribute, axes);
    }
    const since = VALUE_SINCE.get(`${node.op} ${attribute} ${String(value)}`) ?? 0;
    if (since > opset) return undefined;
  }
  const { op, attrs, operands } = application;
  while (operands.length > 0 && operands.at(-1) === undefined) operands.pop();
  return operandsFit(node, operands, version) ? { op, attrs, operands } : undefined;
}
