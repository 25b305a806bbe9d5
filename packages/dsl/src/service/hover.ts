/**
 * What is known of the thing under the cursor.
 *
 * @module
 */

import { match, P } from "ts-pattern";
import type { Span } from "../ast.ts";
import type { DocumentFile } from "../document-file.ts";
import { endOf, spanOf } from "../lexer.ts";
import { printExpression } from "../print.ts";
import { enumerate, quote } from "../quotation.ts";
import type * as s from "../syntax.ts";
import { type Analysis, importedFile } from "./analysis.ts";
import { FUNCTIONS } from "./functions-told.ts";
import { guardsOf, sentence } from "./guard.ts";
import { mentionAt, mentionsOf } from "./mention.ts";
import { type Mention, operatorReferent } from "./naming.ts";
import { operatorCard } from "./operator-card.ts";
import { isNotation, parenthesised } from "./parenthesised.ts";
import { type Place, placeAt } from "./place.ts";
import { isSame, type Referent, WORDS } from "./referent.ts";
import { typeInTest } from "./test-types.ts";
import { attributeType, typesOf } from "./typing.ts";
import { meaningOf, SORTS } from "./words-told.ts";

/** What is said of a place: pieces of rule language, and sentences in Markdown. */
export interface Hover {
  readonly span: Span;
  readonly blocks: readonly Block[];
}

/** A part of what is said. */
export interface Block {
  readonly kind: "code" | "text";
  readonly text: string;
}

/** What is known of what stands at an offset; `undefined` where nothing is. */
export function hover(analysis: Analysis, offset: number): Hover | undefined {
  const { entry } = analysis;
  const place = placeAt(entry, offset);
  const mention = mentionAt(entry, analysis, offset);
  const word = wordAt(entry, offset);
  const span = mention?.span ?? word?.span ?? place?.exprs.at(-1)?.span;
  if (!span) return undefined;
  const blocks = mention
    ? ofMention(mention, place, analysis)
    : word
      ? ofWord(word.image, place, entry)
      : [];
  const expr = place && expressionOf(place, mention);
  const all = [...blocks, ...(place && expr ? ofExpression(expr, place, analysis) : [])];
  const said = all.filter(({ text }) => text !== "");
  return said.length > 0 ? { span, blocks: said } : undefined;
}

function code(text: string): Block {
  return { kind: "code", text };
}

function text(words: string): Block {
  return { kind: "text", text: words };
}

/** The expression that a mention is a part of: the call of an operator, what its token joins; else the innermost there is. */
function expressionOf({ exprs }: Place, mention: Mention | undefined): s.Expr | undefined {
  if (!mention) return exprs.at(-1);
  const { span } = mention;
  return exprs.findLast((expr) => {
    if (expr.kind === "call") return expr.callee.span.start === span.start;
    if (expr.kind === "binary") return expr.operatorSpan.start === span.start;
    if (expr.kind === "transpose") return expr.span.end === span.end;
    return expr.span.start === span.start;
  });
}

// ── Of expressions ───────────────────────────────────────────────────────────

/** The type of an expression, and how precedence reads what it stands in. */
function ofExpression(expr: s.Expr, place: Place, analysis: Analysis): readonly Block[] {
  const type = typeOf(expr, place, analysis);
  const [root = expr] = place.exprs;
  const tree = parenthesised(root);
  const isPlain = !isNotation(expr) || tree === printExpression(root);
  const shown = expr.kind === "name" ? expr.name : printExpression(expr);
  return [
    ...(type === undefined ? [] : [code(`${shown}: ${type}`)]),
    ...(isPlain ? [] : [text("Read as"), code(tree)]),
  ];
}

function typeOf(
  expr: s.Expr,
  { decl, rule, statement }: Place,
  { entry, dialects }: Analysis,
): string | undefined {
  if (rule) {
    const [forward] = entry.rulesOf(rule);
    if (!forward) return undefined;
    const types = typesOf(forward);
    return types.at(expr.span) ?? (expr.kind === "name" ? types.of(expr.name) : undefined);
  }
  const test = decl.kind === "test" ? entry.testOf(decl) : undefined;
  const known = test?.statements.find(({ span }) => span.start === statement?.span.start);
  return test && known && typeInTest(test, known, expr.span, dialects);
}

