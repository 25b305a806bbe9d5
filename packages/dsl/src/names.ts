/**
 * What the names in one direction of a rule stand for, and what is said of those that stand for nothing.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import { appending, type Diagnostic, error, type Remarks, replacing } from "./diagnostic.ts";
import { enumerate, importOf, quote } from "./quotation.ts";
import type { Operator, Scope } from "./scope.ts";
import type { Expr, Identifier } from "./syntax.ts";
import type { Bound, Depths } from "./variables.ts";

/** What people coming from other rewriters ask for. */
const USE_COUNTS = /^(has_?)?(one|single)_?use(s|d)?$|^(is_)?used_?once$|^(use_?count|uses)$/i;

/** How many unbound names are named: what more there are says nothing new. */
const MOST_UNBOUND = 20;

/** What binds names: the side of the arrow that is matched, the declaration of an operator, or what a test gives. */
export type Binder = "left" | "right" | "declaration" | "test";

/** The names of one direction of a rule. What is wrong with one is reported, and gives `undefined`. */
export class Names {
  readonly scope: Scope;
  readonly bound: Bound;
  readonly depths: Depths;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Says nothing of unbound names. */
  isLenient = false;
  /** The expression of a pattern that is being read: what is not bound elsewhere cannot be solved from it. */
  solving: Expr | undefined;
  private readonly binder: Binder;
  private unboundNames = 0;

  constructor(
    scope: Scope,
    bound: Bound,
    depths: Depths,
    binder: Binder,
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.scope = scope;
    this.bound = bound;
    this.depths = depths;
    this.binder = binder;
    this.report = report;
  }

  /** The operator of this name, if there is one. */
  operator(name: string, span: Span): Operator | undefined {
    const candidates = this.scope.operators.get(name);
    const from = candidates?.[0]?.by;
    if (candidates && candidates.length > 1)
      this.fail("R0105", span, `${quote(name)} could be two things`, {
        hints: [
          `it is in ${enumerate(candidates.map((candidate) => candidate.origin))}: import one of them by name`,
        ],
        ...(from &&
          !from.names && {
            edit: appending(
              from.span,
              `\nimport { ${name} } from ${JSON.stringify(from.from.value)}`,
            ),
          }),
      });
    return candidates?.[0];
  }

  /** Whether a bare name is an operator's (R0108): as a variable it would match everything. */
  isOperator(name: string, span: Span): boolean {
    if (!this.scope.operators.has(name)) return false;
    this.fail("R0108", span, `${quote(name)} is an operator; here it would be a variable`, {
      hints: [`write \`${name}(x)\`, or rename`],
    });
    return true;
  }

  /** A name that nothing binds (R0301), or that cannot be bound where it stands (R0405). */
  unbound(name: string, span: Span): undefined {
    if (this.isLenient || this.unboundNames++ >= MOST_UNBOUND) return undefined;
    const names = [...this.bound.variables.keys()];
    if (this.solving)
      return this.fail(
        "R0405",
        this.solving.span,
        `${quote(name)} cannot be solved from ${this.source(this.solving)}`,
        { hints: [`bind ${quote(name)} elsewhere on the ${this.binder}, or test in \`when\``] },
      );
    const isSide = this.binder === "left" || this.binder === "right";
    const binder = isSide ? `${this.binder}-hand side` : this.binder;
    return this.fail("R0301", span, `${quote(name)} is not bound by the ${binder}`, {
      label:
        this.binder === "declaration"
          ? `no operand, size or attribute is called ${quote(name)}`
          : `nothing ${isSide ? `on the ${this.binder}` : "given"} is called ${quote(name)}`,
      ...this.scope.speller.correction(name, names, span, [
        names.length > 0
          ? `the ${binder} binds ${enumerate(names.slice(0, 12))}${names.length > 12 ? ", …" : ""}`
          : `the ${binder} binds nothing`,
      ]),
    });
  }

  /** A call of what is neither an operator nor a function; `asTerm` where an operator is wanted. */
  unknownCall({ name, span }: Identifier, asTerm: boolean): undefined {
    if (USE_COUNTS.test(name))
      return this.fail("R0410", span, "use counts mean nothing in an e-graph", {
        hints: ["leave it out: terms are shared, and the cost model charges for sharing"],
      });
    const { speller } = this.scope;
    const operators = this.scope.operators.keys();
    const functions = this.scope.functions.keys();
    const near =
      speller.closest(name, asTerm ? operators : functions) ??
      speller.closest(name, asTerm ? functions : operators);
    return this.fail(
      asTerm ? "R0101" : "R0407",
      span,
      `no ${asTerm ? "operator" : "function"} called ${quote(name)}`,
      {
        ...(near !== undefined && { edit: replacing(span, near) }),
        hints: near
          ? [`did you mean \`${near}\`?`]
          : this.scope.operators.size === 0
            ? [`this file imports no operators: ${importOf("name")}`]
            : [],
      },
    );
  }

  /** A piece of the file as written, quoted. */
  source({ span }: { readonly span: Span }): string {
    return quote(this.scope.text.slice(span.start, span.end).replace(/\s+/g, " "));
  }

  /** Reports an error, and is `undefined`. */
  fail(code: string, span: Span, message: string, remarks?: Remarks): undefined {
    this.report(error(code, span, message, remarks));
    return undefined;
  }
}
