/**
 * Runs `test` blocks: each statement in an e-graph of its own, grown by the rules that the block uses.
 *
 * @module
 */

import type { Dialect } from "@rewright/plugin";
import { type Extraction, explain, extractTree, type Id } from "egraph-ts";
import type { Rule, Span, Term } from "../ast.ts";
import { Builder } from "../bind/build.ts";
import { Frame } from "../bind/frame.ts";
import { bindRule } from "../bind/rule.ts";
import { type Diagnostic, error } from "../diagnostic.ts";
import { Terms } from "../terms/terms.ts";
import { proofText } from "./proof.ts";
import { type Ending, Saturation, type SaturationLimits } from "./saturation.ts";
import type { Statement, Test } from "./statement.ts";
import { Writer } from "./writing.ts";

/** How to run tests. */
export interface TestOptions extends SaturationLimits {
  /** The dialects of the rules, the declared operators' among them. */
  readonly dialects: readonly Dialect[];
  /** All rules there are; a test uses those of its rulesets. */
  readonly rules: readonly Rule[];
  /** What an operator costs, by its key; 1 unless said. */
  readonly costs?: ReadonlyMap<string, number>;
  /** Infix notations, by operator, to write terms with. */
  readonly tokens?: ReadonlyMap<string, string>;
  /** Say how what was proven is proven. */
  readonly explain?: boolean;
}

/** What came of one statement. */
export interface StatementResult {
  readonly statement: Statement;
  readonly passed: boolean;
  /** Why the rules were applied no longer. */
  readonly ending: Ending;
  /** E-nodes at the end. */
  readonly nodes: number;
  /** The chain of rules from one side to the other, line by line, where it was asked for and there is one. */
  readonly proof?: string;
  /** What the result rests on besides the rules. */
  readonly assumptions: readonly string[];
  /** Where it did not pass: why. */
  readonly diagnostic?: Diagnostic;
}

/** Rounds after which nothing cheaper is looked for. */
const LONGER = 2;

/** Why the rules were applied no longer, for people. */
const ENDINGS: Readonly<Record<Ending, string>> = {
  goal: "they were found equal",
  saturated: "the rules have nothing more to add",
  nodes: "the limit of nodes was reached",
  rounds: "the limit of rounds was reached",
};

/** Runs a `test` block: one result a statement, in order. */
export function runTest(test: Test, options: TestOptions): readonly StatementResult[] {
  const using = new Set(test.using);
  const rules = options.rules.filter((rule) => using.has(rule.ruleset) && rule.lossy === 0);
  return test.statements.map((statement) => new Run(test, statement, rules, options).result());
}

class Run {
  readonly #test: Test;
  readonly #statement: Statement;
  readonly #rules: readonly Rule[];
  readonly #options: TestOptions;
  readonly #terms: Terms;
  readonly #writer: Writer;
  readonly #saturation: Saturation;

  constructor(test: Test, statement: Statement, rules: readonly Rule[], options: TestOptions) {
    this.#test = test;
    this.#statement = statement;
    this.#rules = rules;
    this.#options = options;
    this.#terms = new Terms(options.dialects);
    this.#writer = new Writer(this.#terms, options.tokens ?? new Map());
    this.#saturation = new Saturation(this.#terms, options);
  }

