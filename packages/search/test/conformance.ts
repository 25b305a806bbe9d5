import type { Mark, Move, SearchStrategy, Session } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Budget, SearchError } from "../src/index.ts";

/** A session of the space under test, and what can be looked up behind its back. */
export interface Subject {
  readonly session: Session & {
    readonly bestEver: { readonly cost: number };
    readonly stopped: string;
    run(strategy: SearchStrategy): Promise<void>;
  };
  /** All that makes up the present state, in brief. */
  readonly fingerprint: () => string;
  /** The present cost, computed from scratch; at most that, where a state holds many programs and the session's own search for the best one is not exact. */
  readonly recomputed: () => number;
}

/** What a subject is made with. */
export interface Making {
  readonly budget?: Budget;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly clock?: () => number;
}

/** A strategy that is a function. */
export function by(search: (session: Session) => void | Promise<void>): SearchStrategy {
  return { kind: "strategy", spec: 1, name: "test", search };
}

/** What any session must hold to, however it is driven. `strategies` are run on it as they are. */
export function conforms(
  space: string,
  make: (making?: Making) => Subject,
  strategies: readonly SearchStrategy[],
): void {
  const limited: Budget = { iterations: 60, nodes: 200 };

  describe(`the ${space} session`, () => {
    test("lists its moves in a fixed order, the same in equal states", () => {
      const [one, two] = [make(), make()];
      for (let i = 0; i < 4; i++) {
        for (const granularity of ["rule", "match"] as const) {
          const moves = one.session.moves({ granularity });
          expect(one.session.moves({ granularity })).toEqual(moves);
          expect(two.session.moves({ granularity })).toEqual(moves);
          expect(one.session.moves({ granularity, limit: 2 })).toEqual(moves.slice(0, 2));
        }
        const mark = one.session.mark();
        one.session.apply(one.session.moves({ granularity: "match" }).slice(-1));
        one.session.restore(mark);
        expect(one.session.moves({ granularity: "match" })).toEqual(
          two.session.moves({ granularity: "match" }),
        );
        for (const { session } of [one, two])
          session.apply(session.moves({ granularity: "match" }).slice(i, i + 1));
        expect(one.fingerprint()).toBe(two.fingerprint());
      }
    });

    test("any walk of moves, marks and restores keeps each marked state, its cost and its moves", () => {
      const step = fc.tuple(
        fc.constantFrom("rule", "match", "copy", "mark", "restore"),
        fc.nat(1_000),
      );
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
          const { session, fingerprint, recomputed } = make({ budget: { nodes: 80 } });
          const marks: { mark: Mark; print: string; cost: number; moves: readonly Move[] }[] = [];
          const note = (): void => {
            const mark = session.mark();
            const moves = session.moves({ granularity: "match", limit: 20 });
            marks.push({ mark, moves, print: fingerprint(), cost: session.cost() });
          };
          note();
          for (const [what, pick] of steps) {
            if (what === "mark") note();
            else if (what === "restore") {
              const index = pick % marks.length;
              const { mark, print, cost, moves } = marks[index] as (typeof marks)[number];
              session.restore(mark);
              marks.length = index + 1;
              expect(fingerprint()).toBe(print);
              expect(session.cost()).toBe(cost);
              expect(session.moves({ granularity: "match", limit: 20 })).toEqual(moves);
            } else {
              const granularity = what === "rule" ? "rule" : "match";
              const moves = session.moves({ granularity, limit: 50 });
              const move = moves[pick % Math.max(1, moves.length)];
              const copy = move && { rule: move.rule, at: [...move.at] };
              const before = [session.cost(), session.spent.nodes];
              const chosen = what === "copy" ? copy : move;
              const changed = chosen ? session.apply([chosen]) : 0;
              if (changed === 0) expect([session.cost(), session.spent.nodes]).toEqual(before);
            }
            const cost = session.cost();
            expect(Math.abs(cost - recomputed())).toBeLessThanOrEqual(1e-9 * cost);
            expect(session.bestEver.cost).toBeLessThanOrEqual(cost);
          }
        }),
        { numRuns: 15 },
      );
    });

    test("estimates are costs that can be had", () => {
      const { session } = make();
      if (!session.estimate) return;
      session.cost();
      let start = session.mark();
      for (let walk = 0; walk < 12; walk++) {
        for (let i = 0; i < 8; i++) {
          const moves = session.moves({ granularity: "match" });
          const move = moves[Math.floor(session.random() * moves.length)];
          if (move) session.apply([move]);
          const before = session.estimate();
          expect(session.estimate()).toBe(before);
          expect(before).toBeGreaterThanOrEqual(session.bestEver.cost * (1 - 1e-9));
          // What the extractor finds is a cost that can be had, too: neither is far above the other.
          const cost = session.cost();
          expect(Math.abs(before - cost)).toBeLessThanOrEqual(0.2 * cost);
        }
        session.restore(start);
        if (walk % 4 === 3) {
          session.apply(session.moves().slice(walk, walk + 1));
          start = session.mark();
        }
      }
    });

    test("equal hashes mean equal costs", () => {
      const { session } = make();
      if (!session.hash) return;
      const costs = new Map<string, number>();
      const start = session.mark();
      for (let walk = 0; walk < 12; walk++) {
        session.restore(start);
        for (let i = 0; i < 8; i++) {
          const moves = session.moves({ granularity: "match" });
          const move = moves[Math.floor(session.random() * moves.length)];
          if (move) session.apply([move]);
          expect(costs.get(session.hash()) ?? session.cost()).toBeCloseTo(session.cost(), 9);
          costs.set(session.hash(), session.cost());
        }
      }
      expect(costs.size).toBeGreaterThan(2);
    });

    test("marks nest, stay, and are refused out of order", () => {
      const { session, fingerprint } = make();
      const outer = session.mark();
      const print = fingerprint();
      session.apply(session.moves().slice(0, 1));
      const inner = session.mark();
      const within = fingerprint();
      session.apply(session.moves().slice(-1));
      session.restore(inner);
      expect(fingerprint()).toBe(within);
      session.restore(inner);
      session.restore(outer);
      session.restore(outer);
      expect(fingerprint()).toBe(print);
      expect(() => session.restore(inner)).toThrow("out of order");
      expect(() => session.restore({} as Mark)).toThrow("did not make");
      expect(fingerprint()).toBe(print);
    });

    test("moves that name nothing there change nothing; a rule that it does not have is an error", () => {
      const { session, fingerprint } = make();
      const print = fingerprint();
      const rule = session.rules[0]?.name as string;
      for (const at of [[1e9, 0], [0.5], [-1, -1], [Number.NaN], [Infinity, 3]])
        expect(session.apply([{ rule, at }])).toBe(0);
      expect(fingerprint()).toBe(print);
      expect(() => session.apply([{ rule: "nope", at: [] }])).toThrow("`nope`");
      expect(session.apply([])).toBe(0);
    });

    // ── Budgets ──────────────────────────────────────────────────────────────

    /** Makes random moves without end, whatever the session says. */
    const blind = by((session) => {
      for (;;) {
        const moves = session.moves({ granularity: session.random() < 0.5 ? "rule" : "match" });
        session.apply(moves.slice(Math.floor(session.random() * moves.length)));
        if (moves.length === 0)
          session.apply([{ rule: session.rules[0]?.name as string, at: [0] }]);
      }
    });

    const misled = async (making: Making): Promise<Subject> => {
      const subject = make(making);
      const start = subject.session.cost();
      const failure = await subject.session.run(blind).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SearchError);
      expect((failure as SearchError).message).toMatch(
        /^strategy `test`: goes on 3000 calls after the limits/,
      );
      expect(subject.session.bestEver.cost).toBeLessThanOrEqual(start);
      expect(subject.session.spent.all).toBe(true);
      return subject;
    };

    test("calls of `apply` are counted, and end", async () => {
      const { session } = await misled({ budget: { iterations: 5, nodes: 200 } });
      expect([session.spent.iterations, session.stopped]).toEqual([5, "iterations"]);
    });

    test("time ends", async () => {
      let ms = 0;
      const { session } = await misled({ budget: { seconds: 1, nodes: 200 }, clock: () => ms++ });
      expect(session.stopped).toBe("seconds");
    });

    test("a strategy that is called off ends", async () => {
      const controller = new AbortController();
      controller.abort();
      const { session } = await misled({ signal: controller.signal });
      expect([session.spent.iterations, session.stopped]).toEqual([0, "aborted"]);
    });

    test("a state that is full takes no more, and what is restored is free again", () => {
      const { session } = make({ budget: { nodes: 30 } });
      const start = session.mark();
      for (let round = 0; round < 3; round++) {
        session.restore(start);
        for (let i = 0; i < 20; i++) {
          const moves = session.moves({ granularity: "match" });
          session.apply(moves.slice(i % Math.max(1, moves.length)));
          // What was added last may have been several nodes, and may fold.
          expect(session.spent.nodes).toBeLessThanOrEqual(34);
        }
      }
    });

    // ── Strategies ───────────────────────────────────────────────────────────

    for (const strategy of strategies)
      test(`${strategy.name} runs on it unchanged, never ends worse, and repeats itself`, async () => {
        const run = async (): Promise<unknown> => {
          const { session, fingerprint } = make({ budget: limited, seed: 7 });
          const start = session.cost();
          await session.run(strategy);
          expect(session.bestEver.cost).toBeLessThan(start);
          expect(session.spent.iterations).toBeLessThanOrEqual(60);
          return [fingerprint(), session.bestEver.cost, session.spent.iterations, session.random()];
        };
        expect(await run()).toEqual(await run());
      });

    test("a strategy that throws is named, and nothing is lost that was found", async () => {
      const { session } = make();
      const start = session.cost();
      let least = start;
      const failing = by((session) => {
        for (let i = 0; i < 50; i++) {
          const moves = session.moves({ granularity: "match" });
          const move = moves[Math.floor(session.random() * moves.length)];
          if (move) session.apply([move]);
          least = Math.min(least, session.cost());
        }
        session.restore({} as Mark);
      });
      await expect(session.run(failing)).rejects.toThrow(
        /^strategy `test`: restored a mark that this session did not make/,
      );
      expect(least).toBeLessThan(start);
      expect(session.bestEver.cost).toBe(least);
      // It can be driven again.
      await session.run(by(() => {}));
      expect(session.bestEver.cost).toBe(least);
    });

    test("a strategy of another contract is refused by name", async () => {
      const { session } = make();
      const other = { ...by(() => {}), spec: 2 } as unknown as SearchStrategy;
      await expect(session.run(other)).rejects.toThrow(
        /^strategy `test`: is a strategy for spec 2/,
      );
    });
  });
}
