/**
 * The account of a conversion: what became of each rule. Nothing is left out of it.
 *
 * @module
 */

import type { Counterexample } from "@rewright/dsl";
import { type Place, showPlace } from "./foreign.ts";
import { type Format, formatNames } from "./guess.ts";

/** What became of a rule. */
export type Fate =
  | {
      readonly kind: "converted";
      /** Its name in the written file. */
      readonly as: string;
      /** `unchecked`: an operator has no meaning. */
      readonly verdict: "ok" | "guarded" | "unchecked";
      /** Conditions that it did not come with. */
      readonly guard: readonly string[];
      /** Of a rule both ways, the direction that holds. */
      readonly only?: string;
      /** A case in which it does not hold under fewer conditions, for other numbers of groups, or in its other direction. */
      readonly otherwise?: Counterexample;
    }
  /** The rule, or the property of an operator, that says the same. */
  | { readonly kind: "merged"; readonly with: string }
  /** The rule that it is the inverse of, and now the other direction. */
  | { readonly kind: "joined"; readonly with: string }
  | { readonly kind: "refuted"; readonly counterexample: Counterexample }
  | { readonly kind: "inexpressible"; readonly reason: string };

/** A rule of the input and what became of it. */
export interface Entry {
  readonly name: string;
  readonly at: Place;
  readonly fate: Fate;
}

/** The kinds of fate, as they are counted and told. */
const FATES = {
  converted: "converted",
  merged: "merged",
  joined: "joined as the inverse of another",
  refuted: "refuted",
  inexpressible: "not expressible",
} as const;

/** What became of all rules of an input. */
export interface Account {
  readonly version: 1;
  readonly input: string;
  readonly format: Format;
  /** What the format was guessed by, if it was. */
  readonly guessed?: string;
  /** How many rules came in: the sum of the counts. */
  readonly rules: number;
  readonly counts: Readonly<Record<keyof typeof FATES, number>>;
  readonly entries: readonly Entry[];
  /** What else the input holds, and how often: no rules, and not converted. */
  readonly others: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** An account of what became of rules. */
export function accountOf(parts: Omit<Account, "version" | "rules" | "counts">): Account {
  const count = (kind: keyof typeof FATES): number =>
    parts.entries.filter(({ fate }) => fate.kind === kind).length;
  return {
    version: 1,
    input: parts.input,
    format: parts.format,
    ...(parts.guessed !== undefined && { guessed: parts.guessed }),
    rules: parts.entries.length,
    counts: {
      converted: count("converted"),
      merged: count("merged"),
      joined: count("joined"),
      refuted: count("refuted"),
      inexpressible: count("inexpressible"),
    },
    entries: parts.entries,
    others: parts.others,
    notes: parts.notes,
  };
}

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** The counts in one sentence. */
function summary({ rules, counts, input, format }: Account): string {
  const parts = Object.entries(FATES).flatMap(([kind, words]) => {
    const count = counts[kind as keyof typeof FATES];
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return `${plural(rules, "rule")} in ${input} (${formatNames[format]}): ${parts.join(", ")}`;
}

/** What else was there, in one sentence. */
function others({ others: all }: Account): readonly string[] {
  const parts = Object.entries(all).map(([what, count]) => `${count} × ${what}`);
  return parts.length > 0 ? [`No rules, and not converted: ${parts.join(", ")}.`] : [];
}

/** What became of a rule, in words. */
function told({ fate }: Entry): string {
  switch (fate.kind) {
    case "converted": {
      const needs = fate.guard.length > 0 ? `; needs ${fate.guard.join(" and ")}` : "";
      const only = fate.only === undefined ? "" : `, ${fate.only} only`;
      return `as ${fate.as}${only}${fate.verdict === "unchecked" ? ", unchecked" : ""}${needs}`;
    }
    case "merged":
    case "joined":
      return `with ${fate.with}`;
    case "refuted": {
      const { variables, left, right, kind, seed } = fate.counterexample;
      const values = variables.join(", ");
      const what = kind === "undefined" ? "the right side is undefined" : `${left} is not ${right}`;
      return `with ${values === "" ? "no variables" : values}: ${what} (seed ${seed})`;
    }
    case "inexpressible":
      return fate.reason;
  }
}

/** The account for people, a line for each rule. */
export function describeAccount(account: Account): string {
  const { entries, input, guessed, format, notes } = account;
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  const lines = entries.map((entry) => {
    const words = entry.fate.kind === "inexpressible" ? FATES.inexpressible : entry.fate.kind;
    return `${words.padEnd(15)}  ${entry.name.padEnd(width)}  ${input}:${showPlace(entry.at)}  ${told(entry)}`;
  });
  return [
    ...(guessed === undefined
      ? []
      : [`${input} looks like ${formatNames[format]}, by ${guessed}; say --from if it is not`]),
    ...lines,
    ...others(account),
    ...notes,
    summary(account),
  ].join("\n");
}

function base(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** A line holds so much. */
const WIDTH = 140;

/** The account as comments at the head of the written file: what was made of it, and what is not there and why. */
export function comments(account: Account): string {
  const { entries, notes } = account;
  const missing = entries.filter(({ fate }) => fate.kind !== "converted");
  const lines = [
    `Converted from ${summary({ ...account, input: base(account.input) })}.`,
    ...notes,
    ...others(account),
    ...(missing.length > 0 ? ["", "Not here:"] : []),
    ...missing.map((entry) => {
      const words = entry.fate.kind === "inexpressible" ? FATES.inexpressible : entry.fate.kind;
      return `  ${entry.name} (${showPlace(entry.at)}): ${words}${entry.fate.kind === "inexpressible" ? ": " : " "}${told(entry)}`;
    }),
  ];
  return lines
    .flatMap((line) => wrapped(line, WIDTH - 3))
    .map((line) => `// ${line}`.trimEnd())
    .join("\n");
}

/** A line, cut between words where it is too long; what follows is indented. */
function wrapped(line: string, width: number): readonly string[] {
  const flat = line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  const indent = `${/^ */.exec(flat)?.[0] ?? ""}  `;
  const found: string[] = [];
  let rest = flat;
  while (rest.length > width) {
    const cut = rest.lastIndexOf(" ", width);
    if (cut <= indent.length) break;
    found.push(rest.slice(0, cut));
    rest = indent + rest.slice(cut + 1);
  }
  return [...found, rest];
}
