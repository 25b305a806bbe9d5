// Packages as they are when installed: built, and found by their published entries.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const FOLDERS: Readonly<Record<string, string>> = {
  "@rewright/plugin": "plugin",
  "@rewright/dsl": "dsl",
  "@rewright/tensor": "tensor",
  "egraph-ts": "egraph",
};

/** Builds packages of this repository and lays them into a folder's `node_modules`, with all that they need. */
export function install(folder: string, names: readonly string[]): void {
  const done = new Set<string>();
  const add = (name: string, from: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const place = join(folder, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    const own = FOLDERS[name];
    if (own === undefined) {
      symlinkSync(realpathSync(join(from, "node_modules", name)), place);
      return;
    }
    const source = join(root, "packages", own);
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-b", source], { stdio: "inherit" });
    const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as {
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly publishConfig: object;
    };
    mkdirSync(place);
    for (const part of ["dist", "rules"])
      if (existsSync(join(source, part)))
        cpSync(join(source, part), join(place, part), { recursive: true });
    writeFileSync(
      join(place, "package.json"),
      JSON.stringify({ ...manifest, ...manifest.publishConfig }),
    );
    for (const needed of Object.keys(manifest.dependencies ?? {})) add(needed, source);
  };
  for (const name of names) add(name, root);
}
