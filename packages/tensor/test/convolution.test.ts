import type { Attrs, NdArray } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { eachIndex } from "../src/array.ts";
import { apply, applyAll, at, expectClose, f64, list, uneven } from "./numeric.ts";

interface Slide {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after each dimension. */
  readonly pads: readonly number[];
}

/** Convolution as its definition says, one element at a time. */
function convolution(
  x: NdArray,
  w: NdArray,
  bias: NdArray,
  group: number,
  { strides, dilations, pads }: Slide,
  shape: readonly number[],
): number[] {
  const out: number[] = [];
  const perGroup = (w.shape[0] as number) / group;
  eachIndex(shape, ([n = 0, m = 0, ...position]) => {
    let sum = at(bias, m);
    eachIndex(w.shape.slice(1), ([c = 0, ...cell]) => {
      const where = position.map(
        (p, i) =>
          p * (strides[i] as number) +
          (cell[i] as number) * (dilations[i] as number) -
          (pads[i] as number),
      );
      const channel = Math.floor(m / perGroup) * (w.shape[1] as number) + c;
      sum += at(w, m, c, ...cell) * at(x, n, channel, ...where);
    });
    out.push(sum);
  });
  return out;
}

describe("Conv", () => {
  test.each([
    ["1-d", [2, 3, 7], [4, 3, 3], 1, { strides: [2], dilations: [1], pads: [1, 0] }, [4, 3]],
    [
      "2-d, in groups",
      [1, 4, 5, 6],
      [6, 2, 3, 2],
      2,
      { strides: [1, 2], dilations: [2, 1], pads: [1, 0, 2, 1] },
      [6, 4, 3],
    ],
    [
      "3-d, depthwise",
      [2, 2, 3, 4, 3],
      [2, 1, 2, 2, 2],
      2,
      { strides: [1, 1, 2], dilations: [1, 2, 1], pads: [0, 1, 0, 0, 0, 1] },
      [2, 2, 3, 2],
    ],
  ])("%s is what its definition says", (_, xShape, wShape, group, slide, rest) => {
    const [x, w, b] = [uneven(...xShape), uneven(...wShape), uneven(wShape[0] as number)];
    const shape = [xShape[0] as number, ...rest];
    expectClose(
      apply("Conv", [x, w, b], { ...slide, group }),
      shape,
      convolution(x, w, b, group, slide, shape),
    );
  });

  test.each([
    ["SAME_UPPER", [0, 1]],
    ["SAME_LOWER", [1, 0]],
    ["VALID", [0, 0]],
  ])("auto_pad %s pads by %j", (auto_pad, pads) => {
    const [x, w] = [uneven(1, 1, 6), uneven(1, 1, 3)];
    const by = (attrs: Attrs) => apply("Conv", [x, w], { ...attrs, strides: [2] });
    expect(by({ auto_pad })).toEqual(by({ pads }));
  });
});

