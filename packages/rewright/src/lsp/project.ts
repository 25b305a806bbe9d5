/**
 * What the rule files of a folder may be about: the dialects of the target that its configuration names.
 *
 * @module
 */

import type { Dialect } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { loadConfig } from "../config.ts";
import { backendOf } from "../plugins.ts";

/** The dialects that a folder's rule files may import. Configurations that cannot be loaded are reported, and count for nothing. */
export async function dialectsOf(
  folder: string,
  version: number,
  report: (message: string) => void,
): Promise<readonly Dialect[]> {
  let backend: NonNullable<Awaited<ReturnType<typeof loadConfig>>["backend"]> = "cpu";
  try {
    backend =
      (await loadConfig(folder, undefined, version === 0 ? "" : `?${version}`)).backend ?? backend;
    const { dialects = [] } = await backendOf(backend);
    return [onnx, ...dialects];
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
    const { dialects = [] } = await backendOf("cpu");
    return [onnx, ...dialects];
  }
}
