import type { Encoding } from "./encoding.ts";
import type { Loss } from "./losses.ts";
import type { Architecture } from "./network.ts";

/** Numbers that were learnt, by name. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** How a network is trained. */
export interface Recipe {
  readonly loss: Loss;
  /** Items that are compared in one step. */
  readonly list: number;
  readonly steps: number;
  /** Of the first steps; it falls to 0 along half a cosine. */
  readonly rate: number;
}

/** A trained graph network. */
export interface Member {
  readonly seed: number;
  /** Mean and spread of its scores on what it was trained on: the sizes of scores differ from one to the next. */
  readonly mean: number;
  readonly spread: number;
  readonly weights: Weights;
}

/** Graph networks of one kind, trained alike from different seeds; their scores are averaged. */
export interface LearnedModel {
  readonly encoding: Encoding;
  readonly architecture: Architecture;
  readonly recipe: Recipe;
  readonly members: readonly Member[];
  /** Of scores: the logarithm of the time in µs is about `intercept - slope * score`. */
  readonly calibration: { readonly slope: number; readonly intercept: number };
  /** Nodes of a typical program that was learnt from. */
  readonly typical: number;
}
