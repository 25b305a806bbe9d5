// What callers and plugins may get wrong: an error that says who and what, and whose exit code is not that of a bug.
import { ModelBuilder } from "@rewright/onnx";
import type { Backend, CostModel, Dialect, OpDef, SearchStrategy, Session } from "@rewright/plugin";
import { greedy } from "@rewright/search";
import { expect, test } from "vitest";
import { exitCodeOf, exitCodes } from "../src/errors.ts";
import { type OptimizeOptions, optimize, PluginError } from "../src/index.ts";
import { improvable } from "./cli.ts";

const bytes = improvable();

const charging = (cost: unknown, more: Partial<Backend> = {}): Backend => ({
  ...{ kind: "backend", spec: 1, name: "mine", ...more },
  costModel: { unit: "coins", cost: cost as CostModel["cost"] },
});
const driving = (search: (session: Session) => unknown): SearchStrategy => ({
  ...{ kind: "strategy", spec: 1, name: "mine" },
  search: search as SearchStrategy["search"],
});
const fail = (): never => {
  throw new Error("no coffee");
};
const broken: Dialect = {
  ...{ kind: "dialect", spec: 1, name: "odd" },
  ops: { Odd: { operands: [{ name: "x" }], infer: fail } },
};
/** An operator whose results have such dimensions. */
const odds = (name: string, dim: number): Dialect => ({
  ...{ kind: "dialect", spec: 1, name },
  ops: {
    Odd: {
      operands: [{ name: "x" }],
      infer: ([x]) => [{ dtype: "f32", shape: (x?.shape ?? []).map(() => dim) }],
    },
  },
});
const odd = {
  file: "odd.rules",
  text: 'import onnx from "dialect:onnx"\nimport odd from "dialect:odd"\nrules odd { a: Relu(x) => Odd(x) }\n',
};

