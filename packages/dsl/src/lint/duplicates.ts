/**
 * Rules that say what is said already: another rule's equality, its inverse, or what an operator's declaration says.
 *
 * @module
 */

import type { Rule } from "../ast.ts";
import { type Diagnostic, warning } from "../diagnostic.ts";
import { quote } from "../quotation.ts";
import { formOf, orderless, type Sides, spellingOf } from "./likeness.ts";
import { deleting, type Subject } from "./subject.ts";

type Report = (diagnostic: Diagnostic) => void;

/** Reports rules that commutativity makes equal already (R0903). */
export function lintBuiltIn(subject: Subject, report: Report): void {
  const [rule] = subject.rules;
  const isBuiltIn = rule?.left.every((root, i) => {
    const other = rule.right[i] as Rule["right"][0];
    // Seldom are both sides of one operator: only then are they written out.
    const isAlike =
      root.kind === other.kind && (root.kind !== "apply" || root.name === headOf(other));
    return isAlike && orderless(root) === orderless(other);
  });
  if (!isBuiltIn) return;
  const { label } = subject.decl;
  report(
    warning("R0903", label.span, "this rule is already built in", {
      label: "both sides are the same but for the order of operands that commute",
      hints: ["delete the rule: it would double the e-graph and add nothing"],
      edit: deleting(subject),
    }),
  );
}

function headOf(root: Rule["left"][0]): string | undefined {
  return root.kind === "apply" ? root.name : undefined;
}

interface Candidate {
  readonly subject: Subject;
  readonly sides: Sides;
}

/** How many rules of one spelling are looked at: they are all the same. */
const MOST_ALIKE = 64;

/** Rules by their form, and those of one form by their spelling. Only where a form is met again is a spelling worked out. */
class Forms {
  private readonly byForm = new Map<string, Candidate[]>();
  private readonly bySpelling = new Map<string, Map<string, Candidate[]>>();
  private readonly forms = new Map<Sides, string>();

  add(candidate: Candidate): void {
    const form = formOf(candidate.sides);
    this.forms.set(candidate.sides, form);
    const known = this.byForm.get(form);
    if (known) known.push(candidate);
    else this.byForm.set(form, [candidate]);
  }

  /** The first rule that is the same as these sides. */
  find(sides: Sides, accepts: (other: Subject) => boolean): Subject | undefined {
    const form = this.forms.get(sides) ?? formOf(sides);
    const candidates = this.byForm.get(form) ?? [];
    if (!candidates.some(({ subject }) => accepts(subject))) return undefined;
    let spelt = this.bySpelling.get(form);
    if (!spelt) {
      spelt = new Map();
      for (const candidate of candidates) {
        const spelling = spellingOf(candidate.sides);
        if (spelling === undefined) continue;
        const alike = spelt.get(spelling) ?? [];
        if (alike.length < MOST_ALIKE) alike.push(candidate);
        spelt.set(spelling, alike);
      }
      this.bySpelling.set(form, spelt);
    }
    const own = spellingOf(sides);
    const alike = own === undefined ? [] : (spelt.get(own) ?? []);
    return alike.find(({ subject }) => accepts(subject))?.subject;
  }
}

/** Reports rules that repeat another one (R0902), and pairs that are each other's inverse (R0904). */
export function lintDuplicates(subjects: readonly Subject[], report: Report): void {
  const forms = new Forms();
  for (const subject of subjects)
    for (const rule of subject.rules) forms.add({ subject, sides: rule });
  const order = new Map(subjects.map((subject, i) => [subject, i]));
  const said = new Set<Subject>();
  for (const subject of subjects) {
    const isTwoWay = subject.rules.length === 2;
    const [rule] = subject.rules;
    if (!rule) continue;
    // Of two that say the same the later one is too much; of a one-way and a two-way rule, the one-way rule.
    const same = forms.find(
      rule,
      (other) =>
        other !== subject &&
        !said.has(other) &&
        (other.rules.length === subject.rules.length
          ? (order.get(other) ?? 0) < (order.get(subject) ?? 0)
          : !isTwoWay),
    );
    if (same) {
      said.add(subject);
      repeated(subject, same, report);
      continue;
    }
    // What grows without end undoes another rule on purpose.
    if (isTwoWay || rule.subsume || rule.expanding) continue;
    const inverse = forms.find(
      { ...rule, left: rule.right, right: rule.left },
      (other) =>
        other.rules.length === 1 &&
        other.rules[0]?.subsume === false &&
        !other.rules[0].expanding &&
        (order.get(other) ?? 0) < (order.get(subject) ?? 0) &&
        !said.has(other),
    );
    if (!inverse) continue;
    said.add(subject);
    said.add(inverse);
    inverted(inverse, subject, report);
  }
}

function repeated(subject: Subject, other: Subject, report: Report): void {
  const { decl } = subject;
  report(
    warning(
      "R0902",
      decl.label.span,
      `the same rule as ${quote(other.decl.label.name)}, renamed or commuted`,
      {
        related: [{ span: other.decl.label.span, label: "the other" }],
        hints: ["delete it"],
        edit: deleting(subject),
      },
    ),
  );
}

function inverted(first: Subject, second: Subject, report: Report): void {
  const names = [first, second].map(({ decl }) => quote(decl.label.name)).join(" and ");
  const both = first.decl.arrow === "~>" ? "<~>" : "<=>";
  const span = first.decl.arrowSpan;
  report(
    warning("R0904", second.decl.label.span, `${names} are each other's inverse`, {
      related: [{ span: first.decl.label.span, label: "the other" }],
      hints: [`write one rule with \`${both}\``],
      ...(first.text === second.text && {
        edit: {
          title: `make one rule of them, with \`${both}\``,
          changes: [{ span, text: both }, ...deleting(second).changes],
        },
      }),
    }),
  );
}
