/** ONNX Runtime as the judge of what a model computes. */
import { type Runtime, RuntimeError, startRuntime } from "../../packages/backends/cpu/src/index.ts";
import type { NdArray } from "../../packages/plugin/src/index.ts";

/** Tensors by the name of the output they belong to. */
export type Outputs = Readonly<Record<string, NdArray>>;

// A runtime may know operators of a release that it was made before; the node tests use them.
process.env["ALLOW_RELEASED_ONNX_OPSET_ONLY"] = "0";

/** ONNX Runtime without its optimiser, in a process that is replaced when a model ends it. */
export class Oracle {
  #runtime: Promise<Runtime> | undefined;

  /** The outputs of a model; the reason where there are none. */
  async run(model: Uint8Array, inputs: Outputs): Promise<Outputs | string> {
    this.#runtime ??= startRuntime({ memoryMb: 4096, timeoutMs: 60_000 });
    try {
      const session = await (await this.#runtime).load(model, { level: "disabled" });
      const outputs = await session.run(inputs);
      await session.close();
      return outputs;
    } catch (error) {
      if (error instanceof RuntimeError && error.failure !== "refused") {
        if (error.failure === "absent") throw error;
        this.#runtime = undefined;
      }
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** The runtime's version. */
  async version(): Promise<string> {
    this.#runtime ??= startRuntime({ memoryMb: 4096, timeoutMs: 60_000 });
    return (await this.#runtime).versions.onnxruntime;
  }

  async close(): Promise<void> {
    await (await this.#runtime)?.close();
    this.#runtime = undefined;
  }
}
