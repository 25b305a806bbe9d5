import { expect, test } from "vitest";
import { explain } from "../src/cli/explain.ts";
import { here } from "./cli.ts";

test("a code is explained, with its examples", async () => {
  const { code, stdout, stderr } = await here(["explain", "r0301"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^R0301: the left-hand side does not bind this\n\nWhat is built/);
  expect(stdout).toMatch(/Refused:\n\n {4}import onnx from "dialect:onnx"/);
  expect(stdout).not.toContain("```");
  expect(stdout).not.toContain("\u001b");
});

test("the heading is bold on a terminal", () => {
  const [heading] = explain("R0301", true).split("\n");
  expect(heading).toBe("\u001b[1mR0301: the left-hand side does not bind this\u001b[22m");
});

test("without a code, all are listed", async () => {
  const { stdout } = await here(["explain"]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines) expect(line).toMatch(/^[RP]\d{4}: \S/);
});

test.each(["R0300", "E0301", "../../package", ""])("%j is no code", async (wrong) => {
  const { code, stdout, stderr } = await here(["explain", wrong]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/there is no error code .*`rewright explain` lists all/);
});
