import { ModelBuilder } from "@rewright/onnx";
import { beforeEach, describe, expect, test } from "vitest";
import { RuntimeError, timeModels } from "../src/index.ts";
import { unavailable } from "./available.ts";

const inputs = {
  x: { dtype: "f32", shape: [64, 64], data: new Float32Array(4096).fill(0.5) },
} as const;

/** A chain of products, each as dear as the last. */
function chain(length: number): Uint8Array {
  const model = new ModelBuilder("chain");
  let x = model.input("x", "f32", [64, 64]);
  for (let i = 0; i < length; i++) x = model.node("Tanh", [model.node("MatMul", [x, x])]);
  model.output("y", x);
  return model.bytes();
}

beforeEach(({ skip }) => {
  if (unavailable !== undefined) skip(unavailable);
});

describe("candidates beside the original", () => {
  test("a tenth of the work is a gain, ten times the work is none, and a broken one is an error", async () => {
    const candidates = [chain(4), chain(160), Uint8Array.of(7)];
    const [less, more, broken] = await timeModels({ original: chain(40), candidates }, inputs, {
      seconds: 0.2,
    });
    expect(less).toMatchObject({ gain: true, clock: "cpu" });
    expect(more).toMatchObject({ gain: false });
    expect(broken).toBeInstanceOf(RuntimeError);
    expect(broken).toMatchObject({ failure: "refused" });
    for (const timing of [less, more]) {
      if (timing === undefined || timing instanceof Error) throw new Error("no timing");
      expect(timing.low).toBeLessThanOrEqual(timing.ratio);
      expect(timing.ratio).toBeLessThanOrEqual(timing.high);
      expect(timing.samples).toBeGreaterThanOrEqual(8);
      expect(timing.original.cpuMs).toBeGreaterThan(0);
    }
  });

  test("an original that fails is thrown", async () => {
    await expect(
      timeModels({ original: Uint8Array.of(7), candidates: [chain(1)] }, inputs),
    ).rejects.toThrow(RuntimeError);
  });

  test("the signal ends it, with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 300);
    await expect(
      timeModels({ original: chain(2), candidates: [chain(2)] }, inputs, {
        ...{ seconds: 60, signal: controller.signal },
      }),
    ).rejects.toBe(reason);
  });
});
