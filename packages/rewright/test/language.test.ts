// The pages of the language: their rule files hold and are laid out, and a stranger's walk through the tutorial goes as it says.
import { execFile } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkRule, compileRules, formatRules, runTest } from "@rewright/dsl";
import { onnx } from "@rewright/tensor";
import { describe, expect, test } from "vitest";
import { optimize } from "../src/index.ts";
import { declaredDialect } from "../src/rule-files.ts";

const root = join(import.meta.dirname, "../../..");
const bin = "../src/bin.ts";
const pages = globSync("docs/language/*.md", { cwd: root }).sort();

/** The fences of a page: language, text, the file that it is to be saved as, and the line that it begins on. */
function fences(page: string) {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^(?:<!-- file: (\S+) -->\n\n)?```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, file, language = "", code = ""], i, all) => ({
      file,
      language,
      code,
      line: text.slice(0, all[i]?.index).split("\n").length,
    }),
  );
}

/** What a command of the tutorial prints, whatever its exit code. */
function output(folder: string, command: string): Promise<string> {
  const [program, ...args] = command.replace(/^npx rewright/, `node ${bin}`).split(" ");
  expect(program).toBe("node");
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

/** Which sample refutes a rule, and on how much, depends on how samples are drawn. */
function withoutNumbers(text: string): string {
  return text.replace(/f\d+\[.*\] = .*/g, "…").replace(/\d+ samples.*|sample \d+/g, "…");
}

const withFiles = pages
  .map((page) => ({ page, files: fences(page).filter(({ language }) => language === "rules") }))
  .filter(({ files }) => files.length > 0);

describe.each(withFiles)("$page", ({ files }) => {
  test.each(files)("the file on line $line", ({ code }) => {
    const set = compileRules([{ file: "example.rules", text: code }], { dialects: [onnx] });
    expect(set.warnings).toEqual([]);
    expect(formatRules({ file: "example.rules", text: code }).text).toBe(code);
    const dialects = [onnx, declaredDialect(set)];
    for (const rule of set.rules)
      expect(checkRule(rule, { dialects, samples: 20 }).verdict).toMatch(/^(ok|guarded)$/);
    for (const { tests } of set.files)
      for (const one of tests)
        for (const { passed, statement } of runTest(one, { dialects, rules: set.rules }))
          expect([statement.text, passed]).toEqual([statement.text, true]);
  });
});

const real = join(root, "../shared/data/onnx-small/TinyViT_Demo-network.onnx");

test.skipIf(!existsSync(real))(
  "the tutorial's last rules do something for a real model",
  async () => {
    const text = fences("docs/language/tutorial.md").findLast(({ file }) => file === "mine.rules");
    const { report } = await optimize(readFileSync(real), {
      rules: [{ file: "mine.rules", text: text?.code ?? "" }],
      measure: false,
    });
    expect(report.after.nodes).toBeLessThan(report.before.nodes);
    expect(report.rules.filter(({ used }) => used).map(({ name }) => name)).toContain("mine.once");
  },
);

test("the tutorial goes as it says", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(import.meta.dirname, "../.example-"));
  try {
    let printed = "";
    for (const { file, language, code } of fences("docs/language/tutorial.md")) {
      if (language === "console") continue; // installs what the repository has
      if (file !== undefined) writeFileSync(join(folder, file), code);
      else if (language === "sh") {
        printed = "";
        for (const line of code.trimEnd().split("\n")) printed += await output(folder, line);
      } else if (language === "text")
        for (const line of code.trimEnd().split("\n"))
          expect(withoutNumbers(printed)).toContain(withoutNumbers(line));
      else expect(readFileSync(join(folder, "mine.rules"), "utf8")).toBe(code);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
