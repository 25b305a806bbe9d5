import { readModel } from "@rewright/onnx";
import type { Graph } from "@rewright/plugin";
import { randomInputs } from "../runtime/inputs.ts";
import { Random } from "../runtime/random.ts";
import {
  type NamedArrays,
  type Runtime,
  type RuntimeSession,
  startRuntime,
} from "../runtime/runtime.ts";
import { Sketch } from "./sketch.ts";

/** How to time. */
export interface MeasurementOptions {
  readonly threads: number;
  /** Milliseconds spent on running a program. */
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** What was measured of one program, or of two that are equal. */
export interface Measured {
  /** Their times over the reference's, the runs of both by turns. */
  readonly ratios: readonly number[];
  /** The µs of the reference meanwhile. */
  readonly reference: number;
}

/** Programs that take more than this, or hang, end the runtime's process. */
const limits = { memoryMb: 4000, timeoutMs: 30_000 };

const referenceInput = "reference";

/**
 * What all programs are timed beside: products, functions and normalisations, a tenth of a millisecond of them. A machine that slows
 * down (its clock, what other processes take of caches and of a core that two threads share) slows both down.
 */
function referenceProgram(): Uint8Array {
  const s = new Sketch("reference", new Random(1));
  const x = s.input([1, 32, 128], referenceInput);
  const inner = s.op("Gelu", [s.linear(s.layerNorm(x), 256)]);
  s.output(s.op("Softmax", [s.op("Sum", [s.linear(inner, 128), x])], { axis: -1 }));
  return s.bytes();
}

/** Times programs in one process of the runtime, each beside a reference program. */
export class Timer {
  readonly #runtime: Runtime;
  readonly #reference: RuntimeSession;
  readonly #options: MeasurementOptions;
  readonly #input: NamedArrays;

  private constructor(
    runtime: Runtime,
    reference: RuntimeSession,
    input: NamedArrays,
    options: MeasurementOptions,
  ) {
    this.#runtime = runtime;
    this.#reference = reference;
    this.#input = input;
    this.#options = options;
  }

  /** @throws RuntimeError where onnxruntime-node is absent */
  static async start(options: MeasurementOptions): Promise<Timer> {
    const { threads, signal } = options;
    const runtime = await startRuntime({ ...limits, threads, signal });
    const model = referenceProgram();
    const reference = await runtime.load(model);
    return new Timer(runtime, reference, randomInputs(graphOf(model)), options);
  }

  /** The runtime's version. */
  get version(): string {
    return this.#runtime.versions.onnxruntime;
  }

  /** Times one program, or two that take the same inputs; those are timed beside each other, too. */
  async time(models: readonly Uint8Array[]): Promise<Measured> {
    const sessions: RuntimeSession[] = [];
    for (const model of models) sessions.push(await this.#runtime.load(model));
    const [first, second] = sessions as [RuntimeSession, RuntimeSession?];
    // A session takes what it asks for and leaves the rest.
    const inputs = { ...randomInputs(graphOf(models[0] as Uint8Array)), ...this.#input };
    const beside = await this.#race([first, this.#reference], inputs);
    const ratios = [beside.ratio];
    if (second !== undefined)
      ratios.push(beside.ratio / (await this.#race([first, second], inputs)).ratio);
    for (const session of sessions) await session.close();
    return { ratios, reference: beside.second };
  }

  async #race(
    pair: readonly [RuntimeSession, RuntimeSession],
    inputs: NamedArrays,
  ): Promise<{ readonly ratio: number; readonly second: number }> {
    const { milliseconds, threads } = this.#options;
    const times = await this.#runtime.race(pair, inputs, { milliseconds, samples: 6 });
    // Processor time leaves out what other processes take; threads wait for each other by the wall clock.
    const [one, other] = (threads === 1 ? times.cpu : times.wall).map(fastTime) as [number, number];
    return { ratio: one / other, second: 1000 * other };
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }
}

/** The fastest tenth: what other processes do to a machine only ever makes runs slower. */
function fastTime(times: Float64Array): number {
  return times.toSorted()[Math.floor(times.length / 10)] as number;
}

/** A program of a model file. */
export function graphOf(model: Uint8Array): Graph {
  return readModel(model).graph;
}
