/**
 * What every plugin must do, whatever its kind.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { AnyPlugin } from "@rewright/plugin";
import { type Checklist, Fault } from "./check.ts";
import { fingerprint } from "./fingerprint.ts";
import { sideEffects } from "./traps.ts";

/** Makes the plugin. What it is given are the options of `KitOptions.given`, or none. */
export type Factory<P extends AnyPlugin> = (given: never) => P;

/** What all kinds of checks may be told. */
export interface KitOptions {
  /** Options to hand to the factory, so that it can be seen that it leaves them as they are: `backendChecks((o) => npu(o), { given: { part: "x1" } })`. */
  readonly given?: object;
  /** The plugin's module, as a URL or a path: it is imported in a thread of its own, to see what that sets off. */
  readonly entry?: string | URL;
  /** Seconds after which what has not come to an end never will; 30 unless said. */
  readonly patience?: number;
}

/** Seconds to wait unless said. */
export const PATIENCE = 30;

/** The plugin, made when first asked for. */
export function lazily<P extends AnyPlugin>(make: Factory<P>, given: object = {}): () => P {
  let plugin: P | undefined;
  return () => {
    plugin ??= make(structuredClone(given) as never);
    return plugin;
  };
}

/** What a plugin answers to a few questions, as text; with it instances are compared. */
export type Probe<P> = (plugin: P) => string | Promise<string>;

const NAME = /^[a-z0-9][a-z0-9.()+_-]*$/;

/** Adds the checks that all plugins share. */
export function addPluginChecks<P extends AnyPlugin>(
  list: Checklist,
  kind: P["kind"],
  make: Factory<P>,
  options: KitOptions,
  probe: Probe<P>,
): void {
  const { given = {}, entry } = options;
  const fresh = (): P => make(structuredClone(given) as never);

  list.add("says what it is", "a host refuses plugins that it does not know how to treat", () => {
    const plugin = fresh();
    if (plugin.kind !== kind)
      throw new Fault(`kind is ${fingerprint(plugin.kind)}`, `set \`kind: "${kind}"\``);
    if (plugin.spec !== 1)
      throw new Fault(
        `${plugin.name} was written for spec ${fingerprint(plugin.spec)}; this kit knows 1`,
        "set `spec: 1`, or take a kit for the newer contract",
      );
  });

  list.add(
    "has a name",
    "log lines, errors and the command line tell plugins by their names",
    () => {
      const [one, other] = [fresh(), fresh()];
      if (typeof one.name !== "string" || !NAME.test(one.name))
        throw new Fault(
          `its name is ${fingerprint(one.name)}`,
          "give it a lower-case name without spaces, such as `my-npu`",
        );
      if (one.name !== other.name)
        throw new Fault(
          `it is called \`${one.name}\` once and \`${other.name}\` then`,
          "let the name depend on nothing but the options",
        );
    },
  );

  list.add(
    "constructions are independent",
    "a host makes a plugin more than once, for several runs in one process",
    async () => {
      const used = fresh();
      const before = await probe(used);
      await probe(used);
      const after = await probe(fresh());
      if (before !== after)
        throw new Fault(
          "a second one answers differently once the first has been used",
          "keep state in what the factory returns, not in the module",
        );
    },
  );

  list.add(
    "construction has no side effects",
    "whoever imports a plugin wants a value: no files, no timers, no chance",
    () => {
      const effects = sideEffects(fresh);
      if (effects.length > 0)
        throw new Fault(
          `making it reaches for ${effects.join(", ")}`,
          "do that when it is asked for something, in `run`, `rank` or `calibrate`",
        );
    },
  );

  list.add(
    "leaves its options as they are",
    "options are shared by whoever wrote them down",
    () => {
      const handed = structuredClone(given);
      make(handed as never);
      if (fingerprint(handed) !== fingerprint(given))
        throw new Fault(
          `the options ${fingerprint(given)} are ${fingerprint(handed)} afterwards`,
          "copy what you complete: `const settings = { ...defaults, ...options }`",
        );
    },
  );

  if (entry !== undefined) {
    list.add(
      "importing it has no side effects",
      "`--help` imports every plugin of a configuration",
      async () => {
        const effects = await importEffects(entry);
        if (effects.length > 0)
          throw new Fault(
            `importing ${String(entry)} reaches for ${effects.join(", ")}`,
            "move that into a function that is called when it is needed",
          );
      },
    );
  }
}

/** Reading files is left out: rule files lie beside a package's code. */
const importer = `
const { parentPort, workerData } = require("node:worker_threads");
const found = new Set();
for (const [owner, name, what] of [
  [Math, "random", "Math.random()"],
  ...["setTimeout", "setInterval", "setImmediate"].map((timer) => [globalThis, timer, "a timer (" + timer + ")"]),
  [globalThis, "fetch", "the network (fetch)"],
]) {
  const original = owner[name];
  owner[name] = function (...args) {
    found.add(what);
    return Reflect.apply(original, this, args);
  };
}
const before = new Set(Reflect.ownKeys(globalThis));
import(workerData).then(
  () => {
    for (const key of Reflect.ownKeys(globalThis)) if (!before.has(key)) found.add("the global " + String(key));
    parentPort.postMessage({ found: [...found] });
  },
  (error) => parentPort.postMessage({ error: String(error) }),
);
`;

async function importEffects(entry: string | URL): Promise<readonly string[]> {
  const url = String(entry).includes("://") ? String(entry) : pathToFileURL(String(entry)).href;
  // A script, not a module: with an await at its top, Node 22.12 aborts.
  const worker = new Worker(importer, { eval: true, workerData: url });
  try {
    const { found, error } = await new Promise<{ found?: readonly string[]; error?: string }>(
      (resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
      },
    );
    if (found) return found;
    throw new Fault(`importing ${url} fails: ${error}`, "mend the module");
  } finally {
    await worker.terminate();
  }
}
