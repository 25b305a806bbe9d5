/**
 * Other forms of operators: what an operator set up to some version, or from some version on, says otherwise than the
 * vocabulary of `@rewright/tensor`, and the way there and back. What cannot be said in the other form is left alone.
 *
 * @module
 */

import type { Attr, NdArray, TensorType } from "@rewright/plugin";

/** An application on its way from one form to the other. */
export interface Application<V> {
  op: string;
  readonly attrs: Map<string, Attr>;
  operands: (V | undefined)[];
  /** How many results are asked for. */
  readonly results: number;
  /** How many of its results the file's node names, used or not. */
  readonly named: number;
}

/** What a form may ask about operands, and how it makes new ones. */
interface Operands<V> {
  type(operand: V): TensorType;
  /** The contents of a constant, where they are known and few. */
  contents(operand: V): NdArray | undefined;
  constant(array: NdArray): V;
}

/** Changes an application in place. `false`: this one cannot be said in the other form. */
type Step = <V>(application: Application<V>, operands: Operands<V>, version: number) => boolean;

/** The form of an operator up to a version, or from one on. */
export interface Form {
  /** The first version that has the canonical form. */
  readonly until: number;
  /** The first version that says more than the canonical form can. */
  readonly after?: number;
  /** Even later versions leave a choice, of which the canonical form is one. */
  readonly always?: true;
  readonly raise: Step;
  readonly lower: Step;
}

// ── Attributes that became operands ──────────────────────────────────────────

/** An attribute that became the operand at this position. */
interface Moved {
  readonly attribute: string;
  readonly at: number;
  /** `ints`: a list of 64-bit integers. `scalar`: of the first operand's element type. `count`: a list of one integer. `real`: a float32. */
  readonly as: "ints" | "scalar" | "count" | "real";
  /** The attribute must be there. */
  readonly required?: boolean;
}

const isList = (value: Attr): value is readonly Attr[] => Array.isArray(value);

function arrayOf(value: Attr, moved: Moved, first: TensorType | undefined): NdArray | undefined {
  if (moved.as === "scalar") {
    if (typeof value !== "number" || first === undefined) return undefined;
    const real = /^b?f\d\d$/.test(first.dtype);
    return real ? { dtype: first.dtype, shape: [], data: [value] } : undefined;
  }
  if (moved.as === "real")
    return typeof value === "number" ? { dtype: "f32", shape: [], data: [value] } : undefined;
  const list = isList(value) ? value : [value];
  if (!list.every((x) => typeof x === "number" || typeof x === "bigint")) return undefined;
  const data = BigInt64Array.from(list as readonly (number | bigint)[], (x) => BigInt(x));
  return { dtype: "i64", shape: [data.length], data };
}

const absent = <V>(operands: readonly (V | undefined)[], from: number): boolean =>
  operands.slice(from).every((operand) => operand === undefined);

const safe = (x: number | bigint): number | bigint =>
  Number.isSafeInteger(Number(x)) ? Number(x) : x;

/** Attributes that became operands; whatever came with the new form must be absent on the way back. */
function moved(
  until: number,
  list: readonly Moved[],
  extra?: Partial<Pick<Form, "raise" | "lower">>,
): Form {
  return {
    until,
    raise(application, operands, version) {
      const [first] = application.operands;
      if (extra?.raise && !extra.raise(application, operands, version)) return false;
      for (const move of list) {
        const value = application.attrs.get(move.attribute);
        application.attrs.delete(move.attribute);
        if (value === undefined) {
          if (move.required) return false;
          continue;
        }
        const array = arrayOf(value, move, first && operands.type(first));
        if (array === undefined) return false;
        while (application.operands.length <= move.at) application.operands.push(undefined);
        application.operands[move.at] = operands.constant(array);
      }
      return true;
    },
    lower(application, operands, version) {
      for (const move of list) {
        const operand = application.operands[move.at];
        if (operand === undefined) {
          if (move.required) return false;
          continue;
        }
        const contents = operands.contents(operand);
        if (contents === undefined) return false;
        const numbers = Array.from(contents.data as ArrayLike<number | bigint>, safe);
        const value = move.as === "ints" ? numbers : numbers[0];
        if (value === undefined) return false;
        application.attrs.set(move.attribute, value);
      }
      const kept = Math.min(...list.map(({ at }) => at));
      if (!absent(application.operands, Math.max(...list.map(({ at }) => at)) + 1)) return false;
      application.operands = application.operands.slice(0, kept);
      return extra?.lower?.(application, operands, version) ?? true;
    },
  };
}

