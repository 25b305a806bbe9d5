import type { CostModel, Graph, Move, Session } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import {
  anneal,
  auto,
  beam,
  type GrowthOptions,
  greedy,
  growth,
  type HostedSession,
  random,
  regrow,
  SearchError,
  saturate,
  substitution,
} from "../src/index.ts";
import { by } from "./conformance.ts";
import { Draft, price, tiny, tinyRules } from "./tiny.ts";

/** Relu(Relu(a + b)) */
function relu2(): Graph {
  const draft = new Draft();
  const sum = draft.node("Add", [draft.input("a"), draft.input("b")]);
  return draft.graph(draft.node("Relu", [draft.node("Relu", [sum])]));
}

/** A program that hands its input on, and one that yields nothing. */
function bare(outputs: boolean): Graph {
  const draft = new Draft();
  const x = draft.input("x");
  return outputs ? draft.graph(x, draft.constant(1)) : draft.graph();
}

const relus = "relus: Relu(Relu(x)) => Relu(x)";
const explode = "explode: Relu(x) => Relu(Scale(x; by = 2) - x) expanding";
const strategies = [
  ...[saturate(), greedy(), beam(), anneal({ steps: 20 }), random(), auto()],
  ...[regrow(saturate()), regrow(random({ walks: 2 }))],
];

