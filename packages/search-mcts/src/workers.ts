import { Worker } from "node:worker_threads";
import type { Move, Session } from "@rewright/plugin";
import type { MctsOptions, Settings, WorkerOptions } from "./options.ts";
import type { Edge } from "./state.ts";

/** What a thread has found since it was last asked. */
export interface Finding {
  readonly best: { readonly cost: number; readonly path: readonly Move[] };
  /** The moves from the root, as that thread has counted them. */
  readonly edges: readonly Edge[];
}

/** The options that can be told to a thread. */
export type Told = Pick<
  MctsOptions,
  | "depth"
  | "discount"
  | "expansion"
  | "granularity"
  | "matches"
  | "transpositions"
  | "batch"
  | "reuse"
  | "scaled"
  | "widening"
>;

/** What a thread begins with. */
export interface Task {
  readonly module: string;
  readonly seed: number;
  readonly options: Told;
}

/** What a thread is asked. */
export type Request =
  | { readonly what: "open"; readonly made: readonly Move[] }
  | { readonly what: "simulate"; readonly simulations: number }
  | { readonly what: "make"; readonly move: Move };

/** What it answers, each request once. */
export type Reply = { readonly finding?: Finding } | { readonly failure: string };

/** How often it is looked, while threads are waited for, whether the time of the search is over: twice in a row, and they are left behind. */
const WATCH_MS = 400;

const FILE = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/**
 * The threads of a search. Each has a session of its own, opened from its own seed, and a tree of its own; the counts at their roots are
 * read in the threads' order, whichever comes first. A thread that ends or throws makes what waits for it throw; one that is still at it when the
 * time of the search is over is left behind.
 */
export class Crew {
  readonly count: number;
  readonly #hands: readonly Hand[];
  readonly #session: Session;

  constructor({ count, module }: WorkerOptions, settings: Settings, session: Session) {
    this.count = count;
    this.#session = session;
    const { depth, discount, expansion, granularity, matches } = settings;
    const { transpositions, batch, reuse, scaled, widening } = settings;
    const options: Told = {
      ...{ depth, discount, expansion, matches, transpositions, batch, reuse, scaled },
      ...(granularity && { granularity }),
      ...(widening && { widening }),
    };
    this.#hands = Array.from({ length: count }, (_, i) => {
      const seed = Math.floor(session.random() * 2 ** 31);
      return new Hand(i, { module: String(module), seed, options });
    });
  }

  /** Opens the sessions, and makes in each the moves that were made. */
  async open(made: readonly Move[]): Promise<void> {
    await this.#ask({ what: "open", made });
  }

  /** Has each thread run so many simulations. */
  async simulate(simulations: number): Promise<readonly Finding[]> {
    const replies = await this.#ask({ what: "simulate", simulations });
    return replies.flatMap(({ finding }) => (finding ? [finding] : []));
  }

  /** Has each thread make the move that was decided on. */
  make(move: Move): void {
    for (const hand of this.#hands) hand.ask({ what: "make", move }).catch(() => {});
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.end()));
  }

  async #ask(request: Request): Promise<readonly { readonly finding?: Finding }[]> {
    const late = Promise.withResolvers<readonly never[]>();
    let seen = 0;
    const watch = setInterval(() => {
      if (!this.#isOver || ++seen < 2) return;
      this.#session.note?.("mcts: the time was over before its threads had come back");
      late.resolve([]);
    }, WATCH_MS);
    const all = Promise.allSettled(this.#hands.map((hand) => hand.ask(request)));
    const replies = await Promise.race([all, late.promise]);
    clearInterval(watch);
    return replies.map((reply) => {
      if (reply.status === "rejected") throw reply.reason;
      return reply.value;
    });
  }

  /** Out of time, or called off. Iterations are the session's own, and threads may still be at theirs. */
  get #isOver(): boolean {
    const { signal, spent, limits } = this.#session;
    return signal.aborted || spent.ms >= (limits?.ms ?? Infinity);
  }
}

/** One thread. */
class Hand {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #waiting: PromiseWithResolvers<{ readonly finding?: Finding }>[] = [];
  #dead: Error | undefined;

  constructor(index: number, task: Task) {
    this.#name = `worker ${index} of mcts`;
    this.#worker = new Worker(FILE, { workerData: task });
    this.#worker.on("message", (reply: Reply) => {
      const next = this.#waiting.shift();
      if ("failure" in reply) next?.reject(new Error(`${this.#name}: ${reply.failure}`));
      else next?.resolve(reply);
    });
    this.#worker.on("error", (error: Error) => this.#die(`failed: ${error.message}`));
    this.#worker.on("exit", (code) => this.#die(`ended with code ${code} before the search did`));
  }

  ask(request: Request): Promise<{ readonly finding?: Finding }> {
    if (this.#dead) return Promise.reject(this.#dead);
    const answer = Promise.withResolvers<{ readonly finding?: Finding }>();
    this.#waiting.push(answer);
    this.#worker.postMessage(request);
    return answer.promise;
  }

  async end(): Promise<void> {
    this.#dead ??= new Error(`${this.#name} has ended`);
    await this.#worker.terminate();
  }

  #die(how: string): void {
    if (this.#dead) return;
    this.#dead = new Error(`${this.#name} ${how}; what was found until then is kept`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#dead);
  }
}