/** A list of axes; before opset 11 they could not be negative. */
function axes(until: number, required: boolean): Form {
  return moved(until, [{ attribute: "axes", at: 1, as: "ints", required }], {
    raise(application) {
      // An empty list cannot be told from none: it meant all.
      const list = application.attrs.get("axes");
      if (list !== undefined && isList(list) && list.length === 0) application.attrs.delete("axes");
      return true;
    },
    lower(application, operands, version) {
      const list = application.attrs.get("axes");
      const nothing = application.attrs.get("noop_with_empty_axes") ?? 0;
      application.attrs.delete("noop_with_empty_axes");
      if (list === undefined || !isList(list)) return nothing === 0;
      if (list.length === 0) {
        application.attrs.delete("axes");
        return nothing === 0 && application.op.startsWith("Reduce");
      }
      const [first] = application.operands;
      const type = first && operands.type(first);
      if (version >= 11 || list.every((axis) => Number(axis) >= 0)) return true;
      if (type === undefined || type.dtype === "unknown") return false;
      const rank = type.shape.length + (application.op === "Unsqueeze" ? list.length : 0);
      application.attrs.set(
        "axes",
        list.map((axis) => (Number(axis) < 0 ? Number(axis) + rank : axis)),
      );
      return true;
    },
  });
}

// ── Others ───────────────────────────────────────────────────────────────────

/** Softmax and its like took a matrix, made by flattening at `axis`: the same as one axis where only that one is not 1. */
const flattened: Form = {
  until: 13,
  raise(application, operands) {
    const [x] = application.operands;
    const given = application.attrs.get("axis") ?? 1;
    if (x === undefined || typeof given !== "number") return false;
    if (given === -1) return true;
    const { dtype, shape } = operands.type(x);
    if (dtype === "unknown") return false;
    const axis = given < 0 ? given + shape.length : given;
    if (axis < 0 || axis >= shape.length) return false;
    const wide = shape.flatMap((dim, i) => (i >= axis && dim !== 1 ? [i] : []));
    if (wide.length > 1) return false;
    application.attrs.set("axis", wide[0] ?? axis);
    return true;
  },
  lower(application, operands, version) {
    const [x] = application.operands;
    const given = application.attrs.get("axis") ?? -1;
    if (x === undefined || typeof given !== "number") return false;
    const { dtype, shape } = operands.type(x);
    if (dtype === "unknown") return given === -1 && version >= 11;
    const axis = given < 0 ? given + shape.length : given;
    application.attrs.set("axis", axis);
    return shape.every((dim, i) => i <= axis || dim === 1);
  },
};

/** Split: sizes were an attribute, and without them the parts were equal. */
const split: Form = {
  until: 18,
  raise(application, operands, version) {
    if (version < 13) {
      const sizes = application.attrs.get("split");
      application.attrs.delete("split");
      if (sizes !== undefined && isList(sizes) && sizes.length > 0) {
        const array = arrayOf(sizes, { attribute: "split", at: 1, as: "ints" }, undefined);
        if (array === undefined) return false;
        application.operands[1] = operands.constant(array);
      }
    }
    if (application.operands[1] === undefined)
      application.attrs.set("num_outputs", application.results);
    return version >= 2;
  },
  lower(application, operands, version) {
    const parts = application.attrs.get("num_outputs");
    application.attrs.delete("num_outputs");
    const [x, sizes] = application.operands;
    if (x === undefined || version < 2) return false;
    if (sizes !== undefined) {
      if (version >= 13) return true;
      const contents = operands.contents(sizes);
      if (contents === undefined) return false;
      const numbers = Array.from(contents.data as ArrayLike<number | bigint>, safe);
      application.attrs.set("split", numbers);
      application.operands = [x];
      return true;
    }
    const { dtype, shape } = operands.type(x);
    const axis = application.attrs.get("axis") ?? 0;
    if (dtype === "unknown" || typeof axis !== "number" || typeof parts !== "number") return false;
    const dim = shape.at(axis);
    return typeof dim === "number" && dim % parts === 0 && (version >= 11 || axis >= 0);
  },
};

