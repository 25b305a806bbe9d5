/**
 * What may be put into a file.
 *
 * @module
 */

import { ModelError } from "./error.ts";
import { formedVersion } from "./forms.ts";
import { LATEST_OPSET } from "./generated/operators.ts";
import { type OnnxModel, originOf } from "./model.ts";
import { canonicalVersion, sameMeaning, versionAt } from "./opset.ts";

/**
 * Tells which of ONNX's own operators a program may use that goes back into this file. The file's operator set can be raised for a
 * newer operator only as far as everything that is carried along unread keeps its meaning. What the program uses already
 * can be said, and so can operators of other domains.
 *
 * @throws {ModelError} when the model is not from `readModel`
 */
export function expressible(model: OnnxModel): (op: string) => boolean {
  const origin = originOf(model);
  if (origin === undefined)
    throw new ModelError("only of a model that readModel returned can be told what it can hold.");
  const used = new Set(model.graph.nodes.map((node) => node.op));
  const carried = new Set(origin.apart());
  for (const [index, { node, inner }] of origin.nodes.entries()) {
    for (const op of inner?.operators ?? []) carried.add(op);
    if (origin.graph.nodes[index]?.opaque !== undefined && node?.domain === "")
      carried.add(node.opType);
  }
  const own = origin.domains.get("") ?? 0;
  let highest = own === 0 ? LATEST_OPSET : own;
  const keeps = (opset: number): boolean => [...carried].every((op) => sameMeaning(op, own, opset));
  while (highest < LATEST_OPSET && keeps(highest + 1)) highest++;
  const says = (op: string): boolean => {
    for (let opset = own === 0 ? highest : own; opset <= highest; opset++)
      if (canSay(op, opset)) return true;
    return false;
  };
  return (op) => op.includes(".") || used.has(op) || says(op);
}

/** Whether an operator set has the operator that the vocabulary means, or says the same in another form. */
function canSay(op: string, opset: number): boolean {
  const [version, canonical] = [versionAt(op, opset), canonicalVersion(op)];
  if (version === undefined || canonical === undefined || version.unofficial) return false;
  return sameMeaning(op, formedVersion(op, version.since), canonical.since);
}