for (const [space, open] of [
  ["growth", growth],
  ["substitution", substitution],
] as const) {
  const session = (rules: string, more: Partial<GrowthOptions> = {}): HostedSession =>
    open({
      graph: relu2(),
      rules: tinyRules(rules),
      dialects: [tiny],
      costModel: price(),
      budget: { iterations: 200, nodes: 400 },
      ...more,
    });

  describe(space, () => {
    for (const strategy of strategies) {
      test(`${strategy.name} ends without rules, and without anything to rewrite`, async () => {
        const none = session("", { rules: [] });
        await none.run(strategy);
        expect(none.bestEver.cost).toBe(30);
        for (const outputs of [true, false]) {
          const empty = session(relus, { graph: bare(outputs) });
          await empty.run(strategy);
          expect(empty.bestEver.cost).toBe(0);
          expect(empty.finalists(3)).toHaveLength(1);
        }
      });

      test(`${strategy.name} ends under a rule that explodes, with what is best`, async () => {
        const exploding = session(`${explode}\n${relus}`);
        await exploding.run(strategy);
        // `saturate` has nothing to do where nothing grows.
        const idle = space === "substitution" && strategy.name.includes("saturate");
        expect(exploding.bestEver.cost).toBe(idle ? 30 : 20);
        expect(exploding.spent.iterations).toBeLessThanOrEqual(200);
        expect(exploding.spent.nodes).toBeLessThanOrEqual(405);
      });
    }

    test("a cost model that fails on the way is named, and nothing is lost that was found", async () => {
      for (const [wrong, says] of [
        [Number.NaN, "costs NaN"],
        [-1, "costs -1"],
        ["1", "costs a string"],
      ] as const) {
        const costModel = price({ Fused: wrong as number });
        const s = session(`${relus}\nfuse: Relu(x + y) => Fused(x, y)`, { costModel });
        const step = by((session) => {
          session.apply(session.moves({ rule: "t.relus" }));
          session.cost();
          session.apply(session.moves({ rule: "t.fuse" }));
          session.cost();
        });
        const failure = await s.run(step).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(SearchError);
        expect((failure as SearchError).blame).toBe("cost model");
        expect((failure as SearchError).message).toContain(says);
        expect([s.bestEver.cost, s.bestEver.rules]).toEqual([20, ["t.relus"]]);
        expect(s.spent.all).toBe(true);
      }
    });

    test("a cost model that throws is named", () => {
      const costModel: CostModel = {
        unit: "µs",
        cost: () => {
          throw new Error("no such part");
        },
      };
      expect(() => session(relus, { costModel })).toThrow(/^cost model: \w+: no such part$/);
    });

    test("a strategy that fails after a pause, and one that gives no promise, are named, too", async () => {
      const late = by(async (session) => {
        session.apply(session.moves({ rule: "t.relus" }));
        await new Promise((resolve) => setTimeout(resolve));
        throw new TypeError("x is undefined");
      });
      const s = session(relus);
      await expect(s.run(late)).rejects.toThrow(/^strategy `test`: x is undefined$/);
      expect([s.bestEver.cost, s.stopped]).toEqual([20, "failed"]);
      const odd = by(() => {
        throw "a string";
      });
      await expect(s.run(odd)).rejects.toThrow(/^strategy `test`: a string$/);
    });

    test("a strategy that never looks at its limits ends as long as it uses the session at all", async () => {
      const forever: readonly ((session: Session) => unknown)[] = [
        (session) => session.apply([]),
        (session) => session.moves({ granularity: "match" }),
        (session) => session.cost(),
        (session) => session.random(),
        (session) => session.spent,
        (session) => session.note?.("on"),
        (session) => session.mark(),
        (session) => session.restore(session.mark()),
        (session) => session.regrow(),
        (session) => session.breathe?.(),
      ];
      for (const call of forever) {
        let ms = 0;
        const s = session(relus, { clock: () => (ms += 1), budget: { seconds: 2 } });
        const search = by(async (session) => {
          session.apply(session.moves());
          session.cost();
          for (;;) await call(session);
        });
        await expect(s.run(search)).rejects.toThrow(/^strategy `test`: goes on .* `session.spent/);
        expect([s.bestEver.cost, s.stopped]).toEqual([20, "seconds"]);
        expect(s.notes.length).toBeLessThanOrEqual(1_000);
      }
    });

    test("moves without an end are refused", async () => {
      const s = session(relus);
      const search = by((session) => {
        const [move] = session.moves() as [Move];
        const endless = function* (): Iterable<Move> {
          for (;;) yield move;
        };
        session.apply(endless());
      });
      await expect(s.run(search)).rejects.toThrow(/strategy `test`: .*is there an end to them/);
    });

    test("a strategy that goes on after its run changes nothing, and cannot change its session's methods", async () => {
      const s = session(`${explode}\n${relus}`);
      let kept: Session | undefined;
      const keeping = by((session) => {
        kept = session;
      });
      await s.run(keeping);
      const late = kept as Session;
      const [cost, next] = [s.cost(), s.random];
      const second = by((session) => {
        late.apply(late.moves());
        late.restore(session.mark());
        late.regrow();
        late.note?.("still here");
        late.random();
        expect([session.cost(), session.spent.iterations]).toEqual([cost, 0]);
        expect(() => Object.assign(session, { cost: () => -1 })).toThrow(TypeError);
      });
      await s.run(second);
      expect(s.notes).toEqual([]);
      expect(next.call(s)).toBe(session(relus).random());
      expect(() => {
        for (;;) late.cost();
      }).toThrow("goes on");
    });

    test.each<[string, (session: Session) => unknown, RegExp]>([
      ["applies nothing at all", (s) => s.apply([undefined as never]), /that is no move/],
      ["moves nowhere", (s) => s.apply([{ rule: "t.relus", at: null as never }]), /no move/],
      ["throws null", () => Promise.reject(null), /`test`: threw null, and no Error$/],
      ["throws a thing", () => Promise.reject({}), /`test`: threw an object, and no Error$/],
      ["takes rules away", (s) => (s.rules as unknown[]).pop(), /^strategy `test`: Cannot delete/],
      [
        "takes nodes out of what was found",
        (s) => {
          s.apply(s.moves({ rule: "t.relus" }));
          return (s.best().graph.nodes as unknown[]).pop();
        },
        /^strategy `test`: Cannot delete/,
      ],
    ])("a strategy that %s is named, and spoils nothing", async (_, attack, says) => {
      const s = session(relus);
      const search = by(async (session) => void (await attack(session)));
      await expect(s.run(search)).rejects.toThrow(says);
      expect(s.stopped).toBe("failed");
      await s.run(greedy());
      expect(s.stopped).not.toBe("failed");
      expect([s.bestEver.cost, s.bestEver.graph.nodes.length, s.rules.length]).toEqual([20, 2, 1]);
    });

    test("finalists can be had where the cost model failed on the way", async () => {
      const costModel = price({ Fused: Number.NaN });
      const s = session(`${relus}\nfuse: Relu(x + y) => Fused(x, y)`, { costModel });
      const failing = by((session) => {
        session.apply(session.moves({ rule: "t.relus" }));
        session.cost();
        session.apply(session.moves({ rule: "t.fuse" }));
      });
      await expect(s.run(failing)).rejects.toThrow("costs NaN");
      expect(s.stopped).toBe("failed");
      expect(s.finalists(3).map(({ cost }) => cost)).toEqual([20, 30]);
    });

    test("what a strategy left behind with marks of its own does not disturb the next one", async () => {
      const s = session(`${explode}\n${relus}`);
      let kept: ReturnType<HostedSession["mark"]> | undefined;
      await s.run(
        by((session) => {
          kept = session.mark();
          session.apply(session.moves());
          session.mark();
          session.regrow();
          session.mark();
        }),
      );
      s.restore(kept as NonNullable<typeof kept>);
      expect(s.cost()).toBe(30);
      await s.run(greedy());
      expect(s.bestEver.cost).toBe(20);
    });
  });
}
