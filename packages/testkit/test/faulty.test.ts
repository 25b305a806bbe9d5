// Each of these plugins is sound but for one thing, and fails the one check that is meant for it.
import type {
  Backend,
  CostModel,
  Dialect,
  NdArray,
  NodeView,
  OpDef,
  RuleFile,
  SearchStrategy,
  TensorType,
} from "@rewright/plugin";
import { saturate as sound } from "@rewright/search";
import { evaluateGraph, onnx } from "@rewright/tensor";
import { describe, expect, test, vi } from "vitest";
import {
  backendChecks,
  type Check,
  type ConformanceReport,
  dialectChecks,
  runChecks,
  strategyChecks,
} from "../src/index.ts";

function shapeError(message: string): Error {
  return Object.assign(new Error(message), { name: "ShapeError" });
}

function elementwise(
  arity: number,
  f: (...x: number[]) => number,
  more: Partial<OpDef> = {},
): OpDef {
  return {
    operands: Array.from({ length: arity }, (_, i) => ({ name: `x${i}` })),
    infer(operands, attrs) {
      const [first, ...others] = operands;
      if (operands.length !== arity || !first || !/^f/.test(first.dtype))
        throw shapeError("floats, please");
      for (const other of others)
        if (other?.dtype !== first.dtype || String(other.shape) !== String(first.shape))
          throw shapeError("of one type, please");
      for (const name of Object.keys(attrs))
        if (!Object.hasOwn(more.attrs ?? {}, name)) throw shapeError(`no ${name}`);
      return [{ dtype: first.dtype, shape: first.shape }];
    },
    evaluate(operands) {
      const { dtype, shape, data } = operands[0] as NdArray;
      const result = Array.from(data as ArrayLike<number>, (_, i) =>
        f(...operands.map((operand) => Number(operand?.data[i]))),
      );
      return [{ dtype, shape, data: Float64Array.from(result) }];
    },
    ...more,
  };
}

const dialect = (
  ops: Readonly<Record<string, OpDef>> = {},
  more: Partial<Dialect> = {},
): Dialect => ({
  ...{ kind: "dialect", spec: 1, name: "tiny" },
  ops: {
    Plus: elementwise(2, (x, y) => x + y, { commutative: true }),
    Minus: elementwise(2, (x, y) => x - y),
    ...ops,
  },
  ...more,
});

/** Elements written, at a nanosecond each, behind a launch. */
function price({ op, results }: NodeView): number {
  if (op === "Reshape") return 0;
  let sum = 1;
  for (let i = 0; i < results.length; i++) {
    const { shape } = results[i] as TensorType;
    let size = 1;
    for (let axis = 0; axis < shape.length; axis++) size *= Number(shape[axis]);
    sum += size / 1000;
  }
  return sum;
}

const backend = (costModel: Partial<CostModel> = {}, more: Partial<Backend> = {}): Backend => ({
  ...{ kind: "backend", spec: 1, name: "my-npu" },
  costModel: { unit: "µs", cost: price, ...costModel },
  ...more,
});

const running = (run: NonNullable<Backend["run"]>): Backend => backend({}, { run });
const compute: NonNullable<Backend["run"]> = async (graph, inputs, signal) => {
  if (inputs.length !== graph.inputs.length) throw new Error("my-npu: too few inputs");
  await new Promise((resolve) => setTimeout(resolve, 30));
  signal.throwIfAborted();
  return evaluateGraph(graph, inputs, [onnx]);
};
const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("my-npu: called off")));
  });

const file = (text: string): RuleFile => ({ file: "mine.rules", text });
const ruled = (text: string, more: Partial<Backend> = {}): Backend =>
  backend({}, { rules: [file(text)], ...more });

const strategy = (search: SearchStrategy["search"]): SearchStrategy => ({
  ...{ kind: "strategy", spec: 1, name: "mine" },
  search,
});
const { search: saturate } = sound();

let made = 0;
const quiet = { samples: 12, nodes: 8, runs: 2, patience: 0.5 };
const small = { nodes: 300, iterations: 60, patience: 1 };

