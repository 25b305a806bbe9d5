// The strategies that are compared.
import type { SearchStrategy } from "@rewright/plugin";
import { anneal, auto, beam, greedy, multistart, random, regrow, saturate } from "@rewright/search";
import { mcts, mctsGeb, quick, tensorEqsMcts } from "@rewright/search-mcts";

/** A strategy under its name in the tables. */
export interface Entrant {
  readonly name: string;
  /** Makes it, for so many live e-nodes. */
  readonly strategy: (nodes: number) => SearchStrategy;
}

/** Those that are run on formulas: all rules grow, and the room is small. */
export const ON_TERMS: readonly Entrant[] = [
  { name: "saturate", strategy: () => saturate() },
  { name: "greedy", strategy: () => greedy() },
  { name: "random", strategy: () => random({ walks: Infinity }) },
  { name: "beam", strategy: () => beam({ width: 8, depth: 30, alpha: 2 }) },
  { name: "anneal", strategy: () => anneal({ starts: Infinity }) },
  { name: "mcts-geb", strategy: () => mctsGeb() },
  { name: "mcts-quick", strategy: () => quick() },
  { name: "regrow(saturate)", strategy: () => regrow() },
  { name: "regrow(mcts-quick)", strategy: () => regrow(quick(), { patience: 1_000 }) },
  { name: "multistart", strategy: (nodes) => multistart({ nodes, enough: 1 }) },
  { name: "auto", strategy: () => auto() },
];

/** Those that are run on nets: rules shrink or grow, and a state takes long to price. */
export const ON_TENSORS: readonly Entrant[] = [
  { name: "saturate", strategy: () => saturate() },
  { name: "greedy", strategy: () => greedy() },
  { name: "random", strategy: () => random({ walks: Infinity }) },
  { name: "beam", strategy: () => beam() },
  { name: "anneal", strategy: () => anneal({ starts: Infinity }) },
  { name: "tensor-eqs-mcts", strategy: () => tensorEqsMcts() },
  { name: "mcts", strategy: () => mcts({ patience: 10 }) },
  { name: "regrow(saturate)", strategy: () => regrow() },
  // Tree search over an e-graph that is emptied again and again; saturation has the first word, so that it is never above that.
  {
    name: "regrow(mcts)",
    strategy: () =>
      regrow(mcts({ simulations: 16, patience: 1 }), {
        ...{ patience: 1_000, first: saturate(), variety: 0.5 },
      }),
  },
  // As on the command line.
  {
    name: "auto",
    strategy: () => auto({ besides: [mcts({ simulations: 16, patience: 1 })] }),
  },
];
