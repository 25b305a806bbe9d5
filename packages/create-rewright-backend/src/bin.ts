#!/usr/bin/env node
import { execFileSync } from "node:child_process";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { BackendNameError, ScaffoldError, scaffold } from "./index.ts";

const usage = `Usage: npm create rewright-backend NAME [FOLDER]

Writes a new backend for Rewright into FOLDER (rewright-backend-NAME unless said), which must be empty or not there.

  NAME      lower-case, such as my-npu
  --help    this text`;

/** Whom git commits as, for the licence. */
function author(): string | undefined {
  try {
    const name = execFileSync("git", ["config", "user.name"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return name.trim() || undefined;
  } catch {
    return undefined;
  }
}

function main(args: readonly string[]): number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    const [name, folder, ...more] = positionals;
    if (values.help) {
      console.log(usage);
      return 0;
    }
    if (name === undefined || more.length > 0) {
      console.error(usage);
      return 2;
    }
    const by = author();
    const made = scaffold({
      name,
      ...(folder !== undefined && { folder }),
      ...(by && { author: by }),
    });
    const where = relative(process.cwd(), made.folder) || ".";
    console.log(made.files.map((file) => `  ${file}`).join("\n"));
    console.log(`\nNow:\n\n  cd ${where}\n  npm install\n  npm test\n`);
    return 0;
  } catch (error) {
    const isUsage =
      error instanceof BackendNameError ||
      error instanceof ScaffoldError ||
      (error instanceof Error && "code" in error);
    if (!isUsage) throw error;
    console.error(`create-rewright-backend: ${(error as Error).message}`);
    return 2;
  }
}

process.exitCode = main(process.argv.slice(2));
