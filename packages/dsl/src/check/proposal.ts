/**
 * Guesses at shapes, contents and attributes that an operator may accept. Most are wrong, and the operator's inference says
 * so; they need only be right often enough. Hints come from the names of operands and attributes, as ONNX names them.
 *
 * @module
 */

import type { Attr, AttrType, DType, NdArray } from "@rewright/plugin";
import { elements, isFloat, isInteger, tensor } from "../terms/contents.ts";
import type { Dice } from "./dice.ts";
import { IntegerProposer } from "./integers.ts";
import { SampleTerm } from "./sample.ts";

/** How the elements of a sample's tensors are drawn. */
type Mode = "small integers" | "positive integers" | "reals" | "positive reals" | "wide reals";

const MODES: readonly (readonly [Mode, number])[] = [
  ["small integers", 35],
  ["positive integers", 15],
  ["reals", 20],
  ["positive reals", 20],
  ["wide reals", 10],
];

/** What a tensor is wanted for. */
export interface Place {
  /** The operand's name in its operator's declaration. */
  readonly name: string;
  /** The operands that are known by now; the first is the one axes and shapes refer to. */
  readonly siblings: readonly SampleTerm[];
  /** The shape of the result where the operand, being optional, is left out. */
  readonly result?: readonly number[] | undefined;
  /** The shapes of all other tensors of the sample, where this one may be like one of them. */
  readonly others?: (() => readonly (readonly number[])[]) | undefined;
  /** It stands for an attribute of this type somewhere in the rule, and must have such contents. */
  readonly attribute?: AttrType | undefined;
}

const LISTS = new Set([
  "shape",
  "axes",
  "split",
  "starts",
  "ends",
  "steps",
  "repeats",
  "pads",
  "sizes",
]);
const WHOLE = new Set(["k", "axis", "depth", "start", "limit", "delta"]);
/** Numbers of channels that kernels are made for, and some they are not. */
const WIDE = [8, 16, 16, 17, 18, 32];
/** Operands with one element a channel. */
const VECTORS = new Set(["bias", "scale", "mean", "var", "input_mean", "input_var"]);
const SHAPES = [
  ["same", 35],
  ["suffix", 13],
  ["narrow", 8],
  ["list", 15],
  ["chain", 15],
  ["free", 14],
] as const;
/** Tensors larger than this tell no more, and take longer. */
const MOST_ELEMENTS = 1500;
const TRUTHS = new Set(["condition", "cond"]);

/** What the tensors of one sample have in common. */
interface Habits {
  /** The sizes of dimensions: few, so that they often coincide. */
  readonly dims: readonly number[];
  /** The usual rank. */
  readonly rank: number;
  /** The usual element type. */
  readonly dtype: DType;
}

const SIZES = [
  [2, 5],
  [3, 5],
  [4, 3],
  [5, 2],
  [6, 1],
  [7, 1],
] as const;
/** How often nothing at all is a size of a sample. */
const EMPTY = 0.04;
const RANKS = [
  [0, 6],
  [1, 16],
  [2, 36],
  [3, 22],
  [4, 18],
  [5, 4],
] as const;
const DTYPES = [
  ["f64", 42],
  ["f32", 42],
  ["i64", 5],
  ["i32", 4],
  ["u8", 2],
  ["bool", 5],
] as const;

/** Proposes tensors, values and attributes for one sample. */
export class Proposer {
  readonly #dice: Dice;
  #habits: Habits = { dims: [1, 2, 3], rank: 2, dtype: "f32" };
  #integers: IntegerProposer;
  #mode: Mode = "reals";
  readonly #large: boolean;
  /** Habits of samples that were good. */
  readonly #good: Habits[] = [];
  #attempts = 0;
  #successes = 0;

  /** `large`: now and then a dimension of 32, for bounds that only many elements come near to. */
  constructor(dice: Dice, large: boolean) {
    this.#dice = dice;
    this.#large = large;
    this.#integers = new IntegerProposer(dice, this.#habits.dims);
  }

  /**
   * Draw the habits of another sample. Where samples are hard to come by, habits that led to one are mostly taken again.
   */
  begin(): void {
    const dice = this.#dice;
    this.#attempts++;
    const isHard = this.#good.length > 0 && this.#successes < this.#attempts / 5;
    this.#habits = isHard && dice.chance(0.7) ? dice.pick(this.#good) : this.#draw();
    this.#integers = new IntegerProposer(dice, this.#habits.dims);
    this.#mode = dice.weighted(MODES);
  }