// ── Of names ─────────────────────────────────────────────────────────────────

function ofMention(
  mention: Mention,
  place: Place | undefined,
  analysis: Analysis,
): readonly Block[] {
  const { referent } = mention;
  const { entry } = analysis;
  return match(referent.kind)
    .with("operator", () => ofOperator(referent, entry, analysis))
    .with("function", () => ofFunction(referent))
    .with(P.union("variable", "parameter", "size", "operand"), () =>
      ofLocal(referent, place, entry),
    )
    .with("abbreviation", () => ofAbbreviation(mention, place))
    .with(P.union("attribute", "result"), () => ofAttribute(referent, analysis))
    .with("sort", () => ofSort(referent, analysis))
    .with("ruleset", () => ofRuleset(referent, analysis))
    .with("rule", () => (place?.rule ? ofRule(place.rule, entry) : []))
    .with("schedule", () => [text(`The schedule ${quote(referent.name)}.`)])
    .with("tag", () => ofTag(referent, analysis))
    .with("module", () => (place?.decl.kind === "import" ? ofImport(place.decl, analysis) : []))
    .exhaustive();
}

function ofOperator(
  referent: Referent,
  { scope }: DocumentFile,
  analysis: Analysis,
): readonly Block[] {
  const scopes = [scope, ...[...analysis.files.values()].map((known) => known.scope)];
  for (const one of scopes)
    for (const [name, operators] of one.operators)
      for (const operator of operators) {
        if (!isSame(operatorReferent(operator), referent)) continue;
        const { signature, doc, facts } = operatorCard(operator, name, one);
        return [code(signature), text(doc), text(facts.join(" "))];
      }
  return [];
}

function ofFunction({ name }: Referent): readonly Block[] {
  const card = FUNCTIONS.get(name);
  return card
    ? [code(card.signature), text(card.says)]
    : [text(`The function ${quote(name)} of a dialect.`)];
}

function ofLocal(
  { kind, name }: Referent,
  place: Place | undefined,
  { scope, text: whole }: DocumentFile,
): readonly Block[] {
  const { decl, exprs = [] } = place ?? {};
  const call = exprs.findLast((expr) => expr.kind === "call");
  const rest = call?.attrs.find((attr) => attr.kind === "rest" && attr.name.name === name);
  if (call && rest) {
    const { def } = scope.operators.get(call.callee.name)?.[0] ?? {};
    const mentioned = new Set(
      call.attrs.flatMap((attr) => (attr.kind === "attr" ? [attr.name.name] : [])),
    );
    const left = Object.keys(def?.attrs ?? {}).filter((attr) => !mentioned.has(attr));
    const these = left.length > 0 ? enumerate(left.map(quote)) : "none is left";
    return [text(`All attributes of ${quote(call.callee.name)} that are not mentioned: ${these}.`)];
  }
  if (decl?.kind === "op") {
    const operand = decl.operands.find((one) => one.name.name === name);
    if (operand && kind === "operand")
      return [
        text(
          `An operand of ${quote(decl.name.name)}${operand.variadic ? ": any number of them" : ""}.`,
        ),
      ];
    if (kind === "size")
      return [
        text("A size: the same wherever the declaration names it, another in each application."),
      ];
  }
  if (decl?.kind === "test") {
    const given = decl.given.find((one) => one.name.name === name);
    return given
      ? [code(whole.slice(given.name.span.start, given.type.span.end)), text("Given.")]
      : [];
  }
  if (kind === "parameter") return [text("A parameter of an abbreviation.")];
  return [];
}

function ofAbbreviation({ referent }: Mention, place: Place | undefined): readonly Block[] {
  const bindings =
    place?.statement?.bindings ??
    place?.rule?.clauses.flatMap((clause) => (clause.kind === "where" ? clause.bindings : []));
  const binding = bindings?.find(({ name }) => name.name === referent.name);
  if (!binding) return [];
  const params = binding.params ? `(${binding.params.map(({ name }) => name).join(", ")})` : "";
  return [
    code(`${referent.name}${params} = ${printExpression(binding.body)}`),
    text("An abbreviation."),
  ];
}