/** BatchNormalization for inference, one value a channel. */
const batchNormalization: Form = {
  until: 14,
  raise(application, _, version) {
    const spatial = application.attrs.get("spatial") ?? 1;
    const test = application.attrs.get("is_test") ?? (version < 7 ? 0 : 1);
    for (const name of ["spatial", "is_test", "consumed_inputs"]) application.attrs.delete(name);
    // Naming the statistics asked for training.
    return version >= 6 && spatial === 1 && test === 1 && application.named === 1;
  },
  lower(application, _, version) {
    const training = application.attrs.get("training_mode") ?? 0;
    application.attrs.delete("training_mode");
    return version >= 7 && training === 0 && application.results === 1;
  },
};

/** Dropout before it could be told whether to train. Its mask has changed its type since. */
const oldDropout: Form = moved(12, [{ attribute: "ratio", at: 1, as: "real" }], {
  raise(application, _, version) {
    const test = application.attrs.get("is_test") ?? (version < 7 ? 0 : 1);
    for (const name of ["is_test", "consumed_inputs"]) application.attrs.delete(name);
    return test === 1 && application.results === 1;
  },
  lower(application, _, version) {
    application.attrs.delete("seed");
    return version >= 7 && application.results === 1;
  },
});

/** Dropout for inference: in training it draws random numbers, so that it is nothing that may be merged, folded or copied. */
const dropout: Form = {
  until: 12,
  always: true,
  raise(application, operands, version) {
    if (version < 12) return oldDropout.raise(application, operands, version);
    const mode = application.operands[2];
    return mode === undefined || Number(operands.contents(mode)?.data[0] ?? 1) === 0;
  },
  lower: (application, operands, version) =>
    version >= 12 || oldDropout.lower(application, operands, version),
};

/** TopK: the count was an attribute. */
const topK: Form = moved(10, [{ attribute: "k", at: 1, as: "count", required: true }], {
  lower(application) {
    const plain = ["largest", "sorted"].every((name) => (application.attrs.get(name) ?? 1) === 1);
    for (const name of ["largest", "sorted"]) application.attrs.delete(name);
    return plain;
  },
});

/** Slice: its bounds were attributes, and it took every element. */
const slice: Form = {
  ...moved(10, [
    { attribute: "starts", at: 1, as: "ints", required: true },
    { attribute: "ends", at: 2, as: "ints", required: true },
    { attribute: "axes", at: 3, as: "ints" },
  ]),
  lower(application, operands, version) {
    const steps = application.operands[4];
    if (steps !== undefined) {
      const contents = operands.contents(steps);
      const ones = contents && Array.from(contents.data as ArrayLike<number | bigint>, Number);
      if (!ones?.every((step) => step === 1)) return false;
      application.operands = application.operands.slice(0, 4);
    }
    return sliceByAttributes.lower(application, operands, version);
  },
};
const sliceByAttributes: Form = moved(10, [
  { attribute: "starts", at: 1, as: "ints", required: true },
  { attribute: "ends", at: 2, as: "ints", required: true },
  { attribute: "axes", at: 3, as: "ints" },
]);

/** Pad: the amounts (once called `paddings`) and the filling were attributes. */
const pad: Form = moved(
  11,
  [
    { attribute: "pads", at: 1, as: "ints", required: true },
    { attribute: "value", at: 2, as: "scalar" },
  ],
  {
    raise(application, _, version) {
      if (version >= 2) return true;
      const paddings = application.attrs.get("paddings");
      application.attrs.delete("paddings");
      if (paddings !== undefined) application.attrs.set("pads", paddings);
      return true;
    },
    lower: (_, __, version) => version >= 2,
  },
);

/** Clip: its bounds were attributes. */
const clip: Form = moved(
  11,
  [
    { attribute: "min", at: 1, as: "scalar" },
    { attribute: "max", at: 2, as: "scalar" },
  ],
  {
    raise(application) {
      application.attrs.delete("consumed_inputs");
      return true;
    },
  },
);

const isEmpty = <V>(operand: V | undefined, operands: Operands<V>): boolean =>
  operand !== undefined && operands.contents(operand)?.shape.includes(0) === true;

