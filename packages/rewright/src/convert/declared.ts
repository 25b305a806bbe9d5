/**
 * Rules about operators of their own: each operator is declared beside them.
 *
 * Where at least half of a sort's operators are known by their names, as in egg's `math` and `prop`, its terms are numbers, truth
 * values: tensors without dimensions, and the known operators have ONNX's meaning. All others are declared without a meaning.
 *
 * @module
 */

import type { Declaration } from "@rewright/dsl";
import { knownCondition } from "./conditions.ts";
import { Inexpressible, type Way } from "./draft.ts";
import { COMPARISONS } from "./egglog.ts";
import type { Condition, ForeignFile, ForeignRule, Signature, Term } from "./foreign.ts";
import { isExpanding } from "./foreign.ts";
import { Names, nameOf } from "./name.ts";
import { type Known, knownOperator } from "./operators.ts";
import { showTerm } from "./sexp.ts";
import {
  binary,
  type Clause,
  call,
  clause,
  declarations,
  type Expr,
  expression,
  mark,
  minus,
  number,
  rule,
  string,
  variable,
} from "./tree.ts";

/** The types of values: what egglog calls them, and what the rule language does. */
const VALUES: Readonly<Record<string, string>> = {
  i64: "Int",
  f64: "Float",
  String: "String",
  bool: '"true" | "false"',
};

/** An operator to be declared. */
interface Operator {
  readonly source: string;
  readonly name: string;
  /** The sort of each operand; of an attribute, the type of value. */
  readonly operands: readonly string[];
  readonly result: string;
  readonly cost: number | undefined;
  readonly known: Known | undefined;
  /** A number alone: numbers stand for its applications. */
  isLiteral: boolean;
}

/** The operators of a file. */
export class Vocabulary {
  readonly #operators = new Map<string, Operator>();
  readonly #sorts = new Map<string, string>();
  /** Sorts whose terms are tensors without dimensions. */
  readonly #meant = new Set<string>();
  readonly #commutative = new Set<Operator>();
  readonly #single: string;
  readonly #typed: boolean;
  readonly #integers: boolean;
  /** Whether any of the operators has a meaning. */
  readonly hasMeaning: boolean;

