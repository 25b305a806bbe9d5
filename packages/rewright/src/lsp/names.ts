/**
 * What files are called: by editors (URIs), by the disk (paths), and in messages (names, from the folder that is open).
 *
 * @module
 */

import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { configOf } from "../config.ts";

/** The path of a document; `undefined` for one that is on no disk, such as a new one. */
export function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined; // a file on another computer, to a system that cannot name such
  }
}

/** The URI of a path, spelt as editors do. */
export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

/** The name of a document: its path from the folder where it lies in that; else all of it. */
export function nameOf(uri: string, folder: string): string {
  const path = pathOf(uri);
  if (path === undefined) return uri;
  const name = isInside(path, folder) ? relative(folder, path) : path;
  return name.split(sep).join("/");
}

/** The path of a name. */
export function placeOf(name: string, folder: string): string {
  return isAbsolute(name) ? name : join(folder, name);
}

/** The folder whose configuration a file is written for: the nearest that has one, within the folder that is open; else that folder. */
export function homeOf(path: string, folders: readonly string[]): string {
  const around = folders.find((folder) => isInside(path, folder)) ?? dirname(path);
  for (let folder = dirname(path); isInside(folder, around); folder = dirname(folder))
    if (configOf(folder) !== undefined) return folder;
  return around;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}
