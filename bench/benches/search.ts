import type { Bench } from "../bench.ts";
import { geb } from "../search/geb.ts";

export const bench: Bench = {
  about:
    "What search strategies find in the same processor time, one thread. MCTS-GEB's random formulas: the sum of the tree sizes of ten, the " +
    "limit on live e-nodes in the name; the peer is egg at that limit (its better scheduler; its own limit counts otherwise and is overshot). " +
    "authors: MCTS-GEB's search as recorded; best: the least known by any method at any limit; worse: formulas on which egg or the authors found less.",
  columns: ["authors", "best", "worse", "cpu", "peak", "created"],
  async *run({ quick, seed, names, exprs }) {
    const [what, ...only] = names;
    if (what === undefined || what === "geb")
      yield* geb({ quick, seed, only, ...(exprs !== undefined && { exprs }) });
  },
};
