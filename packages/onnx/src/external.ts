/**
 * Data kept outside the model file. The file names it, and the file may be a stranger's: only a plain file with one name,
 * under the directory given, reached through no link, is ever opened.
 *
 * @module
 */

import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync } from "node:fs";
import { isAbsolute, join, normalize, sep, win32 } from "node:path";
import { type Content, inFile } from "./content.ts";
import { ModelError } from "./error.ts";

/** A range of a file. */
export interface ExternalRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

function refuse(tensor: string, problem: string, cure: string): never {
  throw new ModelError(`${tensor}: its external data ${problem}. ${cure}.`);
}

/** A count of bytes as the file gives it. */
function count(text: string | undefined, what: string, tensor: string): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(number))
    refuse(tensor, `has the ${what} "${text}"`, "It must be a number of bytes");
  return number;
}

/** The path of a location under a directory. @throws {ModelError} when it leads anywhere else. */
function pathOf(location: string, directory: string, tensor: string): string {
  const quoted = JSON.stringify(location.length > 200 ? `${location.slice(0, 200)}…` : location);
  const cure = "Locations must be relative, within the model's folder, and through no links";
  const bad =
    location === "" ||
    location.includes("\0") ||
    isAbsolute(location) ||
    win32.isAbsolute(location) ||
    /^[A-Za-z]:/.test(location) ||
    location.split(/[\\/]/).includes("..");
  if (bad) refuse(tensor, `lies at ${quoted}`, cure);
  let root: string;
  try {
    root = realpathSync(directory);
  } catch {
    return refuse(tensor, `lies in the folder ${directory}, which is not there`, "Name another");
  }
  const path = join(root, normalize(location));
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep))
    refuse(tensor, `lies at ${quoted}`, cure);
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    return refuse(
      tensor,
      `is missing: there is no file ${path}`,
      "Keep the data files beside the model",
    );
  }
  if (real !== path) refuse(tensor, `lies behind a symbolic link at ${quoted}`, cure);
  return path;
}

/** Opens a plain file with one name. @throws {ModelError} for anything else. */
function open(path: string, tensor: string): { readonly file: number; readonly size: number } {
  const cure = "It must be a plain file of its own";
  const seen = lstatSync(path);
  if (!seen.isFile()) refuse(tensor, `at ${path} is no file`, cure);
  if (seen.nlink > 1) refuse(tensor, `at ${path} is a hard link`, cure);
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  const opened = fstatSync(file);
  if (opened.ino !== seen.ino || opened.dev !== seen.dev || opened.nlink > 1) {
    closeSync(file);
    refuse(tensor, `at ${path} was exchanged while it was opened`, cure);
  }
  return { file, size: opened.size };
}

/**
 * Where a tensor's external data lies, checked without reading any of it.
 * @param entries the tensor's `external_data`
 * @param bytes how many bytes the tensor's elements take
 * @throws {ModelError} when it may not be read, is missing, or is of another size
 */
export function locate(
  entries: ReadonlyMap<string, string>,
  directory: string | undefined,
  bytes: number,
  tensor: string,
): ExternalRange {
  const location = entries.get("location");
  if (location === undefined) refuse(tensor, "has no location", "Save the model again");
  if (directory === undefined)
    refuse(tensor, "was not looked for", "Say in which directory the model's data files lie");
  const offset = count(entries.get("offset"), "offset", tensor) ?? 0;
  const length = count(entries.get("length"), "length", tensor) ?? bytes;
  if (length !== bytes)
    refuse(tensor, `is ${length} bytes long, its elements take ${bytes}`, "Save the model again");
  const path = pathOf(location, directory, tensor);
  const { file, size } = open(path, tensor);
  closeSync(file);
  if (offset + length > size)
    refuse(
      tensor,
      `ends at byte ${offset + length} of ${path}, which has ${size}`,
      "The file is cut short or another model's",
    );
  return { path, offset, length };
}

/** What lies in a located range. Reading it throws a ModelError when the file has changed since. */
export function rangeContent(
  { path, offset, length }: ExternalRange,
  tensor: () => string,
): Content {
  return inFile({
    ...{ path, offset, length },
    open: () => open(path, tensor()).file,
    cut: () => refuse(tensor(), `at ${path} became shorter`, "Leave the file alone"),
  });
}
