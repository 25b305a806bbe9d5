import type { CostModel, Graph, GraphNode } from "@rewright/plugin";
import { expect, test } from "vitest";
import {
  anneal,
  auto,
  beam,
  configuration,
  type GrowthOptions,
  greedy,
  growth,
  multistart,
  random,
  regrow,
  saturate,
  substitution,
  termGrowth,
} from "../src/index.ts";
import { algebra, sizeOf } from "./algebra.ts";
import { conforms, type Making, type Subject } from "./conformance.ts";
import { Draft, price, tiny, tinyRules } from "./tiny.ts";

const rules = `
  fuse: Relu(x + y) => Fused(x, y)
  relus: Relu(Relu(x)) => Relu(x)
  associate: (a + b) + c <=> a + (b + c)
  both: x + y, x - y => Both(x, y).0, Both(x, y).1
  fold: x + x => Scale(x; by = 2)
  distribute: a * b + a * c <=> a * (b + c)
`;

/** Something for each of the rules to do, with a constant part, and what is used twice. */
function program(): Graph {
  const draft = new Draft();
  const [a, b] = [draft.input("a"), draft.input("b")];
  const four = draft.node("Add", [draft.constant(1, 2, 3, 4), draft.constant(4, 3, 2, 1)]);
  const sum = draft.node("Add", [draft.node("Add", [a, b]), four]);
  const relu = draft.node("Relu", [draft.node("Relu", [sum])]);
  const products = draft.node("Add", [draft.node("Mul", [a, relu]), draft.node("Mul", [a, b])]);
  return draft.graph(
    draft.node("Mul", [products, draft.node("Sub", [a, b])]),
    draft.node("Add", [relu, relu]),
  );
}

/** What running a program costs, each node once, work on constants alone not at all. */
function costOf({ nodes }: Graph, model: CostModel): number {
  const constant: boolean[] = [];
  let cost = 0;
  for (const [i, node] of nodes.entries()) {
    constant[i] = (node as GraphNode).inputs.every(
      (source) =>
        source === undefined ||
        source.from === "constant" ||
        (source.from === "node" && constant[source.index]),
    );
    if (!constant[i]) cost += model.cost(node);
  }
  return cost;
}

const costModel = price({ Add: 7, Mul: 11, Fused: 8, Both: 9, Scale: 3.7 });

function options(making: Making): GrowthOptions {
  return { graph: program(), rules: tinyRules(rules), dialects: [tiny], costModel, ...making };
}

const strategies = [
  ...[greedy(), beam({ width: 2, depth: 3 }), anneal(), random()],
  ...[regrow(greedy()), auto()],
];

conforms(
  "growth",
  (making = {}): Subject => {
    const session = growth(options(making));
    const recomputed = (): number => costOf(session.best().graph, costModel);
    const fingerprint = (): string => session.egraph.hash();
    return { session, recomputed, fingerprint };
  },
  [saturate(), ...strategies],
);

conforms(
  "substitution",
  (making = {}): Subject => {
    const session = substitution(options(making));
    const recomputed = (): number => costOf(session.best().graph, costModel);
    const fingerprint = (): string => `${session.hash()} ${JSON.stringify(session.best().graph)}`;
    return { session, recomputed, fingerprint };
  },
  strategies,
);

conforms(
  "term growth",
  (making = {}): Subject => {
    const term = "(+ (* (+ x 0) (+ y z)) (+ (* x 3) (+ (* 1 x) (* y 1))))";
    const session = termGrowth({ term, theory: algebra, ...making });
    const recomputed = (): number => sizeOf(session.best().graph);
    return { session, recomputed, fingerprint: () => session.hash() };
  },
  [saturate(), ...strategies, multistart()],
);

/** Tiles of a loop nest: whatever does not fit, or leaves a remainder, costs. */
const tiles = {
  choices: ["rows", "columns", "depth"].map((name) => ({ name, values: [8, 16, 32, 64, 128] })),
  cost: (setting: readonly number[]): number => {
    const [rows = 0, columns = 0, depth = 0] = setting.map((i) => 8 << i);
    const steps = Math.ceil(96 / rows) * Math.ceil(200 / columns) * Math.ceil(512 / depth);
    const memory = rows * depth + columns * depth + rows * columns;
    return steps * (rows * columns * depth + 3_000) * (memory > 12_000 ? 3 : 1);
  },
};

conforms(
  "configuration",
  (making = {}): Subject => {
    const session = configuration({ space: tiles, graph: program(), ...making });
    const recomputed = (): number => tiles.cost(session.setting);
    return { session, recomputed, fingerprint: () => session.setting.join() };
  },
  strategies,
);

test("the best setting is found where each choice can be made by itself, and where it cannot", async () => {
  const all = Array.from({ length: 125 }, (_, i) => [
    i % 5,
    Math.floor(i / 5) % 5,
    Math.floor(i / 25),
  ]);
  const least = Math.min(...all.map((setting) => tiles.cost(setting)));
  const session = configuration({ space: tiles, graph: program() });
  await session.run(beam({ width: 8, alpha: 3, depth: 6 }));
  expect(session.bestEver.cost).toBe(least);
  expect(tiles.cost(session.bestEver.setting)).toBe(least);
});

test("a setting that the target cannot run is a place to begin", async () => {
  const space = {
    choices: [
      { name: "tile", values: [1, 2, 3, 4] },
      { name: "step", values: [1, 2] },
    ],
    cost: ([tile = 0, step = 0]: readonly number[]) => (tile < 2 ? Infinity : 10 - tile - step),
  };
  for (const strategy of strategies) {
    const session = configuration({ space, graph: program(), budget: { iterations: 300 } });
    await session.run(strategy);
    expect(session.bestEver).toEqual({ setting: [3, 1], cost: 6 });
  }
});

test("a configuration space that is none is refused", () => {
  const graph = program();
  const choices = [{ name: "tile", values: [1, 2] }];
  const costing = (cost: unknown) => ({ choices, cost: () => cost as number });
  expect(() => configuration({ graph, space: costing(Number.NaN) })).toThrow(
    /^configuration space: the setting 0 costs NaN/,
  );
  expect(() => configuration({ graph, space: costing(-1) })).toThrow(
    /costs -1: a cost is a number ≥ 0/,
  );
  expect(() => configuration({ graph, space: costing("1") })).toThrow(/costs a string/);
  const failing = {
    choices,
    cost: () => {
      throw new Error("no such tile");
    },
  };
  expect(() => configuration({ graph, space: failing })).toThrow(
    /^configuration space: no such tile/,
  );
  const twice = { choices: [...choices, ...choices], cost: () => 1 };
  expect(() => configuration({ graph, space: twice })).toThrow("two choices have one name");
  const empty = { choices: [{ name: "tile", values: [] }], cost: () => 1 };
  expect(() => configuration({ graph, space: empty })).toThrow("`tile` has no values");
  expect(() => configuration({ graph, space: costing(1), start: [2] })).toThrow(
    "the setting to start from, 2",
  );
});
