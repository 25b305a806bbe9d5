/** A document kept beside analyses from the beginning, through any edits. */

import assert from "node:assert/strict";
import type { RuleFile } from "@rewright/plugin";
import type { Rule } from "../src/ast.ts";
import {
  type CompileOptions,
  compileRules,
  type Diagnostic,
  Document,
  parseRules,
  RuleError,
} from "../src/index.ts";
import { edited } from "./mutation.ts";

/** What the compiler says of files, from the beginning. */
function fresh(
  sources: readonly RuleFile[],
  options: CompileOptions,
): { readonly diagnostics: readonly Diagnostic[]; readonly rules: readonly Rule[] | undefined } {
  try {
    const { warnings, rules } = compileRules(sources, options);
    return { diagnostics: warnings, rules };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { diagnostics: error.diagnostics, rules: undefined };
  }
}

/** Rules as data: without the definitions of operators and functions. */
function written(rules: readonly Rule[]): unknown {
  return JSON.parse(
    JSON.stringify(rules, (key, value: unknown) => {
      if (key === "op" || key === "fn") return undefined;
      if (value instanceof Map) return [...value];
      return typeof value === "bigint" ? `${value}n` : value;
    }),
  );
}

/** Edits a text again and again. Throws unless the document always knows of it what an analysis from the beginning finds. */
export function follow(
  text: string,
  edits: number,
  draw: (bound: number) => number,
  options: CompileOptions,
  imported: readonly RuleFile[] = [],
): void {
  const file = "f.rules";
  let now = text;
  const document = new Document([{ file, text }, ...imported], options);
  for (let i = 0; i <= edits; i++) {
    const sources = [{ file, text: now }, ...imported] as const;
    const { diagnostics, rules } = fresh(sources, options);
    try {
      assert.deepStrictEqual(document.diagnostics, diagnostics);
      assert.deepStrictEqual(document.module, parseRules(sources[0]).module);
      if (rules) {
        const own = document.files.flatMap((known) => known.rules);
        assert.deepStrictEqual(written(own), written(rules));
      }
    } catch (error) {
      throw new Error(`edit ${i}, the text is ${JSON.stringify(now)}`, { cause: error });
    }
    now = edited(now, draw);
    document.update(now);
  }
}
