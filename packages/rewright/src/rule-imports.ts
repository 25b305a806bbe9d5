import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Imported, readImports } from "@rewright/dsl/files";
import type { Dialect, RuleFile } from "@rewright/plugin";
import { messageOf, reasonOf } from "./files.ts";

/** Rule files with all that they import, as `compileRules` takes them. */
export interface Loaded {
  /** The files asked for, then those that they import. */
  readonly files: readonly RuleFile[];
  /** The modules that they import, by path; or why one, or a rule file, could not be loaded. */
  readonly modules: ReadonlyMap<string, Dialect | string>;
  /** Where what they import lies, or would lie, by the same names. */
  readonly paths: ReadonlyMap<string, string>;
}

/** What imports are read from. */
export interface Source {
  /** The folder that the names of files count from. */
  readonly folder: string;
  /** The text of a rule file. Throws an Error that says why there is none. */
  read(path: string): Promise<string>;
  /** What a module exports. */
  module(path: string): Promise<Readonly<Record<string, unknown>>>;
}

/** The disk, from the working folder. */
const disk: Source = {
  get folder() {
    return process.cwd();
  },
  read: async (path) => {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      throw new Error(`cannot read ${path}: ${reasonOf(error)}`);
    }
  },
  module: async (path) =>
    (await import(pathToFileURL(path).href)) as Awaited<ReturnType<Source["module"]>>,
};

/** A rule file and where it lies. */
interface Placed {
  readonly source: RuleFile;
  readonly path: string;
  /** Relative imports do not leave this folder. */
  readonly root: string;
}

/**
 * Loads what rule files import: other rule files, and modules, which are code and run with the user's rights. What cannot be
 * loaded is left to the compiler, which says so where it is imported.
 */
export async function loadImports(
  entries: readonly RuleFile[],
  from: Source = disk,
): Promise<Loaded> {
  const { folder } = from;
  const files = [...entries];
  const modules = new Map<string, Dialect | string>();
  const paths = new Map<string, string>();
  const seen = new Set(entries.map(({ file }) => file));
  const queue = entries.map((source): Placed => {
    const path = resolve(folder, source.file);
    return { source, path, root: projectOf(path, folder) };
  });
  for (let placed = queue.shift(); placed; placed = queue.shift()) {
    for (const imported of readImports(placed.source)) {
      const name = imported.path;
      if (seen.has(name) || modules.has(name)) continue;
      try {
        const path = locate(imported, placed);
        paths.set(name, path);
        if (!name.endsWith(".rules")) modules.set(name, await dialectOf(path, from));
        else {
          const source = { file: name, text: await from.read(path) };
          seen.add(name);
          files.push(source);
          const root = imported.isRelative ? placed.root : projectOf(path, folder);
          queue.push({ source, path, root });
        }
      } catch (error) {
        modules.set(name, messageOf(error));
      }
    }
  }
  return { files, modules, paths };
}

/** Where an import lies. Throws an Error that says why it lies nowhere. */
function locate({ path, isRelative }: Imported, from: Placed): string {
  if (!isRelative) {
    try {
      return createRequire(pathToFileURL(from.path)).resolve(path);
    } catch {
      throw new Error(`no installed package provides ${path}: install it, or write ./${path}`);
    }
  }
  // Both names count from the same place, wherever that is.
  const found = resolve(dirname(from.path), relative(dirname(from.source.file), path));
  const inside = relative(from.root, found);
  if (inside.startsWith("..") || isAbsolute(inside))
    throw new Error(`it lies outside of the project in ${from.root}`);
  return found;
}

/** The folder of the project that a file belongs to: the nearest with a package.json; else the working folder, or the file's own. */
function projectOf(path: string, base: string): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) break;
  }
  const inside = relative(base, path);
  return inside.startsWith("..") || isAbsolute(inside) ? dirname(path) : base;
}

/** The dialect that a module exports: its default, or the only one. */
async function dialectOf(path: string, from: Source): Promise<Dialect> {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await from.module(path);
  } catch (error) {
    throw new Error(`${path} cannot be loaded: ${messageOf(error)}`);
  }
  const found = module["default"] === undefined ? Object.values(module) : [module["default"]];
  const [dialect, ...more] = found.filter(isDialect);
  if (dialect && more.length === 0) return dialect;
  throw new Error(
    `${path} exports ${dialect ? "several dialects" : "no dialect"}: end it with \`export default { kind: "dialect", spec: 1, name, ops }\``,
  );
}

function isDialect(value: unknown): value is Dialect {
  if (typeof value !== "object" || value === null) return false;
  const { kind, spec, ops } = value as Partial<Dialect>;
  return kind === "dialect" && spec === 1 && typeof ops === "object" && ops !== null;
}
