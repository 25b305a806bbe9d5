import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { test } from "vitest";
import { sketch } from "./dialect.ts";
import { follow } from "./following.ts";
import { dice } from "./mutation.ts";

const fixtures: readonly string[] = ["fail", "format", "pass", "read"].flatMap((folder) => {
  const place = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(place).map((file) => readFileSync(new URL(file, place), "utf8"));
});

const imported = {
  file: "other.rules",
  text: "sort S\nop other(a: S) -> S as -a\nrules others { o: other(other(x)) => x }",
};

test("after each edit of a fixture all is as an analysis from the beginning finds it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...fixtures), fc.nat(), (text, seed) =>
      follow(text, 8, dice(seed), { dialects: [sketch] }, [imported]),
    ),
    { numRuns: 60 },
  );
});
