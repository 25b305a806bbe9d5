// What the right side of a rule asks of shapes beyond the left.
import { expect, test } from "vitest";
import { compileRules } from "../src/index.ts";

const ops = `
op add(a: Tensor[...s], b: Tensor[...s])     -> Tensor[...s]   as a + b   is commutative
op matmul(a: Tensor[m, k], b: Tensor[k, n])  -> Tensor[m, n]   as a @ b
op transpose(a: Tensor[m, n])                -> Tensor[n, m]   as a'
op relu(a: Tensor[...s])                     -> Tensor[...s]
op row(a: Tensor[1, n])                      -> Tensor[n]
op concat(...xs: Tensor; axis: Int)          -> Tensor
`;

test.each([
  ["(a @ b)' => b' @ a'", []],
  ["(a + b) + c => a + (b + c)", []],
  ["relu(a) => relu(a')'", ["rank(a) == 2"]],
  ["relu(a) => relu(a @ a)   when rank(a) == 2", ["rank(a) == 2", "dim(a, 0) == dim(a, 1)"]],
  ["relu(a) + row(b) => relu(row(b)) + a", []],
  ["concat(relu(a); axis = 0) => concat(row(a); axis = 0)", ["rank(a) == 2", "dim(a, 0) == 1"]],
  ["concat(a + b, c; axis = 0) => concat(a + c, b; axis = 0)", ["shape(a) == shape(c)"]],
  ["a' => a   when dim(a, 0) == dim(a, 1)", ["dim(a, 0) == dim(a, 1)"]],
  [
    "concat(a, b; axis = 1) @ concat(c, d; axis = 0) => a @ c + b @ d",
    ["rank(a) == 2", "rank(c) == 2", "dim(a, 1) == dim(c, 0)"],
  ],
])("%s", (rule, guard) => {
  const { rules } = compileRules([{ file: "t.rules", text: `${ops}rules r {\n r: ${rule}\n}` }], {
    dialects: [],
  });
  const found = rules[0]?.guard;
  for (const condition of guard) expect(found).toContain(condition);
  if (guard.length === 0) expect(found).toEqual([]);
});
