/** One random program through everything that must leave its meaning alone. */
import type * as ast from "../../packages/dsl/src/ast.ts";
import { Dice } from "../../packages/dsl/src/check/dice.ts";
import { readGraph } from "../../packages/dsl/src/index.ts";
import { extractDag } from "../../packages/egraph/src/index.ts";
import {
  expressible,
  modelOf,
  type OnnxModel,
  readModel,
  writeModel,
} from "../../packages/onnx/src/index.ts";
import type { Dim, Graph, NdArray } from "../../packages/plugin/src/index.ts";
import { foldConstants } from "../../packages/rewright/src/fold.ts";
import { evaluateGraph } from "../../packages/tensor/src/index.ts";
import { unlike } from "../../packages/testkit/src/closeness.ts";
import { disagreement, type Grown, grow, ownNumbers, type Reach } from "./agreement.ts";
import type { Oracle, Outputs } from "./oracle.ts";
import { type Planted, planted } from "./planting.ts";
import { dialects } from "./rewriting.ts";
import type { Case } from "./sketch.ts";

/** How far the e-graph of a random program is grown. */
const REACH: Reach = { rounds: 3, nodes: 500, matches: 30 };

/** Programs grown around one rule until one is found in which it fires. */
const ATTEMPTS = 4;

/** What was compared: on the program's own inputs, on inputs of other sizes, on numbers that are none, of the file as written, in ONNX Runtime. */
type Comparison = "own" | "sizes" | "special" | "file" | "runtime";

/** What became of one random program. */
export interface Trial {
  readonly program: Planted;
  /** By rule, how many matches changed anything. */
  readonly fired: ReadonlyMap<string, number>;
  readonly compared: readonly Comparison[];
  /** What is wrong; `undefined` when nothing is. */
  readonly fault: Fault | undefined;
}

/** A program, something to run it on, and what is wrong with what rules make of it. */
export interface Fault extends Case {
  readonly comparison: Comparison;
  readonly why: string;
}

/** What a program is judged by. */
interface Judging {
  readonly rules: readonly ast.Rule[];
  readonly comparison: Comparison;
  /** Which of the programs of the e-graph is taken, where one is. */
  readonly seed: number;
  readonly oracle?: Oracle | undefined;
}

/** A program as it is after having been written and read: typed by inference, as files are. `undefined` where no file can hold it. */
function filed(graph: Graph): OnnxModel | undefined {
  try {
    const model = readModel(modelOf(graph, { dialects }), { dialects });
    return model.graph.nodes.some(({ opaque }) => opaque !== undefined) ? undefined : model;
  } catch (error) {
    if (error instanceof Error && error.name === "ModelError") return undefined;
    throw error;
  }
}

/**
 * Rules that are about finite numbers only: infinities and NaN reach further than before. ONNX Runtime's own fusions and kernels take
 * the same liberties.
 */
const finite: readonly (readonly [rule: RegExp, why: string])[] = [
  [/^gates\.softmax$/, "one infinity makes the whole row NaN, not only itself"],
  [/^normalization\.lrn$/, "the sum over a window is a product with zeros and ones"],
  [/^grouped\.widen/, "kernels of other groups are zeros, no longer absent"],
  [/^polyphase\./, "kernels are padded with zeros"],
  [/^spelling\.(half_power|inverse_root)$/, "minus infinity has powers, but no root"],
  [/^rms_norm\.rms_norm_(l2|unit)$/, "a mean of the smallest squares is 0, and 0 / 0 NaN"],
];
const strict = (rules: readonly ast.Rule[]): readonly ast.Rule[] =>
  rules.filter(({ name }) => !finite.some(([rule]) => rule.test(name)));

