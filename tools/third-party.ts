// A backend of somebody else's, and one just scaffolded, outside of this workspace: installed by npm from packed packages in empty folders, tested on
// the oldest and the newest Node that we support. node tools/third-party.ts [--packed]; with --packed it takes what `pnpm pack:all` has left.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
/** What `engines` of the published packages begins with. */
const OLDEST = "22.12.0";

const run = (
  folder: string,
  command: string,
  args: readonly string[],
  node = process.execPath,
): string => {
  // npm and what it starts find that Node first.
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env["PATH"]}`, NO_COLOR: "1" };
  return execFileSync(command, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
};
const npm = (folder: string, ...args: readonly string[]): string =>
  run(folder, "npm", [...args, "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]);

/** The oldest Node, from npm, kept for the next time. */
function oldest(): string {
  const folder = join(root, `.artifacts/node-${OLDEST}`);
  const binary = join(folder, "node_modules/node/bin/node");
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), "{}\n");
    npm(folder, "install", `node@${OLDEST}`);
  }
  return binary;
}

/** Installs what the folder's manifest names, our packages from their tarballs. */
function install(folder: string, tarballs: readonly string[]): void {
  // Without optional parts, a download of 100 MB: the runtime, and TypeScript for this platform, are those that are here already.
  npm(folder, "install", "--no-save", "--omit=optional", "--ignore-scripts", ...tarballs);
  const modules = join(folder, "node_modules");
  const require = createRequire(join(root, "packages/backends/cpu/package.json"));
  const runtime = realpathSync(join(dirname(require.resolve("onnxruntime-node")), ".."));
  symlinkSync(runtime, join(modules, "onnxruntime-node"));
  const compiler = join(realpathSync(join(root, "node_modules/typescript")), "../@typescript");
  if (existsSync(join(modules, "typescript"))) symlinkSync(compiler, join(modules, "@typescript"));
}

/** What the conformance kit said of a test run. */
function conformance(output: string): string {
  const line = /conformance: .*/.exec(output)?.[0];
  if (line === undefined) throw new Error(`the kit printed no line:\n${output}`);
  return line;
}

const began = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

if (!process.argv.includes("--packed")) {
  try {
    run(root, process.execPath, ["tools/pack.ts"]);
  } catch {
    process.exitCode = 1; // it has said what is wrong; what was packed can be tried all the same
  }
  say("packed");
}
const tarballs = globSync(join(root, ".artifacts/packages/*.tgz")).sort();
if (tarballs.length === 0) throw new Error("nothing is packed: run it without --packed");
const nodes = [oldest(), process.execPath];
const away = mkdtempSync(join(tmpdir(), "third party ")); // a space, as a user's path may have
try {
  const example = join(away, "abacus");
  cpSync(join(root, "examples/third-party-backend"), example, { recursive: true });
  install(example, tarballs);
  say("the example is installed");
  for (const node of nodes) {
    const version = run(example, node, ["--version"]).trim();
    say(`${version}: ${conformance(run(example, node, ["--test", "test/*.test.js"], node))}`);
    say(`${version}: ${run(example, node, ["optimise.js"], node).trim()}`);
  }

  const tool = join(away, "tool");
  mkdirSync(tool);
  writeFileSync(join(tool, "package.json"), "{}\n");
  npm(
    tool,
    "install",
    "--no-save",
    ...tarballs.filter((file) => /create-rewright-backend/.test(file)),
  );
  run(tool, process.execPath, ["node_modules/create-rewright-backend/dist/bin.js", "my-npu"]);
  const scaffold = join(tool, "rewright-backend-my-npu");
  install(
    scaffold,
    tarballs.filter((file) => !/create-rewright-backend/.test(file)),
  );
  say("the scaffold is installed");
  for (const node of nodes) {
    const version = run(scaffold, node, ["--version"]).trim();
    say(`${version}: ${conformance(run(scaffold, "npm", ["test"], node))}`);
  }
  run(scaffold, "npm", ["publish", "--dry-run", "--loglevel=error"]);
  say("the scaffold could be published");
} finally {
  rmSync(away, { recursive: true });
}
