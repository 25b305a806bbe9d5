/**
 * egglog's programs: what they declare, and those of their rules that say that terms are equal.
 *
 * @module
 */

import {
  type Condition,
  type ForeignFile,
  type ForeignRule,
  MalformedError,
  type Place,
  type Signature,
  substitute,
  type Term,
  type Unreadable,
} from "./foreign.ts";
import { type Claim, type Known, rootsOf } from "./multipattern.ts";
import { Lines, readSexps, type Sexp, showTerm, termOf } from "./sexp.ts";

type List = Sexp & { readonly kind: "list" };

/** Comparisons of egglog, as facts. */
export const COMPARISONS: ReadonlySet<string> = new Set(["!=", "<", ">", "<=", ">="]);

/**
 * Reads a program.
 * @throws MalformedError
 */
export function readEgglog(text: string): ForeignFile {
  const lines = new Lines(text);
  const reader = new Reader();
  const commands = readSexps(text, (offset) => lines.place(offset), { comments: [";"] });
  for (const command of commands) {
    if (command.kind !== "list" || command.items[0]?.kind !== "atom")
      throw new MalformedError(command.at, "a command in parentheses is expected here");
    reader.declare(command, command.items[0].text);
  }
  for (const command of commands) reader.command(command as List);
  return reader.file();
}

/** Globals larger than this are not written out: a rule that uses one has an unbound name. */
const LARGEST = 2000;

class Reader {
  readonly #signatures = new Map<string, Signature>();
  readonly #relations = new Set<string>();
  /** Functions, with what they yield. */
  readonly #tables = new Set<string>();
  readonly #sorts: string[] = [];
  readonly #globals = new Map<string, Term>();
  readonly #sizes = new Map<string, number>();
  readonly #others = new Map<string, number>();
  readonly #rules: (ForeignRule | Unreadable)[] = [];

  file(): ForeignFile {
    const [language] = this.#sorts;
    return {
      rules: this.#rules,
      others: this.#others,
      signatures: this.#signatures,
      ...(language !== undefined && { language }),
    };
  }

