import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type BackendNames, backendNames } from "./names.ts";

/** What to write, and where. */
export interface ScaffoldOptions {
  /** `my-npu`. */
  readonly name: string;
  /** The folder to make; the package's name in the working folder unless said. It must not exist, or be empty. */
  readonly folder?: string;
  /** Whom the licence names; "the authors of …" unless said. */
  readonly author?: string;
}

/** A folder that cannot be written to, or has something in it. */
export class ScaffoldError extends Error {
  override readonly name = "ScaffoldError";
}

const template = new URL("../template/", import.meta.url);

/**
 * Writes a new backend package and returns its folder and files, the files' paths relative to it.
 *
 * @throws BackendNameError, ScaffoldError; nothing is written then
 */
export function scaffold(options: ScaffoldOptions): {
  readonly folder: string;
  readonly files: readonly string[];
} {
  const names = backendNames(options.name);
  const folder = resolve(options.folder ?? names.package);
  refuseWhatIsThere(folder);
  const values = valuesOf(names, options.author);
  const files = templateFiles().map((path) => ({
    path: path.replace(/(^|\/)_(?=git)/, "$1.").replace(/(^|\/)_/, "$1"),
    text: filled(readFileSync(new URL(path, template), "utf8"), values),
  }));
  for (const { path, text } of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { flag: "wx" });
  }
  return { folder, files: files.map(({ path }) => path).sort() };
}

function refuseWhatIsThere(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory())
    throw new ScaffoldError(`${folder} is a file: name another folder`);
  const [first] = readdirSync(folder).filter((name) => name !== ".git");
  if (first !== undefined)
    throw new ScaffoldError(
      `${folder} has something in it (${first}), and nothing is overwritten: name another folder`,
    );
}

/**
 * Paths with `/`, in the template's folder.
 * `_` before a name hides it from npm and from other tools: it stands for the dot that npm leaves out, or for nothing.
 */
function templateFiles(): readonly string[] {
  const root = fileURLToPath(template);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .sort();
}

/** What stands for what: the template is a backend called my-npu, with places in braces where versions and people are named. */
function valuesOf(names: BackendNames, author: string | undefined): ReadonlyMap<string, string> {
  return new Map([
    ["rewright-backend-my-npu", names.package],
    ["my-npu", names.plugin],
    ["myNpu", names.factory],
    ["MyNpu", names.type],
    ["{{author}}", author ?? `the authors of ${names.package}`],
    ["{{year}}", String(new Date().getFullYear())],
    ...Object.entries(versions()).map(([of, range]) => [`{{version ${of}}}`, range] as const),
  ]);
}

/** The ranges that the new package asks for: those that this one was published with. */
function versions(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  ) as { readonly devDependencies: Readonly<Record<string, string>> };
  return manifest.devDependencies;
}

function filled(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /rewright-backend-my-npu|my-npu|myNpu|MyNpu|(?<!\$)\{\{[^{}]+\}\}/g,
    (place) => {
      const value = values.get(place);
      if (value === undefined) throw new Error(`the template asks for ${place}`);
      return value;
    },
  );
}
