/**
 * Rules against reference semantics: both sides computed on random instances, and compared.
 *
 * @module
 */

import type { Dialect, NdArray, OpDef } from "@rewright/plugin";
import type * as ast from "../ast.ts";
import { partsOf, type Tree } from "../occurrence.ts";
import { Dice } from "./dice.ts";
import { difference, isDefined } from "./difference.ts";
import { Drawer } from "./draw.ts";
import { Proposer } from "./proposal.ts";
import { showSample, showTensor } from "./report.ts";
import { Sample, type SampleTerm } from "./sample.ts";
import { shrink } from "./shrink.ts";
import { isExact, sensitivity } from "./stability.ts";
import { appliesSymbolically } from "./symbolic.ts";

/** How to check a rule. */
export interface CheckOptions {
  /** Definitions of operators, used in place of those the rule was compiled with. */
  readonly dialects?: readonly Dialect[];
  /** Samples to compare; 100 unless said. Up to three times as many where the right side does not always fit. */
  readonly samples?: number;
  readonly seed?: number;
  /** Draws at most, those that are ill-shaped or do not meet the conditions included; 5,000 unless said. */
  readonly attempts?: number;
  /** Samples must meet pruning hints, too. */
  readonly pruned?: boolean;
  /** Whether a small counterexample is looked for, when there is one; `true` unless said. */
  readonly shrink?: boolean;
}

/**
 * `ok`: the sides agreed on every sample. `guarded`: so they did where the right side was well-shaped, and on some samples it was
 * not; the binder makes sure that the rule does not apply there. `vacuous`: there was nothing, or nothing of interest, to compare.
 * `unchecked`: an operator has no reference semantics.
 */
export type Verdict = "ok" | "guarded" | "vacuous" | "unchecked" | "counterexample";

/** What a check found. */
export interface CheckResult {
  readonly verdict: Verdict;
  /** One sentence about it. */
  readonly message: string;
  /** Samples compared. */
  readonly samples: number;
  /** Samples left out because the right side was ill-shaped, or of another type than the left. */
  readonly excluded: number;
  readonly attempts: number;
  /** The largest difference of two elements, in absolute terms. */
  readonly largest: number;
  readonly counterexample?: Counterexample;
  /** Of a counterexample: the rule holds wherever its pruning hints do, but must hold without them. */
  readonly hinted?: boolean;
  /** Of a vacuous rule: what keeps it from applying. */
  readonly blame?: Blame;
}

/** What keeps a rule from applying to anything of interest. */
interface Blame {
  /** `left`, `right`: never well-shaped. `lists`: it applies to lists of one element only. */
  readonly part: "conditions" | "left" | "right" | "lists";
  /** The condition. */
  readonly span?: ast.Span;
}

/** A sample on which a rule does not hold. */
export interface Counterexample {
  /** `undefined`: the left side is defined, the right is not. */
  readonly kind: "different" | "undefined";
  /** What each variable stands for, a line each. */
  readonly variables: readonly string[];
  readonly left: string;
  readonly right: string;
  readonly difference: number;
  readonly seed: number;
  /** Which draw it was, from 1. */
  readonly attempt: number;
}

/** Sides may differ by this much, relative to the larger element or to 1. */
const TOLERANCE = 1e-4;
/** So many samples that do not fit the right side are tried with names for sizes, too. */
const SYMBOLIC = 20;
/** Of a rule that seldom fits so many times the samples are compared, at most, in addition. */
const PATIENCE = 2;
/** A right side that fits on no more of the samples than this says nothing of what the rule is for. */
const RARE = 0.01;
/** Once a counterexample is found, a smaller one is looked for in this many draws. */
const SHRINKING = 100;

