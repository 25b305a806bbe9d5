// What the manifests of all published packages say alike: node tools/manifests.ts writes it into them, a test tells when it is missing.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where the sources are published; npm compares it with what a statement of provenance says. */
const REPOSITORY = "https://github.com/rewright/rewright";

/** A manifest, as far as it is looked at here. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly [field: string]: unknown;
}

/** The manifests of the published packages, by folder, relative to the root. */
export function published(root: string): ReadonlyMap<string, Manifest> {
  const found = new Map<string, Manifest>();
  const exclude = ["**/node_modules", "**/dist"];
  for (const file of globSync("packages/**/package.json", { cwd: root, exclude }).sort()) {
    const manifest = JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest;
    if (!manifest.private) found.set(dirname(file).replaceAll("\\", "/"), manifest);
  }
  return found;
}

/** The manifest with what all say alike, in the usual order of fields. */
export function completed(folder: string, manifest: Manifest): Manifest {
  const { name, version, description, keywords, license, publishConfig, ...rest } = manifest;
  const {
    author: _author,
    homepage: _homepage,
    bugs: _bugs,
    repository: _repository,
    ...own
  } = rest as Record<string, unknown>;
  return {
    name,
    version,
    description,
    keywords: keywords ?? ["rewright"],
    license: license ?? "MIT",
    author: "The Rewright authors",
    homepage: `${REPOSITORY}/tree/main/${folder}#readme`,
    bugs: `${REPOSITORY}/issues`,
    repository: { type: "git", url: `git+${REPOSITORY}.git`, directory: folder },
    ...own,
    publishConfig: { access: "public", provenance: true, ...(publishConfig as object) },
  };
}

if (import.meta.main) {
  const root = join(import.meta.dirname, "..");
  for (const [folder, manifest] of published(root)) {
    const text = `${JSON.stringify(completed(folder, manifest), null, 2)}\n`;
    writeFileSync(join(root, folder, "package.json"), text);
  }
}
