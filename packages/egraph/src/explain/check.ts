// Shares no code with the engine, so that a fault there cannot hide here: types are all it imports.
import type { Binding, Chain, Proof, ProofStep, ProofTerm, RuleStep } from "./proof.ts";

/** A side of a rule as a plain term; s-expressions as `parseTerm` reads them are such patterns. */
export type ProofPattern = PatternVariable | PatternNode;

/** Any term; the same one wherever the variable occurs. */
export interface PatternVariable {
  readonly variable: string;
}

/** Any number of terms, among the children of a node. */
export interface PatternSequence {
  readonly sequence: string;
}

/** A term with an operator. */
export interface PatternNode {
  readonly op: string;
  /** The argument; none when neither this nor `valueVariable` is given. */
  readonly value?: unknown;
  /** A variable for the argument. */
  readonly valueVariable?: string;
  readonly children: readonly (ProofPattern | PatternSequence)[];
  /** A variable for this very term. */
  readonly as?: string;
}

/** What the checker is to believe: that two terms are equal when they match two patterns. */
export interface ProofEquation {
  readonly left: ProofPattern;
  readonly right: ProofPattern;
  /** What the terms must match that a step gives as its premises. */
  readonly premises?: readonly ProofPattern[];
  /** Whether it holds for these bindings; asked anew, whatever the step says of facts. */
  readonly condition?: (bindings: readonly Binding[], step: RuleStep) => boolean;
}

/** What the checker is to believe where patterns cannot say it: a computation, such as the folding of constants. */
export interface ProofComputation {
  /** Whether the two terms are equal. */
  readonly computed: (left: ProofTerm, right: ProofTerm, step: RuleStep) => boolean;
}

/** A rule as the checker is to believe it; with several roots, an equation for each. */
export type ProofRule = ProofEquation | readonly ProofEquation[] | ProofComputation;

/** What a proof may rest on. */
export interface ProofRules {
  readonly rules: ReadonlyMap<string, ProofRule>;
  /** Names of operators whose children may change places. */
  readonly commutative?: ReadonlySet<string>;
}

/** The first thing that is wrong with a proof. */
export interface ProofFault {
  /** The lemma it is in, or undefined for the proof itself. */
  readonly lemma: number | undefined;
  /** The step, from 0; the number of steps when the chain does not arrive at its end. */
  readonly step: number;
  readonly message: string;
}

/** Replays every step of a proof: returns what is wrong first, or undefined when the proof holds. */
export function checkProof(proof: Proof, rules: ProofRules): ProofFault | undefined {
  return new Checker(proof, rules).check();
}

/** Terms are compared by number: equal terms have equal ones. */
type TermNumber = number;

interface Row {
  readonly op: string;
  readonly value: unknown;
  readonly children: readonly TermNumber[];
  readonly term: ProofTerm;
}

/** A term on the way down, as it was when it was entered, and the child that the way goes on with. */
interface Turn {
  readonly above: TermNumber;
  readonly child: number;
}

type Bound =
  | { readonly term: TermNumber }
  | { readonly terms: readonly TermNumber[] }
  | { readonly value: unknown };
type Env = ReadonlyMap<string, Bound>;

class Refusal extends Error {}

class Checker {
  private readonly proof: Proof;
  private readonly rules: ProofRules;
  private readonly rows: Row[] = [];
  private readonly byKey = new Map<string, TermNumber>();
  private readonly numbers = new Map<ProofTerm, TermNumber>();
  private readonly values = new Map<unknown, number>();
  /** The way down from the root to where the last step was, and the term there. */
  private readonly spine: Turn[] = [];
  private here: TermNumber = 0;

  constructor(proof: Proof, rules: ProofRules) {
    this.proof = proof;
    this.rules = rules;
  }

  check(): ProofFault | undefined {
    const chains = [...this.proof.lemmas, this.proof];
    for (const [index, chain] of chains.entries()) {
      const lemma = index < this.proof.lemmas.length ? index : undefined;
      let step = 0;
      try {
        this.spine.length = 0;
        this.here = this.number(chain.start);
        for (; step < chain.steps.length; step++)
          this.replay(chain.steps[step] as ProofStep, index);
        this.go([]);
        if (this.here !== this.number(chain.end)) refuse("the steps do not arrive at the end");
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { lemma, step, message: error.message };
      }
    }
    return undefined;
  }