/** Checks one rule. Deterministic in its options. */
export function checkRule(rule: ast.Rule, options: CheckOptions = {}): CheckResult {
  const definitions = new Map<string, OpDef>();
  for (const dialect of options.dialects ?? []) {
    for (const [name, op] of Object.entries(dialect.ops)) definitions.set(name, op);
  }
  const silent = operatorsWithout(rule, definitions);
  if (silent.length > 0) {
    const message = `unchecked: no reference semantics for ${silent.join(", ")}`;
    return { verdict: "unchecked", message, samples: 0, excluded: 0, attempts: 0, largest: 0 };
  }
  const result = new Checker(rule, definitions, options).run();
  if (result.verdict !== "counterexample" || options.pruned || !hasHints(rule)) return result;
  const pruned = new Checker(rule, definitions, { ...options, pruned: true }).run();
  const hinted = pruned.verdict === "ok" || pruned.verdict === "guarded";
  return { ...result, ...(hinted && { hinted }) };
}

/** Whether a rule's conditions hold pruning hints. */
function hasHints(rule: ast.Rule): boolean {
  const scan = (tree: Tree): boolean =>
    (tree.kind === "call" && tree.fn.hint === true) || partsOf(tree).some(scan);
  return rule.conditions.some(({ value }) => scan(value));
}

/** Operators of a rule that cannot be evaluated. */
function operatorsWithout(rule: ast.Rule, definitions: ReadonlyMap<string, OpDef>): string[] {
  const silent = new Set<string>();
  const scan = (tree: Tree): void => {
    if (tree.kind === "apply") {
      const op = definitions.get(tree.name) ?? tree.op;
      if (!op.evaluate || op.impure) silent.add(tree.name);
    }
    for (const part of partsOf(tree)) scan(part);
  };
  for (const root of [...rule.left, ...rule.right]) scan(root);
  return [...silent];
}

/** What comes of one draw. */
type Outcome = "failed" | "excluded" | "agreed" | Counterexample;

class Checker {
  readonly #rule: ast.Rule;
  readonly #samples: number;
  readonly #seed: number;
  readonly #attempts: number;
  readonly #dice: Dice;
  readonly #sample: Sample;
  readonly #drawer: Drawer;
  readonly #isShrinking: boolean;
  #compared = 0;
  #excluded = 0;
  #attempt = 0;
  #largest = 0;
  /** Samples with a list of several items: compared, and left out. */
  #long = { compared: 0, excluded: 0 };
  #short = 0;
  /** Samples whose results have elements: compared, and left out. */
  #full = { compared: 0, excluded: 0 };
  /** How many results each root of the last sample stood for. */
  #roots: readonly number[] = [];

  constructor(rule: ast.Rule, definitions: ReadonlyMap<string, OpDef>, options: CheckOptions) {
    this.#rule = rule;
    this.#samples = options.samples ?? 100;
    this.#seed = options.seed ?? 0;
    this.#attempts = options.attempts ?? 5000;
    this.#isShrinking = options.shrink !== false;
    this.#dice = new Dice(this.#seed);
    this.#sample = new Sample(rule.variables, definitions, options.pruned !== true);
    this.#drawer = new Drawer(
      rule,
      this.#sample,
      new Proposer(this.#dice, rule.lossy > 0),
      this.#dice,
    );
  }

  run(): CheckResult {
    let found: { example: Counterexample; size: number } | undefined;
    let last = this.#attempts;
    while (this.#attempt < last && this.#compared < this.#wanted) {
      this.#attempt++;
      const drawn = this.#draw();
      if (typeof drawn !== "object") continue;
      if (!this.#isShrinking) return this.#refuted(drawn);
      const outcome = this.#shrunk(drawn);
      const size = this.#rule.lossy > 0 ? -outcome.difference : outcome.variables.join().length;
      if (!found) last = Math.min(last, this.#attempt + SHRINKING);
      if (!found || size < found.size) found = { example: outcome, size };
    }
    if (!found) {
      const { verdict, message, blame } = this.#verdict();
      return { ...this.#result(verdict, message), ...(blame && { blame }) };
    }
    return this.#refuted(found.example);
  }

  #refuted(example: Counterexample): CheckResult {
    const what = example.kind === "undefined" ? "is defined on the left only" : "does not hold";
    const result = this.#result(
      "counterexample",
      `\`${this.#rule.name}\` ${what}: ${example.variables.join(", ")}`,
    );
    return { ...result, counterexample: example };
  }

  /** Samples that do not fit the right side call for more of those that do: it may be chance that these agree. */
  get #wanted(): number {
    return this.#samples + Math.min(this.#excluded, PATIENCE * this.#samples);
  }

