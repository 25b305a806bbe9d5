import { renderDiagnostic, runTest, type StatementResult } from "@rewright/dsl";
import { exitCodes } from "../errors.ts";
import { writeWhole } from "../files.ts";
import { compileFiles } from "./rule-sets.ts";

/** The options of `rewright test`. */
export interface TestArguments {
  readonly explain?: boolean;
  readonly nodes?: number;
  readonly json?: string;
}

/**
 * `rewright test`: the `test` blocks of rule files, each statement in an e-graph of its own.
 *
 * @returns the exit code: 1 when a statement fails
 */
export async function testFiles(paths: readonly string[], args: TestArguments): Promise<number> {
  const { set, files, dialects, text } = await compileFiles(paths);
  const isColored = process.stdout.isTTY && process.stdout.hasColors();
  const isQuiet = args.json === "-";
  const say = (line: string): void => {
    if (!isQuiet) process.stdout.write(`${line}\n`);
  };
  const results: object[] = [];
  const counts = { passed: 0, failed: 0 };
  const report = (title: string, file: string, result: StatementResult): void => {
    const { statement, passed, ending, nodes, proof, assumptions, diagnostic } = result;
    counts[passed ? "passed" : "failed"]++;
    say(`  ${passed ? "passed" : "failed"}  ${statement.kind} ${statement.text}`);
    for (const assumption of assumptions) say(`          ${assumption}`);
    if (proof !== undefined) say(indented(proof));
    if (diagnostic) say(renderDiagnostic(diagnostic, text(file), { color: isColored }));
    const { line } = statement.span;
    results.push({
      file,
      title,
      line,
      kind: statement.kind,
      text: statement.text,
      passed,
      ending,
      nodes,
      assumptions,
      ...(proof !== undefined && { proof }),
      ...(diagnostic && { message: diagnostic.message, code: diagnostic.code }),
    });
  };
  for (const { file, tests, tokens } of files)
    for (const test of tests) {
      say(`${file}:${test.span.line}: ${test.title}`);
      const options = { dialects, rules: set.rules, costs: set.costs, tokens };
      const explain = args.explain === true;
      for (const result of runTest(test, {
        ...options,
        explain,
        ...(args.nodes !== undefined && { nodes: args.nodes }),
      }))
        report(test.title, file, result);
    }
  say(`${counts.passed} passed, ${counts.failed} failed`);
  if (args.json !== undefined) {
    const json = `${JSON.stringify(results, null, 2)}\n`;
    if (isQuiet) process.stdout.write(json);
    else await writeWhole(args.json, json);
  }
  return counts.failed > 0 ? exitCodes.check : exitCodes.done;
}

function indented(lines: string): string {
  return lines.replace(/^/gm, "          ");
}
