import { expect, test } from "vitest";
import { gpu } from "../src/index.ts";
import { node } from "./operator-node.ts";

const { costModel, dialects = [], rules = [] } = gpu({ kernels: true });

test("a product takes its bias and activation along for next to nothing", () => {
  const [x, w, b, y] = [[512, 768], [768, 3072], [3072], [512, 3072]];
  const apart =
    costModel.cost(node("MatMul", [x, w], y)) +
    costModel.cost(node("Add", [y, b], y)) +
    costModel.cost(node("Relu", [y], y));
  const fused = costModel.cost(node("rewright.gpu.Product", [x, w, b], y));
  expect(fused).toBeLessThan(0.8 * apart);
  expect(fused).toBeGreaterThanOrEqual(costModel.cost(node("MatMul", [x, w], y)));
});

test("a chain goes through memory once", () => {
  const x = [4096, 4096];
  const link = costModel.cost(node("Relu", [x], x));
  const chain = node("rewright.gpu.Pointwise", [x], x, "f32", { links: [0, 3, 6] });
  expect(costModel.cost(chain)).toBeLessThan(1.01 * link);
});

test("they are there when asked for", () => {
  expect(dialects.map(({ name }) => name)).toEqual(["rewright.gpu"]);
  expect(rules.map(({ file }) => file.split("/").at(-1))).toEqual([
    ...["attention.rules", "merging.rules", "chains.rules", "epilogues.rules"],
  ]);
  expect(gpu().dialects).toBeUndefined();
  expect(gpu().rules).toHaveLength(2);
});
