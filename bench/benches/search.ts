import type { Bench } from "../bench.ts";
import { geb } from "../search/geb.ts";
import { tensors } from "../search/tensors.ts";

export const bench: Bench = {
  about:
    "What search strategies find in the same processor time, one thread. MCTS-GEB's random formulas: the sum of the tree sizes of ten, the " +
    "limit on live e-nodes in the name; the peer is egg at that limit (its better scheduler; its own limit counts otherwise and is overshot). " +
    "At authors' nodes a formula's limit is the e-nodes that MCTS-GEB's run at 500 ended with (248 to 28,640), and the records are those at 500. authors: MCTS-GEB's search as recorded; best: the least known by any method at any limit; worse: formulas on which egg or the authors found less. " +
    "Nets: tensor-eqs-mcts's nine, under TENSAT's rules and an A100's roofline (CPU: what ONNX Runtime was measured to take), 2,000 e-nodes, shared work " +
    "paid once; the peer is saturation, best the least that any strategy has come by under any limit (bench/search/nets-known.json), gap what is between. " +
    "cpu: seconds. Their costs against time: results/search-nets.svg, and search-nets-cpu.svg.",
  columns: ["authors", "start", "best", "gap", "worse", "cpu", "peak", "created"],
  async *run({ quick, seed, names, exprs }) {
    const [what, ...only] = names;
    if (what === undefined || what === "geb")
      yield* geb({ quick, seed, only, ...(exprs !== undefined && { exprs }) });
    if (what === undefined || what === "nets") yield* tensors({ target: "gpu", quick, seed, only });
    if (what === undefined || what === "nets-cpu")
      yield* tensors({ target: "cpu", quick, seed, only });
  },
};
