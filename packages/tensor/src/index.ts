/**
 * ONNX's operators as data: types, shapes, reference semantics; and the rules over them.
 *
 * @module
 */

export { onnx } from "./dialect.ts";
export { evaluateGraph } from "./interpreter.ts";
export { optionalRuleFiles, ruleFiles } from "./rules.ts";
export { ShapeError } from "./typing.ts";
