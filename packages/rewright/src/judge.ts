import {
  type Comparison,
  compareOutputs,
  type NamedArrays,
  type Runtime,
  RuntimeError,
  randomInputs,
  startRuntime,
} from "@rewright/backend-cpu";
import type { Dim, Graph, NdArray } from "@rewright/plugin";
import { InputError } from "./errors.ts";

/** What a judge is opened with. */
export interface JudgeOptions {
  readonly seed: number;
  /** Sizes of symbolic dimensions. */
  readonly bind: Readonly<Record<string, number>>;
  /** Where the model's external data lies. */
  readonly directory?: string | undefined;
}

/** One input, what the original makes of it, and how far the runtime's own levels lie apart there. */
interface Trial {
  readonly inputs: NamedArrays;
  readonly reference: NamedArrays;
  readonly noise: Comparison | undefined;
}

/** What a judge says of a candidate. */
export type Verdict =
  | { readonly agrees: true; readonly maxAbs: number; readonly maxRel: number }
  | { readonly agrees: false; readonly why: string };

/** Trials on the sizes asked for; one more is made on other sizes where the model leaves some open. */
const wanted = 3;
/** Inputs drawn at most to find them. */
const attempts = 10;
/** Of the original's float outputs, the share that must be finite for an input to tell anything. */
const finite = 0.9;
/** A run that takes longer than this is given up. */
const timeoutMs = 120_000;

const isFloat = (a: NdArray): boolean => /^(f|bf)/.test(a.dtype);

/** The share of finite elements among float outputs; 1 where there are none. */
function finiteShare(outputs: NamedArrays): number {
  let all = 0;
  let good = 0;
  for (const a of Object.values(outputs).filter(isFloat)) {
    all += a.data.length;
    for (const x of a.data as ArrayLike<number> & Iterable<number>) if (Number.isFinite(x)) good++;
  }
  return all === 0 ? 1 : good / all;
}

/**
 * Compares candidates with the original, which ONNX Runtime runs without its optimiser, on seeded inputs. The runtime works in a
 * process of its own: a model that makes it abort ends that process and is a candidate that failed.
 */
export class Judge {
  /** Why no candidate can be judged: the model's outputs differ from run to run. */
  readonly unfit: string | undefined;
  readonly #trials: readonly Trial[];
  #runtime: Runtime | undefined;

  private constructor(runtime: Runtime, trials: readonly Trial[], unfit: string | undefined) {
    this.#runtime = runtime;
    this.#trials = trials;
    this.unfit = unfit;
  }

  /**
   * Loads the original, draws inputs and runs it on them.
   * @throws InputError when ONNX Runtime is absent, refuses the original or cannot run it
   */
  static async open(original: Uint8Array, graph: Graph, options: JudgeOptions): Promise<Judge> {
    const { seed, bind, directory: cwd } = options;
    const runtime = await startRuntime({ timeoutMs }).catch(refused("ONNX Runtime cannot start"));
    try {
      const plain = await runtime
        .load(original, { level: "disabled", cwd })
        .catch(refused("ONNX Runtime refuses the model as it is, before any change"));
      const full = await runtime.load(original, { level: "all", cwd }).catch(() => undefined);
      const trials: Trial[] = [];
      const spare: Trial[] = [];
      let unfit: string | undefined;
      let failure: unknown;
      const attempt = async (inputs: NamedArrays): Promise<Trial | undefined> => {
        try {
          const reference = await plain.run(inputs);
          const optimised = await full?.run(inputs).catch(() => undefined);
          const noise = optimised && compareOutputs(reference, optimised);
          return { inputs, reference, noise };
        } catch (error) {
          failure = error;
          return undefined;
        }
      };
      for (let i = 0; i < attempts && trials.length < wanted; i++) {
        const trial = await attempt(drawn(graph, seed + i, bind));
        if (trial === undefined) continue;
        (finiteShare(trial.reference) >= finite ? trials : spare).push(trial);
      }
      if (trials.length === 0) trials.push(...spare.slice(0, 1));
      const first = trials[0];
      if (first === undefined)
        throw new InputError(
          `ONNX Runtime cannot run the model on inputs drawn for it: ${messageOf(failure)}; give sizes that fit with --input name=1x128`,
        );
      if (!compareOutputs(first.reference, await plain.run(first.inputs)).ok)
        unfit =
          "its outputs differ from run to run (random operators), so no change could be verified";
      const others = otherSizes(graph, bind);
      const elsewhere = others && (await attempt(drawn(graph, seed, others)));
      if (elsewhere && finiteShare(elsewhere.reference) >= finite) trials.push(elsewhere);
      await plain.close();
      await full?.close();
      return new Judge(runtime, trials, unfit);
    } catch (error) {
      await runtime.close();
      throw error;
    }
  }

  /** The inputs that candidates are timed on. */
  get inputs(): NamedArrays {
    return (this.#trials[0] as Trial).inputs;
  }

  /** Runs a candidate, without the runtime's optimiser, on every trial. */
  async judge(candidate: Uint8Array): Promise<Verdict> {
    try {
      this.#runtime ??= await startRuntime({ timeoutMs });
      const session = await this.#runtime.load(candidate, { level: "disabled" });
      let maxAbs = 0;
      let maxRel = 0;
      for (const { inputs, reference, noise } of this.#trials) {
        const found = compareOutputs(reference, await session.run(inputs), { noise });
        if (!found.ok)
          return {
            agrees: false,
            why: `output \`${found.worst?.name}\` differs from the original: ${found.worst?.reason}`,
          };
        maxAbs = Math.max(maxAbs, found.maxAbs);
        maxRel = Math.max(maxRel, found.maxRel);
      }
      await session.close();
      return { agrees: true, maxAbs, maxRel };
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      if (error.failure !== "refused") this.#runtime = undefined; // its process is gone: start another for the next
      return { agrees: false, why: `ONNX Runtime cannot run it: ${error.message}` };
    }
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#runtime?.close();
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const refused =
  (what: string) =>
  (error: unknown): never => {
    throw error instanceof RuntimeError
      ? new InputError(`${what}: ${error.message}`)
      : (error as Error);
  };

function drawn(graph: Graph, seed: number, bind: Readonly<Record<string, number>>): NamedArrays {
  try {
    return randomInputs(graph, { seed, bind });
  } catch (error) {
    throw new InputError(`no inputs can be drawn to verify with: ${messageOf(error)}`);
  }
}

/** Other sizes for the open dimensions, or `undefined` where there is none. */
function otherSizes(
  graph: Graph,
  bind: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> | undefined {
  const open = new Set(
    graph.inputs.flatMap((i) => i.type.shape.filter((d: Dim) => typeof d === "string")),
  ) as ReadonlySet<string>;
  if (open.size === 0) return undefined;
  return { ...bind, ...Object.fromEntries([...open].map((d) => [d, (bind[d] ?? 8) + 3])) };
}
