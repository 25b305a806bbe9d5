import {
  add,
  gather,
  index,
  input,
  matmul,
  multiply,
  propagate,
  relu,
  scale,
  scatter,
  subtract,
  type Value,
} from "@rewright/autodiff";

/** How a graph network is built. */
export interface Architecture {
  /**
   * `sage`: each layer mixes a node with the mean of its neighbours (GraphSAGE; Hamilton, Ying and Leskovec, NIPS 2017).
   * `chebyshev`: with polynomials of the normalised Laplacian up to degree 2 (Defferrard, Bresson and Vandergheynst, NIPS 2016).
   */
  readonly network: "sage" | "chebyshev";
  readonly hidden: number;
  readonly layers: number;
  /** How far from configurable nodes it looks. */
  readonly hops: number;
  /** Inputs a node, and a configuration. */
  readonly nodeInputs: number;
  readonly configInputs: number;
}

/** Opcodes are numbers of a byte. */
const OPCODES = 256;

/** The shapes of what is learnt, by name, and how large it begins: standard deviations. */
export function parametersOf(
  a: Architecture,
): Readonly<Record<string, readonly [rows: number, columns: number, spread: number]>> {
  const h = a.hidden;
  const spread = Math.sqrt(2 / h);
  const terms = a.network === "sage" ? 2 : 3;
  const layer = (l: number): [string, readonly [number, number, number]][] => [
    ...Array.from({ length: terms }, (_, t): [string, readonly [number, number, number]] => [
      `layer${l}.term${t}`,
      [h, h, spread / Math.sqrt(terms)],
    ]),
    [`layer${l}.bias`, [1, h, 0]],
  ];
  return {
    opcodes: [OPCODES, h, 0.3],
    nodes: [a.nodeInputs, h, Math.sqrt(1 / a.nodeInputs)],
    configs: [a.configInputs, h, Math.sqrt(1 / a.configInputs)],
    bias: [1, h, 0],
    ...Object.fromEntries(Array.from({ length: a.layers }, (_, l) => layer(l)).flat()),
    "head.weights": [h, h, spread],
    "head.bias": [1, h, 0],
    score: [h, 1, Math.sqrt(1 / h)],
  };
}

/** How large a batch is. */
export interface BatchShape {
  /** Graphs side by side: one for each thing to be scored. */
  readonly items: number;
  /** Nodes that differ in what they are, not only in their configuration. */
  readonly nodes: number;
  /** Rows: each item's nodes. */
  readonly rows: number;
  readonly edges: number;
  /** Rows of configurations; 0 where nothing is configured. */
  readonly configs: number;
}

/** The network's scores, one an item, and what is learnt. */
export interface Network {
  readonly scores: Value;
  readonly parameters: ReadonlyMap<string, Value>;
}

/**
 * The scores of a batch as a program, higher for faster. Its inputs, besides the parameters: `x` the nodes and `opcode` theirs;
 * `node` the node of each row; `from`, `to` and `weight` the edges between rows; `c` the configurations and `at` their rows
 * (or `of`, the configuration of each row, where `perItem`); `item` the item of each row and `share` what a row counts there.
 */
export function networkOf(a: Architecture, batch: BatchShape, perItem: boolean): Network {
  const parameters = new Map(
    Object.entries(parametersOf(a)).map(([name, [rows, columns]]) => [
      name,
      input(name, rows, columns),
    ]),
  );
  const of = (name: string): Value => parameters.get(name) as Value;
  const described = add(
    add(matmul(input("x", batch.nodes, a.nodeInputs), of("nodes")), of("bias")),
    gather(of("opcodes"), index("opcode", batch.nodes)),
  );
  let first = gather(described, index("node", batch.rows));
  if (batch.configs > 0) {
    const configured = matmul(input("c", batch.configs, a.configInputs), of("configs"));
    const spread = perItem
      ? gather(configured, index("of", batch.rows))
      : scatter(configured, index("at", batch.configs), batch.rows);
    first = add(first, spread);
  }
  let state = relu(first);
  if (batch.edges > 0) {
    const [from, to] = [index("from", batch.edges), index("to", batch.edges)];
    const weight = input("weight", batch.edges, 1);
    const around = (x: Value): Value => propagate(x, from, to, batch.rows, weight);
    for (let l = 0; l < a.layers; l++) {
      const once = around(state);
      // With the largest eigenvalue taken as 2, the scaled Laplacian is what is around, negated.
      const terms =
        a.network === "sage"
          ? [state, once]
          : [state, once, subtract(scale(around(once), 2), state)];
      const mixed = terms
        .map((term, t) => matmul(term, of(`layer${l}.term${t}`)))
        .reduce((sum, term) => add(sum, term));
      state = add(state, relu(add(mixed, of(`layer${l}.bias`))));
    }
  }
  const pooled = scatter(
    multiply(state, input("share", batch.rows, 1)),
    index("item", batch.rows),
    batch.items,
  );
  const head = relu(add(matmul(pooled, of("head.weights")), of("head.bias")));
  return { scores: matmul(head, of("score")), parameters };
}

/** What an edge counts: the mean of neighbours, or the normalised adjacency. */
export function edgeWeights(
  network: Architecture["network"],
  from: Int32Array,
  to: Int32Array,
  nodes: number,
): Float32Array {
  const degree = new Int32Array(nodes);
  for (const node of to) degree[node] = (degree[node] as number) + 1;
  return Float32Array.from(to, (node, e) => {
    const own = degree[node] as number;
    return network === "sage"
      ? 1 / own
      : -1 / Math.sqrt(own * (degree[from[e] as number] as number));
  });
}
