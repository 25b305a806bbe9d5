/**
 * Operator sets: which version of an operator a set holds, and which versions mean the same.
 *
 * @module
 */

import { LATEST_OPSET, OPERATORS, TYPE_SETS } from "./generated/operators.ts";

/** The operator set whose meaning the vocabulary of `@rewright/tensor` has. */
const CANONICAL_OPSET = 23;

/** One version of an operator of ONNX's default domain. */
export interface Version {
  /** The operator set that brought it. */
  readonly since: number;
  /** A node of the version before means the same under this one. */
  readonly extends: boolean;
  /** From here on there is no such operator. */
  readonly withdrawn: boolean;
  /** ONNX has no such version, but ONNX Runtime runs it in the default domain, and files have it. */
  readonly unofficial: boolean;
  /** The element types that each operand, and each result, may have. */
  readonly inputs: readonly ReadonlySet<string>[];
  readonly outputs: readonly ReadonlySet<string>[];
  /** How many of the inputs must be there. */
  readonly required: number;
  /** The last input may be repeated. */
  readonly variadic: boolean;
  readonly attributes: ReadonlySet<string>;
}

const typeSets = TYPE_SETS.map((names) => new Set(names.split(" ")));
const parsed = new Map<string, readonly Version[]>();

function parse(text: string): Version {
  const [, since = "", sign, inputs = "", outputs = "", attributes = ""] =
    /^(\d+)([=:!+])(.*)>(.*);(.*)$/.exec(text) ?? [];
  const sets = (list: string): ReadonlySet<string>[] =>
    list === ""
      ? []
      : list.split(",").map((item) => typeSets[Number.parseInt(item, 10)] as ReadonlySet<string>);
  return {
    since: Number(since),
    extends: sign === "=",
    withdrawn: sign === "!",
    unofficial: sign === "+",
    inputs: sets(inputs),
    outputs: sets(outputs),
    required: inputs === "" ? 0 : inputs.split(",").filter((item) => /\d$/.test(item)).length,
    variadic: inputs.endsWith("*"),
    attributes: new Set(attributes === "" ? [] : attributes.split(",")),
  };
}

function versionsOf(op: string): readonly Version[] {
  let versions = parsed.get(op);
  if (versions === undefined) {
    versions = OPERATORS.get(op)?.split(" ").map(parse) ?? [];
    parsed.set(op, versions);
  }
  return versions;
}

/** The version of an operator that an operator set holds; `undefined` when it holds none, or the set is newer than this table. */
export function versionAt(op: string, opset: number): Version | undefined {
  if (opset > LATEST_OPSET) return undefined;
  const versions = versionsOf(op);
  let at = versions.length - 1;
  while (at >= 0 && (versions[at] as Version).since > opset) at--;
  const version = versions[at];
  return version?.withdrawn ? undefined : version;
}

/** The version that the vocabulary of `@rewright/tensor` describes. */
export function canonicalVersion(op: string): Version | undefined {
  return versionAt(op, CANONICAL_OPSET) ?? versionsOf(op)[0];
}

/** A node means the same under both operator sets: it is of one version, or each step between extends the one before. */
export function sameMeaning(op: string, a: number, b: number): boolean {
  const from = versionAt(op, Math.min(a, b));
  const to = versionAt(op, Math.max(a, b));
  if (from === undefined || to === undefined) return false;
  return versionsOf(op).every(
    (version) => version.since <= from.since || version.since > to.since || version.extends,
  );
}

/** The first operator set of each version of the file format, from 4 on (ONNX's `docs/Versioning.md`). */
const IR_FROM_OPSET: readonly number[] = [9, 10, 11, 12, 15, 19, 21, 23, 24, 25, 28];

/** The lowest version of the file format that goes with an operator set; 4 at least, where constants need not be inputs. */
export function irVersionFor(opset: number): number {
  return 3 + Math.max(1, IR_FROM_OPSET.filter((from) => from <= opset).length);
}