/** Takes an attribute away; `false` where it said something else than this. */
function plain<V>(application: Application<V>, name: string, value: Attr): boolean {
  const given = application.attrs.get(name) ?? value;
  application.attrs.delete(name);
  return given === value;
}

/** Resize as Upsample and the first Resize had it: larger by known factors, each new element from the old one at or before it. */
function enlarge<V>(application: Application<V>, operands: Operands<V>): boolean {
  const [x, roi, scales, sizes] = application.operands;
  const contents = scales && operands.contents(scales);
  if (roi !== undefined || sizes !== undefined || contents === undefined) return false;
  if (!Array.from(contents.data as ArrayLike<number>).every((scale) => scale >= 1)) return false;
  const { attrs } = application;
  const asymmetric = attrs.get("coordinate_transformation_mode") === "asymmetric";
  const floor = attrs.get("nearest_mode") === "floor" || attrs.get("mode") === "linear";
  attrs.delete("coordinate_transformation_mode");
  attrs.delete("nearest_mode");
  // These matter to other modes only.
  for (const name of ["cubic_coeff_a", "exclude_outside", "extrapolation_value"])
    attrs.delete(name);
  application.operands = [x, scales];
  return (
    asymmetric &&
    floor &&
    attrs.get("mode") !== "cubic" &&
    !attrs.has("axes") &&
    plain(application, "antialias", 0) &&
    plain(application, "keep_aspect_ratio_policy", "stretch")
  );
}

/** Resize: without the region of interest at first; then its unused operands were empty tensors, now they are absent. */
const resize: Form = {
  until: 13,
  always: true,
  raise(application, operands, version) {
    if (version < 11) {
      const [x, scales] = application.operands;
      const contents = scales && operands.contents(scales);
      // When it shrinks, the old operator rounds in another way.
      const grows = contents && Array.from(contents.data as ArrayLike<number>).every((s) => s >= 1);
      if (!grows) return false;
      application.operands = [x, undefined, scales];
      application.attrs.set("coordinate_transformation_mode", "asymmetric");
      application.attrs.set("nearest_mode", "floor");
      return true;
    }
    application.operands = application.operands.map((operand, i) =>
      i > 0 && isEmpty(operand, operands) ? undefined : operand,
    );
    return true;
  },
  lower(application, operands, version) {
    if (version >= 13) return true;
    if (version < 11) return enlarge(application, operands);
    if (application.attrs.has("axes") || !plain(application, "antialias", 0)) return false;
    if (!plain(application, "keep_aspect_ratio_policy", "stretch")) return false;
    const empty = (): ReturnType<typeof operands.constant> =>
      operands.constant({ dtype: "f32", shape: [0], data: [] });
    const [x, roi, scales, ...rest] = application.operands;
    application.operands = [x, roi ?? empty(), scales ?? empty(), ...rest];
    return true;
  },
};

/** Upsample, which became Resize. */
const upsample: Form = {
  until: 13,
  raise(application, operands, version) {
    if (version < 7) return false;
    const scales = application.attrs.get("scales");
    application.attrs.delete("scales");
    const [x, given] = application.operands;
    let operand = given;
    if (version < 9) {
      if (scales === undefined || !isList(scales)) return false;
      operand = operands.constant({
        dtype: "f32",
        shape: [scales.length],
        data: Float32Array.from(scales as readonly number[]),
      });
    }
    application.op = "Resize";
    application.operands = [x, undefined, operand];
    application.attrs.set("coordinate_transformation_mode", "asymmetric");
    application.attrs.set("nearest_mode", "floor");
    return true;
  },
  lower(application, operands, version) {
    if (version < 7 || !enlarge(application, operands)) return false;
    application.op = "Upsample";
    const [x, scales] = application.operands;
    if (version >= 9 || scales === undefined) return true;
    const contents = operands.contents(scales);
    if (contents === undefined) return false;
    application.attrs.set("scales", Array.from(contents.data as ArrayLike<number>));
    application.operands = [x];
    return true;
  },
};

/** ONNX Runtime's MeanVarianceNormalization before ONNX had one: of images, each channel by itself or all together. */
const meanVariance: Form = {
  until: 9,
  raise({ attrs }) {
    const across = attrs.get("across_channels") ?? 0;
    const divides = attrs.get("normalize_variance") ?? 1;
    for (const name of ["across_channels", "normalize_variance"]) attrs.delete(name);
    attrs.set("axes", across === 0 ? [0, 2, 3] : [0, 1, 2, 3]);
    return divides !== 0;
  },
  lower: () => false,
};