/** The random program of a seed, grown around `rule`, and what becomes of it; `undefined` where no instance of the rule was found. */
export async function trial(
  rule: ast.Rule,
  rules: readonly ast.Rule[],
  seed: number,
  oracle?: Oracle,
): Promise<Trial | undefined> {
  let found:
    | { readonly program: Planted; readonly model: OnnxModel; readonly grown: Grown }
    | undefined;
  // What surrounds an instance may keep the rule from firing: then another one is tried. Of rules that come to the same the first fires.
  const ordered = [rule, ...rules.filter((other) => other !== rule)];
  for (let attempt = 0; attempt < ATTEMPTS && !found?.grown.fired.has(rule.name); attempt++) {
    const program = planted(rule, rules, seed + attempt * 0x9e3779b1);
    const model = program && filed(program.graph);
    if (program && model) found = { program, model, grown: grow(model.graph, ordered, REACH) };
  }
  if (!found) return undefined;
  const { program, model, grown } = found;
  const { graph } = model;
  const dice = new Dice(seed ^ 0x5bd1e995);
  const compared: Comparison[] = [];
  const inputs: Readonly<Record<Comparison, readonly NdArray[] | undefined>> = {
    own: program.inputs,
    sizes: resized(program, graph, dice),
    special: dice.chance(0.2) && !hasEmpty(graph) ? special(program.inputs, dice) : undefined,
    file: program.inputs,
    runtime: oracle && program.inputs,
  };
  // Special numbers last: for them other rules are applied, and the e-graph is grown anew.
  for (const comparison of ["own", "sizes", "file", "runtime", "special"] as const) {
    const given = inputs[comparison];
    if (given === undefined) continue;
    const known = comparison === "special" ? undefined : grown;
    const why = await judge(model, given, { rules, comparison, seed, oracle }, known);
    if (why === "not run") continue;
    const { fired } = grown;
    if (why !== undefined)
      return { program, fired, compared, fault: { comparison, why, graph, inputs: given } };
    compared.push(comparison);
  }
  return { program, fired: grown.fired, compared, fault: undefined };
}

/** Whether a fault is still there in another program, under other rules. */
export async function fails(fault: Case, judging: Judging): Promise<string | undefined> {
  try {
    const model = filed(fault.graph);
    const why = model && (await judge(model, fault.inputs, judging));
    return why === "not run" ? undefined : why;
  } catch {
    return undefined;
  }
}

/** What is wrong with what the rules make of a program. */
async function judge(
  model: OnnxModel,
  inputs: readonly NdArray[],
  { rules, comparison, seed, oracle }: Judging,
  known?: Grown,
): Promise<string | undefined> {
  const { graph } = model;
  const allowed = comparison === "special" ? strict(rules) : rules;
  const grown = known ?? grow(graph, allowed, REACH);
  if (comparison === "own" || comparison === "sizes") {
    const found = disagreement(grown, inputs);
    return found && `${found.node} ${found.why}`;
  }
  const written = anyProgram(model, grown, new Dice(seed));
  const named = (arrays: readonly NdArray[]): Outputs =>
    Object.fromEntries(arrays.map((array, i) => [graph.outputs[i]?.name as string, array]));
  if (comparison !== "runtime") {
    const after = readModel(written, { dialects }).graph;
    return firstUnlike(
      graph,
      named(evaluateGraph(graph, inputs, dialects)),
      named(evaluateGraph(after, inputs, dialects)),
    );
  }
  // What its kernels make of tensors without elements is no measure: reductions lose negative axes, sums of no products keep what was in memory.
  if (hasEmpty(graph)) return "not run";
  const given = Object.fromEntries(graph.inputs.map(({ name }, i) => [name, inputs[i] as NdArray]));
  const original = writeModel(model, graph, { dialects });
  const before = await (oracle as Oracle).run(original, given);
  if (typeof before === "string") return "not run";
  const after = await (oracle as Oracle).run(written, given);
  // Which element types a kernel exists for is the backend's to know, and to price.
  if (typeof after === "string")
    return after.includes("Could not find an implementation")
      ? "not run"
      : `ONNX Runtime does not run it: ${after}`;
  return firstUnlike(graph, before, after);
}

/** Any of the programs that the e-graph holds, constants folded, as a file. */
function anyProgram(model: OnnxModel, grown: Grown, dice: Dice): Uint8Array {
  const { terms, outputs } = grown;
  const says = expressible(model);
  const prices = new Map<string, number>();
  const extraction = extractDag(
    terms.egraph,
    outputs,
    (node) => {
      const view = terms.view(node);
      if (view && !says(view.op)) return Number.POSITIVE_INFINITY;
      const key = view?.op ?? "";
      let price = prices.get(key);
      if (price === undefined) {
        price = view ? dice.real(0, 1) ** 3 + 1e-3 : 1e-3;
        prices.set(key, price);
      }
      return price;
    },
    { effort: 0 },
  );
  const graph = ownNumbers(readGraph(terms, model.graph, outputs, extraction), grown);
  return writeModel(model, foldConstants(graph, dialects, 1e9), { dialects });
}

/** Single precision may have lost this much of the largest element on the way. */
const SHARE = 1e-3;

/**
 * How the first output differs that does. Where the program is one of whole numbers, outputs that are must be as they were; others
 * may differ by rounding, and where rounding may have tipped a comparison, or over a step, they are let go.
 */
