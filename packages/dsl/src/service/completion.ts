/**
 * What may be written where the cursor is.
 *
 * @module
 */

import { match } from "ts-pattern";
import { BUILT_IN_SORTS } from "../declaration.ts";
import type { DocumentFile } from "../document-file.ts";
import { quote } from "../quotation.ts";
import type { Operator } from "../scope.ts";
import { type Analysis, fileAt, importedFile } from "./analysis.ts";
import { type Expectation, expectationAt, type Wanted } from "./expectation.ts";
import { FUNCTIONS } from "./functions-told.ts";
import { mentionsAround, mentionsIn } from "./mention.ts";
import { declared } from "./naming.ts";
import { literal, operatorCard } from "./operator-card.ts";
import { placeAt } from "./place.ts";
import type { ReferentKind } from "./referent.ts";
import { attributeType, typesOf } from "./typing.ts";
import * as words from "./words-told.ts";

/** Something that may be written. */
export interface Completion {
  readonly label: string;
  readonly kind: ReferentKind | "keyword" | "option";
  /** Said beside it: a type, a signature. */
  readonly detail: string;
  /** Markdown. */
  readonly doc: string;
  /** The stretch that it takes the place of: the word that is being written. */
  readonly start: number;
  readonly end: number;
  /** What is written, piece by piece: text, and places to fill in. */
  readonly pieces: readonly (string | Hole)[];
  /** What is likelier comes first: from 0. */
  readonly rank: number;
}

/** A place to fill in, and what stands there until it is. */
export interface Hole {
  readonly hole: string;
}

/** What the host knows besides the files. */
export interface Surroundings {
  /** What a string behind `import` may be, besides dialects: paths of rule files. */
  readonly paths?: readonly string[];
}

type Candidate = Pick<Completion, "label" | "kind"> & Partial<Completion>;

/** What may be written at an offset, the likeliest first; nothing where a name is to be made up. */
export function completionsAt(
  analysis: Analysis,
  offset: number,
  surroundings: Surroundings = {},
): readonly Completion[] {
  const expectation = expectationAt(analysis.entry, offset);
  if (!expectation) return [];
  const { start, end } = expectation;
  const seen = new Set<string>();
  return candidates(expectation, offset, analysis, surroundings)
    .filter(({ label, kind }) => {
      const key = `${kind} ${label}`;
      return !seen.has(key) && seen.add(key);
    })
    .map((one) => ({
      ...{ detail: "", doc: "", pieces: [one.label], rank: 1, start, end },
      ...one,
    }))
    .sort((a, b) => a.rank - b.rank || (a.label < b.label ? -1 : 1));
}

function candidates(
  expectation: Expectation,
  offset: number,
  analysis: Analysis,
  { paths = [] }: Surroundings,
): readonly Candidate[] {
  const { entry } = analysis;
  const { scope } = entry;
  const isCalled = entry.text[expectation.end] === "(";
  const locals = () => variables(expectation, offset, analysis);
  const terms = () => [...locals(), ...operators(entry, isCalled)];
  const values = () => [...locals(), ...functions(entry, isCalled)];
  return match(expectation.wanted)
    .with({ kind: "declaration" }, () => told(words.DECLARATIONS, 0))
    .with({ kind: "term" }, ({ callee }) =>
      callee !== undefined && scope.functions.has(callee)
        ? [...terms(), ...functions(entry, isCalled)]
        : terms(),
    )
    .with({ kind: "value" }, ({ callee }) => [
      ...values(),
      ...(callee === undefined ? told(words.CONNECTIVES, 3) : []),
      // A function may be asked about any term.
      ...(callee !== undefined && !scope.operators.has(callee) ? operators(entry, isCalled) : []),
    ])
    .with({ kind: "attribute" }, (wanted) =>
      attributes(wanted, scope.operators.get(wanted.callee)?.[0]),
    )
    .with({ kind: "setting" }, (wanted) => [
      ...settings(wanted, scope.operators.get(wanted.callee)?.[0]),
      ...(wanted.isQuoted ? [] : values()),
    ])
    .with({ kind: "result" }, ({ callee }) => results(scope.operators.get(callee)?.[0]))
    .with({ kind: "clause" }, ({ hasArrow }) =>
      hasArrow ? told(words.CLAUSES, 0) : told(words.ARROWS, 0),
    )
    .with({ kind: "sort" }, () => sorts(analysis))
    .with({ kind: "ruleset" }, () =>
      [...scope.rulesets].map((label) => ({ label, kind: "ruleset" as const })),
    )
    .with({ kind: "step" }, () =>
      STEPS.map((pieces) => ({ label: pieces[0].slice(0, -1), kind: "keyword" as const, pieces })),
    )
    .with({ kind: "statement" }, () => told(words.STATEMENTS, 0))
    .with({ kind: "tag" }, () => tags(analysis, expectation))
    .with({ kind: "property" }, () => [{ label: "commutative", kind: "keyword" as const }])
    .with({ kind: "notation" }, () => [{ label: "literal", kind: "keyword" as const }, ...locals()])
    .with({ kind: "trait" }, () => told(words.PROPERTIES, 0))
    .with({ kind: "name" }, ({ from }) => importable(from, analysis))
    .with({ kind: "path" }, () => modules(analysis, paths))
    .with({ kind: "import" }, () => imports(analysis, paths))
    .with({ kind: "from" }, () => [{ label: "from", kind: "keyword" as const }])
    .exhaustive();
}

