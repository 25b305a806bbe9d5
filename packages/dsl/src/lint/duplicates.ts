/**
 * Rules that say what is said already: another rule's equality, its inverse, or what an operator's declaration says.
 *
 * @module
 */

import type { Root } from "../ast.ts";
import { type Diagnostic, warning } from "../diagnostic.ts";
import { quote } from "../quotation.ts";
import { orderless, type Sides, spellingOf } from "./likeness.ts";
import { type Silhouette, silhouettesOf } from "./silhouette.ts";
import { deleting, type Subject } from "./subject.ts";

type Report = (diagnostic: Diagnostic) => void;

/** Reports rules that commutativity makes equal already (R0903). */
export function lintBuiltIn(subject: Subject, report: Report): void {
  const rule = subject.rules[0];
  const silhouette = silhouettesOf(subject)[0];
  const isBuiltIn =
    rule &&
    silhouette?.left === silhouette?.right &&
    rule.left.every((root, i) => orderless(root) === orderless(rule.right[i] as Root));
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

/** A direction of a rule. */
interface Candidate {
  readonly subject: Subject;
  /** The subject's place among all. */
  readonly place: number;
  readonly sides: Sides;
}

/** How many rules of one spelling are looked at: they are all the same. */
const MOST_ALIKE = 64;

/** Rules by their silhouette, and those of one silhouette by their spelling. Only where one is met again is a spelling worked out. */
class Forms {
  private readonly bySilhouette = new Map<number, Candidate[]>();
  private readonly bySpelling = new Map<number, Map<string, Candidate[]>>();

  add(silhouette: number, candidate: Candidate): void {
    const known = this.bySilhouette.get(silhouette);
    if (known) known.push(candidate);
    else this.bySilhouette.set(silhouette, [candidate]);
  }

  /** The first rule of a silhouette that has the same sides. */
  find(
    silhouette: number,
    sides: () => Sides,
    accepts: (other: Candidate) => boolean,
  ): Candidate | undefined {
    const candidates = this.bySilhouette.get(silhouette);
    if (!candidates?.some(accepts)) return undefined;
    let spelt = this.bySpelling.get(silhouette);
    if (!spelt) {
      spelt = new Map();
      for (const candidate of candidates) {
        const spelling = spellingOf(candidate.sides);
        if (spelling === undefined) continue;
        const alike = spelt.get(spelling) ?? [];
        if (alike.length < MOST_ALIKE) alike.push(candidate);
        spelt.set(spelling, alike);
      }
      this.bySpelling.set(silhouette, spelt);
    }
    const own = spellingOf(sides());
    const alike = own === undefined ? [] : (spelt.get(own) ?? []);
    return alike.find(accepts);
  }
}

/** The silhouettes that more than one rule has; that one has, and a one-way rule turned round. */
function repeatedSilhouettes(subjects: readonly Subject[]): ReadonlySet<number> {
  const seen = new Set<number>();
  const repeated = new Set<number>();
  for (const subject of subjects)
    for (const { own } of silhouettesOf(subject)) {
      if (seen.has(own)) repeated.add(own);
      seen.add(own);
    }
  for (const subject of subjects) {
    const [first, second] = silhouettesOf(subject);
    // A two-way rule is its own inverse.
    if (!first || second || first.own === first.turned || !seen.has(first.turned)) continue;
    repeated.add(first.turned).add(first.own);
  }
  return repeated;
}

/** Reports rules that repeat another one (R0902), and pairs that are each other's inverse (R0904). */
export function lintDuplicates(subjects: readonly Subject[], report: Report): void {
  const repeating = repeatedSilhouettes(subjects);
  if (repeating.size === 0) return;
  const forms = new Forms();
  for (const [place, subject] of subjects.entries())
    for (const [i, sides] of subject.rules.entries()) {
      const { own } = silhouettesOf(subject)[i] as Silhouette;
      if (repeating.has(own)) forms.add(own, { subject, place, sides });
    }
  const said = new Set<Subject>();
  for (const [place, subject] of subjects.entries()) {
    const [rule] = subject.rules;
    const [silhouette] = silhouettesOf(subject);
    if (!rule || !silhouette || !repeating.has(silhouette.own)) continue;
    const isTwoWay = subject.rules.length === 2;
    // Of two that say the same the later one is too much; of a one-way and a two-way rule, the one-way rule. One that takes what it
    // matches out of the graph says more than one that does not.
    const same = forms.find(
      silhouette.own,
      () => rule,
      (other) =>
        other.subject !== subject &&
        !said.has(other.subject) &&
        rule.subsume === other.subject.rules[0]?.subsume &&
        (other.subject.rules.length === subject.rules.length ? other.place < place : !isTwoWay),
    );
    if (same) {
      said.add(subject);
      repeated(subject, same.subject, report);
      continue;
    }
    // What grows without end undoes another rule on purpose.
    if (isTwoWay || rule.subsume || rule.expanding) continue;
    const inverse = forms.find(
      silhouette.turned,
      () => ({ ...rule, left: rule.right, right: rule.left }),
      ({ subject: { rules }, place: other, subject: inverted }) =>
        rules.length === 1 &&
        rules[0]?.subsume === false &&
        !rules[0].expanding &&
        other < place &&
        !said.has(inverted),
    );
    if (!inverse) continue;
    said.add(subject);
    said.add(inverse.subject);
    inverted(inverse.subject, subject, report);
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
