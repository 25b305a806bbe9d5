/** What becomes of one of ONNX's node tests on its way through reading, optimising and writing. */
import { type OnnxModel, readModel, writeModel } from "../../packages/onnx/src/index.ts";
import { copyOf } from "../../packages/onnx/test/models.ts";
import { frozen, type NodeTest, tensorOf } from "../../packages/onnx/test/node-test.ts";
import { wrapped } from "../../packages/onnx/test/wrapped.ts";
import type { Graph, NdArray, TensorType } from "../../packages/plugin/src/index.ts";
import { foldConstants } from "../../packages/rewright/src/fold.ts";
import { evaluateGraph } from "../../packages/tensor/src/index.ts";
import { unlike } from "../../packages/testkit/src/closeness.ts";
import type { Oracle, Outputs } from "./oracle.ts";
import { dialects, rewritten } from "./rewriting.ts";

/** What was found. `faults` are ours; the runtime's own are in `runs`. */
export interface Examination {
  /** `R`: ONNX Runtime gets the outputs expected; `D`: it gets others; `-`: it does not run the model, or its binding cannot carry the tensors. */
  readonly runs: "R" | "D" | "-";
  /** `S`: reference semantics give the outputs expected, and inference their types; `T`: there are types only; `-`: a node is opaque. */
  readonly modelled: "S" | "T" | "-";
  /** The rules that some program rests on. */
  readonly rules: readonly string[];
  readonly faults: readonly string[];
  /** Programs written and compared. */
  readonly programs: number;
}

/**
 * The forms in which a model is optimised, by the number of its first inputs that stay inputs: as it is, with all weights known,
 * with everything known. And of each the costs: the CPU's, and arbitrary ones, under which any program may be the cheapest.
 */
const FORMS = [
  { name: "as it is", open: Number.POSITIVE_INFINITY, costs: [0] },
  { name: "weights known", open: 1, costs: [0, 1] },
  { name: "all known", open: 0, costs: [2] },
] as const;

/** Sends one test through everything. */
export async function examine(test: NodeTest, oracle: Oracle): Promise<Examination> {
  const faults: string[] = [];
  const rules = new Set<string>();
  let programs = 0;
  const attempt = async (what: string, work: () => void | Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      faults.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  };
  const wanted = test.outputs.map(tensorOf);
  let modelled: Examination["modelled"] = "-";
  let runs: Examination["runs"] = "-";

  await attempt("reading", async () => {
    const model = readModel(test.model, { dialects });
    const ran = await run(test, model, oracle);
    const reference = typeof ran === "string" ? undefined : ran;
    modelled = meaning(model, test, wanted, reference, faults);
    if (reference !== undefined)
      runs = differences(model, wanted, reference).length === 0 ? "R" : "D";

    for (const { name, open, costs } of FORMS)
      await attempt(name, async () => {
        const form = open < test.inputs.length ? frozen(test, open) : open > 1 ? test : undefined;
        if (form === undefined) return;
        const given =
          form === test ? model : readModel(form.model, { dialects, inlineBranches: true });
        if (form !== test && modelled === "S") typesFit(given.graph, wanted, faults, name);
        const graphs = [copyOf(given.graph)];
        for (const seed of costs) {
          const found = await rewritten(given, seed);
          for (const rule of found.rules) rules.add(rule);
          if (!graphs.includes(found.graph)) graphs.push(found.graph);
        }
        for (const graph of graphs) {
          const written = writeModel(given, foldConstants(graph, dialects, 1e9), { dialects });
          programs++;
          const again = readModel(written, { dialects });
          if (
            again.graph.outputs.map((o) => o.name).join() !==
            given.graph.outputs.map((o) => o.name).join()
          )
            faults.push("the outputs' names changed");
          if (reference === undefined || isRandom(model)) continue;
          const got = await run(form, given, oracle, written);
          const wrong =
            typeof got === "string"
              ? [`ONNX Runtime does not run it: ${got}`]
              : regressions(model, wanted, reference, got);
          for (const fault of wrong) faults.push(`${name}: ${fault}`);
        }
      });

    await attempt("within a branch", async () => {
      const within = wrapped(test.model);
      if (within === undefined) return;
      const inlined = readModel(within, { dialects, inlineBranches: true });
      if (inlined.inlined === 0) faults.push("a branch stays that is chosen already");
      const written = writeModel(inlined, inlined.graph, { dialects });
      if (reference === undefined || isRandom(model)) return;
      const got = await run(test, model, oracle, written);
      const wrong = typeof got === "string" ? [got] : regressions(model, wanted, reference, got);
      for (const fault of wrong) faults.push(`within a branch: ${fault}`);
    });
  });
  return { runs, modelled, rules: [...rules], faults, programs };
}

