// The rule sets that are off unless asked for: they hold, all of what they were converted from is accounted for, and they do something.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkRule, compileRules } from "@rewright/dsl";
import { ModelBuilder } from "@rewright/onnx";
import { onnx, optionalRuleFiles } from "@rewright/tensor";
import { expect, test } from "vitest";
import { nodeOf } from "../src/convert/node.ts";
import { readTaso } from "../src/convert/taso.ts";
import { optimize } from "../src/index.ts";

const dialects = [onnx];
const { rules, warnings } = compileRules(optionalRuleFiles, { dialects });

test("the files compile without a warning", () => {
  expect(warnings.map((w) => `${w.code} ${w.span.file}:${w.span.line} ${w.message}`)).toEqual([]);
});

test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  const result = checkRule(rule, { dialects, seed: 11, samples: 6, attempts: 1000 });
  expect(result.verdict, result.message).toBeOneOf(["ok", "guarded"]);
});

/** The names of rules in a file, and of those that it says are not in it. */
function namesIn(name: string): readonly string[] {
  const text = optionalRuleFiles.find(({ file }) => file.endsWith(`/${name}.rules`))?.text ?? "";
  return [...text.matchAll(/^(?:\/\/ {3}|\/\/ +| {2})((?:rule|line)_\d+)(?: \(|:)/gm)].map(
    ([, label = ""]) => label,
  );
}

test("all of TASO's 133 rules and TENSAT's further six are in the files, or listed", () => {
  const wanted = Array.from({ length: 133 }, (_, i) => `rule_${i}`);
  expect([...namesIn("taso")].sort()).toEqual(wanted.sort());
  expect(namesIn("tensat").length).toBe(6);
});

const list = join(import.meta.dirname, "../../../../shared/data/taso/graph_subst.pb");

// Where the file is not there, this test is listed as skipped.
test.skipIf(!existsSync(list))("TASO's own file is read whole", () => {
  const { rules: read } = readTaso(readFileSync(list));
  expect(read.map(({ kind }) => kind)).toEqual(new Array(133).fill("rule"));
  const sides = read.flatMap((rule) => (rule.kind === "rule" ? [rule.left, rule.right] : []));
  expect(sides.filter((roots) => roots.length === 2).length).toBe(2 * 13);
  for (const term of sides.flat()) expect(nodeOf(term).kind).toBeTypeOf("string");
});

test("a run that asks for them merges convolutions of one input, and kernels of different sizes", {
  timeout: 60_000,
}, async () => {
  const b = new ModelBuilder("fire", { opset: 17 });
  const weights = (shape: readonly number[]) =>
    b.constant({
      dtype: "f32",
      shape,
      data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(i)),
    });
  const x = b.input("x", "f32", [1, 4, 8, 8]);
  const attrs = { dilations: [1, 1], group: 1, strides: [1, 1] };
  const small = b.node("Conv", [x, weights([4, 4, 1, 1])], {
    ...attrs,
    kernel_shape: [1, 1],
    pads: [0, 0, 0, 0],
  });
  const large = b.node("Conv", [x, weights([4, 4, 3, 3])], {
    ...attrs,
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
  });
  b.output("y", b.node("Relu", [small]));
  b.output("z", b.node("Sigmoid", [large]));
  const run = async (names: readonly string[]) =>
    (
      await optimize(b.bytes(), {
        rules: names,
        measure: false,
        seed: 1,
        budget: { nodes: 1000, seconds: 600 },
      })
    ).report;
  const fired = (await run(["default", "tensat"])).rules.map(({ name }) => name);
  expect(fired.some((name) => name.startsWith("tensat_multi."))).toBe(true);
  await expect(run(["tenst"])).rejects.toThrow(/"default", "taso", "tensat"/);
});
