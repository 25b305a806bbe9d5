import {
  type Comparison,
  compareOutputs,
  type Model,
  type NamedArrays,
  type Runtime,
  RuntimeError,
  type RuntimeSession,
  randomInputs,
  startRuntime,
} from "@rewright/backend-cpu";
import type { OnnxModel } from "@rewright/onnx";
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
  /** Why no candidate can be judged: the model's outputs differ from run to run. Known once inputs have been tried. */
  unfit: string | undefined;
  readonly #model: OnnxModel;
  readonly #options: JudgeOptions;
  readonly #original: Model;
  #plain: RuntimeSession | undefined;
  #trials: readonly Trial[] | undefined;
  #runtime: Runtime | undefined;

  private constructor(
    original: Model,
    model: OnnxModel,
    options: JudgeOptions,
    runtime: Runtime,
    plain: RuntimeSession,
  ) {
    this.#original = original;
    this.#model = model;
    this.#options = options;
    this.#runtime = runtime;
    this.#plain = plain;
  }

  /**
   * Loads the original.
   * @throws InputError when ONNX Runtime is absent or refuses the original
   */
  static async open(original: Model, model: OnnxModel, options: JudgeOptions): Promise<Judge> {
    const runtime = await startRuntime({ timeoutMs }).catch(refused("ONNX Runtime cannot start"));
    try {
      const plain = await runtime
        .load(original, { level: "disabled", cwd: options.directory })
        .catch(refused("ONNX Runtime refuses the model as it is, before any change"));
      return new Judge(original, model, options, runtime, plain);
    } catch (error) {
      await runtime.close();
      throw error;
    }
  }

  /**
   * Draws inputs and runs the original on them, once: nothing is run for a model in which nothing was found.
   * @throws InputError when no inputs can be drawn, or the original cannot be run on any
   */
  async try(): Promise<void> {
    if (this.#trials !== undefined || this.#runtime === undefined || !this.#plain) return;
    const { seed, bind, directory: cwd } = this.#options;
    const plain = this.#plain;
    const full = await this.#runtime
      .load(this.#original, { level: "all", cwd })
      .catch(() => undefined);
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
    const trials: Trial[] = [];
    const spare: Trial[] = [];
    for (let i = 0; i < attempts && trials.length < wanted; i++) {
      const trial = await attempt(drawn(this.#model, seed + i, bind));
      if (trial === undefined) continue;
      (finiteShare(trial.reference) >= finite ? trials : spare).push(trial);
    }
    if (trials.length === 0) trials.push(...spare.slice(0, 1));
    const [first] = trials;
    if (first === undefined)
      throw new InputError(
        `ONNX Runtime cannot run the model on inputs drawn for it: ${messageOf(failure)}${Object.keys(bind).length > 0 ? "; give sizes that fit with --input name=1x128" : ""}`,
      );
    if (!compareOutputs(first.reference, await plain.run(first.inputs)).ok)
      this.unfit =
        "its outputs differ from run to run (random operators), so no change could be verified";
    const others = otherSizes(this.#model.graph, bind);
    const elsewhere = others && (await attempt(drawn(this.#model, seed, others)));
    if (elsewhere && finiteShare(elsewhere.reference) >= finite) trials.push(elsewhere);
    this.#trials = trials;
    await plain.close();
    await full?.close();
    this.#plain = undefined;
  }

  /** The inputs that candidates are timed on. */
  get inputs(): NamedArrays {
    return this.#trials?.[0]?.inputs ?? drawn(this.#model, this.#options.seed, this.#options.bind);
  }

  /** Runs a candidate, without the runtime's optimiser, on every trial. `error`: what inexact rules may have changed in it. */
  async judge(candidate: Model, error = 0): Promise<Verdict> {
    await this.try();
    try {
      this.#runtime ??= await startRuntime({ timeoutMs });
      const session = await this.#runtime.load(candidate, {
        ...{ level: "disabled", cwd: this.#options.directory },
      });
      let maxAbs = 0;
      let maxRel = 0;
      for (const { inputs, reference, noise } of this.#trials ?? []) {
        const found = compareOutputs(reference, await session.run(inputs), { noise, error });
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

/** Inputs with a default are left to it: they are weights that may be given, not data. */
function drawn(
  { graph, defaults }: OnnxModel,
  seed: number,
  bind: Readonly<Record<string, number>>,
): NamedArrays {
  try {
    return randomInputs(graph, { seed, bind, omit: defaults });
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
