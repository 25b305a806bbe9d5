/**
 * Learned strategies: policies that choose the next rewrite, and how they are trained.
 *
 * @module
 */

export { Dice } from "./dice.ts";
