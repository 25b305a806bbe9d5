import { expect, test } from "vitest";
import { withOffsets } from "../tools/word-offsets.ts";

const load = (number: string): string => `(i32.load (i32.shl ${number} (i32.const 2)))`;
const x = "(local.get $0)";
const y = "(local.get $1)";

test("what is added to a word's number becomes an offset in bytes", () => {
  const sum = `(i32.add (i32.add ${x} (i32.const 3)) ${y})`;
  expect(withOffsets(load(sum))).toBe(
    `(i32.load offset=12 (i32.shl (i32.add ${x} ${y}) (i32.const 2)))`,
  );
  expect(withOffsets(`(i32.store (i32.shl (i32.add ${x} (i32.const 1)) (i32.const 2)) ${y})`)).toBe(
    `(i32.store offset=4 (i32.shl ${x} (i32.const 2)) ${y})`,
  );
});

test.each([
  ["nothing is added", load(x)],
  ["something is taken away", load(`(i32.add ${x} (i32.const -8))`)],
  ["nothing else is there", load("(i32.const 4)")],
  ["it is no word that is read", `(i32.load8_u (i32.shl ${x} (i32.const 2)))`],
])("%s: it stays", (_, text) => {
  expect(withOffsets(text)).toBe(text);
});