  #result(verdict: Verdict, message: string): CheckResult {
    return {
      verdict,
      message,
      samples: this.#compared,
      excluded: this.#excluded,
      attempts: this.#attempt,
      largest: this.#largest,
    };
  }

  #verdict(): { readonly verdict: Verdict; readonly message: string; readonly blame?: Blame } {
    const [compared, excluded] = [this.#compared, this.#excluded];
    if (compared + excluded === 0) return this.#emptiness();
    if (compared === 0) {
      const message = `the right side was ill-shaped, or of another type, on all of ${excluded} samples`;
      return { verdict: "vacuous", message, blame: { part: "right" } };
    }
    if (this.#short > 0 && this.#long.compared === 0 && this.#long.excluded > 0) {
      const message = "holds only when its lists have one element";
      return { verdict: "vacuous", message, blame: { part: "lists" } };
    }
    if (this.#full.compared === 0 && this.#full.excluded > 0) {
      const message = "holds only of tensors without elements";
      return { verdict: "vacuous", message, blame: { part: "right" } };
    }
    if (compared < RARE * excluded) {
      const message = `the right side was ill-shaped, or of another type, on all but ${compared} of ${compared + excluded} samples`;
      return { verdict: "vacuous", message, blame: { part: "right" } };
    }
    if (excluded === 0)
      return { verdict: "ok", message: `the sides agreed on ${compared} samples` };
    const message = `the sides agreed on ${compared} samples; ${excluded} more do not fit the right side`;
    return { verdict: "guarded", message };
  }

  #emptiness(): { readonly verdict: Verdict; readonly message: string; readonly blame: Blame } {
    const span = this.#drawer.hardest?.span;
    const verdict = "vacuous";
    if (!span) {
      const message = `no well-shaped left side in ${this.#attempt} attempts`;
      return { verdict, message, blame: { part: "left" } };
    }
    const message = `no sample met the conditions; the one at ${span.line}:${span.column} was refused most often`;
    return { verdict, message, blame: { part: "conditions", span } };
  }

  /** The counterexample that the sample is, made simpler. */
  #shrunk(found: Counterexample): Counterexample {
    const counts = this.#roots;
    // Of what is only approximate, the farthest tells most.
    if (this.#rule.lossy > 0 || this.#rule.left.some(hasWildcard)) return found;
    let best = found;
    shrink(this.#sample, () => {
      const outcome = this.#outcome(counts);
      if (typeof outcome !== "object" || outcome.kind !== found.kind) return false;
      best = outcome;
      return true;
    });
    return best;
  }

  /** What comes of the sample as it is now; the roots are to be as many as they were. */
  #outcome(counts: readonly number[]): Outcome {
    const sample = this.#sample;
    try {
      for (const { kind, value } of this.#rule.conditions) {
        const holds = sample.holds(value);
        if (kind === "when" ? holds !== true : holds === false) return "failed";
      }
      const left = this.#rule.left.map((root, i) => sample.root(root, counts[i] ?? 1));
      if (!left.every((list) => list?.every((term) => isDefined(term.contents)))) return "failed";
      const right = this.#rule.right.map((root, i) =>
        sample.root(root, counts[i] ?? 1, left[i]?.[0]?.dtype),
      );
      const fits = right.every((list, i) =>
        list?.every((term, at) => sameType(term, left[i]?.[at] as SampleTerm)),
      );
      return fits
        ? this.#compare(left.flat() as SampleTerm[], right.flat() as SampleTerm[])
        : "failed";
    } catch {
      return "failed"; // something on the way is not defined
    }
  }

  #draw(): Outcome {
    const lists = this.#drawer.draw();
    const left = lists?.flat();
    if (!lists || !left || !this.#isDefined(left)) return "failed";
    this.#roots = lists.map((list) => list.length);
    // Of tensors without elements anything holds.
    const isLong = this.#isLong && !this.#isEmpty;
    const isFull = left.every(({ shape }) => !shape.includes(0));
    this.#sample.complete();
    const right = this.#rule.right.map((root, i) => {
      const wanted = lists[i] as readonly SampleTerm[];
      return this.#sample.root(root, wanted.length, wanted[0]?.dtype);
    });
    const fits = right.every((list, i) => {
      const wanted = lists[i] as readonly SampleTerm[];
      return (
        list?.length === wanted.length &&
        list.every((term, at) => sameType(term, wanted[at] as SampleTerm))
      );
    });
    if (!fits) {
      this.#excluded++;
      if (isLong) this.#long.excluded++;
      if (isFull) this.#full.excluded++;
      // Of tensors without elements, what does not fit for numbers may fit for names, and be right.
      const isTried =
        isFull &&
        this.#drawer.results.every(({ shape }) => !shape.includes(0)) &&
        this.#excluded <= SYMBOLIC;
      if (isTried && appliesSymbolically(this.#rule, this.#sample, left)) return this.#misled(left);
      return "excluded";
    }
    const outcome = this.#compare(left, right.flat() as SampleTerm[]);
    if (outcome === "agreed") {
      this.#compared++;
      if (isFull) this.#full.compared++;
      if (isLong) this.#long.compared++;
      else if (!this.#isLong && this.#sample.lengths.size > 0) this.#short++;
    }
    return outcome;
  }

  /** Whether a list of the sample has several items. */
  get #isLong(): boolean {
    return [...this.#sample.lengths.values()].some((length) => length > 1);
  }

  get #isEmpty(): boolean {
    return [...this.#sample.terms.values()].flat().some((term) => term?.shape.includes(0));
  }

  /** Whether the left side, with all that it computes on the way, is defined and finite. */
  #isDefined(left: readonly SampleTerm[]): boolean {
    try {
      return [...this.#drawer.results, ...left].every((term) => isDefined(term.contents));
    } catch {
      return false;
    }
  }

  #compare(left: readonly SampleTerm[], right: readonly SampleTerm[]): Outcome {
    const { lossy } = this.#rule;
    for (const [i, term] of left.entries()) {
      const other = right[i] as SampleTerm;
      let contents: NdArray | undefined;
      try {
        contents = other.contents;
      } catch {
        contents = undefined;
      }
      if (!contents || !isDefined(contents)) {
        if (sensitivity(term, this.#dice) > TOLERANCE) return "failed";
        return this.#counterexample("undefined", term, contents, Number.POSITIVE_INFINITY);
      }
      const { absolute, relative } = difference(term.contents, contents);
      const exact = lossy === 0 && relative > 0 && isExact(term) && isExact(other);
      const bound = lossy > 0 ? lossy * 1.001 : TOLERANCE;
      const gap = lossy > 0 ? absolute : relative;
      if (!exact && gap <= bound) {
        this.#largest = Math.max(this.#largest, absolute);
        continue;
      }
      if (!exact && gap < 100 * sensitivity(term, this.#dice)) return "failed";
      return this.#counterexample("different", term, contents, absolute);
    }
    return "agreed";
  }

  /** The rule applies where the sizes have names, and the right side is ill-shaped for these. */
  #misled([first]: readonly SampleTerm[]): Counterexample {
    return {
      kind: "undefined",
      variables: showSample(this.#sample),
      left: first ? showTensor(first.contents) : "",
      right: "ill-shaped, though it seems to fit where these sizes are open",
      difference: Number.POSITIVE_INFINITY,
      seed: this.#seed,
      attempt: this.#attempt,
    };
  }

  #counterexample(
    kind: Counterexample["kind"],
    left: SampleTerm,
    right: NdArray | undefined,
    gap: number,
  ): Counterexample {
    return {
      kind,
      variables: showSample(this.#sample),
      left: showTensor(left.contents),
      right: right ? showTensor(right) : "undefined",
      difference: gap,
      seed: this.#seed,
      attempt: this.#attempt,
    };
  }
}

/** Whether a pattern has a place where anything may stand: what stood there in a sample is not kept. */
function hasWildcard(tree: Tree): boolean {
  return tree.kind === "wildcard" || partsOf(tree).some(hasWildcard);
}

function sameType(a: SampleTerm, b: SampleTerm): boolean {
  return (
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((dim, i) => dim === b.shape[i])
  );
}
