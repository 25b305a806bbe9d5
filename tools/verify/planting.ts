/** Random programs around instances of rules. */
import type * as ast from "../../packages/dsl/src/ast.ts";
import { Dice } from "../../packages/dsl/src/check/dice.ts";
import { isDefined } from "../../packages/dsl/src/check/difference.ts";
import { Drawer } from "../../packages/dsl/src/check/draw.ts";
import { Proposer } from "../../packages/dsl/src/check/proposal.ts";
import { Sample, type SampleTerm } from "../../packages/dsl/src/check/sample.ts";
import type { NdArray, OpDef } from "../../packages/plugin/src/index.ts";
import { dialects } from "./rewriting.ts";
import { type Case, Sketch, type Value } from "./sketch.ts";

const names = new Map<OpDef, string>(
  dialects.flatMap(({ ops }) => Object.entries(ops).map(([name, op]) => [op, name] as const)),
);

/** Draws of a rule's left side before it is given up. */
const DRAWS = 80;

/** How the tensors of an instance are given: which share of them is known before the program runs. */
const STYLES = [
  [0.08, 4],
  [0.5, 3],
  [0.95, 2],
] as const;

const isFloat = (array: NdArray): boolean => /^b?f\d/.test(array.dtype);
const isList = (array: NdArray): boolean => !isFloat(array) && array.shape.length <= 1;

/** Whether a rule has something to put in the place of the sample that was drawn: its right side is well-shaped, and of the left's types. */
function applies(
  rule: ast.Rule,
  sample: Sample,
  lists: readonly (readonly SampleTerm[])[],
): boolean {
  sample.complete();
  return rule.right.every((root, i) => {
    const wanted = lists[i] as readonly SampleTerm[];
    const found = sample.root(root, wanted.length, wanted[0]?.dtype);
    return found?.every(
      ({ dtype, shape }, at) =>
        dtype === wanted[at]?.dtype && `${shape}` === `${wanted[at]?.shape}`,
    );
  });
}

/** What a rule's variables stand for, and the tensors of each root of its left side. */
interface Instance {
  readonly sample: Sample;
  readonly roots: readonly (readonly SampleTerm[])[];
}

/** Draws instances of a rule's left side, until one is `taken`. The instance is void when the next one is drawn. */
function draw(rule: ast.Rule, dice: Dice, taken: (instance: Instance) => boolean): boolean {
  const sample = new Sample(rule.variables);
  const drawer = new Drawer(rule, sample, new Proposer(dice, false), dice);
  for (let draw = 0; draw < DRAWS; draw++) {
    const roots = drawer.draw();
    if (!roots) continue;
    let defined: boolean;
    try {
      defined = [...drawer.results, ...roots.flat()].every(({ contents }) => isDefined(contents));
    } catch {
      defined = false;
    }
    // Where a rule must not apply it is tried now and then, too.
    if (!defined || (!applies(rule, sample, roots) && dice.chance(0.9))) continue;
    if (taken({ sample, roots })) return true;
  }
  return false;
}

/** Adds an instance of a rule's left side to a program; whether it fits. */
function plant(
  rule: ast.Rule,
  { sample, roots }: Instance,
  sketch: Sketch,
  dice: Dice,
  whole: boolean,
): boolean {
  const variables = new Set([...sample.terms.values()].flat());
  const among = (names: ReadonlySet<string>): ReadonlySet<SampleTerm> =>
    new Set([...sample.terms].flatMap(([name, terms]) => (names.has(name) ? terms : [])));
  const fixed = among(mentioned(rule, looks));
  const varying = among(mentioned(rule, varies));
  for (const reuse of [true, false]) {
    const mark = sketch.mark();
    const planter = new Planter(sketch, dice, { whole, reuse, variables, fixed, varying });
    if (roots.flat().every((term) => planter.value(term) !== undefined)) return true;
    sketch.restore(mark);
  }
  return false;
}

/** Instances that neighbours are picked from, by rule: drawing one takes as long as all else that is done to a program. */
const neighbours = new Map<ast.Rule, (Instance | undefined)[]>();
const KINDS = 16;

/** An instance of a rule to put beside another's: one of so many, which its number and the rule determine. */
function neighbour(rule: ast.Rule, number: number): Instance | undefined {
  const drawn = neighbours.get(rule) ?? [];
  neighbours.set(rule, drawn);
  if (!(number in drawn)) {
    let found: Instance | undefined;
    draw(rule, new Dice(seedOf(rule.name, number)), (instance) => {
      found = instance;
      return true;
    });
    drawn[number] = found;
  }
  return drawn[number];
}

function seedOf(name: string, number: number): number {
  let seed = number;
  for (const letter of name) seed = Math.imul(seed ^ (letter.codePointAt(0) as number), 0x01000193);
  return seed;
}

