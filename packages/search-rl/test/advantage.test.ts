import fc from "fast-check";
import { expect, test } from "vitest";
import { advantages } from "../src/advantage.ts";
import type { Episode } from "../src/episode.ts";

const number = fc.double({ min: -1, max: 1, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const episodes = fc
  .tuple(fc.array(fc.record({ reward: number, value: number }), { maxLength: 12 }), number)
  .map(([steps, rest]) => ({ steps, rest }) as unknown as Episode);

test("advantages are the sum of later surprises, each discounted (equation 16)", () => {
  fc.assert(
    fc.property(episodes, share, share, (episode, discount, lambda) => {
      const { steps, rest } = episode;
      const values = [...steps.map(({ value }) => value), rest];
      const surprise = (t: number): number =>
        (steps[t]?.reward as number) + discount * (values[t + 1] as number) - (values[t] as number);
      for (const [t, { advantage, wanted }] of advantages(episode, discount, lambda).entries()) {
        let sum = 0;
        for (let k = t; k < steps.length; k++) sum += (discount * lambda) ** (k - t) * surprise(k);
        expect(advantage).toBeCloseTo(sum, 9);
        expect(wanted).toBeCloseTo(sum + (values[t] as number), 9);
      }
    }),
  );
});

test("lambda 1 trusts rewards alone", () => {
  fc.assert(
    fc.property(episodes, (episode) => {
      const { steps, rest } = episode;
      for (const [t, { wanted }] of advantages(episode, 1, 1).entries()) {
        const rewards = steps.slice(t).reduce((sum, { reward }) => sum + reward, rest);
        expect(wanted).toBeCloseTo(rewards, 9);
      }
    }),
  );
});
