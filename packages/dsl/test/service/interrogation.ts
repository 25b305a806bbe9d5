/** Asks everything about a text, and sees whether the answers fit it and each other. */

import assert from "node:assert/strict";
import { formatRules } from "../../src/index.ts";
import {
  type Analysis,
  actionsAt,
  analyse,
  colours,
  completionsAt,
  contents,
  definitionAt,
  diagnosticsOf,
  folds,
  highlightsAt,
  hover,
  inlayHints,
  layoutChanges,
  mendAll,
  referencesAt,
  rename,
  renameable,
  signatureAt,
} from "../../src/service/index.ts";
import { sketch } from "../dialect.ts";
import { changed } from "./desk.ts";

/** A name that no file has. */
const FRESH = "fresh_7";

function analysed(text: string): Analysis {
  return analyse([{ file: "f.rules", text }], { dialects: [sketch] });
}

/** The codes of what is said of a text, sorted. */
function codes(analysis: Analysis): readonly string[] {
  return diagnosticsOf(analysis)
    .map(({ code }) => code)
    .sort();
}

/** Throws unless all answers about a text make sense. `places` is how many places are asked about. */
export function interrogate(text: string, places: number, draw: (bound: number) => number): void {
  const analysis = analysed(text);
  const { entry } = analysis;
  const own = entry.text;
  const inText = ({ start, end }: { readonly start: number; readonly end: number }): void => {
    assert(0 <= start && start <= end && end <= own.length, `${start} to ${end}`);
  };
  let last = 0;
  for (const word of colours(analysis)) {
    inText(word);
    assert(word.start >= last, "words overlap");
    last = word.end;
  }
  for (const fold of folds(analysis)) inText(fold);
  for (const { span, nameSpan, children } of contents(analysis))
    for (const one of [span, nameSpan, ...children.map((child) => child.span)]) inText(one);
  for (const { offset } of inlayHints(analysis)) inText({ start: offset, end: offset });
  const all = mendAll(analysis);
  if (all) assert.notEqual(changed(own, all.changes), own);
  const { text: laidOut, diagnostics } = formatRules({ file: "f.rules", text: own });
  const isSound = diagnostics.every(({ severity }) => severity !== "error");
  assert.equal(changed(own, layoutChanges(analysis)), isSound ? laidOut : own);
  for (let i = 0; i < places; i++) askAt(draw(own.length + 1), analysis, draw);
}

function askAt(offset: number, analysis: Analysis, draw: (bound: number) => number): void {
  const { text } = analysis.entry;
  for (const { start, end } of completionsAt(analysis, offset))
    assert(0 <= start && start <= offset && offset <= end && end <= text.length);
  hover(analysis, offset);
  const call = signatureAt(analysis, offset);
  if (call?.active !== undefined) assert(call.active < call.parts.length);
  actionsAt(analysis, offset, offset + draw(20));
  const found = referencesAt(analysis, offset);
  assert.deepEqual(
    highlightsAt(analysis, offset).map(({ span }) => span),
    found.map(({ span }) => span),
  );
  const name = renameable(analysis, offset);
  if ("refused" in name) {
    assert("refused" in rename(analysis, offset, "fresh"));
    return;
  }
  assert(found.some(({ span }) => span.start <= offset && offset <= span.end));
  assert.equal(text.slice(name.span.start, name.span.end), name.name);
  const target = definitionAt(analysis, offset);
  if (target?.span)
    assert.equal(text.slice(target.span.start, target.span.end).replace(/^#/, ""), name.name);
  renameTo(FRESH, offset, name.span.start, analysis);
  // Any other name of the file: the rename is refused, or changes nothing of what is meant. In a file with errors a name that is
  // nothing may come to be something.
  if (diagnosticsOf(analysis).some(({ severity }) => severity === "error")) return;
  const names = text.match(/[A-Za-z_]\w*/g) ?? [];
  renameTo(names[draw(names.length)] ?? "x", offset, name.span.start, analysis);
}

/**
 * Renames what stands at an offset. Unless that is refused, nothing new is complained of after it, and it can be undone: unless the file
 * named what is nothing, which it may be now.
 */
function renameTo(name: string, offset: number, start: number, analysis: Analysis): void {
  const { text } = analysis.entry;
  const result = rename(analysis, offset, name);
  if (name === FRESH) assert("changes" in result, `${offset} cannot be renamed in ${text}`);
  if ("refused" in result || result.changes.length === 0) return;
  const after = changed(text, result.changes);
  const there = analysed(after);
  const before = codes(analysis);
  for (const code of new Set(codes(there))) {
    const count = (all: readonly string[]): number => all.filter((one) => one === code).length;
    assert(count(codes(there)) <= count(before), `${code}: ${name} at ${offset} of ${text}`);
  }
  const [first] = result.changes;
  const old = text.slice(first?.span.start, first?.span.end);
  const earlier = result.changes.filter(({ span }) => span.start < start).length;
  const back = rename(there, start + earlier * (name.length - old.length), old);
  if (name === FRESH && "changes" in back) assert.equal(changed(after, back.changes), text);
}