function ofAttribute(referent: Referent, { files }: Analysis): readonly Block[] {
  for (const { scope } of files.values())
    for (const operators of scope.operators.values())
      for (const operator of operators) {
        const { name, file } = operatorReferent(operator);
        if (name !== referent.within || file !== referent.file) continue;
        if (referent.kind === "result") return [text(`A result of ${quote(name)}.`)];
        const attrs = operator.def.attrs ?? {};
        const attr = Object.hasOwn(attrs, referent.name) ? attrs[referent.name] : undefined;
        if (!attr) continue;
        const initial = attr.default === undefined ? "" : ` = ${JSON.stringify(attr.default)}`;
        const whether =
          attr.default === undefined && !attr.required ? ", which may be left out" : "";
        return [
          code(`${referent.name}: ${attributeType(attr.type)}${initial}`),
          text(`An attribute of ${quote(name)}${whether}.`),
        ];
      }
  return [];
}

function ofSort({ name, file }: Referent, { files }: Analysis): readonly Block[] {
  const known = file === undefined ? undefined : files.get(file);
  const decl = known?.module.declarations.find(
    (one): one is s.SortDecl => one.kind === "sort" && one.name.name === name,
  );
  return [code(`sort ${name}`), text(decl?.doc ?? SORTS.get(name) ?? "")];
}

function ofRuleset({ name, file = "" }: Referent, { files }: Analysis): readonly Block[] {
  const decl = files
    .get(file)
    ?.module.declarations.find(
      (one): one is s.RulesDecl => one.kind === "rules" && one.name.name === name,
    );
  if (!decl) return [];
  const tags = decl.tags.map((tag) => ` #${tag.name}`).join("");
  const { length } = decl.rules;
  return [
    code(`rules ${name}${tags}`),
    text(decl.doc),
    text(`${length} ${length === 1 ? "rule" : "rules"}.`),
  ];
}

function ofRule(rule: s.RuleDecl, entry: DocumentFile): readonly Block[] {
  const [left, right] = [rule.left, rule.right].map((roots) =>
    roots.map(({ spread, value }) => `${spread ? "..." : ""}${parenthesised(value)}`).join(", "),
  );
  return [
    code(`${left} ${rule.arrow} ${right}`),
    text(rule.doc),
    ...guardsOf(entry.rulesOf(rule)).map((guard) => text(sentence(guard))),
  ];
}

function ofTag(referent: Referent, analysis: Analysis): readonly Block[] {
  const count = [...analysis.files.values()].flatMap((known) =>
    mentionsOf(referent, known, analysis),
  ).length;
  return [
    text(
      `A tag, to select rules by. It stands in ${count} ${count === 1 ? "place" : "places"}; on a ruleset it is for all of its rules.`,
    ),
  ];
}

function ofImport(decl: s.ImportDecl, analysis: Analysis): readonly Block[] {
  const other = importedFile(decl, analysis.entry, analysis);
  if (other) return [text(`The rule file ${quote(other.file)}.`)];
  const name = decl.from.value.replace(/^dialect:/, "");
  const dialect = analysis.importable.dialects.find((one) => one.name === name);
  if (!dialect || name === decl.from.value)
    return [text(`A ${WORDS.module.slice(2)} outside of the rule language.`)];
  const { ops, functions = {} } = dialect;
  return [
    text(
      `The dialect ${quote(name)}: ${Object.keys(ops).length} operators, ${Object.keys(functions).length} functions.`,
    ),
  ];
}

// ── Of words ─────────────────────────────────────────────────────────────────

/** The keyword, arrow or other word at an offset. */
function wordAt(
  { fabric, file }: DocumentFile,
  offset: number,
): { readonly image: string; readonly span: Span } | undefined {
  const token = fabric.tokens[fabric.before(offset + 1) - 1];
  if (!token || endOf(token) < offset || meaningOf(token.image) === undefined) return undefined;
  return { image: token.image, span: spanOf(file, token) };
}

function ofWord(image: string, place: Place | undefined, entry: DocumentFile): readonly Block[] {
  const says = text(meaningOf(image) ?? "");
  const isArrow = /^<?[=~]>$/.test(image);
  return isArrow && place?.rule ? [says, ...ofRule(place.rule, entry).slice(2)] : [says];
}
