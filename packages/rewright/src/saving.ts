import { readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Model } from "@rewright/backend-cpu";
import { imageOf, type OnnxModel, openModel, readModel } from "@rewright/onnx";
import type { Dialect, Graph } from "@rewright/plugin";
import { sameFile, writeWhole } from "./files.ts";
import { isSettled } from "./job.ts";
import type { Saved } from "./optimized.ts";

/** A model that can be written. */
export interface Savable {
  /** As it was given. */
  readonly original: Model;
  readonly model: OnnxModel;
  /** The program to write; the model as it was given where there is none. */
  readonly graph: Graph | undefined;
  readonly dialects: readonly Dialect[];
  /** Where the original's external data lie. */
  readonly directory: string | undefined;
}

/** The model in memory. @throws ModelError (@rewright/onnx) when one file cannot hold it */
export function bytesOf({ original, model, graph, dialects }: Savable): Uint8Array {
  if (graph !== undefined) return imageOf(model, graph, { dialects }).bytes();
  return typeof original === "string" ? readFileSync(original) : original;
}

/**
 * Writes the model whole or not at all, and beside it a data file for its weights where one file cannot hold them. External data of the
 * original are taken along, unless it is written unchanged into its own folder.
 *
 * @throws InputError when something cannot be written; ModelError (@rewright/onnx) when even two files cannot hold the model
 */
export async function saveModel(savable: Savable, path: string): Promise<Saved> {
  const { original, model, dialects, directory } = savable;
  const folder = dirname(resolve(path));
  const stays =
    model.external === 0 || (directory !== undefined && (await sameFile(directory, folder)));
  if (savable.graph === undefined && stays) {
    const bytes = typeof original === "string" ? undefined : original;
    if (bytes !== undefined) await writeWhole(path, bytes);
    else if (!(await sameFile(original as string, path)))
      await writeWhole(path, { from: original as string });
    return { data: undefined, same: true };
  }
  // Nothing was gained: what reading has settled is open again.
  const whole = savable.graph === undefined && isSettled(model) ? reread(savable) : model;
  // A new name, so that the old model keeps its data until the new one has taken its place.
  const name = await freeName(folder, basename(path));
  const image = imageOf(whole, savable.graph ?? whole.graph, { dialects, dataFile: name });
  const before = await ownData(path);
  const data = image.data && join(folder, name);
  if (data !== undefined) await writeWhole(data, { write: (file) => image.writeData(file) });
  try {
    await writeWhole(path, { write: (file) => image.write(file) });
  } catch (error) {
    if (data !== undefined) await rm(data, { force: true });
    throw error;
  }
  for (const file of before) await rm(file, { force: true });
  return { data, same: false };
}

/** The model as it was given. */
function reread({ original, dialects, directory }: Savable): OnnxModel {
  const options = { dialects, ...(directory !== undefined && { directory }) };
  return typeof original === "string" ? openModel(original, options) : readModel(original, options);
}

/** A name for the data file that no file in the folder has. */
async function freeName(folder: string, model: string): Promise<string> {
  for (let i = 0; ; i++) {
    const name = i === 0 ? `${model}.data` : `${model}.${i}.data`;
    const free = await stat(join(folder, name)).then(
      () => false,
      () => true,
    );
    if (free) return name;
  }
}

/** The data files of the model at a path that a run like this one has made for it: they go when it is replaced. */
async function ownData(path: string): Promise<readonly string[]> {
  const [folder, model] = [dirname(resolve(path)), basename(path)];
  const isOwn = (name: string): boolean =>
    name.startsWith(`${model}.`) && /^(\d+\.)?data$/.test(name.slice(model.length + 1));
  if (!(await readdir(folder)).some(isOwn)) return [];
  try {
    return openModel(path).dataFiles.filter((file) => isOwn(basename(file)));
  } catch {
    return []; // there is no model that could use them, or none that says so
  }
}