/** What is given, not all of which the types allow, and what is said of it. */
const faults: readonly (readonly [name: string, options: unknown, says: RegExp])[] = [
  ["costs NaN", { backend: charging(() => Number.NaN) }, /backend `mine`.*costs NaN/],
  ["a negative cost", { backend: charging(() => -1) }, /backend `mine`.*costs -1/],
  ["a cost in words", { backend: charging(() => "5") }, /backend `mine`.*costs a string/],
  ["a bigint cost", { backend: charging(() => 5n) }, /backend `mine`.*costs a bigint/],
  ["costs that throw", { backend: charging(fail) }, /backend `mine`.*no coffee/],
  [
    "a rank that throws",
    { backend: { ...charging(() => 1), costModel: { unit: "coins", cost: () => 1, rank: fail } } },
    /backend `mine`: `costModel.rank` fails: no coffee/,
  ],
  [
    "a rank that is no cost",
    { rank: () => Number.NaN },
    /^`rank` answers NaN: a cost is a number of at least 0/,
  ],
  ["a rank that is none", { rank: 3 }, /rank must be the path of a file/],
  ["a rank from nowhere", { rank: "/nowhere/my.cost" }, /cannot read the cost model \/nowhere/],
  ["no costs", { backend: { kind: "backend", spec: 1, name: "mine" } }, /`mine`.*costModel/],
  [
    "an operator that throws",
    { backend: charging(() => 1, { dialects: [broken], rules: [odd] }) },
    /backend `mine`.*odd\.a.*no coffee/,
  ],
  ["a strategy that throws", { strategy: driving(fail) }, /strategy `mine`.*no coffee/],
  [
    "a strategy that rejects",
    { strategy: driving(() => Promise.reject(new Error("no tea"))) },
    /strategy `mine`.*no tea/,
  ],
  [
    "a strategy that never ends",
    {
      strategy: driving((s) => {
        for (;;) s.apply(s.moves());
      }),
      budget: { iterations: 3 },
    },
    /strategy `mine`.*spent/,
  ],
  [
    "a move that is none",
    { strategy: driving((s) => s.apply([{ rule: "nope", at: [] }])) },
    /strategy `mine`.*`nope`/,
  ],
  ["no search", { strategy: { kind: "strategy", spec: 1, name: "mine" } }, /`mine`.*search/],
  ["a backend of spec 2", { backend: { ...charging(() => 1), spec: 2 } }, /P0101.*`mine`.*spec 2/],
  [
    "a strategy of spec 2",
    { strategy: { ...driving(() => {}), spec: 2 } },
    /P0101.*`mine`.*spec 2/,
  ],
  [
    "a dialect of spec 2",
    { backend: charging(() => 1, { dialects: [{ ...broken, spec: 2 as 1 }] }) },
    /P0101.*`odd`/,
  ],
  [
    "a dimension that is NaN",
    { backend: charging(() => 1, { dialects: [odds("odd", Number.NaN)], rules: [odd] }) },
    /backend `mine`.*odd\.a.*Odd infers the type f32\[NaN,.*ShapeError/,
  ],
  [
    "a dimension below 0",
    { backend: charging(() => 1, { dialects: [odds("odd", -3)], rules: [odd] }) },
    /backend `mine`.*f32\[-3,.*a whole number from 0/,
  ],
  [
    "costs that are infinite everywhere",
    { backend: charging(() => Number.POSITIVE_INFINITY) },
    /backend `mine` cannot run the model.*cost Infinity \(.*MatMul, Relu.*give them a finite cost/,
  ],
  [
    "a dialect that is called as ONNX's",
    { backend: charging(() => 1, { dialects: [odds("onnx", 1)] }) },
    /backend `mine`.*two dialects are called `onnx`.*rename one/,
  ],
  [
    "two dialects of one name",
    { backend: charging(() => 1, { dialects: [odds("odd", 1), { ...odds("odd", 1), ops: {} }] }) },
    /backend `mine`.*two dialects are called `odd`/,
  ],
  [
    "an operator that ONNX has, too",
    {
      backend: charging(() => 1, {
        dialects: [{ ...odds("odd", 1), ops: { Relu: odds("odd", 1).ops["Odd"] as OpDef } }],
      }),
    },
    /backend `mine`.*Relu of dialect `odd` is an operator of `onnx`, too.*com\.example\.Relu/,
  ],
  [
    "rules about an operator that nobody has",
    {
      backend: charging(() => 1, {
        rules: [{ file: "theirs.rules", text: odd.text.replaceAll("Odd", "Rellu") }],
        dialects: [odds("odd", 1)],
      }),
    },
    /backend `mine`: its rules do not compile.*no operator called `Rellu`.*theirs\.rules:3/s,
  ],
  ["no name", { backend: { ...charging(() => 1), name: "" } }, /backend plugin has no name/],
  ["one word for rules", { rules: "default" }, /\["default"\]/],
  ["a number for a rule file", { rules: [42] }, /rules must be a list/],
  ["a misspelt limit", { budget: { node: 5 } }, /did you mean `nodes`/],
  ["a limit in words", { budget: { seconds: "3" } }, /budget\.seconds.*"3"/],
  ["sizes in one word", { shapes: { x: "1x64x32" } }, /input `x`.*list/],
  ["no strategy", { strategy: null }, /strategy must be/],
  ["no options", null, /options must be an object/],
];
test.each(faults)("%s", async (_, options, says) => {
  const given = options && { measure: false, ...options };
  const failure = await optimize(bytes, given as OptimizeOptions).catch((error: unknown) => error);
  expect((failure as Error).message).toMatch(says);
  expect(exitCodeOf(failure)).toBe(exitCodes.usage);
});

test.each(["growth", "substitution"] as const)(
  "what a strategy had found when it failed is verified and kept (%s)",
  async (space) => {
    const options = { measure: false, space, budget: { iterations: 200 } } as const;
    const late = driving(async (session) => {
      await greedy().search(session);
      fail();
    });
    const failure = await optimize(bytes, { ...options, strategy: late }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(PluginError);
    expect(exitCodeOf(failure)).toBe(exitCodes.usage);
    const { message, optimized } = failure as PluginError;
    expect(message).toBe(
      "strategy `mine`: no coffee; what was found by then has been verified, and is kept",
    );
    expect(optimized.report).toMatchObject({ gained: true, verified: true, stopped: "failed" });
    const whole = await optimize(bytes, { ...options, strategy: greedy() });
    expect(Buffer.compare(optimized.model, whole.model)).toBe(0);
  },
);

test.each([null, "model.onnx", new ArrayBuffer(8), new Uint16Array(8)])(
  "a model given as %o",
  async (model) => {
    const failure = await optimize(model as unknown as Uint8Array).catch((error: unknown) => error);
    expect((failure as Error).message).toMatch(/Uint8Array/);
    expect(exitCodeOf(failure)).toBe(exitCodes.usage);
  },
);

test("a model in the middle of a larger buffer", async () => {
  const around = Buffer.alloc(bytes.length + 100, 7);
  around.set(bytes, 37);
  const before = Buffer.from(around);
  const { model } = await optimize(around.subarray(37, 37 + bytes.length), { measure: false });
  expect(Buffer.compare(model, (await optimize(bytes, { measure: false })).model)).toBe(0);
  expect(around.equals(before)).toBe(true);
});

test("rules named twice are meant once", async () => {
  const { report } = await optimize(bytes, { rules: ["default", "default"], measure: false });
  expect(report.gained).toBe(true);
});

test("a model with random outputs comes back unchanged, and the report says why", async () => {
  const b = new ModelBuilder("random", { opset: 17 });
  const x = b.input("x", "f32", [8]);
  const noise = b.node("RandomNormalLike", [x]);
  b.output("y", b.node("Relu", [b.node("Relu", [b.node("Add", [x, noise])])]));
  const random = b.bytes();
  const { model, report } = await optimize(random, { measure: false });
  expect(Buffer.compare(model, random)).toBe(0);
  expect(report).toMatchObject({
    gained: false,
    dropped: [{ why: expect.stringMatching(/random/) }],
  });
});
