/**
 * Whether an application suits its operator: operands, spreads, attributes.
 *
 * @module
 */

import type { Apply, AttrEntry, Spread, Term } from "./ast.ts";
import { appending, type Diagnostic, type Edit, error } from "./diagnostic.ts";
import { unsuitable } from "./literal.ts";
import { enumerate, quote } from "./quotation.ts";
import type { Operator } from "./scope.ts";
import { declarationOf } from "./signature.ts";
import type { Speller } from "./spelling.ts";
import type { AttrArg, CallExpr } from "./syntax.ts";
import type { Remainder } from "./variables.ts";

type Report = (diagnostic: Diagnostic) => void;

/** Whether a term matches or is built. */
export type Side = "pattern" | "build";

/** Reports operands that the operator does not take: too many, too few, a list where one belongs. */
export function checkOperands(apply: Apply, operator: Operator, side: Side, report: Report): void {
  const declared = operator.def.operands;
  const { length } = apply.operands;
  if (areOneEach(apply.operands, declared)) return;
  const last = declared.length - 1;
  const spreads: Spread[] = [];
  for (let i = 0; i < length; i++) {
    const operand = apply.operands[i] as Term | Spread;
    if (operand.kind !== "spread") continue;
    spreads.push(operand);
    const place = declared[Math.min(i, last)];
    if (!place?.variadic)
      report(
        error("R0204", operand.span, "`...` where one operand is expected", {
          hints: [
            place
              ? `\`${place.name}\` of ${quote(operator.key)} is one operand`
              : `${quote(operator.key)} takes no operands`,
          ],
        }),
      );
  }
  const second = spreads[1];
  if (side === "pattern" && second)
    report(
      error("R0304", second.span, "two `...` in one operand list", {
        related: [{ span: (spreads[0] as Spread).span, label: "the first" }],
        hints: [
          "a match would be ambiguous: nothing says where one list ends and the other begins",
        ],
      }),
    );
  if (spreads.length > 0) return;
  let least = 0;
  let most = declared.length;
  for (const place of declared) {
    if (!isLoose(place)) least++;
    if (place.variadic) most = Number.POSITIVE_INFINITY;
  }
  if (length >= least && length <= most) return;
  report(
    error(
      "R0201",
      apply.span,
      `${quote(operator.key)} takes ${count(least, most)}, here ${length}`,
      {
        ...(operator.span && { related: [{ span: operator.span, label: "declared here" }] }),
        hints: [`its operands: ${enumerate(declared.map((operand) => operand.name)) || "none"}`],
      },
    ),
  );
}

function isLoose({ optional, variadic }: Operator["def"]["operands"][number]): boolean {
  return optional === true || variadic === true;
}

/** Whether there are as many operands as are declared, each of them one: nearly always. */
function areOneEach(operands: Apply["operands"], declared: Operator["def"]["operands"]): boolean {
  if (operands.length !== declared.length) return false;
  for (let i = 0; i < operands.length; i++) {
    const place = declared[i];
    if (!place || isLoose(place) || operands[i]?.kind === "spread") return false;
  }
  return true;
}

function count(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY)
    return `at least ${least} ${least === 1 ? "operand" : "operands"}`;
  const range = least === most ? `${most}` : `${least} to ${most}`;
  return `${range} ${most === 1 ? "operand" : "operands"}`;
}

/** Reports attributes that the operator does not have, has already, or must have. */
export function checkAttributes(
  call: Pick<CallExpr, "attrs" | "span"> & Partial<Pick<CallExpr, "args">>,
  apply: Apply,
  operator: Operator,
  side: Side,
  speller: Speller,
  report: Report,
): void {
  if (call.attrs.length === 0 && !operator.def.attrs) return;
  const open = withoutDefault(operator.def);
  if (call.attrs.length === 0 && open.length === 0) return;
  const declared = operator.def.attrs ?? {};
  let seen: Map<string, AttrEntry["span"]> | undefined;
  for (let i = 0; i < call.attrs.length; i++) {
    const attr = call.attrs[i] as AttrArg;
    if (attr.kind === "rest") continue;
    const { name, span } = attr.name;
    const first = seen?.get(name);
    if (first)
      report(
        error("R0404", span, `${quote(name)} is given twice`, {
          related: [{ span: first, label: "the first" }],
          edit: {
            title: "take this one out",
            changes: [
              { span: { ...attr.span, start: (call.attrs[i - 1] ?? attr).span.end }, text: "" },
            ],
          },
        }),
      );
    seen ??= new Map();
    seen.set(name, first ?? span);
    if (Object.hasOwn(declared, name)) continue;
    const known = Object.keys(declared);
    const given = new Set(call.attrs.map((other) => other.name.name));
    report(
      error("R0401", span, `${quote(operator.key)} has no attribute ${quote(name)}`, {
        ...speller.correction(
          name,
          known.filter((other) => !given.has(other)),
          span,
          [known.length > 0 ? `it has ${enumerate(known)}` : "it has none"],
        ),
      }),
    );
  }
  for (const { name, value } of apply.attrs) {
    const type = Object.hasOwn(declared, name) ? declared[name]?.type : undefined;
    const wrong = type && unsuitable(value, type, speller);
    if (wrong) {
      const { value: at, message, hints, edit } = wrong;
      report(error("R0403", at.span, message, { hints, ...withEdit(edit) }));
    }
  }
  if (apply.rest) {
    if (call.attrs.length === 1) return;
    const [, second] = call.attrs.filter((attr) => attr.kind === "rest");
    if (second)
      report(
        error("R0304", second.span, "two `...` among the attributes", {
          hints: ["one stands for all attributes that are not mentioned"],
        }),
      );
    return;
  }
  for (const { name, required } of open) {
    if (seen?.has(name)) continue;
    if (side === "pattern")
      report(
        error("R0402", apply.span, `the pattern says nothing about ${quote(name)}`, {
          hints: [
            `${quote(operator.key)} has it, without a default: write \`${name} = …\`, \`${name} = _\`, or \`...rest\``,
          ],
          ...withEdit(mentioning(`${name} = _`, call)),
        }),
      );
    else if (required)
      report(
        error("R0402", apply.span, `${quote(operator.key)} needs ${quote(name)}`, {
          hints: [`write \`${name} = …\` after the semicolon`],
        }),
      );
  }
}