function firstUnlike(graph: Graph, before: Outputs, after: Outputs): string | undefined {
  const isExact = graph.nodes.every(({ op }) => exact.has(op));
  const isTipped = !isExact && graph.nodes.some(({ op }) => steps.has(op));
  for (const { name } of graph.outputs) {
    const array = before[name] as NdArray;
    const other = after[name];
    const why = unlike(array, other);
    if (why === undefined) continue;
    const said = `output ${name}: ${why}`;
    if (!other || array.dtype !== other.dtype || `${array.shape}` !== `${other.shape}`) return said;
    if (!/^b?f\d/.test(array.dtype)) {
      if (isExact) return said;
      continue;
    }
    if (isTipped) continue;
    const data = array.data as ArrayLike<number>;
    let scale = 1e-3;
    for (let i = 0; i < data.length; i++)
      if (Number.isFinite(data[i])) scale = Math.max(scale, Math.abs(data[i] as number));
    for (let i = 0; i < data.length; i++) {
      const gap = Math.abs((data[i] as number) - (other.data[i] as number));
      if (Number.isFinite(data[i]) && !(gap <= SHARE * scale)) return said;
    }
  }
  return undefined;
}

/** Operators whose results leap where their operands hardly differ. */
const steps: ReadonlySet<string> = new Set(["Floor", "Ceil", "Round", "Sign", "Mod"]);

/** Operators that make whole numbers of whole numbers, whatever rules make of them. */
const exact: ReadonlySet<string> = new Set(
  "Add Sub Mul Neg Abs Relu Max Min Sum Concat Slice Gather Transpose Reshape Squeeze Unsqueeze Identity MatMul Gemm Conv ReduceSum ReduceMax ReduceMin Expand Tile Pad Split".split(
    " ",
  ),
);

/** Inputs of other sizes, where names stand for sizes and the program itself has a meaning there. */
function resized(program: Planted, graph: Graph, dice: Dice): readonly NdArray[] | undefined {
  if (program.sizes.size === 0) return undefined;
  const sizes = new Map([...program.sizes.keys()].map((name) => [name, dice.integer(1, 6)]));
  const inputs = graph.inputs.map(({ type }, i) => {
    const array = program.inputs[i] as NdArray;
    const shape = type.shape.map((dim) => (typeof dim === "number" ? dim : (sizes.get(dim) ?? 1)));
    const length = shape.reduce((product, dim) => product * dim, 1);
    return refilled(array, shape, length);
  });
  // Reference semantics need not notice what is ill-shaped; inference does.
  const there = {
    ...graph,
    inputs: graph.inputs.map(({ name }, i) => ({ name, type: inputs[i] as NdArray })),
  };
  if (filed(there) === undefined) return undefined;
  try {
    // Where inference knows nothing the file's declarations are believed, and they were made for the program's own sizes.
    const isTrue = evaluateGraph(graph, inputs, dialects).every(({ shape }, i) => {
      const { source } = graph.outputs[i] as Graph["outputs"][number];
      const said =
        source.from === "node" && graph.nodes[source.index]?.results[source.result]?.shape;
      const isSo = (dim: Dim, axis: number): boolean =>
        typeof dim !== "number" || dim === shape[axis];
      return !said || (said.length === shape.length && said.every(isSo));
    });
    return isTrue ? inputs : undefined;
  } catch {
    return undefined;
  }
}

function refilled(array: NdArray, shape: readonly number[], length: number): NdArray {
  const { data } = array;
  if (data.length === 0 && length > 0) throw new Error("an empty tensor with a named size");
  const from = Array.from({ length }, (_, i) => data[i % data.length]);
  const make = data.constructor as unknown as { from(items: unknown): NdArray["data"] };
  return { ...array, shape, data: make.from(from) };
}

/** Whether something has no elements: a sum of nothing is 0, even where its terms would have been infinite. */
function hasEmpty({ constants, nodes }: Graph): boolean {
  const types = [...constants.map(({ type }) => type), ...nodes.flatMap(({ results }) => results)];
  return types.some(({ shape }) => shape.includes(0));
}

/** Not so large that what rounding takes of their powers drowns all else. */
const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 1e-40, 150, -150];

/** Some of the numbers replaced by those that programs seldom see. */
function special(inputs: readonly NdArray[], dice: Dice): readonly NdArray[] | undefined {
  if (!inputs.some(({ dtype }) => /^f\d/.test(dtype))) return undefined;
  const share = dice.pick([0.05, 0.3]);
  return inputs.map((array) => {
    if (!/^f\d/.test(array.dtype)) return array;
    const data = Float64Array.from(array.data as ArrayLike<number>, (x) =>
      dice.chance(share) ? dice.pick(SPECIAL) : x,
    );
    return { ...array, data: array.dtype === "f64" ? data : Float32Array.from(data) };
  });
}
