import type { Attrs, Dim, NodeView } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { operatorNames } from "../../../costmodel/test/operator-names.ts";
import { cpu, cpuPartNames } from "../src/index.ts";
import { partOf } from "../src/local.ts";

interface Given {
  readonly shape: readonly number[];
  readonly constant?: boolean;
  readonly value?: readonly Dim[];
}

function node(
  op: string,
  operands: readonly (readonly number[] | Given)[],
  result: readonly number[],
  attrs: Attrs = {},
): NodeView {
  return {
    op,
    attrs,
    operands: operands.map((given) => {
      const { shape, constant = false, value } = "shape" in given ? given : { shape: given };
      return { dtype: value ? "i64" : "f32", shape, constant, ...(value && { value }) };
    }),
    results: [{ dtype: "f32", shape: result }],
  };
}

const weights = (...shape: number[]): Given => ({ shape, constant: true });
const axes = (...value: number[]): Given => ({ shape: [value.length], constant: true, value });

const { cost } = cpu({ part: "zen4" }).costModel;

/** Times in µs of single operators, onnxruntime-node 1.30, one thread of a Zen 4; the run's own overhead taken off. */
describe("measured operators are met within a third", () => {
  const image = [1, 64, 56, 56];
  test.each<[string, NodeView, number]>([
    ["a row", node("MatMul", [[1, 768], weights(768, 768)], [1, 768]), 34.5],
    ["a row of DRAM", node("MatMul", [[1, 4096], weights(4096, 4096)], [1, 4096]), 2814],
    ["few rows", node("MatMul", [[4, 768], weights(768, 768)], [4, 768]), 50],
    ["many rows", node("MatMul", [[128, 768], weights(768, 3072)], [128, 3072]), 5824],
    ["a square", node("MatMul", [[512, 512], weights(512, 512)], [512, 512]), 2425],
    [
      "without weights",
      node(
        "MatMul",
        [
          [128, 768],
          [768, 768],
        ],
        [128, 768],
      ),
      1573,
    ],
    ["a column", node("MatMul", [[1024, 1024], weights(1024, 1)], [1024, 1]), 402],
    [
      "heads",
      node(
        "MatMul",
        [
          [12, 128, 64],
          [12, 64, 128],
        ],
        [12, 128, 128],
      ),
      288,
    ],
    ["3×3", node("Conv", [image, weights(64, 64, 3, 3)], image), 2082],
    ["1×1", node("Conv", [image, weights(64, 64, 1, 1)], image), 226],
    ["few outputs", node("Conv", [image, weights(8, 64, 3, 3)], [1, 8, 56, 56]), 544],
    ["an image's", node("Conv", [[1, 3, 224, 224], weights(64, 3, 7, 7)], [1, 64, 112, 112]), 2513],
    ["depthwise", node("Conv", [image, weights(64, 1, 3, 3)], image, { group: 64 }), 46],
    [
      "depthwise, 58 channels",
      node("Conv", [[1, 58, 28, 28], weights(58, 1, 3, 3)], [1, 58, 28, 28], { group: 58 }),
      90,
    ],
    [
      "narrow groups",
      node("Conv", [[1, 128, 28, 28], weights(128, 4, 3, 3)], [1, 128, 28, 28], { group: 32 }),
      340,
    ],
    ["one dimension", node("Conv", [[1, 64, 4000], weights(64, 64, 3)], [1, 64, 4000]), 1287],
    ["Softmax over channels", node("Softmax", [image], image, { axis: 1 }), 1545],
    ["Softmax", node("Softmax", [image], image, { axis: 3 }), 119],
    ["LRN", node("LRN", [image], image), 5116],
    ["Mish", node("Mish", [image], image), 2500],
    ["a sum of rows", node("ReduceSum", [[1200, 1024], axes(0)], [1024]), 117],
    [
      "the same behind a batch of 1",
      node("ReduceSum", [[1, 1200, 1024], axes(1)], [1, 1024]),
      8673,
    ],
    ["reversed axes", node("Transpose", [image], [56, 56, 64, 1], { perm: [3, 2, 1, 0] }), 640],
    ["two axes exchanged", node("Transpose", [image], [1, 56, 64, 56], { perm: [0, 2, 1, 3] }), 42],
  ])("%s", (_, given, measured) => {
    expect(cost(given) / measured).toBeGreaterThan(0.67);
    expect(cost(given) / measured).toBeLessThan(1.5);
  });
});