/** The edit that adds something to the attributes of a call. */
function mentioning(
  text: string,
  { attrs, args }: Pick<CallExpr, "attrs"> & Partial<Pick<CallExpr, "args">>,
): Edit | undefined {
  const last = attrs.at(-1) ?? args?.at(-1);
  return last && appending(last.span, `${attrs.length > 0 ? "," : ";"} ${text}`, `add \`${text}\``);
}

/** An attribute that has no default. */
interface Open {
  readonly name: string;
  readonly required: boolean;
}

const openAttributes = new WeakMap<Operator["def"], readonly Open[]>();

/** The attributes that have no default. */
function withoutDefault(def: Operator["def"]): readonly Open[] {
  let found = openAttributes.get(def);
  if (!found) {
    found = Object.entries(def.attrs ?? {}).flatMap(([name, attr]) =>
      attr.default === undefined ? [{ name, required: attr.required === true }] : [],
    );
    openAttributes.set(def, found);
  }
  return found;
}

/** The edit as a part of a diagnostic, where there is one. */
function withEdit(edit: Edit | undefined): { readonly edit?: Edit } {
  return edit ? { edit } : {};
}

/** Reports a remainder given to an operator that lacks some of the attributes it may hold. */
export function checkRemainder(
  rest: NonNullable<Apply["rest"]>,
  remainder: Remainder,
  operator: Operator,
  report: Report,
): void {
  const declared = operator.def.attrs ?? {};
  const lacking = remainder.covers.filter((name) => !Object.hasOwn(declared, name));
  if (lacking.length === 0) return;
  report(
    error(
      "R0408",
      rest.span,
      `${quote(`...${rest.name}`)} comes from ${quote(remainder.operator.key)}; ${quote(operator.key)} has no ${enumerate(lacking.map(quote), "or")}`,
      {
        related: [{ span: remainder.span, label: "bound here" }],
        hints: ["mention on the left what is not to be carried over"],
      },
    ),
  );
}

/** The sort of what an operator gives. */
function resultSort(term: Term): string | undefined {
  const apply = term.kind === "result" ? term.of : term;
  if (apply.kind !== "apply") return undefined;
  return declarationOf(apply.op)?.result.name.name ?? "Tensor";
}

/** Where a variable of a declared sort was first seen, and which sort that was. */
export type Sorts = Map<string, { readonly sort: string; readonly span: Term["span"] }>;

/** Reports operands of another sort than the declaration asks for (R0202). Literals and tensors' values suit any. */
export function checkSorts(apply: Apply, operator: Operator, sorts: Sorts, report: Report): void {
  apply.operands.forEach((operand, i) => {
    const wanted = operator.signature
      ? (operator.signature.operands[Math.min(i, operator.signature.operands.length - 1)] ??
        "Tensor")
      : "Tensor";
    const term = operand.kind === "spread" ? operand.element : operand;
    if (term.kind === "constant" || term.kind === "wildcard") return;
    const known = term.kind === "variable" ? sorts.get(term.name) : undefined;
    const found = known?.sort ?? resultSort(term);
    if (found === undefined) {
      if (term.kind === "variable") sorts.set(term.name, { sort: wanted, span: term.span });
    } else if (found !== wanted)
      report(
        error("R0202", term.span, `expected a ${wanted}, found a ${found}`, {
          ...(known && { related: [{ span: known.span, label: `a ${found} here` }] }),
        }),
      );
  });
}