/** How an instance is put into a program. */
interface Planting {
  /** Round the numbers of inputs. */
  readonly whole: boolean;
  /** Take values that there are for what the rule leaves open. */
  readonly reuse: boolean;
  /** What the rule's variables stand for: what else has no operands is a constant of the pattern. */
  readonly variables: ReadonlySet<SampleTerm>;
  /** What conditions look into, so that it must be known before the program runs. */
  readonly fixed: ReadonlySet<SampleTerm>;
  /** What hints want to be computed when the program runs. */
  readonly varying: ReadonlySet<SampleTerm>;
}

/** Functions of the rule language that know something only of constants. */
const looks =
  /\b(?:constant|is_uniform|filled|is_scalar|contents|merged_groups|missing_channels|phases|scalar_of)\(([^()]*)/g;

/** Hints of what is not known before the program runs. */
const varies = /\bvaries\(([^()]*)/g;

function mentioned({ conditions }: ast.Rule, calls: RegExp): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { text } of conditions)
    for (const [, inside = ""] of text.matchAll(calls))
      for (const name of inside.split(/[,\s]+/)) names.add(name);
  return names;
}

/** Puts the tensors of one instance into a program. */
class Planter {
  readonly #sketch: Sketch;
  readonly #dice: Dice;
  readonly #known: number;
  readonly #options: Planting;
  /** One tensor at least is an input, or there would be little to rewrite. */
  #open = false;
  readonly #values = new Map<SampleTerm, Value | undefined>();
  readonly #applications = new Map<unknown, readonly Value[] | undefined>();

  constructor(sketch: Sketch, dice: Dice, options: Planting) {
    this.#sketch = sketch;
    this.#dice = dice;
    this.#options = options;
    this.#known = dice.weighted(STYLES);
  }

  value(term: SampleTerm): Value | undefined {
    if (!this.#values.has(term)) this.#values.set(term, this.#make(term));
    return this.#values.get(term);
  }

  #make(term: SampleTerm): Value | undefined {
    const { origin } = term;
    if (!origin) return this.#leaf(term);
    const { op, operands, attrs, count, index } = origin;
    if (!this.#applications.has(operands)) {
      const given = operands.map((operand) => operand && this.value(operand));
      const complete = given.every((value, i) => value !== undefined || operands[i] === undefined);
      const name = names.get(op);
      if (name === undefined) throw new Error("an operator of no dialect");
      this.#applications.set(
        operands,
        complete ? this.#sketch.apply(name, attrs, given, count) : undefined,
      );
    }
    return this.#applications.get(operands)?.[index];
  }

  #leaf(term: SampleTerm): Value {
    const dice = this.#dice;
    const sketch = this.#sketch;
    const array = term.contents;
    const { variables, fixed, varying } = this.#options;
    const isOpen = varying.has(term) || (!this.#open && isFloat(array) && dice.chance(0.9));
    const isKnown = isList(array) ? dice.chance(0.9) : dice.chance(this.#known);
    if (!variables.has(term) || (fixed.has(term) ? dice.chance(0.95) : isKnown && !isOpen)) {
      const same = sketch.constants.filter((value) => value.array === array);
      return same[0] ?? sketch.constant(array);
    }
    this.#open = true;
    if (this.#options.reuse && dice.chance(0.6)) {
      const like = [...sketch.inputs, ...sketch.results].filter(
        (value) => value.array.dtype === array.dtype && `${value.array.shape}` === `${array.shape}`,
      );
      if (like.length > 0) return dice.pick(like);
    }
    const given = this.#options.whole && isFloat(array) ? rounded(array) : array;
    const value = sketch.input(given);
    return this.#options.reuse && dice.chance(0.25) ? (this.#derived(value) ?? value) : value;
  }

  /** A value of the same type computed from an input. */
  #derived(input: Value): Value | undefined {
    const { shape } = input.array;
    const axes = shape.map((_, i) => i).reverse();
    const ways: readonly (() => readonly Value[] | undefined)[] = [
      () => this.#sketch.apply("Abs", {}, [input]),
      () => this.#sketch.apply("Identity", {}, [input]),
      () => this.#sketch.apply("Add", {}, [input, input]),
      () => {
        const there = this.#sketch.apply("Transpose", { perm: axes }, [input])?.[0];
        return there && this.#sketch.apply("Transpose", { perm: axes }, [there]);
      },
      () => this.#sketch.apply("Max", {}, [input, this.#sketch.constant(scalar(input.array, 1))]),
    ];
    return this.#dice.pick(ways)()?.[0];
  }
}

function rounded(array: NdArray): NdArray {
  const data = Float64Array.from(array.data as ArrayLike<number>, Math.round);
  return { ...array, data: array.dtype === "f64" ? data : Float32Array.from(data) };
}

