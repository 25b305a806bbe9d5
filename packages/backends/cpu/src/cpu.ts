import { modelOf } from "@rewright/onnx";
import type { Backend, Graph, NdArray } from "@rewright/plugin";
import { cpuFunctions } from "./dialect/functions.ts";
import { microsoft } from "./dialect/microsoft.ts";
import { cpuCostModel } from "./model.ts";
import { type CpuPartName, cpuPart } from "./parts.ts";
import { ruleFiles } from "./rules.ts";
import { startRuntime } from "./runtime/runtime.ts";

/** Which processor, and how much of it. */
export interface CpuOptions {
  /** A name of `cpuPartNames`. Default "generic-avx2"; `localPart()` finds this machine's. */
  readonly part?: CpuPartName | (string & {});
  /** Threads of an operator. Default 1. */
  readonly threads?: number;
}

/**
 * The CPU as ONNX Runtime uses it: costs by its measured kernels, rules about what those are slow at, its own operators, and
 * the runtime itself, in a process of its own, to run graphs.
 *
 * @throws RangeError on an unknown part, naming the known ones, and on a number of threads that is none.
 */
export function cpu(options: CpuOptions = {}): Backend {
  const part = cpuPart(options.part ?? "generic-avx2");
  const threads = options.threads ?? 1;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new RangeError(`cpu: \`threads\` is ${threads}: give a whole number of at least 1`);
  }
  return {
    kind: "backend",
    spec: 1,
    name: "cpu",
    costModel: cpuCostModel(part, threads),
    dialects: [microsoft, cpuFunctions(part.block)],
    rules: ruleFiles,
    run: (graph, inputs, signal) => run(graph, inputs, threads, signal),
  };
}

async function run(
  graph: Graph,
  inputs: readonly NdArray[],
  threads: number,
  signal: AbortSignal,
): Promise<readonly NdArray[]> {
  if (inputs.length !== graph.inputs.length) {
    throw new RangeError(
      `cpu: the graph has ${graph.inputs.length} inputs, and ${inputs.length} were given`,
    );
  }
  const named = Object.fromEntries(
    graph.inputs.map(({ name }, i) => [name, inputs[i] as NdArray] as const),
  );
  const runtime = await startRuntime({ threads, signal });
  try {
    const session = await runtime.load(modelOf(graph));
    const outputs = await session.run(named);
    return graph.outputs.map(({ name }) => outputs[name] as NdArray);
  } finally {
    await runtime.close();
  }
}
