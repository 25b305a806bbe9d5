import { bert } from "@rewright/example-models";
import { readModel } from "@rewright/onnx";
import type { Move } from "@rewright/plugin";
import { type GrowthSession, growth } from "@rewright/search";
import { loadToolchain } from "../../packages/rewright/src/toolchain.ts";
import type { Bench, Row } from "../bench.ts";

/** E-nodes of the e-graph that roll-outs begin in. */
const NODES = 2_000;
/** Moves of a roll-out. */
const MOVES = 10;
/** Moves of a rule that are listed at most. */
const LISTED = 64;
/** Moves that are drawn in vain before a roll-out ends. */
const VAIN = 200;

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const drawn = <T>(session: GrowthSession, items: readonly T[]): T =>
  items[Math.floor(session.random() * items.length)] as T;

/** Makes one match of one rule, both drawn at random; whether that changed anything. */
function step(session: GrowthSession, rules: readonly Move[]): boolean {
  const { rule } = drawn(session, rules);
  const places = session.moves({ granularity: "match", rule, limit: LISTED });
  return places.length > 0 && session.apply([drawn(session, places)]) > 0;
}

/** A block of BERT (hidden 256, 4 heads, 64 tokens), grown at random to so many e-nodes under the shipped rules and TASO's. */
async function grown(seed: number): Promise<{ session: GrowthSession; rules: readonly Move[] }> {
  const options = { measure: false, backend: "gpu", rules: ["default", "taso"] } as const;
  const { rules, dialects, backend } = await loadToolchain(options);
  const { graph } = readModel(bert({ layers: 1, hidden: 256, heads: 4, sequence: 64 }));
  const { costModel } = backend;
  const budget = { nodes: 100_000, seconds: 3_600 };
  const session = growth({ graph, rules, dialects, costModel, budget, seed });
  const all = session.moves();
  for (let vain = 0; session.spent.nodes < NODES && vain < 100 * VAIN; )
    if (!step(session, all)) vain++;
  // Rules that match nowhere are no choice.
  const some = (move: Move): boolean =>
    session.moves({ granularity: "match", rule: move.rule, limit: 1 }).length > 0;
  return { session, rules: all.filter(some) };
}

/** Milliseconds of CPU for one roll-out, the least of several rounds. */
function timed(rounds: number, count: number, rollOut: () => void): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const began = cpu();
    for (let i = 0; i < count; i++) rollOut();
    least = Math.min(least, (cpu() - began) / count);
  }
  return least;
}

/** Roll-outs in a session, beside what cloning its e-graph for each would cost alone. */
export const bench: Bench = {
  about: `Roll-outs a second: ${MOVES} moves each that change something, one match of one rule drawn at random, the cost under sharing at the end, and back by a mark; on an e-graph of ${NODES} e-nodes, a block of BERT grown at random under the shipped rules and TASO's. Ours is milliseconds of CPU for a roll-out, the peer's for a clone of the e-graph and nothing else, with which its roll-outs begin; the least of several rounds.`,
  columns: ["aSecond", "eNodes", "classes"],
  async *run({ quick, seed }): AsyncGenerator<Row> {
    const { session, rules } = await grown(seed);
    const { egraph } = session;
    const [rounds, count] = quick ? [3, 150] : [5, 500];
    const size = { eNodes: egraph.nodeCount, classes: egraph.classCount };
    session.cost();
    const start = session.mark();
    // As an expansion does, which forgets moves that turn out to change nothing.
    const open = rules
      .flatMap(({ rule }) => session.moves({ granularity: "match", rule, limit: LISTED }))
      .filter((move) => {
        const changes = session.apply([move]) > 0;
        if (changes) session.restore(start);
        return changes;
      });
    const roll = (make: () => boolean, cost: () => void) => (): void => {
      for (let made = 0, vain = 0; made < MOVES && vain < VAIN; )
        if (make()) made++;
        else vain++;
      cost();
      session.restore(start);
    };
    const policies: readonly (readonly [name: string, make: () => boolean])[] = [
      ["moves open at the start", () => session.apply([drawn(session, open)]) > 0],
      ["moves listed anew", () => step(session, rules)],
    ];
    const clone = timed(rounds, 10, () => egraph.clone());
    const costs: readonly (readonly [name: string, cost: () => void])[] = [
      ["no cost", () => {}],
      ["estimated cost", () => session.estimate()],
      ["extracted cost", () => session.cost()],
    ];
    for (const [policy, make] of policies)
      for (const [how, cost] of costs) {
        const name = `${policy}, ${how}`;
        // An extraction takes long enough to be measured a few times only.
        const often = how === "extracted cost" ? count / 10 : count;
        const ours = timed(rounds, often, roll(make, cost));
        const ratio = clone / ours;
        const aSecond = Math.round(1000 / ours);
        yield {
          name,
          unit: "ms",
          ours,
          peer: clone,
          ratio,
          low: ratio,
          high: ratio,
          aSecond,
          ...size,
        };
      }
  },
};