  /** Sorts and operators, before rules are read. */
  declare(command: List, head: string): void {
    const [, name, ...rest] = command.items;
    switch (head) {
      case "sort":
        this.#sorts.push(wordOf(name, command.at));
        break;
      case "datatype":
        this.#datatype(wordOf(name, command.at), rest);
        break;
      case "datatype*":
        for (const part of command.items.slice(1)) {
          const [first, ...variants] = listOf(part, command.at).items;
          const sort = wordOf(first, part.at);
          if (sort !== "sort") this.#datatype(sort, variants);
          else this.#sorts.push(wordOf(variants[0], part.at));
        }
        break;
      case "constructor":
      case "function": {
        const operator = wordOf(name, command.at);
        const operands = listOf(rest[0], command.at).items.map((item) => wordOf(item, item.at));
        this.#signatures.set(operator, {
          operands,
          result: wordOf(rest[1], command.at),
          ...costOf(rest),
        });
        if (head === "function") this.#tables.add(operator);
        break;
      }
      case "relation":
        this.#relations.add(wordOf(name, command.at));
    }
  }

  #datatype(sort: string, variants: readonly Sexp[]): void {
    this.#sorts.push(sort);
    for (const variant of variants) {
      const [name, ...rest] = listOf(variant, variant.at).items;
      const option = rest.findIndex((item) => item.kind === "atom" && item.text.startsWith(":"));
      const operands = option < 0 ? rest : rest.slice(0, option);
      this.#signatures.set(wordOf(name, variant.at), {
        operands: operands.map((item) => wordOf(item, item.at)),
        result: sort,
        ...costOf(rest),
      });
    }
  }

  /** Rules and globals, in order. */
  command(command: List): void {
    const [head, ...rest] = command.items as [Sexp & { readonly kind: "atom" }, ...Sexp[]];
    const [first, second] = rest;
    switch (head.text) {
      case "rewrite":
      case "birewrite":
        if (!first || !second)
          throw new MalformedError(command.at, `\`${head.text}\` takes two patterns`);
        this.#rules.push(
          this.#rewrite(command, first, second, rest.slice(2), head.text === "birewrite"),
        );
        break;
      case "rule":
        this.#rules.push(
          this.#rule(command, listOf(first, command.at), listOf(second, command.at), rest.slice(2)),
        );
        break;
      case "let":
        if (second) {
          const term = this.#term(second);
          const size = this.#sizeOf(second);
          const name = wordOf(first, command.at);
          this.#sizes.set(name, size);
          if (size <= LARGEST) this.#globals.set(name, term);
          this.#count("let");
        }
        break;
      case "sort":
      case "datatype":
      case "datatype*":
      case "constructor":
      case "function":
      case "relation":
      case "ruleset":
        break;
      default:
        this.#count(
          this.#signatures.has(head.text) || this.#relations.has(head.text) ? "fact" : head.text,
        );
    }
  }

  /** How many terms an expression has once globals are written out. */
  #sizeOf(sexp: Sexp): number {
    if (sexp.kind === "atom") return this.#sizes.get(sexp.text) ?? 1;
    return sexp.kind === "list" ? sexp.items.reduce((sum, item) => sum + this.#sizeOf(item), 0) : 1;
  }

  #count(what: string): void {
    this.#others.set(what, (this.#others.get(what) ?? 0) + 1);
  }

  #name(command: List, options: readonly Sexp[]): string {
    const name = optionOf(options, ":name");
    if (name && name.kind !== "list") return name.kind === "string" ? name.value : name.text;
    return `line_${"line" in command.at ? command.at.line : 0}`;
  }

  #rewrite(
    command: List,
    left: Sexp,
    right: Sexp,
    options: readonly Sexp[],
    twoWay: boolean,
  ): ForeignRule | Unreadable {
    const name = this.#name(command, options);
    const when = optionOf(options, ":when");
    const known: Known[] = [{ term: this.#term(left) }];
    const conditions: Condition[] = [];
    const reason = when && this.#facts(listOf(when, command.at), known, conditions);
    if (reason) return { kind: "unreadable", name, at: command.at, reason };
    const claims = [{ root: (known[0] as Known).term, term: this.#term(right) }];
    return this.#finished(
      command,
      options,
      known,
      claims,
      conditions,
      twoWay,
      hasOption(options, ":subsume"),
    );
  }

  #rule(
    command: List,
    facts: List,
    actions: List,
    options: readonly Sexp[],
  ): ForeignRule | Unreadable {
    const name = this.#name(command, options);
    const unreadable = (reason: string): Unreadable => ({
      kind: "unreadable",
      name,
      at: command.at,
      reason,
    });
    const known: Known[] = [];
    const conditions: Condition[] = [];
    const reason = this.#facts(facts, known, conditions);
    if (reason) return unreadable(reason);
    const locals = new Map<string, Term>();
    const claims: Claim[] = [];
    const subsumed: string[] = [];
    for (const action of actions.items) {
      const [head, first, second] = listOf(action, action.at).items;
      const what = wordOf(head, action.at);
      const term = (sexp: Sexp | undefined): Term => {
        if (!sexp) throw new MalformedError(action.at, `\`${what}\` lacks a term`);
        return substitute(this.#term(sexp), locals);
      };
      if (what === "let") locals.set(wordOf(first, action.at), term(second));
      else if (what === "subsume") subsumed.push(showTerm(term(first)));
      else if (what === "union") {
        const sides = [term(first), term(second)] as const;
        const isMatched = (one: Term): boolean =>
          known.some(({ variable, term: own }) =>
            one.kind === "variable" ? variable === one.name : showTerm(own) === showTerm(one),
          );
        const [root, other] =
          isMatched(sides[0]) || !isMatched(sides[1]) ? sides : [sides[1], sides[0]];
        claims.push({ root, term: other });
      } else if (this.#relations.has(what))
        return unreadable(`it fills the relation ${what}; a rule says only what is equal`);
      else return unreadable(`it does \`${what}\`; a rule says only what is equal`);
    }
    if (claims.length === 0) return unreadable("it makes nothing equal");
    const rootText = claims.map(({ root }) => {
      const own =
        root.kind === "variable"
          ? known.find(({ variable }) => variable === root.name)?.term
          : root;
      return own && showTerm(own);
    });
    if (subsumed.some((text) => !rootText.includes(text)))
      return unreadable("it subsumes what it does not make equal to anything");
    return this.#finished(command, options, known, claims, conditions, false, subsumed.length > 0);
  }

  #finished(
    command: List,
    options: readonly Sexp[],
    known: readonly Known[],
    claims: readonly Claim[],
    conditions: readonly Condition[],
    twoWay: boolean,
    subsume: boolean,
  ): ForeignRule | Unreadable {
    const name = this.#name(command, options);
    const { at } = command;
    const roots = rootsOf(known, claims);
    if (typeof roots === "string") return { kind: "unreadable", name, at, reason: roots };
    const ruleset = optionOf(options, ":ruleset");
    const { left, right, meaning } = roots;
    return {
      kind: "rule",
      name,
      at,
      left,
      right,
      twoWay,
      conditions: conditions.map((condition) => ({
        ...condition,
        args: condition.args.map((arg) => substitute(arg, meaning)),
      })),
      subsume,
      ...(ruleset?.kind === "atom" && { ruleset: ruleset.text }),
    };
  }

  /** Facts, as terms that are matched and conditions. @returns why they cannot be read as such */
  #facts(facts: List, known: Known[], conditions: Condition[]): string | undefined {
    for (const fact of facts.items) {
      const term = this.#term(fact);
      if (term.kind !== "apply") return `${showTerm(term)} is no condition`;
      const { operator, args } = term;
      if (operator === "=") {
        const reason = this.#equation(args, known, conditions, term);
        if (reason) return reason;
      } else if (COMPARISONS.has(operator) || this.#relations.has(operator))
        conditions.push({ name: operator, args, text: showTerm(term) });
      else if (
        this.#tables.has(operator) &&
        !this.#sorts.includes(this.#signatures.get(operator)?.result ?? "")
      )
        return `it looks up the function ${operator}`;
      else if (this.#signatures.has(operator)) known.push({ term });
      else conditions.push({ name: operator, args, text: showTerm(term) });
    }
    return undefined;
  }

  #equation(
    args: readonly Term[],
    known: Known[],
    conditions: Condition[],
    whole: Term,
  ): string | undefined {
    const isPattern = (term: Term): boolean =>
      term.kind === "apply" && this.#signatures.has(term.operator);
    const names = args.filter((arg) => arg.kind === "variable");
    const patterns = args.filter(isPattern);
    if (names.length + patterns.length < args.length || patterns.length === 0) {
      conditions.push({ name: "=", args, text: showTerm(whole) });
      return undefined;
    }
    const [pattern, second] = patterns;
    if (second)
      return `${showTerm(whole)} matches two patterns at once; a rule matches one pattern for each class`;
    const table = pattern?.kind === "apply" ? this.#signatures.get(pattern.operator) : undefined;
    if (table && !this.#sorts.includes(table.result))
      return `${showTerm(whole)} looks up a function`;
    const [name, another] = names;
    if (another) return `${showTerm(whole)} names one term twice`;
    known.push({
      ...(name?.kind === "variable" && { variable: name.name }),
      term: pattern as Term,
    });
    return undefined;
  }

  #term(sexp: Sexp): Term {
    return termOf(sexp, (text, at): Term => this.#word(text, at));
  }

  #word(text: string, at: Place): Term {
    if (text === "_") return { kind: "wildcard", at };
    if (text === "true" || text === "false") return { kind: "string", value: text, at };
    return this.#globals.get(text) ?? { kind: "variable", name: text, at };
  }
}

function wordOf(sexp: Sexp | undefined, at: Place): string {
  if (sexp?.kind === "atom") return sexp.text;
  throw new MalformedError(sexp?.at ?? at, "a name is expected here");
}

function listOf(sexp: Sexp | undefined, at: Place): List {
  if (sexp?.kind === "list") return sexp;
  throw new MalformedError(sexp?.at ?? at, "a list in parentheses is expected here");
}

/** `:cost n`, a whole number. */
function costOf(options: readonly Sexp[]): Pick<Signature, "cost"> {
  const cost = optionOf(options, ":cost");
  return cost?.kind === "atom" && /^\d{1,15}$/.test(cost.text) ? { cost: Number(cost.text) } : {};
}

function hasOption(options: readonly Sexp[], name: string): boolean {
  return options.some((item) => item.kind === "atom" && item.text === name);
}

function optionOf(options: readonly Sexp[], name: string): Sexp | undefined {
  const at = options.findIndex((item) => item.kind === "atom" && item.text === name);
  return at < 0 ? undefined : options[at + 1];
}
