import { gradients, Program, reference } from "@rewright/autodiff";
import { expect, test } from "vitest";
import { Dice } from "../src/dice.ts";
import { feed } from "../src/feeding.ts";
import { network } from "../src/network.ts";
import { clipped, following } from "../src/objectives.ts";
import { sizeOf } from "../src/size.ts";
import { WordSession } from "./words.ts";

const objectives = {
  following: following(0.1),
  // Around a ratio of 1 the objective has no kink, as clipping is wide.
  clipped: clipped({ clip: 0.9, value: 0.5, entropy: 0.1 }),
};
const cases = (["sage", "gat"] as const).flatMap((encoder) =>
  (["following", "clipped"] as const).map((objective) => ({ encoder, objective })),
);

test.each(cases)(
  "gradients of $objective through $encoder are slopes",
  ({ encoder, objective }) => {
    const session = new WordSession("akbda");
    const observation = session.observe(session.moves());
    const size = sizeOf(observation);
    const widths = { nodeWidth: observation.nodeWidth, moveWidth: observation.moveWidth };
    const net = network(widths, { encoder, layers: 2, hidden: 4, head: 4 }, size);
    const { loss } = objectives[objective](net, size);
    const values = net.parameters.map(({ value }) => value);
    const program = new Program([loss, ...gradients(loss, values)], reference(64));
    const dice = new Dice(7);
    feed(program, size, observation, new Set([1]));
    const target = program.input("target");
    target[2] = 1;
    const numbers =
      objective === "following"
        ? { wanted: 0.7, weight: 0.3 }
        : { wanted: 0.7, advantage: 1.5, old: -1.8 };
    for (const [name, number] of Object.entries(numbers)) program.input(name)[0] = number;
    const names = values.map(({ attributes }) => attributes.name as string);
    for (const name of names)
      for (const [i] of program.input(name).entries()) program.input(name)[i] = 0.5 * dice.normal();
    const lossNow = (): number => (program.run()[0] as Float64Array)[0] as number;
    lossNow();
    const slopes = program
      .run()
      .slice(1)
      .map((slope) => slope.slice());
    let steep = 0;
    for (const [p, name] of names.entries()) {
      const weights = program.input(name);
      for (let trial = 0; trial < 4; trial++) {
        const i = Math.floor(dice.next() * weights.length);
        const kept = weights[i] as number;
        const h = 1e-6;
        weights[i] = kept + h;
        const above = lossNow();
        weights[i] = kept - h;
        const below = lossNow();
        weights[i] = kept;
        const slope = slopes[p]?.[i] as number;
        expect((above - below) / (2 * h), `${name} ${i}`).toBeCloseTo(slope, 5);
        if (Math.abs(slope) > 1e-3) steep++;
      }
    }
    expect(steep).toBeGreaterThan(10);
  },
);

test("clipping ends the gradient where the ratio is too far already", () => {
  const session = new WordSession("ak");
  const observation = session.observe(session.moves());
  const size = sizeOf(observation);
  const net = network(
    { nodeWidth: observation.nodeWidth, moveWidth: observation.moveWidth },
    { encoder: "sage", layers: 1, hidden: 2, head: 2 },
    size,
  );
  const { loss } = clipped({ clip: 0.2, value: 0, entropy: 0 })(net, size);
  const last = net.parameters.find(({ value }) => value.attributes.name === "stop.last.bias");
  const program = new Program([loss, ...gradients(loss, [last?.value as never])], reference(64));
  feed(program, size, observation, new Set());
  // All weights are 0, so each of the three actions has probability 1/3; stopping was taken.
  program.input("target")[size.moves] = 1;
  const slopeAt = (old: number, advantage: number): number => {
    program.input("old")[0] = Math.log(old);
    program.input("advantage")[0] = advantage;
    return (program.run()[1] as Float64Array)[0] as number;
  };
  // Likelier than before by more than the bound: no further up, but down again.
  expect(slopeAt(1 / 6, 1)).toBe(0);
  expect(slopeAt(1 / 6, -1)).toBeGreaterThan(0.1);
  // Within the bound both ways.
  expect(slopeAt(1 / 3, 1)).toBeLessThan(-0.1);
  expect(slopeAt(1 / 3, -1)).toBeGreaterThan(0.1);
  // Less likely by more than the bound: no further down.
  expect(slopeAt(2 / 3, -1)).toBe(0);
  expect(slopeAt(2 / 3, 1)).toBeLessThan(-0.1);
});