/** ONNX Runtime's own name for RMSNormalization, older than ONNX's. Its second result ONNX's has not. */
const simplified: Form = {
  until: 23,
  raise(application) {
    application.op = "RMSNormalization";
    return application.results === 1;
  },
  lower(application) {
    application.op = "SimplifiedLayerNormalization";
    return true;
  },
};

/** Operators that could once overwrite their inputs. */
const consuming: Form = {
  until: 6,
  raise(application) {
    application.attrs.delete("consumed_inputs");
    return true;
  },
  lower: () => true,
};

/** Operators of a list that did not broadcast: the same where the shapes are. */
const ofEqualShapes: Form = {
  until: 8,
  raise: consuming.raise,
  lower(application, operands) {
    const shapes = application.operands.map((operand) => {
      const type = operand && operands.type(operand);
      return type === undefined || type.dtype === "unknown" ? undefined : type.shape.join();
    });
    return shapes.every((shape) => shape !== undefined && shape === shapes[0]);
  },
};

/** Operators of two operands that broadcast only when told: the same where not told. */
const unbroadcast: Form = {
  until: 7,
  raise(application) {
    const told = application.attrs.get("broadcast") ?? 0;
    for (const name of ["broadcast", "axis", "consumed_inputs"]) application.attrs.delete(name);
    return told === 0;
  },
  lower: () => false,
};

/** Attention since it can be told how many keys are no padding: the same where it is not told. */
const attention: Form = {
  until: 23,
  after: 24,
  raise: ({ operands }) => absent(operands, 6),
  lower: () => true,
};

/** Types were taken away, the meaning stayed. */
const narrowed = (until: number): Form => ({ until, raise: () => true, lower: () => true });

const named = (names: string, form: Form): [string, Form][] =>
  names.split(" ").map((name) => [name, form]);

/** The older forms by operator. */
const FORMS: ReadonlyMap<string, Form> = new Map([
  ...named("Squeeze ReduceSum", axes(13, false)),
  ...named("Unsqueeze", axes(13, true)),
  ...named(
    "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare",
    axes(18, false),
  ),
  ...named("Softmax LogSoftmax Hardmax", flattened),
  ...named(
    "Abs Ceil Elu Exp Floor HardSigmoid InstanceNormalization LeakyRelu Log Neg Reciprocal Relu Sigmoid Sqrt Tanh",
    consuming,
  ),
  ...named("Max Mean Min Sum", ofEqualShapes),
  ...named("Add Sub Mul Div Pow And Or Xor Equal Less Greater Gemm", unbroadcast),
  ["Split", split],
  ["BatchNormalization", batchNormalization],
  ["Dropout", dropout],
  ["TopK", topK],
  ["Slice", slice],
  ["Pad", pad],
  ["Clip", clip],
  ["Resize", resize],
  ["Upsample", upsample],
  ["Erf", narrowed(13)],
  ["Attention", attention],
  ["MeanVarianceNormalization", meanVariance],
  ["SimplifiedLayerNormalization", simplified],
]);

/** The form of an operator's version that is not the canonical one, if it has one. */
export function formOf(op: string, since: number): Form | undefined {
  const form = FORMS.get(op);
  if (form === undefined) return undefined;
  const isOther = form.always || since < form.until || since >= (form.after ?? Infinity);
  return isOther ? form : undefined;
}

/** The version whose meaning a node of this version has, once it was brought to the canonical form where it has another. */
export function formedVersion(op: string, since: number): number {
  const form = formOf(op, since);
  if (form === undefined) return since;
  return since >= (form.after ?? Infinity) ? form.until : Math.max(since, form.until);
}

/** What an operator was called before it had its own name. */
export const FORMER_NAMES: ReadonlyMap<string, string> = new Map([
  ["Resize", "Upsample"],
  ["RMSNormalization", "SimplifiedLayerNormalization"],
]);

/** The name that an operator has in the vocabulary. */
export function presentName(op: string): string {
  for (const [now, former] of FORMER_NAMES) if (former === op) return now;
  return op;
}
