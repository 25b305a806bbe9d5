// The floors of the house: which package may import which, and what in a tree breaks that.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** Bottom first. A package may depend on packages of lower floors only; packages of one floor do not know each other. */
export const floors: readonly (readonly string[])[] = [
  ["egraph-ts", "@rewright/plugin"],
  ["@rewright/dsl"],
  ["@rewright/search"],
  ["@rewright/tensor"],
  ["@rewright/onnx"],
  ["@rewright/autodiff"],
  ["@rewright/costmodel"],
  ["@rewright/search-mcts", "@rewright/search-rl"],
  ["@rewright/backend-cpu", "@rewright/backend-gpu", "@rewright/backend-tpu"],
  ["rewright", "@rewright/testkit", "create-rewright-backend"],
];

/** Plugins stand on the same ground as a third party's: they know the contracts and little else. */
const ground: readonly (readonly [kind: RegExp, allowed: readonly string[]])[] = [
  [/^(egraph-ts|@rewright\/plugin)$/, []],
  [/^@rewright\/search-/, ["@rewright/plugin", "@rewright/autodiff"]],
  [/^@rewright\/backend-/, ["@rewright/plugin", "@rewright/costmodel", "@rewright/onnx"]],
];

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
interface Package {
  readonly dir: string;
  readonly manifest: Manifest;
}

const json = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

/** The publishable packages of a tree. */
export function packages(root: string): readonly Package[] {
  return globSync("packages/**/package.json", {
    cwd: root,
    exclude: ["**/node_modules", "**/dist"],
  })
    .map((file) => ({ dir: join(root, dirname(file)), manifest: json<Manifest>(join(root, file)) }))
    .sort((a, b) => a.dir.localeCompare(b.dir));
}

/** Every import specifier of a source text, type-only and dynamic ones too. Comments are left out: their examples import the package itself. */
export function imports(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...code.matchAll(/(?:(?<=[\s}*])from\s*|\bimport\s*\(\s*|\bimport\s+)"([^"\n]+)"/g)].map(
    (m) => m[1] as string,
  );
}

/** What breaks the house in a tree, a sentence each; empty when nothing does. */
export function breaches(root: string): string[] {
  const all = packages(root);
  const dirOf = new Map(all.map((p) => [p.manifest.name, p.dir]));
  const floorOf = new Map(floors.flatMap((names, i) => names.map((n) => [n, i] as const)));
  const found: string[] = [];
  for (const { dir, manifest } of all) {
    const { name } = manifest;
    const own = floorOf.get(name);
    if (own === undefined) {
      found.push(`${name} has no floor`);
      continue;
    }
    const declared = Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    });
    const internal = declared.filter((n) => dirOf.has(n));
    for (const n of internal) {
      if ((floorOf.get(n) ?? Number.POSITIVE_INFINITY) >= own)
        found.push(`${name} depends on ${n}, which is not below it`);
    }
    const allowed = ground.find(([kind]) => kind.test(name))?.[1];
    for (const n of internal) {
      if (allowed && !allowed.includes(n)) found.push(`${name} may not know ${n}`);
    }
    const config = join(dir, "tsconfig.json");
    const { references = [] } = existsSync(config)
      ? json<{ references?: { path: string }[] }>(config)
      : {};
    const referenced = references.map((r) => resolve(dir, r.path)).sort();
    const wanted = internal.map((n) => dirOf.get(n) as string).sort();
    if (referenced.join() !== wanted.join())
      found.push(`${name}: the references of tsconfig.json are not its dependencies`);
    for (const file of globSync("src/**/*.ts", { cwd: dir })) {
      const path = join(dir, file);
      for (const target of imports(readFileSync(path, "utf8"))) {
        if (target.startsWith(".")) {
          if (!resolve(dirname(path), target).startsWith(dir + sep))
            found.push(`${relative(root, path)} reaches into another package: ${target}`);
        } else if (target.startsWith("dialect:")) {
          // The import of a rule file in a string: no module.
        } else if (target.startsWith("node:")) {
          if (name === "egraph-ts" || name === "@rewright/plugin")
            found.push(`${relative(root, path)} imports ${target}; it must run anywhere`);
        } else {
          const of = target.split("/", target.startsWith("@") ? 2 : 1).join("/");
          if (of !== name && !declared.includes(of))
            found.push(`${relative(root, path)} imports ${of}, which ${name} does not declare`);
        }
      }
    }
  }
  return found;
}
