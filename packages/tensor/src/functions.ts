/**
 * The functions that rules over ONNX's operators may call in attributes, operands and conditions. A function that expects a shape takes
 * a term for its shape; one that expects a list or a number takes a term for its contents. What is not known is `undefined`.
 *
 * @module
 */

import type { RuleFunction } from "@rewright/plugin";
import * as contractions from "./functions/contractions.ts";
import * as einsums from "./functions/einsums.ts";
import * as kernels from "./functions/kernels.ts";
import * as lists from "./functions/lists.ts";
import * as numbers from "./functions/numbers.ts";
import * as permutations from "./functions/permutations.ts";
import * as shapes from "./functions/shapes.ts";
import * as slices from "./functions/slices.ts";

/** All functions by name. */
export const functions: Readonly<Record<string, RuleFunction>> = {
  ...permutations,
  ...lists,
  ...shapes,
  ...slices,
  ...numbers,
  ...contractions,
  ...einsums,
  ...kernels,
};
