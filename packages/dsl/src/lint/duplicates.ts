/**
 * Rules that say what is said already: another rule's equality, its inverse, or what an operator's declaration says.
 *
 * @module
 */

import type { Rule } from "../ast.ts";
import { type Diagnostic, warning } from "../diagnostic.ts";
import { quote } from "../quotation.ts";
import { formOf, orderless, type Sides, spellings } from "./likeness.ts";
import { deleting, type Subject } from "./subject.ts";

type Report = (diagnostic: Diagnostic) => void;

/** Reports rules that commutativity makes equal already (R0903). */
export function lintBuiltIn(subject: Subject, report: Report): void {
  const [rule] = subject.rules;
  if (
    !rule?.left.every((root, i) => orderless(root) === orderless(rule.right[i] as Rule["right"][0]))
  )
    return;
  const { label } = subject.decl;
  report(
    warning("R0903", label.span, "this rule is already built in", {
      label: "both sides are the same but for the order of operands that commute",
      hints: ["delete the rule: it would double the e-graph and add nothing"],
      edit: deleting(subject),
    }),
  );
}

/** Rules of the same form, by that form. Only among these can two be the same. */
class Forms {
  private readonly byForm = new Map<
    string,
    { readonly subject: Subject; readonly sides: Sides }[]
  >();

  add(subject: Subject, sides: Sides): void {
    const form = formOf(sides);
    const known = this.byForm.get(form);
    if (known) known.push({ subject, sides });
    else this.byForm.set(form, [{ subject, sides }]);
  }

  /** The first rule of the form that is the same as these sides. */
  find(sides: Sides, accepts: (other: Subject) => boolean): Subject | undefined {
    const candidates = (this.byForm.get(formOf(sides)) ?? []).filter(({ subject }) =>
      accepts(subject),
    );
    if (candidates.length === 0) return undefined;
    const own = new Set(spellings(sides));
    return candidates.find(({ sides: other }) => spellings(other).some((one) => own.has(one)))
      ?.subject;
  }
}

/** Reports rules that repeat another one (R0902), and pairs that are each other's inverse (R0904). */
export function lintDuplicates(subjects: readonly Subject[], report: Report): void {
  const forms = new Forms();
  for (const subject of subjects) for (const rule of subject.rules) forms.add(subject, rule);
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
    if (isTwoWay || rule.subsume) continue;
    const inverse = forms.find(
      { ...rule, left: rule.right, right: rule.left },
      (other) =>
        other.rules.length === 1 &&
        other.rules[0]?.subsume === false &&
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
