import { globSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { formatRules, RuleError } from "@rewright/dsl/files";
import { exitCodes, InputError } from "../errors.ts";
import { checkWritable, readBytes, writeWhole } from "../files.ts";

/** The options of `rewright format`. */
export interface FormatArguments {
  readonly check?: boolean;
}

/** What standard input is called in messages. */
const STANDARD_INPUT = "standard input";

/**
 * `rewright format`: lays rule files out. Each is written whole or not at all, and only if it changes; one with errors, or that is
 * not UTF-8, stays as it is. Without files, or for `-`, from standard input to standard output.
 *
 * @returns the exit code: 1 when `--check` finds a file that is not laid out, 2 when one could not be read
 */
export async function format(paths: readonly string[], args: FormatArguments): Promise<number> {
  let code: number = exitCodes.done;
  const worse = (other: number): void => {
    code = Math.max(code, other);
  };
  for (const path of paths.length === 0 ? ["-"] : paths)
    for (const file of await filesOf(path))
      try {
        const isChanged = await (file === "-" ? pass(args) : layOut(file, args));
        if (!isChanged) continue;
        if (args.check) worse(exitCodes.check);
        if (file !== "-" || args.check)
          process.stdout.write(
            `${file === "-" ? STANDARD_INPUT : file}${args.check ? ": not laid out" : ""}\n`,
          );
      } catch (error) {
        if (!(error instanceof InputError || error instanceof RuleError)) throw error;
        worse(exitCodes.usage);
        const isColored = process.stderr.isTTY && process.stderr.hasColors();
        const message =
          error instanceof RuleError ? error.render({ color: isColored }) : error.message;
        process.stderr.write(`rewright: ${message}\n`);
      }
  return code;
}

/** A file, or all rule files of a folder. */
export async function filesOf(path: string): Promise<readonly string[]> {
  const kind = path === "-" ? undefined : await stat(path).catch(() => undefined);
  if (!kind?.isDirectory()) return [path];
  const found = globSync("**/*.rules", { cwd: path, exclude: ["**/node_modules"] });
  return found.sort().map((file) => join(path, file));
}

/** Lays one file out. @returns whether it was not */
async function layOut(file: string, { check }: FormatArguments): Promise<boolean> {
  const before = decode(await readBytes(file, "rule file"), file);
  const after = laidOut(file, before);
  if (after === before) return false;
  if (check) return true;
  await checkWritable(file);
  await writeWhole(file, after);
  return true;
}

/** From standard input to standard output. @returns whether it was not laid out */
async function pass({ check }: FormatArguments): Promise<boolean> {
  const before = decode(await buffer(process.stdin), STANDARD_INPUT);
  const after = laidOut(STANDARD_INPUT, before);
  if (!check) process.stdout.write(after);
  return after !== before;
}

/** The text of a file, which must survive being written back. */
function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError(`${file} is not UTF-8, and stays as it is; save it as UTF-8`);
  }
}

/** @throws RuleError when the text has errors */
function laidOut(file: string, text: string): string {
  const { text: after, diagnostics } = formatRules({ file, text });
  if (diagnostics.some(({ severity }) => severity === "error"))
    throw new RuleError(diagnostics, [{ file, text }]);
  return after;
}
