import { expect, test } from "vitest";
import { ToySession } from "../../search/test/toy-session.ts";
import { mcts } from "../src/index.ts";

test("a simulation makes only those moves anew in which it differs from the one before", async () => {
  // One rule, so that each simulation goes the whole way of the last one, and a move further.
  const session = new ToySession("ab", [{ name: "more", from: "a", to: "aa", growing: true }]);
  await mcts({ simulations: 50, depth: 0, moves: 1 }).search(session);
  // Fifty moves, and the one that is made in the end.
  expect(session.iterations).toBe(51);
});
