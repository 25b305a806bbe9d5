import {
  add,
  divide,
  exp,
  fill,
  gather,
  join,
  matmul,
  multiply,
  relu,
  scale,
  scatter,
  segmentMean,
  tanh,
  type Value,
} from "@rewright/autodiff";

/** A graph whose rows are states of nodes; every edge leads one way. */
interface Wires {
  /** Row numbers of the nodes where edges begin and end. */
  readonly from: Value;
  readonly to: Value;
}

/** Makes a parameter; those of one name are asked for once. */
export type Weight = (name: string, rows: number, columns: number, gain?: number) => Value;

/** From the states of nodes to states that have heard of the neighbours. */
export type Layer = (state: Value, wires: Wires, weight: Weight, name: string) => Value;

/** Attention weights are exponentials of scores within these bounds, so that no sum of them overflows or vanishes. */
const SCORE = 5;
/** Of the leaky relu in attention (Veličković et al., section 2.1). */
const LEAK = 0.2;

/** Inputs and outputs are heard separately: the operands of an operator mean something else than its users. */
const sage: Layer = (state, { from, to }, weight, name) => {
  const { rows, columns } = state;
  const heard = [
    matmul(state, weight(`${name}.own`, columns, columns, 0.5)),
    matmul(segmentMean(gather(state, from), to, rows), weight(`${name}.in`, columns, columns, 0.5)),
    matmul(
      segmentMean(gather(state, to), from, rows),
      weight(`${name}.out`, columns, columns, 0.5),
    ),
  ];
  const sum = heard.reduce(add);
  return add(state, relu(add(sum, weight(`${name}.bias`, 1, columns, 0))));
};

const gat: Layer = (state, { from, to }, weight, name) => {
  const { columns } = state;
  const heard = (own: Value, other: Value, way: string): Value => {
    const seen = matmul(state, weight(`${name}.${way}`, columns, columns, 0.5));
    const values = gather(seen, other);
    const score = matmul(
      join([gather(seen, own), values]),
      weight(`${name}.${way}.score`, 2 * columns, 1),
    );
    const leaky = add(scale(relu(score), 1 - LEAK), scale(score, LEAK));
    const share = exp(scale(tanh(scale(leaky, 1 / SCORE)), SCORE));
    const total = scatter(share, own, state.rows);
    // A node without neighbours hears nothing: 0 by a little more than 0.
    const safe = add(total, fill(Math.exp(-2 * SCORE)));
    return divide(scatter(multiply(values, share), own, state.rows), safe);
  };
  const own = matmul(state, weight(`${name}.own`, columns, columns, 0.5));
  const sum = [own, heard(to, from, "in"), heard(from, to, "out")].reduce(add);
  return add(state, relu(add(sum, weight(`${name}.bias`, 1, columns, 0))));
};

/**
 * The graph layers there are: the means of neighbours (GraphSAGE: Hamilton, Ying and Leskovec, NIPS 2017), or means
 * weighted by attention (Veličković et al., Graph attention networks, ICLR 2018; one head). Both ways along edges, and
 * added to what was known (residual).
 */
export const layers: Readonly<Record<"sage" | "gat", Layer>> = { sage, gat };