  /** The sample begun last was a good one. */
  approve(): void {
    this.#successes++;
    if (this.#good.length < 50) this.#good.push(this.#habits);
  }

  #draw(): Habits {
    const dice = this.#dice;
    const first = dice.weighted(SIZES);
    const second = dice.weighted(SIZES);
    let dims = dice.chance(0.35) ? [first, second, 1] : [first, second];
    if (dice.chance(0.12)) dims = [dice.pick(WIDE), dice.pick(WIDE), 1, first];
    if (dice.chance(EMPTY)) dims = [first, 0, 1];
    if (this.#large) dims.push(32);
    return { dims, rank: dice.weighted(RANKS), dtype: dice.weighted(DTYPES) };
  }

  // ── Tensors ────────────────────────────────────────────────────────────────

  /** A tensor for an operand. */
  tensor(place: Place): SampleTerm {
    const dice = this.#dice;
    const name = place.name.toLowerCase();
    const { siblings, attribute } = place;
    if (attribute !== undefined && dice.chance(0.95))
      return this.#attributeTensor(attribute, place);
    if (name === "shape" && place.others)
      return literal(this.#integers.target(siblings[0]?.shape ?? [], place.others()));
    if (LISTS.has(name) && dice.chance(0.9)) return literal(this.list(name, siblings));
    if (WHOLE.has(name) && dice.chance(0.85)) {
      const items = this.list(name, siblings, 1);
      return new SampleTerm(...typed(tensor("i64", dice.chance(0.5) ? [] : [1], items)));
    }
    if (name.endsWith("_zero_point") && dice.chance(0.9)) return this.#zeroPoint(siblings);
    if (name === "constant_value" && dice.chance(0.9)) return this.#filler(siblings);
    const shape = this.#shapeAt(name, place);
    if (name.endsWith("_scale") && dice.chance(0.9)) return this.#filled(this.#floating(), shape);
    if (name === "indices" && dice.chance(0.9)) return this.#indices(siblings);
    if (TRUTHS.has(name) && dice.chance(0.9)) return this.#filled("bool", shape);
    return this.#filled(this.#dtypeLike(siblings), shape);
  }

  /** A number that is no tensor. */
  scalar(dtype: DType): SampleTerm {
    return this.#filled(dtype, []);
  }

  /**
   * A tensor of the type of one before it in a list: only lists of equal types show what comes of shapes that broadcast by
   * chance. `undefined` where this item had better be of another type.
   */
  another({ dtype, shape }: SampleTerm): SampleTerm | undefined {
    return this.#dice.chance(0.6) ? this.#filled(dtype, shape) : undefined;
  }

  /** A constant for a number in a pattern: most often of one element, now and then of several, all alike. */
  number(
    value: number | bigint,
    integer: boolean,
    siblings: readonly SampleTerm[],
  ): SampleTerm | undefined {
    const dtype = this.#dtypeLike(siblings);
    if (dtype === "bool" || (!integer && isInteger(dtype))) return undefined;
    const like = siblings.length > 0 ? this.#dice.pick(siblings).shape : [];
    const shape = this.#dice.weighted([
      [[], 75],
      [[1], 10],
      [[1, 1], 5],
      [like, 10],
    ] as const);
    const items = Array.from({ length: elements(shape) }, () => value);
    return new SampleTerm(...typed(tensor(dtype, shape, items)));
  }