  result(): StatementResult {
    const { kind, left, right } = this.#statement;
    const { egraph } = this.#terms;
    const [a, b] = [this.#build(left), this.#build(right)];
    if (a === undefined || b === undefined) {
      const span = a === undefined ? left.span : right.span;
      return this.#done("saturated", { code: "R0210", span, message: "this is ill-shaped" });
    }
    egraph.rebuild();
    const equal = (): boolean => egraph.find(a) === egraph.find(b);
    const cost = (id: Id): number => this.#extract([id]).cost;
    // What the right side costs by itself, whatever else it turns out to be equal to.
    const target = kind === "reduce" ? this.#costOf(right) : 0;
    const reduced = (): boolean => equal() && cost(a) >= target;
    let rounds = 0;
    // Once it is there, the rules have a little longer to find something cheaper still.
    const settled = (): boolean => equal() && (cost(a) < target || rounds++ >= LONGER);
    const bound = this.#rules.map((rule) => bindRule(rule, this.#terms));
    const ending = this.#saturation.run(bound, kind === "reduce" ? settled : equal);
    if (kind === "refute") return this.#refuted(equal(), a, b, ending);
    if (kind === "reduce" && !reduced()) return this.#notReduced(a, target, equal(), ending);
    if (equal()) return this.#done(ending, undefined, a, b);
    const { last } = this.#saturation;
    return this.#done(ending, {
      code: "R0601",
      span: this.#statement.span,
      message: `not proven: ${ENDINGS[ending]}`,
      hints: [
        `the left side came to ${this.#text(a)}`,
        `the right side came to ${this.#text(b)}`,
        last === undefined ? "no rule changed anything" : `the last rule to help was ${last}`,
      ],
    });
  }

  #refuted(isEqual: boolean, a: Id, b: Id, ending: Ending): StatementResult {
    if (!isEqual) return this.#done(ending);
    return this.#done(ending, {
      code: "R0602",
      span: this.#statement.span,
      message: "refuted, yet proven",
      hints: this.#proof(a, b).split("\n"),
    });
  }

  #notReduced(a: Id, target: number, isEqual: boolean, ending: Ending): StatementResult {
    const found = this.#extract([a]).cost;
    return this.#done(ending, {
      code: "R0603",
      span: this.#statement.rightSpan,
      message: isEqual ? "reduces to something cheaper" : "reduces to something else",
      hints: [
        `found ${this.#text(a)}, which costs ${found}`,
        `wanted ${this.#statement.rightText}, which costs ${target}`,
        isEqual ? "the two are equal" : `they were not found equal: ${ENDINGS[ending]}`,
      ],
    });
  }

  #done(
    ending: Ending,
    fault?: {
      readonly code: string;
      readonly span: Span;
      readonly message: string;
      readonly hints?: readonly string[];
    },
    a?: Id,
    b?: Id,
  ): StatementResult {
    const proof =
      this.#options.explain && a !== undefined && b !== undefined ? this.#proof(a, b) : undefined;
    return {
      statement: this.#statement,
      passed: !fault,
      ending,
      nodes: this.#terms.egraph.nodeCount,
      assumptions: [...this.#saturation.assumptions],
      ...(proof !== undefined && { proof }),
      ...(fault && {
        diagnostic: error(fault.code, fault.span, fault.message, { hints: fault.hints ?? [] }),
      }),
    };
  }

  // ── Terms ──────────────────────────────────────────────────────────────────

  /** Adds a term over what is given; `undefined` when it is ill-shaped. */
  #build(term: Term, terms: Terms = this.#terms): Id | undefined {
    const { given } = this.#test;
    const variables = new Map(
      given.map(({ name }) => {
        const { span } = this.#test;
        return [name, { name, kind: "term", depth: 0, span }] as const;
      }),
    );
    const frame = new Frame(terms, variables, nothing, () => nothing);
    for (const [slot, { name }] of given.entries())
      frame.sources.set(name, { kind: "class", slot });
    frame.at(
      Int32Array.from(given, ({ name, type }, index) => terms.input(index, name, type)),
      0,
    );
    const builder = new Builder(frame);
    const part = builder.compile(term);
    builder.begin("f64");
    const ref = part(-1);
    if (!builder.facts(ref)?.types[0]) return undefined;
    builder.commit([ref]);
    return builder.id(ref);
  }

  #extract(ids: readonly Id[], terms: Terms = this.#terms): Extraction {
    const { egraph } = terms;
    const { costs } = this.#options;
    return extractTree(egraph, ids, (node) => {
      const { kind, name } = terms.operationOf(egraph.op(node));
      return kind === "apply" ? (costs?.get(name) ?? 1) : kind === "result" ? 0 : 1;
    });
  }

  /** What a term costs as it stands. */
  #costOf(term: Term): number {
    const terms = new Terms(this.#options.dialects);
    const id = this.#build(term, terms);
    terms.egraph.rebuild();
    return id === undefined ? Number.POSITIVE_INFINITY : this.#extract([id], terms).cost;
  }

  #text(id: Id): string {
    return this.#writer.write(this.#extract([id]), id);
  }

  #proof(a: Id, b: Id): string {
    const { egraph } = this.#terms;
    const { applications } = this.#saturation;
    const proof = explain(
      egraph,
      a,
      b,
      (reason) => applications[reason] ?? { rule: "computation" },
    );
    return proofText(proof, this.#writer);
  }
}

const nothing = (): undefined => undefined;
