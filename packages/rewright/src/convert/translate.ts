/**
 * From rules that were read to drafts in the rule language.
 *
 * @module
 */

import type { Declaration } from "@rewright/dsl";
import { Vocabulary } from "./declared.ts";
import { type Draft, Inexpressible, type Refusal, type Translation } from "./draft.ts";
import type { ForeignFile, ForeignRule, Term } from "./foreign.ts";
import type { DialectName } from "./guess.ts";
import { Names, nameOf } from "./name.ts";
import { isTensorOperator } from "./node.ts";
import { tensorWays } from "./tensor.ts";
import { declarations } from "./tree.ts";

/** How to translate. */
export interface TranslateOptions {
  readonly dialect: DialectName;
  /** The ruleset of rules that are in no group, and of those of several roots. */
  readonly ruleset: string;
  /** Whether the input is about tensors, whatever its operators. */
  readonly tensors: boolean;
}

/** Translates a file. */
export function translate(
  file: ForeignFile,
  { dialect, ruleset, tensors }: TranslateOptions,
): Translation {
  const rules = file.rules.filter((one) => one.kind === "rule");
  const aboutTensors = dialect === "onnx" && (tensors || isAboutTensors(rules));
  const vocabulary = aboutTensors ? undefined : new Vocabulary(file, dialect === "onnx");
  const labels = new Map<string, Names>();
  const outcomes = rules.map((source): Draft | Refusal => {
    const operator = vocabulary?.commutes(source);
    if (operator !== undefined)
      return { source, kind: "merged", reason: `op ${operator} is commutative` };
    const set = nameOf(source.ruleset ?? (source.left.length > 1 ? `${ruleset}_multi` : ruleset));
    const names = labels.get(set) ?? new Names();
    labels.set(set, names);
    try {
      const label = names.fresh(source.name);
      const ways = vocabulary ? vocabulary.ways(source, label) : tensorWays(source, label);
      return { source, ways, ruleset: set };
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      return { source, kind: "inexpressible", reason: error.message };
    }
  });
  return {
    outcomes,
    declarations: (used): readonly Declaration[] =>
      vocabulary?.declare(used) ?? declarations('import onnx from "dialect:onnx"'),
    notes: [
      ...(aboutTensors
        ? [
            "Strides and padding are whatever the convolutions of a rule share, and `when` says what ONNX's operators need and TASO's did not.",
          ]
        : []),
      ...(vocabulary?.hasMeaning
        ? [
            "Terms are tensors without dimensions; operators that are known by their names have ONNX's meaning.",
          ]
        : []),
    ],
  };
}

/** Whether rules are about TASO's operators and no others. */
function isAboutTensors(rules: readonly ForeignRule[]): boolean {
  const names = new Set<string>();
  const visit = (term: Term): void => {
    if (term.kind !== "apply") return;
    names.add(term.operator);
    term.args.forEach(visit);
  };
  for (const { left, right } of rules) [...left, ...right].forEach(visit);
  return (
    /\b(?:ew(?:add|mul)|conv2d|split_[01])\b/.test([...names].join(" ")) &&
    [...names].every(isTensorOperator)
  );
}
