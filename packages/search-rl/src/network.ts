import {
  add,
  gather,
  index,
  input,
  join,
  logSoftmax,
  matmul,
  relu,
  scale,
  segmentMean,
  tanh,
  type Value,
} from "@rewright/autodiff";
import { layers, type Weight } from "./encoder.ts";
import type { Size } from "./size.ts";

/** How a network is built. */
export interface Architecture {
  /** Which graph layers. `sage` unless said. */
  readonly encoder: "sage" | "gat";
  /** How many of them: how far a node hears. 3 unless said. */
  readonly layers: number;
  /** Width of the states of nodes. 32 unless said. */
  readonly hidden: number;
  /** Width of the layers that score moves and states. 64 unless said. */
  readonly head: number;
}

/** What a network reads: the widths of an observation's rows. */
export interface Widths {
  readonly nodeWidth: number;
  readonly moveWidth: number;
}

/** A parameter and how large its first values are: a deviation of gain * sqrt(2 / rows). */
export interface Parameter {
  readonly value: Value;
  readonly gain: number;
}

/** A network over observations of one size. */
export interface Network {
  readonly parameters: readonly Parameter[];
  /** 1 x (moves + 1): logarithms of the probability of each move, and of stopping, which is the last. */
  readonly logProbabilities: Value;
  /** 1 x 1: {@link VALUE_UNIT} times the further fall of cost that is expected, as a share of the cost at the start. */
  readonly value: Value;
}

/** Falls of cost are small shares; what the network yields, and errors of it, are of the order of 1. */
export const VALUE_UNIT = 10;
/** Scores keep within these bounds (Bello et al., Neural combinatorial optimization, 2016, A.2), so that training goes on exploring. */
const SCORE = 10;

/**
 * The network: the graph is encoded once, whatever the number of moves; a move is scored by the mean state of the nodes it
 * touches, its own features, and the mean of all states. (X-RLflow encodes each graph that a move would lead to; that costs
 * as many times more as there are moves.)
 */
export function network(
  { nodeWidth, moveWidth }: Widths,
  { encoder, layers: depth, hidden, head }: Architecture,
  size: Size,
): Network {
  const parameters: Parameter[] = [];
  const weight: Weight = (name, rows, columns, gain = 1) => {
    const value = input(name, rows, columns);
    parameters.push({ value, gain });
    return value;
  };
  const bias = (name: string, columns: number): Value => weight(name, 1, columns, 0);
  const dense = (x: Value, name: string, columns: number, gain?: number): Value =>
    add(matmul(x, weight(name, x.columns, columns, gain)), bias(`${name}.bias`, columns));

  const wires = { from: index("from", size.edges), to: index("to", size.edges) };
  let state = relu(dense(input("nodes", size.nodes, nodeWidth), "node", hidden));
  for (let l = 0; l < depth; l++) state = layers[encoder](state, wires, weight, `layer${l}`);
  const whole = matmul(input("share", 1, size.nodes), state);

  const touched = gather(state, index("linkNode", size.links));
  const where = segmentMean(touched, index("linkMove", size.links), size.moves);
  const scored = [
    matmul(where, weight("where", hidden, head, 0.6)),
    matmul(input("moves", size.moves, moveWidth), weight("move", moveWidth, head, 0.6)),
    dense(whole, "whole", head, 0.6),
  ];
  const move = relu(dense(relu(scored.reduce(add)), "score", head));
  const scores = matmul(weight("last", head, 1, 0.1), move, [true, true]);
  const stop = dense(relu(dense(whole, "stop", head)), "stop.last", 1, 0.1);
  const bounded = scale(tanh(scale(join([scores, stop]), 1 / SCORE)), SCORE);
  const open = add(bounded, input("closed", 1, size.moves + 1));
  const value = dense(relu(dense(whole, "value", head)), "value.last", 1, 0.1);
  return { parameters, logProbabilities: logSoftmax(open), value };
}