/** The steps of a schedule. */
const STEPS = [
  ["saturate(", { hole: "ruleset" }, ")"],
  ["repeat(", { hole: "4" }, ", ", { hole: "ruleset" }, ")"],
] as const;

function told(table: ReadonlyMap<string, string>, rank: number): readonly Candidate[] {
  return [...table].map(([label, doc]) => ({ label, kind: "keyword", doc, rank }));
}

/** The variables and abbreviations of the rule that is being written. */
function variables(
  { owner, start }: Expectation,
  offset: number,
  analysis: Analysis,
): readonly Candidate[] {
  const { entry } = analysis;
  const rule = placeAt(entry, offset)?.rule;
  const [forward] = rule ? entry.rulesOf(rule) : [];
  const types = forward && typesOf(forward);
  if (owner === undefined) return [];
  const last = entry.fabric.pieceBefore(offset)?.tokens.at(-1)?.startOffset ?? 0;
  return mentionsAround(entry, analysis, owner, last).flatMap(
    ({ referent, span }): readonly Candidate[] => {
      const { kind, name } = referent;
      const isLocal = LOCAL.has(kind) && owner <= span.start && span.start <= last;
      // What is being written is no suggestion.
      if (!isLocal || span.start === start) return [];
      return [{ label: name, kind, detail: types?.of(name) ?? "", rank: 0 }];
    },
  );
}

const LOCAL: ReadonlySet<ReferentKind> = new Set([
  "variable",
  "abbreviation",
  "parameter",
  "operand",
]);

function operators({ scope }: DocumentFile, isCalled: boolean): readonly Candidate[] {
  return [...scope.operators].flatMap(([label, [operator]]) => {
    if (!operator) return [];
    const { signature, doc, facts } = operatorCard(operator, label, scope);
    return [
      {
        ...{ label, kind: "operator", detail: signature.replace(/^op /, "") },
        doc: [doc, facts.join(" ")].filter((part) => part !== "").join("\n\n"),
        ...(isCalled ? {} : { pieces: application(label, operator) }),
        rank: 1,
      } satisfies Candidate,
    ];
  });
}

/** An application with places for the operands and attributes that it must have. */
function application(name: string, { def }: Operator): Completion["pieces"] {
  const operands = def.operands.flatMap((operand) =>
    operand.optional ? [] : [[operand.variadic ? "..." : "", { hole: operand.name }]],
  );
  const attrs = Object.entries(def.attrs ?? {}).flatMap(([attr, { required }]) =>
    required ? [[`${attr} = `, { hole: attr }]] : [],
  );
  const parts = [...operands, ...attrs].flatMap((part, i) => [
    i === 0 ? "" : i === operands.length ? "; " : ", ",
    ...part,
  ]);
  return [`${name}(`, ...parts, ")"].filter((part) => part !== "");
}

function functions({ scope }: DocumentFile, isCalled: boolean): readonly Candidate[] {
  return [...scope.functions.keys()].map((label) => {
    const card = FUNCTIONS.get(label);
    return {
      ...{ label, kind: "function", detail: card?.signature ?? "", doc: card?.says ?? "" },
      ...(isCalled ? {} : { pieces: [`${label}(`, { hole: "" }, ")"] }),
      rank: 2,
    };
  });
}

