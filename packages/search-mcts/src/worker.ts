// A thread of a search: a session and a tree of its own. See workers.ts.

import { parentPort, workerData } from "node:worker_threads";
import type { Move, Session } from "@rewright/plugin";
import { settingsOf } from "./options.ts";
import { Position } from "./position.ts";
import type { State } from "./state.ts";
import { Tree } from "./tree.ts";
import type { Finding, Reply, Request, Task } from "./workers.ts";

const { module, seed, options } = workerData as Task;
const settings = settingsOf(options);
let position: Position | undefined;
let tree: Tree | undefined;
let root: State | undefined;
const made: Move[] = [];

async function answer(request: Request): Promise<Reply> {
  if (request.what === "open") {
    const { default: open } = (await import(module)) as { default?: (seed: number) => Session };
    if (typeof open !== "function")
      return { failure: `${module} has no default export that opens a session` };
    position = new Position(await open(seed), settings);
    position.shrink(Infinity);
    tree = new Tree(position, settings, position.cost());
    for (const move of request.made) make(position, move);
    root = tree.state();
    return {};
  }
  if (!position || !tree || !root) return { failure: "was asked before it had a session" };
  if (request.what === "make") {
    const kept = root.tried.find(
      ({ move }) => move.rule === request.move.rule && `${move.at}` === `${request.move.at}`,
    );
    make(position, request.move);
    root = settings.reuse && kept?.to ? kept.to : tree.state();
    return {};
  }
  const before = root.tried.map(({ visits, total }) => ({ visits, total }));
  await tree.simulate(root, made, request.simulations);
  const edges = root.tried.map((edge, i) => ({
    ...{ ...edge, to: undefined },
    visits: edge.visits - (before[i]?.visits ?? 0),
    total: edge.total - (before[i]?.total ?? 0),
  }));
  const finding: Finding = { best: tree.best, edges };
  return { finding };
}

function make(position: Position, move: Move): void {
  if (position.make(move)) made.push(move);
}

// One after the other, in the order asked.
let last: Promise<unknown> = Promise.resolve();
parentPort?.on("message", (request: Request) => {
  last = last.then(async () => {
    const reply = await answer(request).catch(
      (error: unknown): Reply => ({
        failure: error instanceof Error ? error.message : String(error),
      }),
    );
    parentPort?.postMessage(reply);
  });
});
