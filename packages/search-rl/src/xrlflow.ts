import type { Algorithm } from "./algorithm.ts";
import type { Architecture } from "./network.ts";
import { ppo } from "./ppo.ts";

/** What {@link train} needs besides problems. */
export interface Preset {
  readonly architecture: Architecture;
  readonly algorithm: Algorithm;
  readonly updates: number;
  readonly episodes: number;
  readonly horizon: number;
  readonly moves: number;
}

/**
 * The settings of X-RLflow (He, Parizotto and Yoneki, MLSys 2023) where they carry over: PPO with discount 0.99, lambda 0.95, rate 5e-4, clipping 0.2,
 * norm 0.5, divergence 0.05, batches of 16, 4 passes, 10 episodes an update, 1,000 in all, 100 moves each at most, 500 candidates or stopping;
 * 5 attention layers of 64, heads of 256. It encodes the graph that each candidate leads to; here, the graph as it is, once, and
 * candidates by the places they touch.
 */
export function xrlflow(): Preset {
  return {
    architecture: { encoder: "gat", layers: 5, hidden: 64, head: 256 },
    algorithm: ppo({ entropy: 0 }),
    ...{ updates: 100, episodes: 10, horizon: 100, moves: 500 },
  };
}
