import type { Move } from "@rewright/plugin";
import { expect, test } from "vitest";
import { type SubstitutionSession, substitution } from "../../search/src/index.ts";
import { Draft, price, tiny, tinyRules } from "../../search/test/tiny.ts";
import { likely, type MctsOptions, randomly } from "../src/index.ts";
import { settingsOf } from "../src/options.ts";
import { Position } from "../src/position.ts";

/** One program in which one rule matches at six places and another one at a single one. */
function session(): SubstitutionSession {
  const draft = new Draft();
  const twice = Array.from({ length: 6 }, (_, i) =>
    draft.node("Relu", [draft.node("Relu", [draft.input(`x${i}`)])]),
  );
  const whole = draft.node("Neg", [twice.reduce((a, b) => draft.node("Sub", [a, b]))]);
  return substitution({
    graph: draft.graph(whole),
    rules: tinyRules("relus: Relu(Relu(x)) => Relu(x)   turn: Neg(x - y) => y - x"),
    ...{ dialects: [tiny], costModel: price() },
  });
}

/** The moves: how many of one match of each rule, then the rules that are moves wherever they match. */
function listed(options: MctsOptions): readonly [relus: number, turn: number, ...whole: string[]] {
  const { moves } = new Position(session(), settingsOf(options));
  const single = (rule: string): number =>
    moves.filter((move) => move.rule === rule && move.at.length > 0).length;
  const whole = moves.filter(({ at }) => at.length === 0).map(({ rule }) => rule);
  return [single("t.relus"), single("t.turn"), ...whole];
}

test("where a state is one program a rule that matches in several places is a move, besides its matches", () => {
  expect(listed({})).toEqual([6, 1, "t.relus"]);
  expect(listed({ granularity: "match" })).toEqual([6, 1]);
  expect(listed({ granularity: "rule" })).toEqual([0, 0, "t.relus", "t.turn"]);
});

test("where matches are too many, a rule that has many leaves room for the others", () => {
  expect(listed({ matches: 5 })).toEqual([4, 1, "t.relus"]);
  expect(listed({ matches: 3 })).toEqual([2, 1, "t.relus"]);
  expect(listed({ matches: 1, granularity: "match" })).toEqual([1, 0]);
});

test("roll-outs take what the prior finds likely, of what changes anything; without a prior, anything", () => {
  const moves: readonly Move[] = ["a", "b", "c"].map((rule) => ({ rule, at: [] }));
  const drawn = (prior: readonly number[] | undefined, random: number): string | undefined => {
    const make = ({ rule }: Move): boolean => rule !== "c";
    const walk = { moves, prior: () => prior, random: () => random, make };
    return likely().step({ ...walk, cost: () => 0, look: () => 0 })?.rule;
  };
  expect([0, 0.5, 0.99].map((at) => drawn([0.1, 0.9, 0], at))).toEqual(["a", "b", "b"]);
  expect([0, 0.5, 0.99].map((at) => drawn(undefined, at))).toEqual(["a", "b", "b"]);
  expect(drawn([0, 0, 1], 0.5)).toBe("b");
});

test("roll-outs without a policy take any rule, however often it matches", () => {
  const moves: readonly Move[] = [..."aaaaaaaab"].map((rule, i) => ({ rule, at: [i] }));
  const drawn = (random: number): string | undefined => {
    const walk = { moves, prior: () => undefined, random: () => random, make: () => true };
    return randomly().step({ ...walk, cost: () => 0, look: () => 0 })?.rule;
  };
  expect([0.1, 0.4, 0.6, 0.9].map(drawn)).toEqual(["a", "a", "b", "b"]);
});
