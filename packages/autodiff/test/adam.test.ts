import { expect, test } from "vitest";
import {
  Adam,
  add,
  gather,
  gradients,
  index,
  input,
  matmul,
  mean,
  multiply,
  Program,
  relu,
  scatter,
  subtract,
} from "../src/index.ts";

test("a step is that of the paper", () => {
  // The first step is the rate against the gradient's sign, whatever its size.
  const parameters = Float64Array.of(1, -2, 3);
  const adam = new Adam([parameters], { rate: 0.1 });
  expect(adam.step([Float64Array.of(1e-3, -5, 0)])).toBeCloseTo(5, 5);
  expect([...parameters].map((x) => Math.round(x * 1e4) / 1e4)).toEqual([0.9, -1.9, 3]);
  // The second: m = 0.9 (0.1 g) + 0.1 h, v = 0.999 (0.001 g^2) + 0.001 h^2, both without their bias.
  const [g, h] = [-5, 2];
  const m = (0.9 * 0.1 * g + 0.1 * h) / (1 - 0.9 ** 2);
  const v = (0.999 * 0.001 * g ** 2 + 0.001 * h ** 2) / (1 - 0.999 ** 2);
  adam.step([Float64Array.of(0, h, 0)]);
  expect(parameters[1]).toBeCloseTo(-1.9 - (0.1 * m) / (Math.sqrt(v) + 1e-8), 9);
});

test("gradients are limited together, and what is not finite changes nothing", () => {
  const wide = [Float64Array.of(0), Float64Array.of(0)];
  const narrow = [Float64Array.of(0), Float64Array.of(0)];
  const [limited, plain] = [new Adam(narrow, { norm: 1 }), new Adam(wide)];
  expect(limited.step([Float64Array.of(30), Float64Array.of(40)])).toBe(50);
  plain.step([Float64Array.of(0.6), Float64Array.of(0.8)]);
  expect(narrow).toEqual(wide);
  expect(limited.step([Float64Array.of(Number.NaN), Float64Array.of(1)])).toBeNaN();
  expect(narrow).toEqual(wide);
  expect(() => new Adam([], { rate: 0 })).toThrow("rate, epsilon and norm are above 0");
});

test("what is saved goes on as if it had never stopped", () => {
  const slopes = [Float64Array.of(1, -3), Float64Array.of(0.5)];
  const parameters = [Float64Array.of(1, 2), Float64Array.of(3)];
  const adam = new Adam(parameters);
  for (let i = 0; i < 5; i++) adam.step(slopes);
  const copies = parameters.map((parameter) => parameter.slice());
  const other = new Adam(copies);
  other.load(adam.save());
  adam.step(slopes);
  other.step(slopes);
  expect(copies).toEqual(parameters);
  expect(other.save()).toEqual(adam.save());
  expect(() => other.load(new Float64Array(3))).toThrow("a state of 3 numbers, and 7 are needed");
});

/** Numbers that look random, the same ones each time. */
function noise(length: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 0.8;
  });
}

test("a graph network learns to rank by a sum over neighbours", () => {
  // Each node's score is the sum of its neighbours' first features: nothing that its own features tell.
  const [nodes, hidden, edges] = [24, 8, 60];
  const [x, from, to] = [input("x", nodes, 3), index("from", edges), index("to", edges)];
  const w1 = input("w1", 3, hidden);
  const w3 = input("w3", 3, hidden);
  const w2 = input("w2", hidden, 1);
  const around = scatter(gather(x, from), to, nodes);
  const own = matmul(x, w1);
  const theirs = matmul(around, w3);
  const score = matmul(relu(add(own, theirs)), w2);
  const wanted = input("wanted", nodes, 1);
  const error = subtract(score, wanted);
  const loss = mean(multiply(error, error));
  const slopes = gradients(loss, [w1, w2, w3]);
  const program = new Program([loss, ...slopes]);
  const features = noise(nodes * 3, 1);
  const [source, target] = [noise(edges, 2), noise(edges, 3)].map((random) =>
    random.map((r) => Math.floor((r / 0.8 + 0.5) * nodes)),
  ) as [number[], number[]];
  const truth = new Array<number>(nodes).fill(0);
  for (const [e, node] of target.entries())
    truth[node] = (truth[node] as number) + (features[(source[e] as number) * 3] as number);
  program.input("w1").set(noise(3 * hidden, 4));
  program.input("w3").set(noise(3 * hidden, 6));
  program.input("w2").set(noise(hidden, 5));
  const weights = ["w1", "w2", "w3"].map((name) => program.input(name) as Float32Array);
  const adam = new Adam(weights, { rate: 0.02, norm: 1 });
  const losses: number[] = [];
  for (let step = 0; step < 300; step++) {
    const [l, ...g] = program.run({ x: features, from: source, to: target, wanted: truth });
    losses.push((l as Float32Array)[0] as number);
    adam.step(g);
  }
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 50);
});

test("goes on where another left off", () => {
  const gradient = (i: number): Float32Array => Float32Array.of(Math.sin(i), 1 / (i + 1));
  const whole = [Float32Array.of(1, 2)];
  const adam = new Adam(whole);
  for (let i = 0; i < 6; i++) adam.step([gradient(i)], 0.01 * (6 - i));
  const parts = [Float32Array.of(1, 2)];
  const first = new Adam(parts);
  for (let i = 0; i < 3; i++) first.step([gradient(i)], 0.01 * (6 - i));
  const second = new Adam(parts, {}, first.state);
  for (let i = 3; i < 6; i++) second.step([gradient(i)], 0.01 * (6 - i));
  expect(parts).toEqual(whole);
  expect(second.state).toEqual(adam.state);
  expect(() => new Adam([new Float32Array(3)], {}, adam.state)).toThrow("of other parameters");
});

test("decay draws parameters to 0 by a share of each step's rate", () => {
  const parameter = Float64Array.of(4);
  const adam = new Adam([parameter], { rate: 0.1, decay: 0.5 });
  adam.step([Float64Array.of(0)]);
  expect(parameter[0]).toBeCloseTo(4 * 0.95, 12);
  expect(() => new Adam([], { decay: -1 })).toThrow("decay 0 or more");
});