const cases: readonly (readonly [
  fault: string,
  check: string,
  says: RegExp,
  () => readonly Check[],
])[] = [
  // ── Plugins of all kinds ──
  [
    "written for another contract",
    "says what it is",
    /`?my-npu`? was written for spec 2; this kit knows 1.*to mend it: set `spec: 1`/s,
    () => backendChecks(() => backend({}, { spec: 2 as 1 }), quiet),
  ],
  [
    "a name with a space",
    "has a name",
    /"My NPU".*lower-case/s,
    () => backendChecks(() => backend({}, { name: "My NPU" }), quiet),
  ],
  [
    "state in the module",
    "constructions are independent",
    /keep state in what the factory returns/,
    () =>
      backendChecks(() => {
        made++;
        const base = made;
        return backend({ cost: (node) => base + price(node) });
      }, quiet),
  ],
  [
    "chance at construction",
    "construction has no side effects",
    /Math\.random/,
    () =>
      backendChecks(() => {
        Math.random();
        return backend();
      }, quiet),
  ],
  [
    "options completed in place",
    "leaves its options as they are",
    /part:"x1"/,
    () =>
      backendChecks(
        (options: { part?: string; cores?: number }) => {
          options.cores ??= 4;
          return backend();
        },
        { ...quiet, given: { part: "x1" } },
      ),
  ],
  // ── Dialects ──
  [
    "NaN for a dimension",
    "dimensions are sizes or names",
    /Halve\(.*NaN/,
    () =>
      dialectChecks(
        () =>
          dialect({
            Halve: {
              operands: [{ name: "x" }],
              infer([x]) {
                if (!x || x.shape.length === 0) throw shapeError("a list, please");
                const [first, ...rest] = x.shape;
                const half = typeof first === "string" ? "?" : Number(first) / 2;
                return [
                  {
                    dtype: x.dtype,
                    shape: [first === 2 ? Number.NaN : Math.floor(Number(half)) || "?", ...rest],
                  },
                ];
              },
            },
          }),
        quiet,
      ),
  ],
  [
    "another error than a ShapeError",
    "ill-shaped applications are a ShapeError",
    /TypeError.*throw an Error whose `name` is "ShapeError"/s,
    () =>
      dialectChecks(
        () =>
          dialect({
            Same: {
              ...elementwise(1, (x) => x),
              infer: ([x]) => [{ dtype: (x as TensorType).dtype, shape: (x as TensorType).shape }],
            },
          }),
        quiet,
      ),
  ],
  [
    "types that evaluate does not have",
    "infer agrees with evaluate",
    /Turn.*f\d\d\[.*by infer.*by evaluate/,
    () =>
      dialectChecks(() => {
        const same = elementwise(1, (x) => x);
        const evaluate: OpDef["evaluate"] = (operands, attrs, count) =>
          (same.evaluate?.(operands, attrs, count) ?? []).map((array) => ({
            ...array,
            shape: [...array.shape, 1],
          }));
        return dialect({ Turn: { ...same, evaluate } });
      }, quiet),
  ],
  [
    "a difference that commutes",
    "commutative operators commute",
    /Minus.*leave `commutative` out/s,
    () =>
      dialectChecks(
        () => dialect({ Minus: elementwise(2, (x, y) => x - y, { commutative: true }) }),
        quiet,
      ),
  ],
  [
    "a default of another type",
    "declares its operators",
    /default of `by` of Scale, "two", is no float/,
    () =>
      dialectChecks(
        () =>
          dialect({
            Scale: elementwise(1, (x) => x, { attrs: { by: { type: "float", default: "two" } } }),
          }),
        quiet,
      ),
  ],
  [
    "inference that takes notes",
    "infer is pure",
    /changes what it is given/,
    () =>
      dialectChecks(() => {
        const same = elementwise(1, (x) => x);
        const infer: OpDef["infer"] = (operands, attrs, count) => {
          const types = same.infer(operands, {}, count);
          (attrs as { seen?: boolean }).seen = true;
          return types;
        };
        return dialect({ Count: { ...same, infer } });
      }, quiet),
  ],
  [
    "a function that throws",
    "functions answer undefined to the unknown",
    /last\(\).*return `undefined`/s,
    () =>
      dialectChecks(
        () => dialect({}, { functions: { last: (...args) => (args[0] as number[]).at(-1) } }),
        quiet,
      ),
  ],
  [
    "an operator that no rule can name",
    "names can be written in rules",
    /to-the-left/,
    () => dialectChecks(() => dialect({ "to-the-left": elementwise(1, (x) => x) }), quiet),
  ],
  // ── Backends ──
  [
    "a cost of NaN",
    "costs are numbers from 0 on",
    /Softplus\(.*costs NaN/,
    () =>
      backendChecks(
        () =>
          backend({
            cost: (node) =>
              node.op === "Softplus" || node.op === "Softmax" ? Number.NaN : price(node),
          }),
        { ...quiet, only: "costs" },
      ),
  ],
  [
    "costs that are infinite everywhere",
    "something is within reach",
    /all \d+ nodes tried cost Infinity/,
    () => backendChecks(() => backend({ cost: () => Number.POSITIVE_INFINITY }), quiet),
  ],
  [
    "costs that rise with every call",
    "costs are repeatable",
    /when asked again/,
    () =>
      backendChecks(() => {
        let calls = 0;
        return backend({ cost: (node) => price(node) + calls++ * 1e-9 });
      }, quiet),
  ],
  [
    "parts that are not there",
    "the parts of costs are numbers from 0 on",
    /answer `launch`, `arithmetic` and `memory`/,
    () =>
      backendChecks(
        () => backend({ parts: () => ({ launch: 1, arithmetic: Number.NaN, memory: 0 }) }),
        quiet,
      ),
  ],
  [
    "notes taken on the node",
    "cost leaves nodes as they are",
    /seen:true/,
    () =>
      backendChecks(
        () =>
          backend({
            cost(node) {
              (node as { seen?: boolean }).seen = true;
              return price(node);
            },
          }),
        quiet,
      ),
  ],
  [
    "an exception for what it does not know",
    "unknown operators are no exception",
    /org\.example\.NoSuchOperator/,
    () =>
      backendChecks(
        () =>
          backend({
            cost(node) {
              if (!Object.hasOwn(onnx.ops, node.op)) throw new Error(`what is ${node.op}?`);
              return price(node);
            },
          }),
        quiet,
      ),
  ],
  [
    "a cost that takes its time",
    "cost is quick",
    /calls a second, where 1000000 are needed/,
    () =>
      backendChecks(
        () =>
          backend({
            cost(node) {
              let text = "";
              for (let i = 0; i < 400; i++) text = JSON.stringify([text.length, node.op, i]);
              return price(node) + (text === "" ? 1 : 0);
            },
          }),
        { ...quiet, only: "costs" },
      ),
  ],
  [
    "a rank in another unit",
    "rank agrees with cost",
    /give both in one unit/,
    () =>
      backendChecks(
        () =>
          backend({ rank: ({ nodes }) => 1e6 * nodes.reduce((sum, node) => sum + price(node), 0) }),
        { ...quiet, only: "costs" },
      ),
  ],
  [
    "a rank that does not hear",
    "rank heeds its signal",
    /after its signal/,
    () =>
      backendChecks(
        () =>
          backend({
            async rank({ nodes }, signal) {
              await new Promise((resolve) => setTimeout(resolve, 30));
              if (signal.aborted) await new Promise(() => {});
              return nodes.reduce((sum, node) => sum + price(node), 0);
            },
          }),
        { ...quiet, only: "costs" },
      ),
  ],
  [
    "an operator that is ONNX's already",
    "its operators are its own",
    /Relu of its dialect tiny is an operator of onnx, too.*com\.example\.Relu/s,
    () =>
      backendChecks(() => {
        const { Relu } = onnx.ops;
        return backend({}, { dialects: [dialect({ Relu: Relu as OpDef })] });
      }, quiet),
  ],
  [
    "a rule about an operator that nobody has",
    "its rules compile",
    /Rellu.*name only operators/s,
    () =>
      backendChecks(
        () => ruled('import onnx from "dialect:onnx"\nrules r {\n  a: Rellu(x) => Relu(x)\n}\n'),
        quiet,
      ),
  ],
  [
    "a rule that is wrong",
    "its rules hold",
    /mine\.rules:3: `r\.a` does not hold/,
    () =>
      backendChecks(
        () => ruled('import onnx from "dialect:onnx"\nrules r {\n  a: Cos(x) => Sin(x)\n}\n'),
        quiet,
      ),
  ],
  [
    "a fusion that its costs do not like",
    "its fusions are liked",
    /`r\.a`/,
    () =>
      backendChecks(
        () =>
          ruled(
            'import onnx from "dialect:onnx"\nimport mine from "dialect:mine"\nrules r #fusion {\n  a: Relu(x + y) => AddRelu(x, y)\n}\n',
            {
              dialects: [
                dialect(
                  { AddRelu: elementwise(2, (x, y) => Math.max(0, x + y)) },
                  { name: "mine" },
                ),
              ],
              costModel: { unit: "µs", cost: (n) => (n.op === "AddRelu" ? 1e9 : price(n)) },
            },
          ),
        quiet,
      ),
  ],
  [
    "a kernel that is wrong",
    "run agrees with the reference semantics",
    /of result 0 of Relu\(/,
    () =>
      backendChecks(
        () =>
          running(async (graph, inputs, signal) => {
            const relus = graph.nodes.map((node) =>
              node.op === "Relu" ? { ...node, op: "Neg" } : node,
            );
            return compute(
              graph.nodes.length > 9 ? { ...graph, nodes: relus } : graph,
              inputs,
              signal,
            );
          }),
        quiet,
      ),
  ],
  [
    "a run that hangs",
    "run comes to an end",
    /my-npu: a program of \d+ small nodes has not run within 0\.5 s/,
    () => backendChecks(() => running((_, __, signal) => never(signal)), quiet),
  ],
  [
    "a run that does not hear",
    "run heeds its signal",
    /after its signal/,
    () =>
      backendChecks(
        () =>
          running(async (graph, inputs, signal) => {
            if (inputs.length !== graph.inputs.length) throw new Error("my-npu: too few inputs");
            await new Promise((resolve) => setTimeout(resolve, 30));
            if (signal.aborted) await new Promise(() => {});
            return evaluateGraph(graph, inputs, [onnx]);
          }),
        quiet,
      ),
  ],
  [
    "an error that does not say whose it is",
    "errors name the plugin",
    /begin messages with the plugin's name/,
    () =>
      backendChecks(
        () =>
          running(async (graph, inputs, signal) => {
            if (inputs.length !== graph.inputs.length) throw new Error("too few");
            return compute(graph, inputs, signal);
          }),
        quiet,
      ),
  ],
  // ── Strategies ──
  [
    "chance without a seed",
    "draws from the session alone",
    /mine calls Math\.random/,
    () =>
      strategyChecks(
        () =>
          strategy((session) => {
            Math.random();
            return saturate(session);
          }),
        small,
      ),
  ],
  [
    "moves that depend on the run before",
    "repeats itself",
    /twice with seed 7.*its moves differ/,
    () =>
      strategyChecks(() => {
        let runs = 0;
        return strategy((session) => {
          if (runs++ % 2 === 1) session.apply(session.moves({ limit: 1 }));
          return saturate(session);
        });
      }, small),
  ],
  [
    "waiting on after the signal",
    "heeds the signal",
    /goes on for Infinity ms after the signal/,
    () =>
      strategyChecks(
        () =>
          strategy(async (session) => {
            await saturate(session);
            if (session.signal.aborted) await new Promise(() => {});
          }),
        small,
      ),
  ],
  [
    "waiting for rules that do not come",
    "ends without rules",
    /still waiting|not come to an end/,
    () =>
      strategyChecks(
        () =>
          strategy(async (session) => {
            if (session.rules.length === 0) await new Promise(() => {});
            await saturate(session);
          }),
        small,
      ),
  ],
];

async function silently(checks: readonly Check[]): Promise<ConformanceReport> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    return await runChecks("plugin", checks);
  } finally {
    log.mockRestore();
  }
}

test.each(cases)("%s: %s", async (_, check, says, checks) => {
  const { failures } = await silently(checks());
  expect(
    failures.map((failure) => failure.check),
    failures.join("\n"),
  ).toEqual([check]);
  expect(failures[0]?.message).toMatch(says);
  expect(failures[0]?.message).toMatch(/why it matters: /);
});

describe("a sound one passes", () => {
  test("dialect", async () => {
    const { failures, line } = await silently(dialectChecks(() => dialect(), quiet));
    expect(failures).toEqual([]);
    expect(line).toMatch(/^conformance: plugin spec 1, kit \d+\.\d+, \d+ checks, 0 warnings$/);
  });
  test("backend that runs", async () => {
    const { failures } = await silently(backendChecks(() => running(compute), quiet));
    expect(failures).toEqual([]);
  });
  test("strategy", async () => {
    const { failures } = await silently(strategyChecks(() => strategy(saturate), small));
    expect(failures).toEqual([]);
  });
});

test("the last check prints the line to paste, and the warnings", async () => {
  const [log, warn] = (["log", "warn"] as const).map((to) =>
    vi.spyOn(console, to).mockImplementation(() => {}),
  );
  try {
    const odd: OpDef = {
      ...elementwise(1, (x) => x),
      infer: () => {
        throw shapeError("never");
      },
    };
    for (const check of dialectChecks(() => dialect({ Odd: odd }), { ...quiet })) await check.run();
    expect(warn?.mock.calls.flat().join()).toMatch(/guessing found no application of Odd/);
    expect(log?.mock.calls.flat().join()).toMatch(
      /^conformance: dialect spec 1, kit .*, 1 warning$/,
    );
  } finally {
    log?.mockRestore();
    warn?.mockRestore();
  }
});
