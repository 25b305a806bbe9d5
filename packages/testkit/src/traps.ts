import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** What a plugin may not do, by name, and where it is. */
const doors: readonly (readonly [owner: object, name: string, what: string])[] = [
  [Math, "random", "Math.random()"],
  ...(["setTimeout", "setInterval", "setImmediate"] as const).map(
    (name) => [globalThis, name, `a timer (${name})`] as const,
  ),
  [globalThis, "fetch", "the network (fetch)"],
  ...(
    [
      ...[
        "readFileSync",
        "writeFileSync",
        "appendFileSync",
        "openSync",
        "readdirSync",
        "mkdirSync",
      ],
      ...["readFile", "writeFile", "open", "readdir", "createReadStream", "createWriteStream"],
    ] as const
  ).map((name) => [fs, name, `the file system (fs.${name})`] as const),
];

/** What was reached for while `work` ran: the doors opened, and globals added or taken away. They work as ever. */
export function sideEffects(work: () => unknown): readonly string[] {
  const found = new Set<string>();
  const before = new Set(Reflect.ownKeys(globalThis));
  const restore = watch((what) => found.add(what));
  try {
    work();
  } finally {
    restore();
  }
  for (const key of Reflect.ownKeys(globalThis))
    if (!before.delete(key)) found.add(`the global ${String(key)}`);
  for (const key of before) found.add(`the global ${String(key)}`);
  return [...found];
}

/** How often `Math.random` was called while `work` ran. */
export async function unseeded(work: () => unknown): Promise<number> {
  const { random } = Math;
  let calls = 0;
  Math.random = () => {
    calls++;
    return random();
  };
  try {
    await work();
  } finally {
    Math.random = random;
  }
  return calls;
}

function watch(note: (what: string) => void): () => void {
  const undo: (() => void)[] = [];
  for (const [owner, name, what] of doors) {
    const slot = owner as Record<string, (...args: unknown[]) => unknown>;
    const original = slot[name];
    if (original === undefined) continue;
    slot[name] = function (this: unknown, ...args: unknown[]) {
      note(what);
      return Reflect.apply(original, this, args);
    };
    undo.push(() => {
      slot[name] = original;
    });
  }
  syncBuiltinESMExports();
  return () => {
    for (const step of undo) step();
    syncBuiltinESMExports();
  };
}
