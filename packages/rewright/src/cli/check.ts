import {
  type CheckResult,
  checkRule,
  findRemedy,
  planOf,
  type Rule,
  renderDiagnostic,
  verdictDiagnostic,
} from "@rewright/dsl";
import { Speller } from "@rewright/dsl/spelling";
import { exitCodes, InputError } from "../errors.ts";
import { writeWhole } from "../files.ts";
import { type Compiled, compileFiles } from "./rule-sets.ts";

/** The options of `rewright check`. */
export interface CheckArguments {
  readonly rule?: readonly string[];
  readonly samples?: number;
  readonly seed?: number;
  readonly plan?: boolean;
  readonly json?: string;
}

/** The verdicts, as they are counted, and what they mean to people. */
const VERDICTS = {
  ok: "ok",
  guarded: "ok with guard",
  vacuous: "vacuous",
  unchecked: "unchecked",
  counterexample: "counterexample",
} as const;

/**
 * `rewright check`: each rule and direction against reference semantics. Verdicts go to standard output, and so do the
 * counterexamples.
 *
 * @returns the exit code: 1 when there is a counterexample
 */
export async function checkFiles(paths: readonly string[], args: CheckArguments): Promise<number> {
  const compiled = await compileFiles(paths);
  const rules = chosen(compiled, args.rule);
  const isColored = process.stdout.isTTY && process.stdout.hasColors();
  const isQuiet = args.json === "-";
  const say = (text: string): void => {
    if (!isQuiet) process.stdout.write(`${text}\n`);
  };
  const asked = new Set(compiled.files.map(({ file }) => file));
  const warnings = compiled.set.warnings.filter(({ span }) => asked.has(span.file));
  for (const warning of warnings)
    say(renderDiagnostic(warning, compiled.text(warning.span.file), { color: isColored }));
  const results: (CheckResult & {
    readonly rule: string;
    readonly file: string;
    readonly line: number;
    /** What would have to be assumed for it to hold, where that is known. */
    readonly remedy?: string;
  })[] = [];
  const width = Math.max(0, ...rules.map(({ name }) => name.length));
  for (const rule of rules) {
    const options = {
      dialects: compiled.dialects,
      ...(args.samples !== undefined && { samples: args.samples }),
      ...(args.seed !== undefined && { seed: args.seed }),
    };
    const result = checkRule(rule, options);
    const remedy = result.counterexample && findRemedy(rule, options);
    results.push({
      ...{ rule: rule.name, file: rule.file, line: rule.line, ...result },
      ...(remedy !== undefined && { remedy }),
    });
    say(
      `${VERDICTS[result.verdict].padEnd(14)}  ${rule.name.padEnd(width)}  ${detail(rule, result)}`.trimEnd(),
    );
    if (args.plan) for (const line of planOf(rule, compiled.dialects)) say(`    ${line}`);
    const diagnostic = verdictDiagnostic(rule, result, remedy);
    if (diagnostic && result.verdict !== "unchecked")
      say(renderDiagnostic(diagnostic, compiled.text(diagnostic.span.file), { color: isColored }));
  }
  const counts = Object.entries(VERDICTS).flatMap(([verdict, words]) => {
    const count = results.filter((result) => result.verdict === verdict).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  say(
    `${rules.length} ${rules.length === 1 ? "direction" : "directions"}: ${counts.join(", ") || "nothing to check"}`,
  );
  if (args.json !== undefined) {
    const text = `${JSON.stringify({ seed: args.seed ?? 0, warnings, results }, null, 2)}\n`;
    if (isQuiet) process.stdout.write(text);
    else await writeWhole(args.json, text);
  }
  return results.some(({ verdict }) => verdict === "counterexample")
    ? exitCodes.check
    : exitCodes.done;
}

/** The rules asked for: by name, ruleset or tag; else those that `check` lines name; else those of the files. */
function chosen({ set, files }: Compiled, names: readonly string[] | undefined): readonly Rule[] {
  if (names) {
    const found = new Set<Rule>();
    for (const name of names) {
      const own = set.rules.filter((rule) => namesOf(rule).includes(name));
      if (own.length === 0) {
        const known = [...new Set(set.rules.flatMap(namesOf))];
        const near = new Speller().closest(name, known);
        const hint = near === undefined ? "" : `; did you mean ${near}?`;
        throw new InputError(`no rule, ruleset or tag is called ${name}${hint}`);
      }
      for (const rule of own) found.add(rule);
    }
    return [...found];
  }
  const checks = new Set(files.flatMap((file) => file.checks));
  const open = new Set(files.filter((file) => file.checks.length === 0).map(({ file }) => file));
  return set.rules.filter(({ file, ruleset }) => open.has(file) || checks.has(ruleset));
}

function namesOf({ name, ruleset, tags }: Rule): readonly string[] {
  return [name, name.replace(/⁻¹$/, ""), ruleset, ...tags.map((tag) => `#${tag}`)];
}

function detail({ guard }: Rule, { verdict, message, samples, excluded }: CheckResult): string {
  if (verdict === "ok") return `${samples} samples`;
  if (verdict === "guarded") {
    const inferred = guard.length > 0 ? `; requires ${guard.join(" and ")}` : "";
    return `${samples} samples, ${excluded} excluded${inferred}`;
  }
  return verdict === "unchecked" ? message.replace(/^unchecked: /, "") : "";
}