  /** Puts the term after a step in the place of the one before it. `known`: lemmas below this number may be used. */
  private replay(step: ProofStep, known: number): void {
    this.go(step.place);
    const [before, after] = [this.number(step.before), this.number(step.after)];
    if (this.here !== before) refuse("the term at the place is not the one the step begins with");
    if (step.kind === "commute") this.commute(before, after);
    else {
      if (step.direction !== "forward" && step.direction !== "backward")
        refuse("a step goes forward or backward");
      const [left, right] = step.direction === "forward" ? [before, after] : [after, before];
      if (step.kind === "rule") this.apply(step, left, right);
      else if (step.kind === "lemma") this.use(step.lemma, left, right, known);
      else refuse("there is no such kind of step");
    }
    this.here = after;
  }

  /**
   * Moves from the place of the last step to another one. What is above a place is made anew when it is left
   * upwards: step by step it would be the whole of a deep term each time.
   */
  private go(place: readonly number[]): void {
    const { spine } = this;
    let shared = 0;
    while (shared < spine.length && spine[shared]?.child === place[shared]) shared++;
    while (spine.length > shared) {
      const { above, child } = spine.pop() as Turn;
      const { op, value, children } = this.row(above);
      if (children[child] === this.here) this.here = above;
      else this.here = this.make(op, value, children.with(child, this.here));
    }
    for (let i = shared; i < place.length; i++) {
      const child = place[i] as number;
      // What is no whole number may be a property of arrays.
      const below = Number.isInteger(child) ? this.row(this.here).children[child] : undefined;
      if (below === undefined) refuse(`there is no place ${place.join(".")}`);
      spine.push({ above: this.here, child });
      this.here = below;
    }
  }

  private commute(before: TermNumber, after: TermNumber): void {
    const [left, right] = [this.row(before), this.row(after)];
    if (!this.rules.commutative?.has(left.op)) refuse(`${left.op} is not commutative`);
    const same = left.op === right.op && Object.is(left.value, right.value);
    const sorted = (row: Row): string => [...row.children].sort((a, b) => a - b).join(" ");
    if (!same || sorted(left) !== sorted(right)) refuse("the children are not the same ones");
  }

  private use(lemma: number, left: TermNumber, right: TermNumber, known: number): void {
    const chain: Chain | undefined = lemma < known ? this.proof.lemmas[lemma] : undefined;
    if (!chain) refuse(`lemma ${lemma} is not among those before`);
    if (this.number(chain.start) !== left || this.number(chain.end) !== right)
      refuse(`lemma ${lemma} says something else`);
  }

  private apply(step: RuleStep, left: TermNumber, right: TermNumber): void {
    const rule = this.rules.rules.get(step.rule);
    if (!rule) refuse(`there is no rule ${step.rule}`);
    if ("computed" in rule) {
      if (!rule.computed(this.row(left).term, this.row(right).term, step))
        refuse(`${step.rule} does not compute this`);
      return;
    }
    const equation = ([rule].flat() as readonly ProofEquation[])[step.root];
    if (!equation) refuse(`${step.rule} has no root ${step.root}`);
    const { premises = [], condition } = equation;
    if (premises.length !== step.premises.length)
      refuse(`${step.rule} has ${premises.length} premises, not ${step.premises.length}`);
    const patterns = [equation.left, equation.right, ...premises];
    const terms = [left, right, ...step.premises.map((term) => this.number(term))];
    let matched = false;
    const holds = this.matchAll(patterns, terms, this.given(step, patterns), (env) => {
      matched = true;
      return !condition || condition(this.bindings(env), step);
    });
    if (!holds)
      refuse(
        matched
          ? `the condition of ${step.rule} does not hold`
          : `${step.rule} does not turn the one term into the other`,
      );
  }

  /** The bindings that a step claims. */
  private given(step: RuleStep, patterns: readonly ProofPattern[]): Env {
    const names = new Set<string>();
    for (const pattern of patterns) collectNames(pattern, names);
    const env = new Map<string, Bound>();
    for (const binding of step.bindings) {
      if (!names.has(binding.variable)) refuse(`${step.rule} has no variable ${binding.variable}`);
      env.set(
        binding.variable,
        "term" in binding
          ? { term: this.number(binding.term) }
          : "terms" in binding
            ? { terms: binding.terms.map((term) => this.number(term)) }
            : { value: binding.value },
      );
    }
    return env;
  }

