// Rules that hold for numbers are tried with names in the place of sizes, too.
import type { Dialect, OpDef } from "@rewright/plugin";
import { expect, test } from "vitest";
import { checkRule, compileRules, type Rule } from "../src/index.ts";
import { tiny } from "./tiny.ts";

/** Refuses a tensor of more than one row where it sees how many there are, and takes it where it does not. */
const trusting: OpDef = {
  operands: [{ name: "x" }],
  infer([x]) {
    const rows = x?.shape[0];
    if (x?.shape.length !== 2 || (typeof rows === "number" && rows > 1))
      throw Object.assign(new Error("more than one row"), { name: "ShapeError" });
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  evaluate: ([x]) => (x ? [x] : []),
};
/** The same, but certain. */
const careful: OpDef = {
  ...trusting,
  infer(types, attrs, count) {
    if (types[0]?.shape[0] !== 1)
      throw Object.assign(new Error("perhaps more than one row"), { name: "ShapeError" });
    return trusting.infer(types, attrs, count);
  },
};

test.each([
  ["taken for granted", trusting, "guarded"],
  ["looked at", careful, "guarded"],
] as const)("what a size with a name may be is %s", (_, row, verdict) => {
  const dialect: Dialect = { ...tiny, ops: { ...tiny.ops, Row: row } };
  const text = `import tiny from "dialect:tiny"\nrules r { r: Relu(x) => Row(Relu(x)) }`;
  const [rule] = compileRules([{ file: "t.rules", text }], { dialects: [dialect] }).rules;
  expect(checkRule(rule as Rule, { seed: 4 }).verdict).toBe(verdict);
});

test("a size that is derived from others is not seen through, and the check finds out", () => {
  const derived: OpDef = {
    operands: [{ name: "x" }],
    infer([x]) {
      if (x?.shape.length !== 2)
        throw Object.assign(new Error("no matrix"), { name: "ShapeError" });
      const [rows] = x.shape;
      return [{ dtype: x.dtype, shape: [typeof rows === "string" ? `?${rows}` : (rows ?? 1), 1] }];
    },
    evaluate: ([x]) =>
      x ? [{ ...x, shape: [x.shape[0] ?? 1, 1], data: new Float32Array(x.shape[0] ?? 1) }] : [],
  };
  const dialect: Dialect = { ...tiny, ops: { ...tiny.ops, Row: trusting, Column: derived } };
  const text = `import tiny from "dialect:tiny"\nrules r { r: Column(x) => Row(Column(x)) }`;
  const [rule] = compileRules([{ file: "t.rules", text }], { dialects: [dialect] }).rules;
  const result = checkRule(rule as Rule, { seed: 4 });
  expect(result.verdict).toBe("counterexample");
  expect(result.counterexample?.right).toContain("where these sizes are open");
});