function attributes(
  { mentioned }: Wanted & { readonly kind: "attribute" },
  operator: Operator | undefined,
): readonly Candidate[] {
  const known = Object.entries(operator?.def.attrs ?? {}).filter(
    ([name]) => !mentioned.includes(name),
  );
  const named = known.map(
    ([label, { type, default: initial, required }]): Candidate => ({
      ...{ label, kind: "attribute", pieces: [`${label} = `] },
      detail: attributeType(type) + (initial === undefined ? "" : ` = ${literal(initial)}`),
      doc: required ? "" : "May be left out.",
      rank: required ? 0 : 1,
    }),
  );
  const rest: Candidate = {
    ...{ label: "...", kind: "variable", pieces: ["...", { hole: "p" }], rank: 2 },
    doc: "All attributes that are not mentioned.",
  };
  return known.length > 0 ? [...named, rest] : named;
}

function settings(
  { attribute, isQuoted }: Wanted & { readonly kind: "setting" },
  operator: Operator | undefined,
): readonly Candidate[] {
  const attrs = operator?.def.attrs ?? {};
  const attr = Object.hasOwn(attrs, attribute) ? attrs[attribute] : undefined;
  if (!attr) return [];
  const { type, default: initial } = attr;
  const doc = `Of \`${attribute}\`.`;
  if (typeof type !== "string")
    return type.map((option) => ({
      ...{ label: isQuoted ? option : JSON.stringify(option), kind: "option", doc, rank: 0 },
      detail: option === initial ? "by default" : "",
    }));
  if (initial === undefined || isQuoted) return [];
  return [{ label: literal(initial), kind: "option", detail: "by default", doc, rank: 1 }];
}

function results(operator: Operator | undefined): readonly Candidate[] {
  return (operator?.def.resultNames ?? []).map((label, i) => ({
    label,
    kind: "result",
    detail: `.${i}`,
  }));
}

function sorts(analysis: Analysis): readonly Candidate[] {
  const { entry } = analysis;
  const imported = entry.module.declarations.flatMap((decl) =>
    decl.kind === "import" ? (importedFile(decl, entry, analysis) ?? []) : [],
  );
  const own = [entry, ...imported].flatMap((known) =>
    known.module.declarations.flatMap((decl) => (decl.kind === "sort" ? [decl] : [])),
  );
  return [
    ...own.map(
      ({ name, doc, span }): Candidate => ({
        ...{ label: name.name, kind: "sort", doc, rank: span.file === entry.file ? 0 : 1 },
      }),
    ),
    ...BUILT_IN_SORTS.map(
      (label): Candidate => ({
        ...{ label, kind: "sort", doc: words.SORTS.get(label) ?? "" },
      }),
    ),
  ];
}

function tags(analysis: Analysis, { start }: Expectation): readonly Candidate[] {
  return [...analysis.files.values()].flatMap((known) =>
    mentionsIn(known, analysis).flatMap(({ referent, span }): readonly Candidate[] => {
      const isOwn = known === analysis.entry && span.start === start;
      return referent.kind === "tag" && !isOwn ? [{ label: `#${referent.name}`, kind: "tag" }] : [];
    }),
  );
}

// ── Imports ──────────────────────────────────────────────────────────────────

/** The names in what a path stands for. */
function importable(from: string | undefined, analysis: Analysis): readonly Candidate[] {
  const { entry } = analysis;
  const other = from === undefined ? undefined : fileAt(from, entry, analysis);
  if (other) return declared(other).map(({ name, kind }) => ({ label: name, kind }));
  const dialect = analysis.importable.dialects.find(({ name }) => `dialect:${name}` === from);
  const names = (things: object | undefined, kind: ReferentKind): readonly Candidate[] =>
    Object.keys(things ?? {}).map((key) => ({ label: key.slice(key.lastIndexOf(".") + 1), kind }));
  return [...names(dialect?.ops, "operator"), ...names(dialect?.functions, "function")];
}

function modules(
  { importable: { dialects } }: Analysis,
  paths: readonly string[],
): readonly Candidate[] {
  return [
    ...dialects.map(
      ({ name }): Candidate => ({ label: `dialect:${name}`, kind: "module", rank: 0 }),
    ),
    ...paths.map((label): Candidate => ({ label, kind: "module" })),
  ];
}

function imports(analysis: Analysis, paths: readonly string[]): readonly Candidate[] {
  return modules(analysis, paths).map(({ label, rank = 1 }) => {
    const [, dialect] = /^dialect:(.*)$/.exec(label) ?? [];
    const name = dialect?.replace(/^.*\./, "");
    const text = `${name === undefined ? "" : `${name} from `}${JSON.stringify(label)}`;
    return {
      label: text,
      kind: "module",
      rank,
      doc: dialect ? `The dialect ${quote(dialect)}.` : "",
    };
  });
}
