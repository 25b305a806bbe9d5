import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DType, NdArray } from "@rewright/plugin";
import { type ChildLimits, RuntimeProcess } from "./child-process.ts";
import type { OptimizationLevel, WireValue } from "./protocol.ts";
import type { PairedTimes } from "./stopwatch.ts";
import { dtypeOf, pack, unpack, type WireTensor } from "./tensor.ts";

/** Tensors by the name of the input or output they belong to. */
export type NamedArrays = Readonly<Record<string, NdArray>>;

/** How to start a runtime. */
export interface RuntimeOptions extends ChildLimits {
  /** Threads within an operator. Default 1. */
  readonly threads?: number | undefined;
}

/** How to load a model. */
export interface LoadOptions {
  /** How far ONNX Runtime may rewrite the model. Default "all". */
  readonly level?: OptimizationLevel;
  /** Where the external data of a model given as bytes lies. A model given as a path has its data beside it. */
  readonly cwd?: string | undefined;
}

/** An input or output of a loaded model. Dimensions without a size carry their name. */
export interface ValueInfo {
  readonly name: string;
  /** `unknown` for what is not a tensor (a sequence, a map, an optional). */
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

/** A model in the runtime, ready to run. */
export interface RuntimeSession {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the model once. Half-precision outputs come back as numbers in a Float32Array.
   * @throws TypeError or RangeError on an input that cannot be fed; RuntimeError when the runtime refuses or dies.
   */
  run(inputs: NamedArrays): Promise<NamedArrays>;
  /** Frees the model. */
  close(): Promise<void>;
}

/** ONNX Runtime in a process of its own. */
export interface Runtime {
  readonly versions: { readonly onnxruntime: string; readonly node: string };
  /** The process's number in the system. */
  readonly pid: number;
  /** @throws RuntimeError with `failure: "refused"` when the runtime does not take the model. */
  load(model: Uint8Array | string, options?: LoadOptions): Promise<RuntimeSession>;
  /**
   * Runs two models of this runtime by turns and returns the time of each run.
   * For comparisons that hold, see `timeModels`.
   */
  race(
    pair: readonly [RuntimeSession, RuntimeSession],
    inputs: NamedArrays,
    limits: { readonly milliseconds: number; readonly samples: number },
  ): Promise<PairedTimes>;
  /** Ends the process. Resolves when it is gone. */
  close(): Promise<void>;
}

/** Larger models travel through a file: the channel between the processes takes about 10 ms per mebibyte. */
const channelBytes = 4 * 2 ** 20;

/**
 * Starts ONNX Runtime in a child process, where neither a native abort nor a run without end can hurt the caller.
 * The child ends with `close`, with the signal, at a limit, and with its parent.
 *
 * @throws RuntimeError with `failure: "absent"` where onnxruntime-node is not installed.
 */
export async function startRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const threads = options.threads ?? 1;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new RangeError(`\`threads\` is ${threads}: give a whole number of at least 1`);
  }
  const child = new RuntimeProcess(options);
  const numbers = new WeakMap<RuntimeSession, number>();
  const version = await child.ready;

  async function load(
    model: Uint8Array | string,
    { level = "all", cwd }: LoadOptions = {},
  ): Promise<RuntimeSession> {
    const ask = { level, threads, directory: cwd };
    const made =
      typeof model === "string" || model.byteLength <= channelBytes
        ? await child.ask("load", { ...ask, model })
        : await throughFile(model, (file) => child.ask("load", { ...ask, model: { file } }));
    const { session } = made;
    const loaded: RuntimeSession = {
      inputs: made.inputs.map(infoOf),
      outputs: made.outputs.map(infoOf),
      async run(inputs) {
        const outputs = await child.ask("run", { session, inputs: packAll(inputs) });
        return mapValues(outputs, unpack);
      },
      async close() {
        await child.ask("release", { session });
      },
    };
    numbers.set(loaded, session);
    return loaded;
  }

  function numberOf(session: RuntimeSession): number {
    const number = numbers.get(session);
    if (number === undefined) throw new TypeError("this session belongs to another runtime");
    return number;
  }

  return {
    versions: { onnxruntime: version, node: process.versions.node },
    pid: child.pid,
    load,
    async race([one, other], inputs, limits) {
      const sessions = [numberOf(one), numberOf(other)] as const;
      return child.ask("time", { sessions, inputs: packAll(inputs), ...limits });
    },
    close: () => child.end(),
  };
}

async function throughFile<T>(bytes: Uint8Array, use: (file: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "rewright-"));
  try {
    const file = join(directory, "model.onnx");
    await writeFile(file, bytes);
    return await use(file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function packAll(inputs: NamedArrays): Record<string, WireTensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, array]) => [name, pack(name, array)]),
  );
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function infoOf(value: WireValue): ValueInfo {
  return { name: value.name, dtype: dtypeOf(value.type), shape: value.shape };
}
