import { readdirSync, readFileSync } from "node:fs";
import type { Dialect, OpDef } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { compileRules, type Diagnostic, type Edit, parseRules, RuleError } from "../src/index.ts";
import { sketch } from "./dialect.ts";

/** Another dialect with an operator of the same name. */
const other: Dialect = {
  ...sketch,
  name: "other",
  ops: { Relu: { ...(sketch.ops["Relu"] as OpDef) } },
};

function files(folder: string): readonly { readonly file: string; readonly text: string }[] {
  const place = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(place).map((file) => ({
    file,
    text: readFileSync(new URL(file, place), "utf8"),
  }));
}

function diagnose(source: { readonly file: string; readonly text: string }): readonly Diagnostic[] {
  try {
    return compileRules([source], { dialects: [sketch, other] }).warnings;
  } catch (thrown) {
    if (thrown instanceof RuleError) return thrown.diagnostics;
    throw thrown;
  }
}

/** A failing file opens with what must be said about it, and nothing else may be. */
describe("fixtures/fail", () => {
  test.each(files("fail"))("$file", (source) => {
    const said = diagnose(source).map(
      ({ severity, code, span, message }) =>
        `// ${severity}[${code}] ${span.line}:${span.column}: ${message}`,
    );
    const wanted = source.text.split("\n").filter((line) => /^\/\/ (error|warning)\[/.test(line));
    expect(said).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(0);
  });
});

/** The text with an edit made. */
function mended(text: string, edit: Edit): string {
  const changes = [...edit.changes].sort((a, b) => b.span.start - a.span.start);
  return changes.reduce(
    (whole, { span, text: written }) =>
      whole.slice(0, span.start) + written + whole.slice(span.end),
    text,
  );
}

/** An edit mends what it is offered for, and breaks nothing. */
describe("edits", () => {
  test.each(
    files("fail").flatMap((source) =>
      diagnose(source).flatMap((said, i) =>
        said.edit ? [{ name: source.file, source, said, i }] : [],
      ),
    ),
  )("$name $i", ({ source, said }) => {
    const text = mended(source.text, said.edit as Edit);
    // What follows an edit may be on another line than it was.
    const moved = text.split("\n").length - source.text.split("\n").length;
    const before = diagnose(source);
    const after = diagnose({ ...source, text }).map((other) => {
      const { span } = other;
      return span.line <= said.span.line
        ? other
        : { ...other, span: { ...span, line: span.line - moved } };
    });
    const key = ({ code, span, message }: Diagnostic): string => `${code} ${span.line} ${message}`;
    const count = (all: readonly Diagnostic[], one: string): number =>
      all.filter((other) => key(other) === one).length;
    const ofCode = (all: readonly Diagnostic[]): number =>
      all.filter((other) => other.code === said.code).length;
    expect(ofCode(after)).toBeLessThan(ofCode(before));
    // What could not be read could not be resolved either: only then may there be something new to say.
    const isRead = said.code > "R01";
    for (const other of after)
      if (other.severity === "error" && (isRead || other.code < "R01"))
        expect(count(after, key(other))).toBeLessThanOrEqual(count(before, key(other)));
  });
});

describe("fixtures/pass", () => {
  test.each(files("pass"))("$file", (source) => {
    expect(diagnose(source)).toEqual([]);
  });
});

/** Whole files, among them all that the grammar has; not all of it compiles. */
describe("fixtures/read", () => {
  test.each(files("read"))("$file", (source) => {
    const { module, diagnostics } = parseRules(source);
    expect(diagnostics).toEqual([]);
    const rules = module.declarations.flatMap((decl) => (decl.kind === "rules" ? decl.rules : []));
    // Every line with an arrow outside of a test is a rule of its own.
    const text = source.text.replace(/\/\/.*/g, "").replace(/^test [\s\S]*?^}/gm, "");
    expect(rules.length).toBe(text.match(/<?[=~]>/g)?.length);
  });
});
