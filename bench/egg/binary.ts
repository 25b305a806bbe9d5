// Builds the Rust sides of the comparisons, on first use.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * The path of a crate's binary, built in release mode; undefined, said aloud, where there is no cargo. Throws when
 * the crate does not build.
 */
export function build(crate: "egg" | "egglog"): string | undefined {
  const folder = join(import.meta.dirname, "..", crate);
  const cargo = ["build", "--release", "--locked", "--quiet", "--jobs", "1"];
  const { error, status } = spawnSync("cargo", cargo, { cwd: folder, stdio: "inherit" });
  if (error) {
    console.error(
      `SKIPPED: ${crate} is not compared with, since cargo does not start (${error.message})`,
    );
    return undefined;
  }
  if (status !== 0) throw new Error(`cargo could not build ${folder}: it ended with ${status}`);
  return join(folder, `target/release/${crate}-bench`);
}
