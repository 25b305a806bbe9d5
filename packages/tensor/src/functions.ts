/**
 * The functions that rules over ONNX's operators may call in attributes, operands and conditions.
 *
 * @module
 */

import type { RuleFunction } from "@rewright/plugin";
import * as permutations from "./functions/permutations.ts";

/** All functions by name. */
export const functions: Readonly<Record<string, RuleFunction>> = {
  ...permutations,
};
