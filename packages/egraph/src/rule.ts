import type { Template, Union } from "./action.ts";
import { MAX_DEPTH } from "./binding.ts";
import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { Id } from "./ids.ts";
import { Match } from "./match.ts";
import type { Guard, Pattern } from "./pattern.ts";
import { parseTerm, type Term } from "./sexpr.ts";
import { at, type Syntax, symbolOf } from "./term.ts";

/**
 * A rule, for one graph: what to look for and what it is equal to. Made from text by {@link rewrite},
 * {@link birewrite} and {@link rewriteAll}, or written as data.
 */
export interface Rule {
  /** Tells it from the other rules of a run. */
  readonly name: string;
  /** The graph whose operators it names; a runner of another graph refuses it. Not looked at when not given. */
  readonly graph?: unknown;
  /** The patterns: several are a join, see {@link Query}. */
  readonly left: readonly Pattern[];
  /** The slot that receives the class of each pattern. */
  readonly rootSlots: readonly number[];
  /** The width of a match row. */
  readonly slots: number;
  /** Tested while searching, as soon as what they need is bound. */
  readonly guards?: readonly Guard[];
  /** Tested when a match is applied, on the graph as it is then, as egg's conditions are. Slot s is `row[base + s]`. */
  readonly condition?: (row: Int32Array, base: number) => boolean;
  /** What is built and united with which slot; or a function that builds what is equal to the first root, if anything. */
  readonly right: readonly Union[] | ((row: Int32Array, base: number) => Id | undefined);
  /** The names of slots, where they have any: `?a`. */
  readonly variables?: ReadonlyMap<string, number>;
}

/** A condition on a match: a function of all its variables, or of some, which is tested as soon as those are bound. */
export type Condition<D> =
  | ((match: Match<D>) => boolean)
  | { readonly of: readonly string[]; readonly test: (match: Match<D>) => boolean };

/** Options of rules. */
export interface RuleOptions<D> extends Syntax {
  /** Conditions, all of which must hold; tested while searching. They must not change the graph. */
  readonly when?: Condition<D> | readonly Condition<D>[];
  /**
   * A condition that is tested when a match is applied, on the graph as it is then: after what was applied
   * before it in the same iteration, as egg's are. It may add terms.
   */
  readonly whenApplied?: (match: Match<D>) => boolean;
}

/** Builds what is equal to the match; undefined: nothing. */
export type Build<D> = (match: Match<D>) => Id | undefined;

/** Operators and variables of a rule, shared ones counted each time. */
const MAX_SIZE = 4096;

/**
 * A rule from `left`, a term with variables, to `right`: a term whose variables occur in `left`, or a function
 * that builds. Throws an {@link EGraphError} with the column for what cannot be read, unbound variables and
 * wrong arities.
 */
export function rewrite<D>(
  graph: EGraph<D>,
  name: string,
  left: Term | string,
  right: Term | string | Build<D>,
  options: RuleOptions<D> = {},
): Rule {
  return typeof right === "function"
    ? new Maker(graph, name, options).make([left], right)
    : new Maker(graph, name, options).make([left], [right]);
}

/** The rule in both directions; the one from right to left is called `name-rev`. */
export function birewrite<D>(
  graph: EGraph<D>,
  name: string,
  left: Term | string,
  right: Term | string,
  options: RuleOptions<D> = {},
): [Rule, Rule] {
  return [
    rewrite(graph, name, left, right, options),
    rewrite(graph, `${name}-rev`, right, left, options),
  ];
}

/**
 * A rule with several roots, which match pairwise different classes: the i-th of `left` is equal to the i-th of
 * `right`. All share their variables.
 */
export function rewriteAll<D>(
  graph: EGraph<D>,
  name: string,
  left: readonly (Term | string)[],
  right: readonly (Term | string)[],
  options: RuleOptions<D> = {},
): Rule {
  if (left.length === 0 || left.length !== right.length)
    throw new EGraphError(
      "rule",
      `rule "${name}": each term of the left side is equal to one of the right side, but there are ${left.length} and ${right.length}`,
    );
  return new Maker(graph, name, options).make(left, right);
}

