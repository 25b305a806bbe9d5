/**
 * Rule lists of other tools as rule files.
 *
 * The steps: read, write each rule in every way it might be said, drop what repeats another, find the way that holds, join those that
 * are each other's inverse, print.
 *
 * @module
 */

import { type Declaration, formatRules, printExpression, printRules } from "@rewright/dsl";
import { type Account, accountOf, comments, type Entry, type Fate } from "./account.ts";
import type { Draft, Way } from "./draft.ts";
import { readEgg } from "./egg.ts";
import { readEgglog } from "./egglog.ts";
import { type ForeignFile, type ForeignRule, MalformedError } from "./foreign.ts";
import { type DialectName, type Format, type Guess, guessFormat, textOf } from "./guess.ts";
import { likeness } from "./likeness.ts";
import { readList, readTensat } from "./list.ts";
import { nameOf } from "./name.ts";
import { type Settled, settle } from "./soundness.ts";
import { readTaso } from "./taso.ts";
import { translate } from "./translate.ts";
import { all, clause, type Expr, type Rule, ruleset } from "./tree.ts";

/** What to convert, and how. */
export interface ConvertOptions {
  /** The name of the input, for messages. */
  readonly input: string;
  readonly bytes: Uint8Array;
  /** The name of the file that is written: its rules are in a ruleset of that name. The input's without. */
  readonly name?: string;
  /** The format; guessed without. */
  readonly from?: Format;
  readonly dialect?: DialectName;
  /** Samples to check each rule and direction with; 100 unless said. */
  readonly samples?: number;
  readonly seed?: number;
  /** Told before each rule that is checked. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** A rule file and the account of it. */
export interface Converted {
  readonly text: string;
  readonly account: Account;
}

/** A rule that holds. */
interface Kept {
  readonly draft: Draft;
  readonly settled: Settled & { readonly kind: "holds" };
}

/** What became of a rule, or another rule that says it, too. */
type Outcome = Fate | { readonly kind: "merged" | "joined"; readonly by: Draft };

/**
 * Converts a list of rules. Deterministic in its options.
 * @throws MalformedError when the input is not of its format, or none can be guessed
 */
export function convertRules(options: ConvertOptions): Converted {
  const { input, bytes, dialect = "onnx", samples = 100, seed = 0, onProgress } = options;
  const guess: Guess | undefined = options.from
    ? { format: options.from, by: "" }
    : guessFormat(bytes);
  if (!guess)
    throw new MalformedError(
      { line: 1, column: 1 },
      "nothing here tells the format; say which with --from egg, egglog, tensat or taso",
    );
  const { format } = guess;
  const file = read(format, bytes);
  if (file.rules.length === 0)
    throw new MalformedError({ line: 1, column: 1 }, "there is no rule in it");
  const { outcomes, declarations, notes } = translate(file, {
    dialect,
    ruleset: rulesetOf(options.name ?? input),
    tensors: format === "tensat" || format === "taso",
  });
  const fates = new Map<ForeignRule, Outcome>();
  const drafts: Draft[] = [];
  for (const outcome of outcomes) {
    if ("ways" in outcome) drafts.push(outcome);
    else if (outcome.kind === "merged")
      fates.set(outcome.source, { kind: "merged", with: outcome.reason });
    else fates.set(outcome.source, { kind: "inexpressible", reason: outcome.reason });
  }
  const declared = declarations(drafts.map(({ source }) => source));
  const distinct = withoutRepetitions(drafts, declared, fates);
  const held = distinct.flatMap((draft, i): readonly Kept[] => {
    onProgress?.(i, distinct.length);
    const settled = settle(draft, declarations([draft.source]), { samples, seed });
    if (settled.kind === "holds") return [{ draft, settled }];
    fates.set(draft.source, settled);
    return [];
  });
  const kept = joined(held, declared, fates);
  const entries = file.rules.map((source): Entry => {
    const { name, at } = source;
    if (source.kind === "rule") return { name, at, fate: fateOf(source, fates) };
    return { name, at, fate: { kind: "inexpressible", reason: source.reason } };
  });
  const account = accountOf({
    input,
    format,
    ...(options.from === undefined && { guessed: guess.by }),
    entries,
    others: Object.fromEntries(file.others),
    notes,
  });
  const needed = declarations(kept.map(({ draft }) => draft.source));
  return { text: written(kept, needed, account), account };
}

/** What became of a rule in the end: what repeats another shares its fate. */
function fateOf(source: ForeignRule, fates: ReadonlyMap<ForeignRule, Outcome>): Fate {
  const own = fates.get(source) as Outcome;
  if (!("by" in own)) return own;
  const other = fateOf(own.by.source, fates);
  if (other.kind === "converted") return { kind: own.kind, with: other.as };
  return other;
}

function read(format: Format, bytes: Uint8Array): ForeignFile {
  if (format === "taso") return readTaso(bytes);
  const text = textOf(bytes);
  if (text === undefined) throw new MalformedError({ byte: 0 }, "it is not UTF-8 text");
  switch (format) {
    case "egglog":
      return readEgglog(text);
    case "tensat":
      return readTensat(text);
    case "egg":
      return /\b\w+!\s*[({[]/.test(text) ? readEgg(text) : readList(text);
  }
}

/** A ruleset's name, from the name of a file. */
function rulesetOf(input: string): string {
  const base = input.split(/[\\/]/).at(-1) ?? "";
  const name = nameOf(base.replace(/\.[^.]*$/, ""));
  return name === "unnamed" || name === "" ? "converted" : name;
}

/** Where a rule stands in the written file. */
function labelOf({ ruleset: set, ways }: Draft): string {
  return `${set}.${ways[0]?.rule.label.name ?? ""}`;
}

/** The drafts that are rules and repeat none before them. */
function withoutRepetitions(
  drafts: readonly Draft[],
  declared: readonly Declaration[],
  fates: Map<ForeignRule, Outcome>,
): readonly Draft[] {
  const strictest = drafts.map(({ ways: [way] }) => ({
    rule: (way as Way).rule,
    guard: (way as Way).guards.at(-1) ?? [],
  }));
  const found = likeness(strictest, declared);
  return drafts.filter((draft, place) => {
    const same = found.same.get(place);
    const reason = found.wrong.get(place);
    if (found.builtIn.has(place))
      fates.set(draft.source, { kind: "merged", with: "the language: both sides are the same" });
    else if (reason !== undefined) fates.set(draft.source, { kind: "inexpressible", reason });
    else if (same !== undefined)
      fates.set(draft.source, { kind: "merged", by: drafts[same] as Draft });
    else return true;
    return false;
  });
}

/**
 * Joins the rules that are each other's inverse, and drops those that say the same now that their conditions are known, until none
 * are left: of two pairs, one may repeat the other.
 */
function joined(
  held: readonly Kept[],
  declared: readonly Declaration[],
  fates: Map<ForeignRule, Outcome>,
): readonly Kept[] {
  let kept = held;
  for (;;) {
    const all = kept;
    const found = likeness(
      all.map(({ settled }) => settled),
      declared,
    );
    const twoWay = new Set(found.inverse.values());
    kept = all.flatMap(({ draft, settled }, place): readonly Kept[] => {
      const same = found.same.get(place);
      const partner = same ?? found.inverse.get(place);
      if (partner !== undefined) {
        const by = (all[partner] as Kept).draft;
        fates.set(draft.source, { kind: same === undefined ? "joined" : "merged", by });
        return [];
      }
      if (!twoWay.has(place)) return [{ draft, settled }];
      return [{ draft, settled: { ...settled, rule: { ...settled.rule, arrow: "<=>" } } }];
    });
    if (kept.length === all.length) break;
  }
  for (const { draft, settled } of kept) {
    const { guard, verdict, otherwise, only } = settled;
    fates.set(draft.source, {
      kind: "converted",
      as: labelOf(draft),
      verdict,
      guard: guard.map(printExpression),
      ...(only !== undefined && { only }),
      ...(otherwise && { otherwise }),
    });
  }
  return kept;
}

/** The rule file. */
function written(
  kept: readonly Kept[],
  declared: readonly Declaration[],
  account: Account,
): string {
  const sets = new Map<string, Rule[]>();
  for (const { draft, settled } of kept) {
    const rules = sets.get(draft.ruleset) ?? [];
    sets.set(draft.ruleset, rules);
    rules.push(whole(settled));
  }
  const rulesets = [...sets].map(([name, rules]) => ruleset(name, rules));
  const body = printRules({ file: "", declarations: [...declared, ...rulesets] });
  const apart = body.replace(/^(import .*\n)(?=[^\n])/, "$1\n");
  return formatRules({ file: account.input, text: `${comments(account)}\n\n${apart.trimEnd()}\n` })
    .text;
}

/** A rule with its conditions in one clause of each kind. */
function whole({ rule, guard }: Settled & { readonly kind: "holds" }): Rule {
  const conditions = (kind: "when" | "assuming"): readonly Expr[] =>
    rule.clauses.flatMap((one) => (one.kind === kind ? [one.condition] : []));
  const when = all([...conditions("when"), ...guard]);
  const assuming = all(conditions("assuming"));
  return {
    ...rule,
    clauses: [
      ...rule.clauses.filter(({ kind }) => kind !== "when" && kind !== "assuming"),
      ...(when ? [clause("when", when)] : []),
      ...(assuming ? [clause("assuming", assuming)] : []),
    ],
  };
}
