import { randomUUID } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "./errors.ts";

/** Node's file errors in plain words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is not a folder",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
};

/** Why a file operation failed, for people. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasons[code]) || message;
}

/** What an error says; whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reads a file whole. @throws InputError when it cannot be read */
export async function readBytes(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`cannot read the ${what} ${path}: ${reasonOf(error)}`);
  }
}

/** The size of the model's file. @throws InputError when it cannot be read */
export async function checkReadable(path: string): Promise<number> {
  try {
    await access(path, constants.R_OK);
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    return found.size;
  } catch (error) {
    throw new InputError(`cannot read the model ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Checks, before any work is done, that a file can be written at `path`: its folder exists and is writable, it is no folder itself,
 * and it is not `input` unless `force` is set.
 * @throws InputError
 */
export async function checkWritable(path: string, input?: string, force = false): Promise<void> {
  const folder = dirname(resolve(path));
  const refuse = (why: string): never => {
    throw new InputError(`cannot write ${path || '""'}: ${why}`);
  };
  if (path === "") refuse("a file must have a name");
  const kind = await stat(path).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? undefined : refuse(reasonOf(error)),
  );
  if (kind?.isDirectory()) refuse("it is a folder; name a file");
  if (kind !== undefined && !kind.isFile())
    refuse("it is not a regular file; name one, or leave it out to write nothing");
  const inside = await stat(folder).catch((error) => refuse(`${folder}: ${reasonOf(error)}`));
  if (!inside.isDirectory()) refuse(`${folder} is not a folder`);
  await access(folder, constants.W_OK).catch((error) => refuse(`${folder}: ${reasonOf(error)}`));
  if (kind !== undefined)
    await access(path, constants.W_OK).catch((error) => refuse(reasonOf(error)));
  if (input !== undefined && kind !== undefined && !force) {
    const [a, b] = await Promise.all([realpath(path), realpath(input)]);
    if (a === b) refuse("it is the input; name another file, or allow it with --force");
  }
}

/** What is written: bytes, text, what a function writes to the open file, or a copy of another file. */
export type Written =
  | Uint8Array
  | string
  | { readonly write: (file: number) => void }
  | { readonly from: string };

/**
 * Writes a file whole or not at all: beside its place under a name of its own, flushed, then renamed. Its permissions stay.
 * @throws InputError when it cannot be written; nothing is left behind then
 */
export async function writeWhole(path: string, content: Written): Promise<void> {
  const place = await realpath(path).catch(() => resolve(path)); // through a link, the file that it names
  // A name that no other run has, in this container or another on the same disk; short, since names have a limit.
  const beside = join(dirname(place), `.${basename(place).slice(0, 40)}.${randomUUID()}.tmp`);
  const mode = await stat(place).then(
    (known) => known.mode & 0o777,
    () => undefined,
  );
  try {
    const file = await open(beside, "wx", mode);
    try {
      if (mode !== undefined) await file.chmod(mode); // whatever the process's mask
      if (typeof content === "string" || content instanceof Uint8Array)
        await file.writeFile(content);
      else if ("write" in content) content.write(file.fd);
      else await file.writeFile(createReadStream(content.from, { highWaterMark: 4 * 2 ** 20 }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}); // the first error says more
    // What a function could not read from the model is the model's fault.
    if (error instanceof Error && error.name === "ModelError") throw error;
    throw new InputError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** Whether two paths name one file, or would once it is written. */
export async function sameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [a, b].map((path) => realpath(path).catch(() => resolve(path))),
  );
  return one === other;
}