describe("every operator", () => {
  const dims = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 });

  test("costs something finite and never less than nothing", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operatorNames, "com.microsoft.Gelu", "com.microsoft.FusedConv"),
        fc.array(dims, { minLength: 1, maxLength: 5 }),
        dims,
        fc.constantFrom(...cpuPartNames),
        fc.constantFrom(1, 2, 8),
        (op, operands, result, part, threads) => {
          const attrs = { equation: "ab,bc->ac", kernel_shape: [3, 3], axis: 1, perm: [1, 0] };
          const figure = cpu({ part, threads }).costModel.cost(node(op, operands, result, attrs));
          expect(figure).toBeGreaterThanOrEqual(0);
          expect(figure).toBeLessThan(Infinity);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("views cost their start, whatever their size, and what the runtime takes out nothing", () => {
    for (const op of ["Reshape", "Squeeze", "Unsqueeze", "Flatten"]) {
      expect(cost(node(op, [[64, 64]], [4096]))).toBe(0.5);
      expect(cost(node(op, [[6400, 64]], [409600]))).toBe(0.5);
    }
    expect(cost(node("Identity", [[64, 64]], [64, 64]))).toBe(0);
  });

  test("rows turned into images of height 1 pay for the layout of blocks", () => {
    const turned = node("Unsqueeze", [[1, 32, 4096], axes(2)], [1, 32, 1, 4096]);
    expect(cost(turned)).toBeGreaterThan(20);
    const back = [
      [1, 1024, 1, 2048],
      [1, 1024, 2048],
    ] as const;
    const squeezed = cost(node("Squeeze", [back[0], axes(2)], back[1]));
    expect(squeezed).toBeGreaterThan(20);
    expect(cost(node("Reshape", [back[0], axes(1, 1024, 2048)], back[1]))).toBe(squeezed);
    expect(cost(node("Reshape", [back[0], axes(1024, 2048)], [1024, 2048]))).toBe(0.5);
    expect(cost(node("Unsqueeze", [[1, 32, 4096], axes(3)], [1, 32, 4096, 1]))).toBe(0.5);
  });

  test("threads share what is worth sharing", () => {
    const large = node("MatMul", [[512, 512], weights(512, 512)], [512, 512]);
    const small = node("Add", [[8], [8]], [8]);
    const four = cpu({ part: "zen4", threads: 4 }).costModel;
    expect(four.cost(large)).toBeLessThan(cost(large) / 3);
    expect(four.cost(small)).toBe(cost(small));
  });
});

test("joining three projections of a transformer is no gain where they must be split again", () => {
  const one = node("MatMul", [[128, 768], weights(768, 768)], [128, 768]);
  const joined = node("MatMul", [[128, 768], weights(768, 2304)], [128, 2304]);
  const split = node("Split", [[128, 2304]], [128, 768], { axis: 1 });
  expect(cost(joined) + cost(split)).toBeGreaterThan(3 * cost(one));
});

describe("parts", () => {
  test("an unknown one is refused, and the known ones are named", () => {
    expect(() => cpu({ part: "z80" })).toThrow(/cpu: no part called "z80".*zen4/);
    expect(() => cpu({ threads: 0.5 })).toThrow(/`threads` is 0.5/);
  });

  test.each([
    [
      "vendor_id : AuthenticAMD\ncpu family\t: 25\nmodel\t: 17\nflags : avx2 avx512f",
      "x64",
      "zen4",
    ],
    ["vendor_id : AuthenticAMD\ncpu family\t: 25\nmodel\t: 33\nflags : avx2", "x64", "zen3"],
    [
      "vendor_id : GenuineIntel\ncpu family\t: 6\nmodel\t: 143\nflags : avx512f",
      "x64",
      "sapphire-rapids",
    ],
    [
      "vendor_id : GenuineIntel\ncpu family\t: 6\nmodel\t: 151\nflags : avx2",
      "x64",
      "generic-avx2",
    ],
    ["CPU part\t: 0xd40", "arm64", "neoverse-v1"],
    ["", "x64", "generic-avx2"],
  ] as const)("%j is told by what the system says", (info, architecture, part) => {
    expect(partOf(info, "", architecture)).toBe(part);
  });

  test("Apple's is told by its name", () => {
    expect(partOf("", "Apple M2", "arm64")).toBe("apple-m1");
  });
});
