/**
 * Where the language server is.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

/** How to start the language server. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Windows runs scripts (`.cmd`) in a shell only. */
  readonly shell: boolean;
}

/** Why there is none, for a person, and what to do. */
export interface Missing {
  readonly missing: string;
}

const LSP = ["lsp", "--stdio"];

/**
 * How to start `rewright lsp`: that which a folder has installed, so that the editor says what the command line says there; or else
 * what the setting `rewright.server.path` names, which counts from the first folder.
 *
 * @param folders the workspace's folders, as paths
 * @param setting the setting's value; empty where it is not set
 */
export function findServer(folders: readonly string[], setting: string): Command | Missing {
  for (const folder of folders) {
    const script = installed(folder);
    if (script !== undefined) return { command: "node", args: [script, ...LSP], shell: false };
  }
  const named = setting.trim();
  if (named === "")
    return {
      missing:
        "There is no rewright in this folder: run `npm install --save-dev rewright`, or name one in the setting rewright.server.path.",
    };
  const isPath = isAbsolute(named) || /[\\/]/.test(named);
  const path = isPath ? resolve(folders[0] ?? "", named) : named;
  if (isPath && !existsSync(path))
    return { missing: `The setting rewright.server.path names ${path}, which does not exist.` };
  if (/\.[cm]?[jt]s$/.test(path)) return { command: "node", args: [path, ...LSP], shell: false };
  return { command: path, args: LSP, shell: process.platform === "win32" };
}

/** The script behind the `rewright` of a folder's `node_modules`. */
function installed(folder: string): string | undefined {
  const home = join(folder, "node_modules/rewright");
  try {
    const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
      readonly bin?: { readonly rewright?: string };
    };
    const script = bin?.rewright && join(home, bin.rewright);
    return script && existsSync(script) ? script : undefined;
  } catch {
    return undefined;
  }
}
