/**
 * Finds the mentions in the tree of a file.
 *
 * @module
 */

import { match } from "ts-pattern";
import type { Span } from "../ast.ts";
import { NEGATION } from "../declaration.ts";
import { fold } from "../number.ts";
import type { Operator } from "../scope.ts";
import type * as s from "../syntax.ts";
import { parts } from "../traversal.ts";
import { ABSENT } from "../variables.ts";
import type { Naming } from "./naming.ts";
import type { Referent } from "./referent.ts";

/** How an expression is read: as a term, as a value, or, as an argument of a function, as either. */
type Reading = "term" | "value" | "argument";

/** Notes what a declaration mentions; of a ruleset, what its head does. */
export function readDeclaration(decl: s.Declaration, naming: Naming): void {
  match(decl)
    .with({ kind: "import" }, (one) => {
      if (one.as) naming.declare("module", one.as);
      naming.addImport(one);
    })
    .with({ kind: "sort" }, ({ name }) => naming.declare("sort", name))
    .with({ kind: "op" }, (one) => readOperator(one, naming))
    .with({ kind: "rules" }, ({ name, tags }) => {
      naming.declare("ruleset", name);
      for (const tag of tags) naming.add(tag.span, { kind: "tag", name: tag.name });
    })
    .with({ kind: "schedule" }, ({ name, steps }) => {
      naming.declare("schedule", name);
      for (const step of steps)
        for (const part of parts(step)) if (part.kind === "name") naming.addRuleset(part);
    })
    .with({ kind: "test" }, (one) => readTest(one, naming))
    .with({ kind: "check" }, ({ rulesets }) => {
      for (const name of rulesets) naming.addRuleset(name);
    })
    .exhaustive();
}

function readOperator(decl: s.OpDecl, naming: Naming): void {
  const { name } = decl.name;
  naming.declare("operator", decl.name);
  const scope = new Locals(naming, decl.span.start);
  for (const { type } of decl.operands)
    for (const { value } of type.shape ?? [])
      if (value.kind === "name" && value.name !== "_")
        scope.define(value.name, naming.own("size", value.name, decl.span.start), value.span);
  for (const operand of decl.operands) {
    naming.declare("operand", operand.name, decl.span.start);
    naming.addSort(operand.type.name);
    scope.defineOnly(operand.name.name, naming.own("operand", operand.name.name, decl.span.start));
    for (const { value } of operand.type.shape ?? []) scope.read(value, "value");
  }
  for (const attr of decl.attrs) {
    naming.declare("attribute", attr.name, name);
    scope.defineOnly(attr.name.name, naming.own("attribute", attr.name.name, name));
    for (const one of attr.alternatives) if (one.kind === "type") naming.addSort(one.name);
  }
  naming.addSort(decl.result.name);
  for (const { value } of decl.result.shape ?? []) scope.read(value, "value");
  // Sizes are not known in a definition: what stands there is an operand.
  const inside = new Locals(naming, decl.span.start);
  for (const { name: operand } of decl.operands)
    inside.defineOnly(operand.name, naming.own("operand", operand.name, decl.span.start));
  for (const { name: attr } of decl.attrs)
    inside.defineOnly(attr.name, naming.own("attribute", attr.name, name));
  if (decl.definition) inside.read(decl.definition, "term");
  if (decl.notation && decl.notation !== "literal")
    for (const part of parts(decl.notation)) inside.read(part, "value");
}

/** Notes what a rule mentions. */
export function readRule(rule: s.RuleDecl, ruleset: s.RulesDecl, naming: Naming): void {
  naming.declare("rule", rule.label, ruleset.name.name);
  const bindings = rule.clauses.flatMap((clause) =>
    clause.kind === "where" ? clause.bindings : [],
  );
  const scope = new Locals(naming, rule.span.start);
  scope.abbreviate(bindings);
  for (const { value } of [...rule.left, ...rule.right]) scope.noteTerms(value);
  for (const { body } of bindings) scope.noteTerms(body);
  for (const { value } of rule.left) scope.read(value, "term");
  // What only an abbreviation names is bound there.
  scope.readBindings(bindings);
  for (const { value } of rule.right) scope.read(value, "term");
  for (const clause of rule.clauses) {
    if (clause.kind === "when" || clause.kind === "assuming") scope.read(clause.condition, "value");
    if (clause.kind === "tag") naming.add(clause.span, { kind: "tag", name: clause.name });
  }
}

function readTest(test: s.TestDecl, naming: Naming): void {
  for (const name of test.using) naming.addRuleset(name);
  for (const { name, type } of test.given) {
    naming.declare("variable", name, test.span.start);
    naming.addSort(type.name);
  }
  for (const { expr, to, bindings, span } of test.statements) {
    const scope = new Locals(naming, span.start);
    for (const { name } of test.given)
      scope.defineOnly(name.name, naming.own("variable", name.name, test.span.start));
    scope.abbreviate(bindings);
    for (const one of [expr, to, ...bindings.map(({ body }) => body)])
      if (one) scope.noteTerms(one);
    const isEquation = !to && expr.kind === "binary" && expr.operator === "==";
    const sides = isEquation ? [expr.left, expr.right] : [expr, ...(to ? [to] : [])];
    for (const side of sides) scope.read(side, "term");
    scope.readBindings(bindings);
  }
}

/** The names of a rule, a statement or an operator's declaration. */
class Locals {
  readonly #naming: Naming;
  readonly #owner: number;
  readonly #names = new Map<string, Referent>();
  /** The names that somewhere stand for an operand. */
  readonly #terms = new Set<string>();
  readonly #said = new Set<string>();