  private bindings(env: Env): Binding[] {
    return [...env].map(([variable, bound]) => {
      if ("term" in bound) return { variable, term: this.row(bound.term).term };
      if ("terms" in bound)
        return { variable, terms: bound.terms.map((number) => this.row(number).term) };
      return { variable, value: bound.value };
    });
  }

  /** Whether patterns match terms one by one, in any way that `accept` takes. */
  private matchAll(
    patterns: readonly (ProofPattern | PatternSequence)[],
    terms: readonly TermNumber[],
    env: Env,
    accept: (env: Env) => boolean,
  ): boolean {
    const [pattern, ...patternsLeft] = patterns;
    if (!pattern) return terms.length === 0 && accept(env);
    if ("sequence" in pattern) {
      for (let count = 0; count <= terms.length; count++) {
        const bound = bind(env, pattern.sequence, { terms: terms.slice(0, count) });
        if (bound && this.matchAll(patternsLeft, terms.slice(count), bound, accept)) return true;
      }
      return false;
    }
    const [term, ...termsLeft] = terms;
    if (term === undefined) return false;
    const goOn = (bound: Env): boolean => this.matchAll(patternsLeft, termsLeft, bound, accept);
    if ("variable" in pattern) {
      const bound = bind(env, pattern.variable, { term });
      return bound !== undefined && goOn(bound);
    }
    const row = this.row(term);
    if (row.op !== pattern.op) return false;
    let bound: Env | undefined = env;
    if (pattern.valueVariable !== undefined)
      bound = bind(bound, pattern.valueVariable, { value: row.value });
    else if (!Object.is(row.value, pattern.value)) return false;
    if (bound && pattern.as !== undefined) bound = bind(bound, pattern.as, { term });
    return bound !== undefined && this.matchAll(pattern.children, row.children, bound, goOn);
  }

  private row(number: TermNumber): Row {
    return this.rows[number] as Row;
  }

  /** The number of a term; its parts first, without recursion: terms may be deep. */
  private number(term: ProofTerm): TermNumber {
    const { numbers } = this;
    const open = new Set<ProofTerm>();
    const todo = [term];
    for (let top = todo.at(-1); top; top = todo.at(-1)) {
      if (!numbers.has(top)) {
        const waiting = top.children.filter((child) => !numbers.has(child));
        if (waiting.length > 0) {
          if (open.has(top)) refuse("a term is a part of itself");
          open.add(top);
          todo.push(...waiting);
          continue;
        }
        const children = top.children.map((child) => numbers.get(child) as TermNumber);
        numbers.set(top, this.make(top.op, top.value, children));
      }
      open.delete(top);
      todo.pop();
    }
    return numbers.get(term) as TermNumber;
  }

  private make(op: string, value: unknown, children: readonly TermNumber[]): TermNumber {
    // A map takes 0 and -0 for the same key; as values they are different.
    const valueKey = Object.is(value, -0) ? "-0" : this.valueNumber(value);
    // The number of children tells where the name begins, which may hold digits and spaces itself.
    const key = `${valueKey} ${children.length} ${children.join(" ")} ${op}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const parts = children.map((child) => this.row(child).term);
    const term: ProofTerm =
      value === undefined ? { op, children: parts } : { op, value, children: parts };
    this.byKey.set(key, this.rows.length);
    return this.rows.push({ op, value, children, term }) - 1;
  }

  private valueNumber(value: unknown): number {
    const known = this.values.get(value);
    if (known !== undefined) return known;
    this.values.set(value, this.values.size);
    return this.values.size - 1;
  }
}

/** An environment in which a variable has a value, or undefined when it has another one already. */
function bind(env: Env, variable: string, bound: Bound): Env | undefined {
  const known = env.get(variable);
  if (known === undefined) return new Map(env).set(variable, bound);
  const same =
    "term" in known
      ? "term" in bound && known.term === bound.term
      : "terms" in known
        ? "terms" in bound && known.terms.join(" ") === bound.terms.join(" ")
        : "value" in bound && Object.is(known.value, bound.value);
  return same ? env : undefined;
}

function collectNames(pattern: ProofPattern | PatternSequence, names: Set<string>): void {
  if ("variable" in pattern) names.add(pattern.variable);
  else if ("sequence" in pattern) names.add(pattern.sequence);
  else {
    if (pattern.valueVariable !== undefined) names.add(pattern.valueVariable);
    if (pattern.as !== undefined) names.add(pattern.as);
    for (const child of pattern.children) collectNames(child, names);
  }
}

function refuse(message: string): never {
  throw new Refusal(message);
}
