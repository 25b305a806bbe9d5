/**
 * Operator sets: which version of an operator a set holds, and what the versions have in common.
 *
 * @module
 */

/** The first operator set of each version of the file format, from 4 on (ONNX's `docs/Versioning.md`). */
const IR_FROM_OPSET: readonly number[] = [9, 10, 11, 12, 15, 19, 21, 23, 24, 25, 28];

/** The lowest version of the file format that goes with an operator set; 4 at least, where constants need not be inputs. */
export function irVersionFor(opset: number): number {
  return 3 + Math.max(1, IR_FROM_OPSET.filter((from) => from <= opset).length);
}