function scalar({ dtype }: NdArray, x: number): NdArray {
  const data = { i64: BigInt64Array, u64: BigUint64Array }[dtype as string];
  return { dtype, shape: [], data: data ? data.of(BigInt(x)) : typedLike(dtype, [x]) };
}

function typedLike(dtype: NdArray["dtype"], items: readonly number[]): NdArray["data"] {
  if (dtype === "f64") return Float64Array.from(items);
  if (/^b?f/.test(dtype)) return Float32Array.from(items);
  return dtype === "i32" ? Int32Array.from(items) : Uint8Array.from(items);
}

/** A list of integers as an operand. */
function list(items: readonly number[]): NdArray {
  return { dtype: "i64", shape: [items.length], data: BigInt64Array.from(items, BigInt) };
}

/** One more operator on values there are. */
function decorate(sketch: Sketch, dice: Dice): void {
  const all = [...sketch.results, ...sketch.inputs];
  const x = dice.pick(all);
  const { shape } = x.array;
  const rank = shape.length;
  const axis = rank > 0 ? dice.integer(0, rank - 1) : 0;
  const others = all.filter(
    (value) => value.array.dtype === x.array.dtype && `${value.array.shape}` === `${shape}`,
  );
  const y = dice.pick(others);
  const unary = dice.pick(["Relu", "Neg", "Abs", "Sigmoid", "Tanh", "Identity", "Floor", "Exp"]);
  const binary = dice.pick(["Add", "Mul", "Sub", "Max", "Min", "Div"]);
  const reduction = dice.pick(["ReduceSum", "ReduceMax", "ReduceMean", "ReduceMin"]);
  const ways: readonly (() => unknown)[] = [
    () => sketch.apply(unary, {}, [x]),
    () => sketch.apply(binary, {}, dice.chance(0.5) ? [x, y] : [y, x]),
    () => sketch.apply(binary, {}, [x, sketch.constant(scalar(x.array, dice.integer(1, 3)))]),
    () => sketch.apply("Transpose", { perm: dice.permutation(rank) }, [x]),
    () =>
      sketch.apply(reduction, { keepdims: dice.integer(0, 1) }, [x, sketch.constant(list([axis]))]),
    () => sketch.apply("Concat", { axis }, [x, y]),
    () =>
      sketch.apply("Slice", {}, [
        x,
        ...[[dice.integer(0, 1)], [dice.integer(1, 4)], [axis], [1]].map((items) =>
          sketch.constant(list(items)),
        ),
      ]),
    () => sketch.apply("Reshape", {}, [x, sketch.constant(list([-1]))]),
    () => sketch.apply("Unsqueeze", {}, [x, sketch.constant(list([dice.integer(0, rank)]))]),
    () => sketch.apply("MatMul", {}, [x, y]),
    () => sketch.apply("Softmax", { axis }, [x]),
    () => sketch.apply("Gather", { axis }, [x, sketch.constant(list([0]))]),
  ];
  const mark = sketch.mark();
  if (dice.pick(ways)() === undefined) sketch.restore(mark);
}

/** What a random program was grown around. */
export interface Planted extends Case {
  readonly rules: readonly string[];
  /** Numbers of the inputs are whole, so that much of what is computed is exact. */
  readonly whole: boolean;
  /** The sizes that a name stands for. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** A random program around an instance of `rule`, and of some others; `undefined` where none was found. */
export function planted(
  rule: ast.Rule,
  rules: readonly ast.Rule[],
  seed: number,
): Planted | undefined {
  const dice = new Dice(seed);
  const sketch = new Sketch();
  const whole = dice.chance(0.6);
  if (!draw(rule, dice, (instance) => plant(rule, instance, sketch, dice, whole))) return undefined;
  const around = [rule.name];
  for (
    let more = dice.weighted([
      [0, 4],
      [1, 4],
      [2, 2],
    ] as const);
    more > 0;
    more--
  ) {
    const other = dice.pick(rules);
    const instance = neighbour(other, dice.integer(0, KINDS - 1));
    if (instance && plant(other, instance, sketch, dice, whole)) around.push(other.name);
  }
  for (let more = dice.integer(0, 4); more > 0; more--) decorate(sketch, dice);
  const outputs = [...sketch.loose];
  for (const value of sketch.results)
    if (outputs.length < 6 && !outputs.includes(value) && dice.chance(0.12)) outputs.push(value);
  const sizes = new Map<string, number>();
  const open = dice.chance(0.3) ? dice.real(0.2, 1) : 0;
  const declared = new Map<number, string | number>();
  const dim = (size: number): string | number => {
    let said = declared.get(size);
    if (said === undefined) {
      said = size > 1 && dice.chance(open) ? `N${size}` : size;
      declared.set(size, said);
      if (typeof said === "string") sizes.set(said, size);
    }
    return said;
  };
  return { ...sketch.program(outputs, dim), rules: around, whole, sizes };
}
