import { onnx, ruleFiles } from "@rewright/tensor";
import fc from "fast-check";
import { test } from "vitest";
import { dice } from "../../../tools/dice.ts";
import { follow } from "../../dsl/test/following.ts";

test("after each edit of a shipped file all is as an analysis from the beginning finds it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ruleFiles), fc.nat(), ({ text }, seed) =>
      follow(text, 4, dice(seed), { dialects: [onnx] }),
    ),
    { numRuns: 8 },
  );
});
