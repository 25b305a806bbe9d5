import { readdirSync, readFileSync } from "node:fs";
import type { RuleFile } from "@rewright/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dice } from "../../../tools/dice.ts";
import { Document } from "../src/index.ts";
import { sketch } from "./dialect.ts";
import { follow } from "./following.ts";
import { diagnose } from "./mutation.ts";

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
    { numRuns: 40 },
  );
});

/** What a document says after each of some texts is what the compiler says of it. */
function expectSame(texts: readonly string[], others: readonly RuleFile[] = []): void {
  const [first = ""] = texts;
  const options = { dialects: [sketch] };
  const document = new Document([{ file: "f.rules", text: first }, ...others], options);
  for (const text of texts) {
    document.update(text);
    expect(document.diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(document.diagnostics)).toBe(
      JSON.stringify(diagnose([{ file: "f.rules", text }, ...others])),
    );
  }
}

describe("a document of hostile text", () => {
  const head = 'import s from "dialect:sketch"\nrules r {\n  a: Relu(x) => y\n  b: ';

  test("brackets by the millions", () => {
    const open = head + "(".repeat(500_000);
    expectSame([open, `${open}\n}`, open.replace("Relu", "Neg"), `${head}x => Relu(x)\n}`, open]);
  });

  test("more mistakes than a call takes arguments", () => {
    const wrong = `${head}${"§ ".repeat(130_000)}\n}`;
    expectSame([wrong]);
  });

  test("a string of backslashes", () => {
    const string = `${head}"${"\\".repeat(1_000_000)}`;
    expectSame([string, `${string}"`, `${string}"\n}`]);
  });

  test("files that import each other, and a file that is moved out of the circle", () => {
    const count = 200;
    const others = Array.from({ length: count }, (_, i) => ({
      file: `c${i}.rules`,
      text: `import "./c${(i + 1) % count}.rules"\nimport "./f.rules"\nsort S${i}\n`,
    }));
    expectSame(['import "./c0.rules"\nop f(x: S0) -> S0', "rules r { a: x => x }"], others);
  });

  test("one ruleset of many rules, taken apart and put together", () => {
    const rules = Array.from({ length: 1000 }, (_, i) => `  a${i}: Relu(x) + ${i} => x - ${i}`);
    const text = `import s from "dialect:sketch"\nrules r {\n${rules.join("\n")}\n  z: x => y\n}\n`;
    const middle = text.indexOf("a500");
    const parts = [text.slice(0, middle), text.slice(middle)] as const;
    expectSame([
      text,
      parts.join("}"),
      text,
      parts.join("("),
      parts.join('"'),
      text.slice(40),
      text,
    ]);
  });
});