  #attributeTensor(type: AttrType, { siblings }: Place): SampleTerm {
    if (type === "float") return this.#filled(this.#floating(), this.#dice.chance(0.8) ? [] : [1]);
    if (type === "int" || type === "axis") {
      return new SampleTerm(...typed(tensor("i64", [], this.list("axis", siblings, 1))));
    }
    return literal(this.list(type === "axes" ? "axes" : "ints", siblings));
  }

  #floating(): DType {
    return isFloat(this.#habits.dtype) ? this.#habits.dtype : "f32";
  }

  #dtypeLike(siblings: readonly SampleTerm[]): DType {
    const dice = this.#dice;
    const like = siblings.length > 0 ? dice.pick(siblings).dtype : undefined;
    if (like !== undefined && dice.chance(0.85)) return like;
    return dice.weighted([
      [this.#habits.dtype, 80],
      ["f32", 8],
      ["i64", 6],
      ["bool", 4],
      ["i32", 2],
      ["u8", 1],
      ["i8", 1],
    ] as const);
  }

  #dim(siblings: readonly SampleTerm[]): number {
    const known = siblings.length > 0 ? this.#dice.pick(siblings).shape : [];
    return known.length > 0 && this.#dice.chance(0.5)
      ? this.#dice.pick(known)
      : this.#dice.pick(this.#habits.dims);
  }

  #dimsOf(rank: number, siblings: readonly SampleTerm[]): number[] {
    let room = MOST_ELEMENTS;
    return Array.from({ length: rank }, () => {
      const dim = this.#dim(siblings);
      if (dim > room) return 1;
      room = Math.floor(room / dim);
      return dim;
    });
  }

  #shape(siblings: readonly SampleTerm[]): readonly number[] {
    const dice = this.#dice;
    const rank = dice.chance(0.75) ? this.#habits.rank : dice.integer(0, 5);
    if (siblings.length === 0) return this.#dimsOf(rank, []);
    const { shape } = dice.chance(0.4) ? (siblings.at(-1) as SampleTerm) : dice.pick(siblings);
    const cut = dice.integer(0, shape.length);
    switch (dice.weighted(SHAPES)) {
      case "same":
        return shape;
      case "suffix":
        return shape.slice(cut);
      case "narrow":
        return shape.map((dim) => (dice.chance(0.5) ? 1 : dim));
      case "list":
        return [this.#dim(siblings)];
      case "chain": // as the second of two matrices, or of a stack of them
        return shape.length < 2
          ? this.#dimsOf(rank, siblings)
          : [
              ...shape.slice(0, dice.chance(0.5) ? -2 : 0),
              shape.at(-1) as number,
              this.#dim(siblings),
            ];
      case "free":
        return this.#dimsOf(rank, siblings);
    }
  }

  #shapeAt(name: string, { siblings, result }: Place): readonly number[] {
    const dice = this.#dice;
    const [first, second] = siblings;
    if (result && dice.chance(0.4)) return result;
    if (name.endsWith("_scale") && dice.chance(0.8))
      return dice.chance(0.6) ? [] : [first?.shape[1] ?? 1];
    if (first && VECTORS.has(name) && dice.chance(0.7)) return this.#vector(siblings);
    const isWindowed = first !== undefined && first.shape.length > 2 && dice.chance(0.8);
    if (isWindowed && name === "w") return this.#kernel(first.shape);
    if (isWindowed && second && name === "b") return second.shape.slice(0, 1);
    return this.#shape(siblings);
  }

  /** The shape of a convolution's weights: output channels, input channels a group, window. */
  #kernel([, channels = 1, ...spatial]: readonly number[]): readonly number[] {
    const dice = this.#dice;
    const parts = Array.from({ length: channels }, (_, i) => i + 1).filter(
      (n) => channels % n === 0,
    );
    const outputs = dice.chance(0.5) ? channels : dice.pick(this.#habits.dims);
    const inputs = dice.chance(0.4) || parts.length === 0 ? channels : dice.pick(parts);
    return [
      outputs,
      inputs,
      ...spatial.map((size) => dice.integer(1, Math.max(1, Math.min(3, size)))),
    ];
  }

  /** One dimension: a channel's, or the last, of the first operand; or that of the list before. */
  #vector(siblings: readonly SampleTerm[]): readonly number[] {
    const last = siblings.at(-1)?.shape ?? [];
    if (last.length === 1 && this.#dice.chance(0.8)) return last;
    const first = siblings[0]?.shape ?? [];
    return [(this.#dice.chance(0.5) ? first[1] : first.at(-1)) ?? 1];
  }

  /** What is put where there was nothing: one number, often zero. */
  #filler(siblings: readonly SampleTerm[]): SampleTerm {
    const dtype = siblings[0]?.dtype ?? "f32";
    if (dtype === "bool" || this.#dice.chance(0.5)) return this.#filled(dtype, []);
    return new SampleTerm(...typed(tensor(dtype, [], [0])));
  }

  /** The integer that stands for zero: shaped as the scale before it, mostly the same everywhere. */
  #zeroPoint(siblings: readonly SampleTerm[]): SampleTerm {
    const dice = this.#dice;
    const like = siblings.map(({ dtype }) => dtype).find((dtype) => isInteger(dtype));
    const dtype = like ?? dice.pick(["u8", "i8"]);
    const shape = siblings.at(-1)?.shape ?? [];
    const least = dtype === "i8" ? -128 : 0;
    const item = dice.pick([0, least, dice.integer(1, 100)]);
    return new SampleTerm(...typed(tensor(dtype, shape, Array(elements(shape)).fill(item))));
  }

  #indices(siblings: readonly SampleTerm[]): SampleTerm {
    const shape = this.#dimsOf(this.#dice.integer(0, 2), siblings);
    const bound = Math.max(1, Math.min(4, ...(siblings[0]?.shape ?? [])));
    const items = Array.from({ length: elements(shape) }, () => {
      return this.#dice.integer(this.#dice.chance(0.2) ? -bound : 0, bound - 1);
    });
    return new SampleTerm(...typed(tensor("i64", shape, items)));
  }

  #filled(dtype: DType, shape: readonly number[]): SampleTerm {
    const mode = this.#dice.chance(0.8) ? this.#mode : this.#dice.weighted(MODES);
    return new SampleTerm({ dtype, shape }, () => this.#fill(dtype, shape, mode));
  }

  #fill(dtype: DType, shape: readonly number[], mode: Mode): NdArray {
    const dice = this.#dice;
    const count = elements(shape);
    if (dtype === "string") {
      return { dtype, shape, data: Array.from({ length: count }, () => dice.pick(["a", "b"])) };
    }
    const unsigned = dtype.startsWith("u");
    const item = (): number => {
      if (dtype === "bool") return dice.integer(0, 1);
      if (mode === "positive integers") return dice.integer(1, 4);
      if (!isFloat(dtype) || mode === "small integers") return dice.integer(unsigned ? 0 : -3, 3);
      if (mode === "positive reals") return dice.real(0.1, 3);
      return mode === "reals" ? dice.real(-3, 3) : dice.real(-8, 8);
    };
    return tensor(dtype, shape, Array.from({ length: count }, item));
  }

  // ── Attributes ─────────────────────────────────────────────────────────────

  /** A list of integers for an operand or attribute of this name; of this length, if one is wanted. */
  list(name: string, siblings: readonly SampleTerm[], length?: number): number[] {
    return this.#integers.list(name, siblings[0]?.shape ?? [], siblings[1]?.shape, length);
  }

  /** A value for an attribute; `undefined` where none can be guessed. */
  attribute(
    name: string,
    type: AttrType,
    operands: readonly (SampleTerm | undefined)[],
  ): Attr | undefined {
    const dice = this.#dice;
    const siblings = operands.filter((operand) => operand !== undefined);
    const rank = siblings[0]?.shape.length ?? 0;
    switch (type) {
      case "axis":
        return rank === 0 ? 0 : dice.integer(dice.chance(0.2) ? -rank : 0, rank - 1);
      case "int":
        if (name === "group" && dice.chance(0.8)) return groups(siblings);
        return dice.weighted([
          [0, 40],
          [1, 40],
          [2, 15],
          [-1, 5],
        ] as const);
      case "float":
        return dice.weighted([
          [1, 4],
          [0.5, 3],
          [2, 2],
          [0.25, 2],
          [1e-5, 2],
          [-0.5, 1],
        ] as const);
      case "ints":
      case "axes":
        return this.list(type === "axes" ? "axes" : name, siblings);
      case "floats":
        return Array.from({ length: Math.max(1, rank) }, () => dice.pick([0.5, 1, 2]));
      case "dtype":
        return dice.pick(["f32", "f64", "i64", "i32", "bool"]);
      case "string":
        return name === "equation" ? equation(dice, siblings) : undefined;
      case "strings":
      case "tensor":
        return undefined;
      default:
        return dice.chance(0.4) ? type[0] : dice.pick(type);
    }
  }
}

