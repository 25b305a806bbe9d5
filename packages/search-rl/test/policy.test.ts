import fc from "fast-check";
import { expect, test } from "vitest";
import { Policy, PolicyError, policyPrior, policyValue } from "../src/index.ts";
import { WordSession } from "./words.ts";

const small = { layers: 2, hidden: 8, head: 8 };

function observed(word: string) {
  const session = new WordSession(word);
  return session.observe(session.moves());
}

const fresh = (seed = 1, encoder: "sage" | "gat" = "sage") =>
  Policy.fresh(observed("a"), { ...small, encoder }, seed, "reference");

const word = fc.string({ unit: fc.constantFrom(..."abcdk"), minLength: 1, maxLength: 40 });

test.each(["sage", "gat"] as const)("%s: probabilities are some, in any room", (encoder) => {
  const policy = fresh(1, encoder);
  fc.assert(
    fc.property(word, (text) => {
      const observation = observed(text);
      const { logProbabilities, value } = policy.judge(observation);
      expect(logProbabilities).toHaveLength(observation.moveNodes.length + 1);
      const sum = logProbabilities.reduce((total, l) => total + Math.exp(l), 0);
      expect(sum).toBeCloseTo(1, 5);
      expect(value).toSatisfy(Number.isFinite);
    }),
    { numRuns: 30 },
  );
});

test.each(["sage", "gat"] as const)(
  "%s: moves are judged by what they are, in any order",
  (encoder) => {
    const policy = fresh(2, encoder);
    fc.assert(
      fc.property(word, fc.nat(), (text, seed) => {
        const session = new WordSession(text);
        const moves = session.moves();
        const order = moves.map((_, i) => (i * 7 + seed) % (moves.length || 1));
        if (new Set(order).size !== moves.length) return;
        const straight = policy.judge(session.observe(moves)).logProbabilities;
        const other = policy.judge(session.observe(order.map((i) => moves[i] as never)));
        for (const [at, i] of [...order, moves.length].entries())
          expect(other.logProbabilities[at]).toBeCloseTo(straight[i] as number, 4);
      }),
      { numRuns: 30 },
    );
  },
);

test("where a move touches matters, and so does what is around it", () => {
  // Both a-b moves in one word: beside a k, and far from one.
  const policy = fresh(3);
  const session = new WordSession("akccca");
  const moves = session.moves().filter(({ rule }) => rule === "a-b");
  const [near, far] = policy.judge(session.observe(moves)).logProbabilities;
  expect(Math.abs((near as number) - (far as number))).toBeGreaterThan(1e-6);
});

test("a closed move has probability 0, and the others keep their ratios", () => {
  const policy = fresh();
  const observation = observed("aabka");
  const open = policy.judge(observation).logProbabilities;
  const { logProbabilities } = policy.judge(observation, new Set([0, 2]));
  expect(Math.exp(logProbabilities[0] as number)).toBe(0);
  expect(Math.exp(logProbabilities[2] as number)).toBe(0);
  const difference = (row: Float32Array): number => (row[1] as number) - (row[3] as number);
  expect(difference(logProbabilities)).toBeCloseTo(difference(open), 4);
});

test("vector kernels agree with the reference up to rounding", () => {
  const plain = fresh();
  const vector = plain.copy("simd");
  for (const text of ["a", "akbbacda".repeat(9)]) {
    const [a, b] = [plain, vector].map((policy) => policy.judge(observed(text)));
    for (const [i, l] of (a?.logProbabilities ?? []).entries())
      expect(b?.logProbabilities[i]).toBeCloseTo(l, 4);
    expect(b?.value).toBeCloseTo(a?.value as number, 4);
  }
});

test("a seed gives weights, another one others", () => {
  expect(fresh(5).weights).toEqual(fresh(5).weights);
  expect(fresh(5).weights).not.toEqual(fresh(6).weights);
});

test("rules it never saw are ordinary to it; features it does not know are an error", () => {
  const policy = fresh();
  const session = new WordSession("abc", { rules: [{ from: "c", to: "a" }] });
  expect(policy.judge(session.observe(session.moves())).logProbabilities).toHaveLength(2);
  const other = new WordSession("abc", { version: "words/2" });
  expect(() => policy.judge(other.observe(other.moves()))).toThrow(PolicyError);
  expect(() => policy.judge(other.observe(other.moves()))).toThrow(
    'trained on features "words/1" (5 numbers a node, 10 a move), the session shows "words/2" (5 numbers a node, 10 a move): train one for these',
  );
});

test("what is no architecture is refused", () => {
  expect(() => Policy.fresh(observed("a"), { hidden: 0 })).toThrow("whole numbers, at most 4096");
  expect(() => Policy.fresh(observed("a"), { encoder: "gnn" as never })).toThrow('"sage" or "gat"');
  expect(() => new Policy(fresh().description, new Float32Array(3))).toThrow("not 3");
});

test("as a prior it leaves stopping out, as a value it is the same network", () => {
  const policy = fresh();
  const observation = observed("aakb");
  const prior = Array.from(policyPrior(policy)(observation));
  expect(prior).toHaveLength(observation.moveNodes.length);
  expect(prior.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  const { logProbabilities, value } = policy.judge(observation);
  const ratio = (prior[0] as number) / (prior[1] as number);
  const [first, second] = logProbabilities as unknown as [number, number];
  expect(Math.log(ratio)).toBeCloseTo(first - second, 4);
  expect(policyValue(policy)(observation)).toBe(value);
});