describe("ConvTranspose", () => {
  test.each([
    ["1-d", [2, 3, 7], [4, 3, 3], { strides: [2], pads: [1, 1] }],
    [
      "2-d, in groups",
      [1, 4, 5, 7],
      [6, 2, 3, 2],
      { strides: [2, 1], dilations: [1, 2], group: 2 },
    ],
  ])("%s is the adjoint of Conv: ⟨conv x, y⟩ = ⟨x, convᵀ y⟩", (_, xShape, wShape, attrs) => {
    const [x, w] = [uneven(...xShape), uneven(...wShape)];
    const forward = apply("Conv", [x, w], attrs);
    const y = uneven(...forward.shape);
    // A kernel of Conv is [out, in, …], one of ConvTranspose [in, out, …]: the same buffer serves both.
    const back = apply("ConvTranspose", [y, w], attrs);
    expect(back.shape).toEqual(xShape);
    const dot = (p: NdArray, q: NdArray) =>
      list(p).reduce((sum, a, i) => sum + a * (list(q)[i] as number), 0);
    expect(dot(forward, y)).toBeCloseTo(dot(x, back), 10);
  });

  test("reaches a stated output shape by padding, and output_padding adds at the end", () => {
    const [x, w] = [f64([1, 1, 3], [1, 2, 3]), f64([1, 1, 2], [1, 10])];
    // Stride 3 leaves a gap of one between the copies of the kernel.
    expectClose(
      apply("ConvTranspose", [x, w], { strides: [3] }),
      [1, 1, 8],
      [1, 10, 0, 2, 20, 0, 3, 30],
    );
    expectClose(
      apply("ConvTranspose", [x, w], { strides: [3], output_padding: [1] }),
      [1, 1, 9],
      [1, 10, 0, 2, 20, 0, 3, 30, 0],
    );
    expectClose(
      apply("ConvTranspose", [x, w], { strides: [3], output_shape: [7], auto_pad: "SAME_UPPER" }),
      [1, 1, 7],
      [1, 10, 0, 2, 20, 0, 3],
    );
    expectClose(
      apply("ConvTranspose", [x, w], { strides: [3], output_shape: [10] }),
      [1, 1, 10],
      [1, 10, 0, 2, 20, 0, 3, 30, 0, 0],
    );
  });
});

describe("pooling", () => {
  const x = f64([1, 1, 2, 4], [1, 5, 2, 6, 4, 3, 8, 7]);

  test("MaxPool says where it found what it yields, by rows or by columns", () => {
    const attrs = { kernel_shape: [2, 2], strides: [2, 2] };
    const [values, indices] = applyAll("MaxPool", [x], attrs, 2) as [NdArray, NdArray];
    expectClose(values, [1, 1, 1, 2], [5, 8]);
    expect(list(indices)).toEqual([1, 6]);
    const [, columns] = applyAll("MaxPool", [x], { ...attrs, storage_order: 1 }, 2);
    expect(list(columns as NdArray)).toEqual([2, 5]);
  });

  test("padding is no element of MaxPool, and none of AveragePool unless counted", () => {
    const attrs = { kernel_shape: [1, 3], pads: [0, 1, 0, 1], strides: [2, 3] };
    const negative = f64([1, 1, 1, 3], [-1, -2, -3]);
    expectClose(apply("MaxPool", [negative], attrs), [1, 1, 1, 1], [-1]);
    expectClose(apply("AveragePool", [negative], attrs), [1, 1, 1, 1], [-1.5]);
    expectClose(
      apply("AveragePool", [negative], { ...attrs, count_include_pad: 1 }),
      [1, 1, 1, 1],
      [-1],
    );
  });

  test("ceil_mode keeps a window that begins inside the image, not one that begins in its padding", () => {
    const line = f64([1, 1, 4], [1, 2, 3, 4]);
    const attrs = { kernel_shape: [2], strides: [3], ceil_mode: 1 };
    expectClose(apply("AveragePool", [line], attrs), [1, 1, 2], [1.5, 4]);
    const short = f64([1, 1, 3], [1, 2, 3]);
    expectClose(apply("MaxPool", [short], { ...attrs, pads: [0, 1] }), [1, 1, 1], [2]);
  });

  test("LpPool is the norm of each window", () => {
    expectClose(
      apply("LpPool", [f64([1, 1, 3], [3, -4, 0])], { kernel_shape: [2] }),
      [1, 1, 2],
      [5, 4],
    );
  });

  test("global pooling reduces all spatial dimensions", () => {
    const y = uneven(2, 3, 2, 2);
    const axes = { dtype: "i64" as const, shape: [2], data: BigInt64Array.of(2n, 3n) };
    for (const [pool, reduce] of [
      ["GlobalAveragePool", "ReduceMean"],
      ["GlobalMaxPool", "ReduceMax"],
      ["GlobalLpPool", "ReduceL2"],
    ] as const)
      expectClose(apply(pool, [y]), [2, 3, 1, 1], list(apply(reduce, [y, axes])));
  });
});