  constructor(file: ForeignFile, meaning: boolean) {
    const { signatures, language = "Term", names: given } = file;
    this.#typed = signatures !== undefined;
    this.#single = nameOf(language);
    this.#integers = file.integers ?? false;
    const terms = file.rules.flatMap((one) =>
      one.kind === "rule"
        ? [
            ...one.left,
            ...one.right,
            ...one.conditions.flatMap(({ args }) => (this.#typed ? args : [])),
          ]
        : [],
    );
    const used = new Map<string, Signature & { readonly operator: string }>();
    for (const term of terms) collect(term, signatures, this.#single, used);
    const names = new Names(["Tensor", "Int", "Float", "String", "Bool"]);
    for (const sort of new Set([...used.values()].map(({ result }) => result)))
      this.#sorts.set(sort, names.fresh(sort));
    const operatorNames = new Names(["num", ...this.#sorts.values()]);
    const all = [...used].map(([key, { operator, operands, result, cost }]): [string, Operator] => {
      const own = operands.every((sort) => sort === result)
        ? knownOperator(operator, operands.length)
        : undefined;
      // ONNX's own names are for what they are defined by.
      const isWord = /^[A-Za-z_]/.test(operator) && !(meaning && own?.meaning !== undefined);
      const named = isWord ? operator : (own?.name ?? snake(given?.get(operator) ?? operator));
      return [
        key,
        {
          source: operator,
          name: operatorNames.fresh(named),
          operands,
          result,
          cost,
          known: own,
          isLiteral: false,
        },
      ];
    });
    for (const [key, operator] of all) this.#operators.set(key, operator);
    if (meaning) this.#give(all.map(([, operator]) => operator));
    this.hasMeaning = this.#meant.size > 0;
    if (this.#typed) this.#literals(terms);
  }

  /** Finds the sorts that have a meaning. */
  #give(all: readonly Operator[]): void {
    for (const sort of this.#sorts.keys()) {
      const own = all.filter(({ result, operands }) => result === sort && operands.length > 0);
      const fields = own.map(({ known }) => known?.field);
      const isNumbers = fields.includes("numbers");
      const known = fields.filter((field) => field === (isNumbers ? "numbers" : "truths")).length;
      if (
        known > 0 &&
        2 * known >= own.filter(({ operands }) => !operands.every((one) => one in VALUES)).length
      )
        this.#meant.add(sort);
    }
  }

  /** Finds the operators that numbers can stand for: one a sort, of one number, that is always written as it is. */
  #literals(terms: readonly Term[]): void {
    const taken = new Set<string>();
    for (const operator of this.#operators.values()) {
      const [value, second] = operator.operands;
      if (second !== undefined || !/^[if]64$/.test(value ?? "") || taken.has(operator.result))
        continue;
      const isWritten = (term: Term): boolean =>
        term.kind !== "apply" ||
        (term.args.every(isWritten) &&
          (term.operator !== operator.source || term.args[0]?.kind === "number"));
      operator.isLiteral = terms.every(isWritten);
      if (operator.isLiteral) taken.add(operator.result);
    }
  }

  /** Takes note that an operator commutes. @returns its name, `undefined` for a rule that says something else */
  commutes({ left, right, conditions }: ForeignRule): string | undefined {
    const [a, b] = [left[0], right[0]];
    if (left.length > 1 || conditions.length > 0 || a?.kind !== "apply" || b?.kind !== "apply")
      return undefined;
    if (a.operator !== b.operator || a.args.length !== 2 || b.args.length !== 2) return undefined;
    const names = [...a.args, ...b.args].map((arg) =>
      arg.kind === "variable" ? arg.name : undefined,
    );
    const [x, y, v, w] = names;
    if (x === undefined || y === undefined || x === y || x !== w || y !== v) return undefined;
    const operator = this.#operators.get(`${a.operator}/2`);
    if (
      !operator ||
      operator.operands.some((sort) => sort !== operator.operands[0] || sort in VALUES)
    )
      return undefined;
    this.#commutative.add(operator);
    return operator.name;
  }

  /** The way to write a rule. @throws Inexpressible */
  ways(source: ForeignRule, label: string): readonly Way[] {
    const writer = new Writer(
      this,
      [...this.#operators.values()].map(({ name }) => name),
    );
    const side = (roots: readonly Term[]): readonly Expr[] =>
      roots.map((root) => writer.expr(root, undefined));
    const sides = [side(source.left), side(source.right)] as const;
    const clauses: Clause[] = [
      ...(isExpanding(source) ? [mark("expanding")] : []),
      ...(source.subsume ? [mark("subsume")] : []),
      ...source.conditions.map((condition) => writer.condition(condition)),
    ];
    const whole = rule(label, sides[0], source.twoWay ? "<=>" : "=>", sides[1], clauses);
    // A division rounds down unless its operands are floats: the lists are about numbers that do not.
    const floats = writer.terms().map((name) => call("is_float", [variable(name)]));
    const guards = this.hasMeaning ? [[], ...floats.map((one) => [one]), floats] : [[]];
    return [{ rule: whole, guards }];
  }

  operator(name: string, operands: number): Operator | undefined {
    return this.#operators.get(`${name}/${operands}`);
  }

  /** Imports, sorts and operators that rules use, and those that commute. */
  declare(rules: readonly ForeignRule[]): readonly Declaration[] {
    const keys = new Set<string>();
    let hasNumbers = false;
    const visit = (term: Term): void => {
      if (term.kind === "number") hasNumbers = true;
      if (term.kind !== "apply") return;
      keys.add(`${term.operator}/${term.args.length}`);
      term.args.forEach(visit);
    };
    for (const { left, right } of rules) [...left, ...right].forEach(visit);
    const operators = [...this.#operators].flatMap(([key, operator]) =>
      keys.has(key) || this.#commutative.has(operator) ? [operator] : [],
    );
    const notations = new Set<string>();
    const ops = operators.flatMap((operator) => this.#declaration(operator, notations));
    const used = new Set(operators.flatMap(({ operands, result }) => [...operands, result]));
    if (!this.#typed && operators.length === 0) used.add(this.#single);
    const sorts = [...this.#sorts].flatMap(([sort, name]) =>
      this.#meant.has(sort) || !used.has(sort) ? [] : [`sort ${name}`],
    );
    const needsNumbers = hasNumbers && !this.#typed && !this.hasMeaning;
    const literal = `op num(value: ${this.#integers ? "Int" : "Float"}) -> ${this.#sortName(this.#single)} as literal`;
    return declarations(
      [
        ...(this.hasMeaning ? ['import onnx from "dialect:onnx"'] : []),
        ...sorts,
        ...(needsNumbers ? [literal] : []),
        ...ops,
      ].join("\n"),
    );
  }

  #declaration(operator: Operator, notations: Set<string>): readonly string[] {
    const { name, operands, result, cost, known, isLiteral } = operator;
    if (isLiteral && this.#meant.has(result)) return []; // numbers are tensors already
    const letters = new Names();
    const values: string[] = [];
    const terms: string[] = [];
    for (const [i, sort] of operands.entries()) {
      const value = VALUES[sort];
      if (value === undefined)
        terms.push(`${letters.fresh(String.fromCharCode(97 + (i % 26)))}: ${this.#sortName(sort)}`);
      else
        values.push(
          `${letters.fresh(operands.length === 1 ? "value" : `value_${i + 1}`)}: ${value}`,
        );
    }
    const type = this.#sortName(result);
    const price = cost === undefined ? "" : ` cost ${cost}`;
    if (isLiteral) return [`op ${name}(${values.join()}) -> ${type} as literal${price}`];
    const isMeant =
      this.#meant.has(result) && known?.meaning !== undefined && this.#isOfField(known, result);
    const notation =
      known?.notation !== undefined && !notations.has(known.notation) ? known.notation : undefined;
    if (notation !== undefined) notations.add(notation);
    const attrs = values.length > 0 ? `; ${values.join(", ")}` : "";
    return [
      `op ${name}(${terms.join(", ")}${attrs}) -> ${type}${isMeant ? ` := ${known.meaning}` : ""}${notation === undefined ? "" : ` as ${notation}`}${this.#commutative.has(operator) ? " is commutative" : ""}${price}`,
    ];
  }

  /** A list about numbers has no truth values: what is called `&` there is something else. */
  #isOfField(known: Known, sort: string): boolean {
    const isNumbers = [...this.#operators.values()].some(
      (one) => one.result === sort && one.known?.field === "numbers",
    );
    return known.field === (isNumbers ? "numbers" : "truths");
  }

  #sortName(sort: string): string {
    if (this.#meant.has(sort)) return "Tensor[]";
    const known = this.#sorts.get(sort);
    if (known !== undefined) return known;
    const name = nameOf(sort);
    this.#sorts.set(sort, name);
    return name;
  }
}

/** Takes note of the operators of a term. @throws nothing: what does not fit is found when rules are written */
function collect(
  term: Term,
  signatures: ReadonlyMap<string, Signature> | undefined,
  single: string,
  used: Map<string, Signature & { readonly operator: string }>,
): void {
  if (term.kind !== "apply") return;
  const { operator, args } = term;
  const key = `${operator}/${args.length}`;
  const declared = signatures?.get(operator);
  if (declared && declared.operands.length === args.length)
    used.set(key, { ...declared, operator });
  if (!signatures) used.set(key, { operator, operands: args.map(() => single), result: single });
  for (const arg of args) collect(arg, signatures, single, used);
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
}

/** Writes the terms of one rule. */
class Writer {
  readonly #vocabulary: Vocabulary;
  readonly #names: Names;
  readonly #variables = new Map<string, string>();
  /** The type of value that a variable stands for, where it stands for one. */
  readonly #values = new Map<string, string>();

  constructor(vocabulary: Vocabulary, taken: readonly string[]) {
    this.#vocabulary = vocabulary;
    this.#names = new Names([...taken, "num"]);
  }

  /** The variables that stand for terms. */
  terms(): readonly string[] {
    return [...this.#variables].flatMap(([source, name]) =>
      this.#values.has(source) ? [] : [name],
    );
  }

  name(source: string): Expr {
    const name = this.#variables.get(source) ?? this.#names.fresh(source);
    this.#variables.set(source, name);
    return variable(name);
  }

  /** A term; `value` is the type of value that is expected, if none of a sort is. */
  expr(term: Term, value: string | undefined): Expr {
    switch (term.kind) {
      case "wildcard":
        return variable("_");
      case "variable":
        if (value !== undefined) this.#values.set(term.name, value);
        return this.name(term.name);
      case "number":
        return number(term.text);
      case "string":
        if (value === undefined)
          throw new Inexpressible(`${showTerm(term)} stands where a term is expected`);
        return string(term.value);
      case "apply":
        return value === undefined ? this.#apply(term) : this.#computed(term, value);
    }
  }

  #apply({ operator: name, args }: Term & { readonly kind: "apply" }): Expr {
    const operator = this.#vocabulary.operator(name, args.length);
    if (!operator) throw new Inexpressible(`no operator ${name} of ${args.length} is declared`);
    if (operator.isLiteral) return this.expr(args[0] as Term, operator.operands[0]);
    const { known } = operator;
    const operands: Expr[] = [];
    const attrs: Record<string, Expr> = {};
    for (const [i, arg] of args.entries()) {
      const sort = operator.operands[i] ?? "";
      if (sort in VALUES)
        attrs[args.length === 1 ? "value" : `value_${i + 1}`] = this.expr(arg, sort);
      else operands.push(this.expr(arg, undefined));
    }
    const [a, b] = operands;
    const sign = /^a (.) b$/.exec(known?.notation ?? "")?.[1];
    if (sign !== undefined && a && b) return binary(sign as "+", a, b);
    if (known?.notation === "-a" && a) return minus(a);
    return call(operator.name, operands, attrs);
  }

  /** A value computed from others. */
  #computed(term: Term & { readonly kind: "apply" }, value: string): Expr {
    const { operator, args } = term;
    const operands = args.map((arg) => this.expr(arg, value));
    const [a, b] = operands;
    if (a && b && operands.length === 2) {
      if (operator === "+" || operator === "-" || operator === "*") return binary(operator, a, b);
      if (operator === "/" && value === "f64") return binary(operator, a, b);
      if (operator === "min" || operator === "max") return call(operator, operands);
    }
    if (a && operands.length === 1) {
      if (operator === "neg") return minus(a);
      if (operator === "abs") return call("abs", operands);
    }
    throw new Inexpressible(
      `${showTerm(term)} is computed by ${operator}, which the rule language has not`,
    );
  }

  /** A condition as a clause. @throws Inexpressible */
  condition({ name, args, text }: Condition): Clause {
    if (COMPARISONS.has(name) || name === "=") return this.#comparison(name, args, text);
    const known = knownCondition(name);
    if (!known) throw new Inexpressible(`what its condition \`${text}\` means is not known`);
    if (known.arguments !== args.length || args.some((arg) => arg.kind !== "variable"))
      throw new Inexpressible(
        `its condition \`${text}\` does not have the arguments that are known of it`,
      );
    if (args.some((arg) => arg.kind === "variable" && this.#values.has(arg.name)))
      throw new Inexpressible(
        `its condition \`${text}\` is about a value, and is known of terms only`,
      );
    const [a, b] = args.map((arg) => this.expr(arg, undefined));
    return clause(known.kind, expression(known.text, { ...(a && { a }), ...(b && { b }) }));
  }

  /** Of values, as it is; of terms, that they are known to be different. */
  #comparison(name: string, args: readonly Term[], text: string): Clause {
    const types = args.flatMap((arg) => this.#typesIn(arg));
    const [first, second, third] = args;
    if (!first || !second || third)
      throw new Inexpressible(`its condition \`${text}\` does not compare two values`);
    const [type] = types;
    if (type !== undefined) {
      const [a, b] = [this.expr(first, type), this.expr(second, type)];
      return clause("when", binary(name === "=" ? "==" : (name as "<"), a, b));
    }
    if (name === "!=")
      return clause(
        "when",
        call("distinct", [this.expr(first, undefined), this.expr(second, undefined)]),
      );
    throw new Inexpressible(`its condition \`${text}\` is about what is known of terms`);
  }

  #typesIn(term: Term): readonly string[] {
    if (term.kind === "variable") return [this.#values.get(term.name) ?? []].flat();
    return term.kind === "apply" ? term.args.flatMap((arg) => this.#typesIn(arg)) : [];
  }
}
