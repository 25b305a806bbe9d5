import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "./errors.ts";
import type { OptimizeOptions } from "./options.ts";

/** What `rewright.config.ts` may say: the options of `optimize` that a project shares between its runs. */
export type Config = Omit<OptimizeOptions, "directory" | "signal" | "onProgress">;

/** The name of the file, looked for in the working folder, by preference. */
const names = ["rewright.config.ts", "rewright.config.mjs", "rewright.config.js"];

/** Types a configuration where it is written: `export default defineConfig({ … })`. */
export function defineConfig(config: Config): Config {
  return config;
}

/** The configuration of a folder, if it has one. */
export function configOf(folder: string): string | undefined {
  return names.map((name) => join(folder, name)).find((file) => existsSync(file));
}

/**
 * Loads `path`, or the configuration of `folder` where it has one. A configuration is code and runs with the user's rights, once
 * for each `version`.
 * @returns an empty configuration where there is none
 * @throws InputError when the file is missing, throws, or does not export a configuration
 */
export async function loadConfig(folder: string, path?: string, version = ""): Promise<Config> {
  const file = path === undefined ? configOf(folder) : resolve(folder, path);
  if (file === undefined) return {};
  if (!existsSync(file)) throw new InputError(`there is no configuration file ${file}`);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href + version)) as typeof module;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint =
      (error as NodeJS.ErrnoException).code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? "; this Node does not read TypeScript: use Node 22.18 or newer, or write rewright.config.mjs"
        : "";
    throw new InputError(`cannot load ${file}: ${why}${hint}`);
  }
  const config = module.default;
  if (typeof config !== "object" || config === null)
    throw new InputError(
      `${file} exports no configuration: end it with \`export default defineConfig({ … })\``,
    );
  return config as Config;
}
