import { describeAccount } from "../convert/account.ts";
import { convertRules } from "../convert/convert.ts";
import { MalformedError, showPlace } from "../convert/foreign.ts";
import type { DialectName, Format } from "../convert/guess.ts";
import { exitCodes, InputError } from "../errors.ts";
import { checkWritable, readBytes, writeWhole } from "../files.ts";

/** The options of `rewright convert`. */
export interface ConvertArguments {
  readonly output?: string;
  readonly from?: Format;
  readonly dialect?: DialectName;
  readonly samples?: number;
  readonly seed?: number;
  readonly force?: boolean;
  readonly json?: string;
}

/**
 * `rewright convert`: a list of rules of another tool as a rule file, to standard output or to a file; what became of each rule to
 * standard error.
 *
 * @returns the exit code
 * @throws InputError when the input is not of its format, or a file cannot be read or written
 */
export async function convertFile(path: string, args: ConvertArguments): Promise<number> {
  const { output, json, from, dialect, samples, seed } = args;
  const bytes = await readBytes(path, "rules");
  for (const file of [output, json])
    if (file !== undefined && file !== "-") await checkWritable(file, path, args.force);
  const isTerminal = process.stderr.isTTY;
  try {
    const { text, account } = convertRules({
      input: path,
      bytes,
      ...(output !== undefined && output !== "-" && { name: output }),
      ...(from && { from }),
      ...(dialect && { dialect }),
      ...(samples !== undefined && { samples }),
      ...(seed !== undefined && { seed }),
      ...(isTerminal && {
        onProgress: (done: number, of: number) =>
          process.stderr.write(`\r\u001b[Kchecking ${done + 1} of ${of}`),
      }),
    });
    if (isTerminal) process.stderr.write("\r\u001b[K");
    process.stderr.write(`${describeAccount(account)}\n`);
    if (output !== undefined && output !== "-") await writeWhole(output, text);
    else if (json !== "-") process.stdout.write(text);
    if (json !== undefined) {
      const whole = `${JSON.stringify(account, null, 2)}\n`;
      if (json === "-") process.stdout.write(whole);
      else await writeWhole(json, whole);
    }
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new InputError(`${path}:${showPlace(error.at)}: ${error.message}`);
  }
}