function typed(array: NdArray): [{ dtype: DType; shape: readonly number[] }, NdArray] {
  return [{ dtype: array.dtype, shape: array.shape }, array];
}

function literal(items: readonly number[]): SampleTerm {
  return new SampleTerm(...typed(tensor("i64", [items.length], items)));
}

/** An Einstein sum of these operands: equal sizes often share a label, and what only one operand has is mostly kept. */
function equation(dice: Dice, operands: readonly SampleTerm[]): string {
  const sizes: number[] = [];
  const terms = operands.map(({ shape }) => {
    const term: number[] = [];
    for (const size of shape) {
      const known = [...sizes.keys()].filter((l) => sizes[l] === size && !term.includes(l));
      term.push(known.length > 0 && dice.chance(0.7) ? dice.pick(known) : sizes.push(size) - 1);
    }
    return term;
  });
  const result = [...sizes.keys()]
    .filter((l) => dice.chance(terms.filter((term) => term.includes(l)).length > 1 ? 0.5 : 0.97))
    .map((l) => [dice.chance(0.7) ? l / 26 : dice.integer(0, 26), l] as const)
    .sort(([a], [b]) => a - b)
    .map(([, l]) => l);
  const spelt = (labels: readonly number[]): string =>
    labels.map((l) => String.fromCharCode(97 + l)).join("");
  return `${terms.map(spelt).join()}->${spelt(result)}`;
}

/** The number of groups that a convolution's operands agree with. */
function groups([data, weights]: readonly SampleTerm[]): number {
  const count = (data?.shape[1] ?? 1) / (weights?.shape[1] ?? 1);
  return Number.isInteger(count) ? count : 1;
}