const isRandom = ({ graph }: OnnxModel): boolean =>
  graph.nodes.some(({ op }) => dialects.some(({ ops }) => ops[op]?.impure === true));

/** What ONNX Runtime makes of a model on the test's inputs, by output; the reason where it does not run. */
async function run(
  test: NodeTest,
  model: OnnxModel,
  oracle: Oracle,
  bytes: Uint8Array = test.model,
): Promise<Outputs | string> {
  const inputs: Record<string, NdArray> = {};
  for (const [i, { name }] of model.graph.inputs.entries()) {
    const array = tensorOf(test.inputs[i]);
    if (array === undefined) return `input ${name} is no tensor`;
    inputs[name] = array;
  }
  return oracle.run(bytes, inputs);
}

/** Outputs that are neither what the test expects nor what ONNX Runtime makes of the original. */
function regressions(
  model: OnnxModel,
  wanted: readonly (NdArray | undefined)[],
  reference: Outputs,
  got: Outputs,
): string[] {
  return model.graph.outputs.flatMap(({ name }, i) => {
    const expected = wanted[i];
    if (expected && unlike(expected, got[name]) === undefined) return [];
    const before = reference[name];
    const why = before && unlike(before, got[name]);
    return why === undefined ? [] : [`output ${name}: ${why}`];
  });
}

function differences(
  { graph }: OnnxModel,
  wanted: readonly (NdArray | undefined)[],
  got: Outputs,
): string[] {
  return graph.outputs.flatMap(({ name }, i) => {
    const expected = wanted[i];
    const why = expected && unlike(expected, got[name]);
    return why === undefined ? [] : [`output ${name}: ${why}`];
  });
}

/** Whether the vocabulary has the model's operators, and whether it gives them the meaning that the test expects. */
function meaning(
  model: OnnxModel,
  test: NodeTest,
  wanted: readonly (NdArray | undefined)[],
  reference: Outputs | undefined,
  faults: string[],
): Examination["modelled"] {
  const { graph } = model;
  if (graph.nodes.some(({ opaque }) => opaque !== undefined)) return "-";
  const defined = graph.nodes.every(({ op }) =>
    dialects.some(({ ops }) => ops[op]?.evaluate !== undefined),
  );
  typesFit(graph, wanted, faults, "inference");
  const inputs = test.inputs.map(tensorOf);
  if (!defined || !inputs.every((input) => input !== undefined)) return "T";
  try {
    const outputs = evaluateGraph(graph, inputs, dialects);
    for (const [i, output] of outputs.entries()) {
      // Where the runtime does otherwise than the test, either will do: constants must fold to what it would compute.
      const own = reference?.[graph.outputs[i]?.name ?? ""];
      const why = wanted[i] && unlike(wanted[i], output);
      if (why !== undefined && (own === undefined || unlike(own, output) !== undefined))
        faults.push(`semantics: output ${graph.outputs[i]?.name}: ${why}`);
    }
  } catch (error) {
    faults.push(`semantics: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  }
  return "S";
}

/** Whether the outputs that are expected are of the types that inference found. */
function typesFit(
  graph: Graph,
  wanted: readonly (NdArray | undefined)[],
  faults: string[],
  when: string,
): void {
  for (const [i, { name, source }] of graph.outputs.entries()) {
    const array = wanted[i];
    const type: TensorType | undefined =
      source.from === "node"
        ? graph.nodes[source.index]?.results[source.result]
        : source.from === "input"
          ? graph.inputs[source.index]?.type
          : graph.constants[source.index]?.type;
    if (array === undefined || type === undefined || type.dtype === "unknown") continue;
    const sizes = new Map<string, number>();
    const fits =
      type.dtype === array.dtype &&
      type.shape.length === array.shape.length &&
      type.shape.every((dim, axis) => {
        const size = array.shape[axis] as number;
        if (typeof dim === "number") return dim === size;
        if (dim === "?" || dim.includes("?!")) return true;
        const known = sizes.get(dim) ?? size;
        sizes.set(dim, known);
        return known === size;
      });
    if (!fits)
      faults.push(
        `types (${when}): output ${name} is ${array.dtype}[${array.shape}], inferred was ${type.dtype}[${type.shape}]`,
      );
    const values = type.value;
    if (values?.some((value, at) => typeof value === "number" && value !== Number(array.data[at])))
      faults.push(`types (${when}): output ${name} is ${array.data}, inferred was ${values}`);
  }
}