class Maker<D> {
  private readonly graph: EGraph<D>;
  private readonly name: string;
  private readonly options: RuleOptions<D>;
  private readonly variables = new Map<string, number>();
  private slots = 0;
  private size = 0;

  constructor(graph: EGraph<D>, name: string, options: RuleOptions<D>) {
    this.graph = graph;
    this.name = name;
    this.options = options;
  }

  make(left: readonly (Term | string)[], right: readonly (Term | string)[] | Build<D>): Rule {
    const { graph, name, variables } = this;
    const { when = [], whenApplied } = this.options;
    const rootSlots = left.map(() => this.slots++);
    const patterns = left.map((side) => this.on("left", () => this.pattern(read(side), 1)));
    return {
      name,
      graph,
      left: patterns,
      rootSlots,
      slots: this.slots,
      guards: [when].flat().map((condition) => this.guard(condition as Condition<D>, rootSlots)),
      ...(whenApplied ? { condition: this.seeing(variables, whenApplied, rootSlots[0]) } : {}),
      right:
        typeof right === "function"
          ? this.seeing(variables, right, rootSlots[0])
          : right.map((side, i) => ({
              slot: rootSlots[i] as number,
              template: this.on("right", () => this.template(read(side), 1)),
            })),
      variables,
    };
  }

  /** Says of errors which rule they are in, and on which side. */
  private on<T>(side: "left" | "right", work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof EGraphError)) throw error;
      throw new EGraphError(
        error.code,
        `rule "${this.name}", ${side} side, ${error.message}`,
        error.column,
      );
    }
  }

  private pattern(term: Term, depth: number): Pattern {
    this.count(depth);
    if ("variable" in term) {
      const slot = this.variables.get(term.variable) ?? this.slots++;
      this.variables.set(term.variable, slot);
      return { kind: "variable", slot };
    }
    const children = term.children.map((child) => this.pattern(child, depth + 1));
    return { kind: "node", ...symbolOf(this.graph, term, this.options), children };
  }

  private template(term: Term, depth: number): Template {
    this.count(depth);
    if ("variable" in term) {
      const slot = this.variables.get(term.variable);
      if (slot === undefined)
        throw new EGraphError(
          "variable",
          `${at(term.column)}the left side does not bind ${term.variable}; it binds ${this.known(this.variables)}`,
          term.column,
        );
      return { kind: "variable", slot };
    }
    const children = term.children.map((child) => this.template(child, depth + 1));
    return { kind: "node", ...symbolOf(this.graph, term, this.options), children };
  }

  /** Keeps what has shared or endless parts from being written out. */
  private count(depth: number): void {
    if (++this.size > MAX_SIZE || depth > MAX_DEPTH)
      throw new EGraphError(
        "size",
        `this is too large for a rule: a rule has at most ${MAX_SIZE} operators and variables, nested ${MAX_DEPTH} deep`,
      );
  }

  private guard(condition: Condition<D>, rootSlots: readonly number[]): Guard {
    if (typeof condition === "function")
      return {
        needs: [...rootSlots, ...this.variables.values()],
        test: this.seeing(this.variables, condition, rootSlots[0]),
      };
    const seen = new Map<string, number>();
    for (const variable of condition.of) {
      const slot = this.variables.get(variable);
      if (slot === undefined)
        throw new EGraphError(
          "variable",
          `rule "${this.name}": a condition is of ${variable}, which the left side does not bind; it binds ${this.known(this.variables)}`,
        );
      seen.set(variable, slot);
    }
    return { needs: [...seen.values()], test: this.seeing(seen, condition.test) };
  }

  private known(variables: ReadonlyMap<string, number>): string {
    return [...variables.keys()].join(", ") || "none";
  }

  /** A function of rows, from a function of matches that may see some variables. */
  private seeing<T>(
    variables: ReadonlyMap<string, number>,
    look: (match: Match<D>) => T,
    rootSlot?: number,
  ): (row: Int32Array, base: number) => T {
    const match = new Match(this.graph, this.name, variables, rootSlot);
    return (row, base) => look(match.at(row, base));
  }
}

function read(side: Term | string): Term {
  return typeof side === "string" ? parseTerm(side) : side;
}
