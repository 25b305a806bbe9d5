import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model } from "@rewright/backend-cpu";
import { imageOf, type OnnxModel } from "@rewright/onnx";
import type { Dialect, Graph } from "@rewright/plugin";
import { InputError } from "./errors.ts";
import { reasonOf } from "./files.ts";

/** A folder for candidates that are too large to be held in memory; it is made when it is first needed. */
export class Scratch {
  #folder: Promise<string> | undefined;
  #count = 0;

  /**
   * A program as a model that the runtime can load: its bytes, or the path of a file, where the model that it comes from is not in memory
   * either. External data stay where they are: the bytes are to be loaded in the folder of the model.
   * @throws ModelError (@rewright/onnx), InputError when there is no room for the file
   */
  async candidate(model: OnnxModel, graph: Graph, dialects: readonly Dialect[]): Promise<Model> {
    const image = imageOf(model, graph, { dialects, keepsData: true });
    // What names external data finds them in the folder of the model only.
    if (!model.isHeld || model.external > 0) return image.bytes();
    try {
      this.#folder ??= mkdtemp(join(tmpdir(), "rewright-"));
      const path = join(await this.#folder, `candidate-${this.#count++}.onnx`);
      const file = openSync(path, "wx");
      try {
        image.write(file);
      } finally {
        closeSync(file);
      }
      return path;
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      throw new InputError(
        `cannot write a candidate of ${image.length} bytes to ${tmpdir()}: ${reasonOf(error)}; another folder can be named in TMPDIR`,
      );
    }
  }

  /** Forgets a candidate. */
  async drop(candidate: Model): Promise<void> {
    if (typeof candidate === "string") await rm(candidate, { force: true });
  }

  /** Removes the folder and what is left in it. */
  async close(): Promise<void> {
    const folder = await this.#folder?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