  constructor(naming: Naming, owner: number) {
    this.#naming = naming;
    this.#owner = owner;
  }

  /** A name, declared where it is first read. */
  define(name: string, referent: Referent, span: Span): void {
    if (this.#names.has(name)) return;
    this.#names.set(name, referent);
    this.#said.add(`${name}@${span.start}`);
  }

  /** A name that is declared elsewhere; a size of that name comes first. */
  defineOnly(name: string, referent: Referent): void {
    if (!this.#names.has(name)) this.#names.set(name, referent);
  }

  /** The abbreviations of a `where`. */
  abbreviate(bindings: readonly s.Binding[]): void {
    for (const { name } of bindings) {
      this.#naming.declare("abbreviation", name, this.#owner);
      this.#names.set(name.name, this.#naming.own("abbreviation", name.name, this.#owner));
    }
  }

  /** The right-hand sides of a `where`, each with its parameters. */
  readBindings(bindings: readonly s.Binding[]): void {
    for (const { params, body, span } of bindings) {
      const hidden = new Map(this.#names);
      for (const param of params ?? []) {
        this.#naming.declare("parameter", param, span.start);
        this.#names.set(param.name, this.#naming.own("parameter", param.name, span.start));
      }
      this.read(body, "term");
      this.#names.clear();
      for (const [name, referent] of hidden) this.#names.set(name, referent);
    }
  }

  /** Looks for the names that stand for terms: what a token between values and terms means depends on them. */
  noteTerms(expr: s.Expr): void {
    if (expr.kind === "name") this.#terms.add(expr.name);
    if (expr.kind === "call" && !this.#naming.operator(expr.callee.name)) {
      if (this.#names.has(expr.callee.name))
        for (const { value } of expr.args) this.noteTerms(value);
      return;
    }
    const operands = expr.kind === "call" ? expr.args.map(({ value }) => value) : parts(expr);
    if (expr.kind !== "list" && expr.kind !== "index" && expr.kind !== "slice")
      for (const operand of operands) this.noteTerms(operand);
  }

  /** Notes what an expression mentions. */
  read(expr: s.Expr, reading: Reading): void {
    // A switch: a file has tens of thousands of expressions.
    switch (expr.kind) {
      case "number":
      case "string":
        break;
      case "name":
        this.#name(expr);
        break;
      case "call":
        this.#call(expr);
        break;
      case "field":
        this.read(expr.of, "term");
        if (expr.of.kind === "call" && typeof expr.field === "string") {
          const operator = this.#naming.operator(expr.of.callee.name);
          this.#naming.addResult(expr.field, expr.fieldSpan, operator);
        }
        break;
      case "transpose":
        this.read(expr.operand, "term");
        this.#notation("'", { ...expr.span, start: expr.span.end - 1 });
        break;
      case "binary":
        this.#binary(expr, reading);
        break;
      case "unary": {
        const { operator, operand, span } = expr;
        const isTerm = operator === "-" && !fold(expr) && this.#isTerm(operand, reading);
        this.read(operand, reading);
        if (isTerm) this.#notation(NEGATION, { ...span, end: span.start + 1 });
        break;
      }
      case "list":
      case "index":
      case "slice":
        for (const part of parts(expr)) this.read(part, "value");
    }
  }

  #binary({ operator, left, right, operatorSpan }: s.BinaryExpr, reading: Reading): void {
    this.read(left, operator === "@" ? "term" : reading);
    const isTerm =
      operator === "@" ||
      (/^[-+*/^]$/.test(operator) && (this.#isTerm(left, reading) || this.#isTerm(right, reading)));
    if (isTerm) this.#notation(operator, operatorSpan);
    this.read(right, operator === "@" ? "term" : reading);
  }

  /** Whether an expression denotes a term where it is read so. */
  #isTerm(expr: s.Expr, reading: Reading): boolean {
    if (reading === "value") return false;
    if (expr.kind === "name") return this.#terms.has(expr.name);
    if (expr.kind === "call") {
      const { name } = expr.callee;
      return this.#naming.operator(name) !== undefined || this.#names.has(name);
    }
    if (expr.kind === "transpose" || expr.kind === "field") return true;
    if (expr.kind !== "binary" && expr.kind !== "unary") return false;
    return parts(expr).some((part) => this.#isTerm(part, reading));
  }

  #notation(token: string, span: Span): void {
    const operator = this.#naming.notation(token);
    if (operator) this.#naming.addOperator(span, operator, true);
  }

  #name({ name, span }: s.Identifier): void {
    if (name === "_" || (name === ABSENT && !this.#names.has(name))) return;
    const local = this.#names.get(name);
    if (!local && this.#naming.addCallee({ name, span })) return;
    const referent = local ?? this.#naming.own("variable", name, this.#owner);
    if (!local) this.#names.set(name, referent);
    this.#naming.add(span, referent, !local || this.#said.has(`${name}@${span.start}`));
  }

  #call({ callee, args, attrs }: s.CallExpr): void {
    const local = this.#names.get(callee.name);
    const operator: Operator | undefined = local ? undefined : this.#naming.operator(callee.name);
    if (local?.kind === "abbreviation") this.#naming.add(callee.span, local);
    else this.#naming.addCallee(callee);
    const reading = operator || local ? "term" : "argument";
    for (const { value } of args) this.read(value, reading);
    for (const attr of attrs) {
      if (attr.kind === "rest") {
        this.#name(attr.name);
        continue;
      }
      this.#naming.addAttribute(attr.name, operator);
      this.read(attr.value, "value");
    }
  }
}
