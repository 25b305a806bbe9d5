import { modelOf } from "@rewright/onnx";
import type { Backend, Graph, NdArray } from "@rewright/plugin";
import { calibrationOf, timePrograms } from "./calibration/calibrate.ts";
import { coefficientsOf } from "./calibration/calibration.ts";
import { rooflineCoefficients } from "./calibration/features.ts";
import { cpuCostModel } from "./cost-model.ts";
import { cpuFunctions } from "./dialect/functions.ts";
import { microsoft } from "./dialect/microsoft.ts";
import { accountant } from "./model.ts";
import { type CpuPartName, cpuPart } from "./parts.ts";
import { ruleFiles } from "./rules.ts";
import { startRuntime } from "./runtime/runtime.ts";

/** Which processor, and how much of it. */
export interface CpuOptions {
  /** A name of `cpuPartNames`. Default "generic-avx2"; `localPart()` finds this machine's. */
  readonly part?: CpuPartName | (string & {});
  /** Threads of an operator. Default 1. */
  readonly threads?: number;
  /** What `calibrate` of a backend like this one found on this machine: costs rest on it, and `part` and `threads` are its own unless given. */
  readonly calibration?: Readonly<Record<string, unknown>>;
  /** Seconds that `calibrate` may measure. Default 150. */
  readonly seconds?: number;
}

/**
 * The CPU as ONNX Runtime uses it: costs by its measured kernels, rules about what those are slow at, its own operators, and
 * the runtime itself, in a process of its own, to run graphs.
 *
 * @throws RangeError on an unknown part, naming the known ones, and on a number of threads or seconds that is none; TypeError on a
 * calibration that is none, or was made for another part or other threads.
 */
export function cpu(options: CpuOptions = {}): Backend {
  const { calibration, seconds = 150 } = options;
  const name = agreed("part", options.part, calibration) ?? "generic-avx2";
  const part = cpuPart(name);
  const threads = agreed("threads", options.threads, calibration) ?? 1;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new RangeError(`cpu: \`threads\` is ${threads}: give a whole number of at least 1`);
  }
  if (!(seconds > 0)) {
    throw new RangeError(`cpu: \`seconds\` is ${seconds}: give a number above 0`);
  }
  const accounts = accountant(part, threads);
  return {
    kind: "backend",
    spec: 1,
    name: "cpu",
    costModel: cpuCostModel(
      accounts,
      calibration === undefined ? rooflineCoefficients : coefficientsOf(calibration),
    ),
    dialects: [microsoft, cpuFunctions(part.block)],
    rules: ruleFiles,
    run: (graph, inputs, signal) => run(graph, inputs, threads, signal),
    calibrate: async (signal, progress) => {
      const given = { part: name, threads, seconds, signal, progress };
      return { ...calibrationOf(await timePrograms(given, accounts), given) };
    },
  };
}

/** What is given; or what a calibration was made for, from which nothing else can be given. */
function agreed<Key extends "part" | "threads">(
  key: Key,
  given: CpuOptions[Key],
  calibration: CpuOptions["calibration"],
): CpuOptions[Key] {
  const own = calibration?.[key] as CpuOptions[Key];
  if (given === undefined || calibration === undefined || given === own) return given ?? own;
  throw new TypeError(
    `cpu: the calibration was made for \`${key}\` ${JSON.stringify(own)}, not ${JSON.stringify(given)}: leave \`${key}\` out, or calibrate for it with \`rewright calibrate\``,
  );
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
