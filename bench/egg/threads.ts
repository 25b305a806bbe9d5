// Searching one frozen graph: all rules of a workload, by one thread and by several that share the work, by turns.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { FrozenQuery, Matches, openFrozen, Query, type Rule, type Snapshot } from "egraph-ts";
import { open, runner } from "../../packages/egraph/test/egg/workload.ts";

/** What a thread is given once. */
interface Given {
  readonly snapshot: Snapshot;
  readonly rules: readonly Pick<Rule, "left" | "slots" | "rootSlots">[];
  /** The number of the next piece of work, for all threads that take part in a search. */
  readonly next: Int32Array;
}

/** Part of the matches of a rule: `count` rows of `rows` from `from` on. */
interface Piece {
  readonly from: number;
  readonly count: number;
}

/** What a thread has found: for each rule its rows, which are shared memory, and which pieces are in them. */
type Found = readonly (readonly [rule: number, rows: Int32Array, pieces: [number, Piece][]])[];

interface Answer {
  readonly found: Found;
  /** Milliseconds that the thread was on a core, which other work on the machine hardly changes. */
  readonly cpu: number;
}

/** Parts of each rule: enough that no thread is left with much while the others have nothing to do. */
const PARTS = 16;

/** Takes pieces until there are none left. */
function work({ snapshot, rules, next }: Given): () => Answer {
  const graph = openFrozen(snapshot);
  const machines = rules.map(({ left, ...options }) => ({
    query: new FrozenQuery(graph, left, options),
    out: new Matches(options.slots, true),
    pieces: [] as [number, Piece][],
  }));
  return () => {
    const before = process.threadCpuUsage();
    for (const machine of machines) {
      machine.out.clear();
      machine.pieces = [];
    }
    for (;;) {
      const piece = Atomics.add(next, 0, 1);
      const machine = machines[Math.floor(piece / PARTS)];
      if (!machine) break;
      const from = machine.out.count;
      const part = [piece % PARTS, PARTS] as const;
      const count = machine.query.search(machine.out, { part });
      if (count > 0) machine.pieces.push([part[0], { from, count }]);
    }
    const found = machines.flatMap(({ out, pieces }, rule) =>
      pieces.length > 0 ? [[rule, out.rows, pieces] as const] : [],
    );
    const { user, system } = process.threadCpuUsage(before);
    return { found, cpu: (user + system) / 1000 };
  };
}

/** The threads, each of which answers a message by what it has found. */
class Pool {
  readonly workers: readonly Worker[];
  private readonly next: Int32Array;

  constructor(given: Given, count: number) {
    this.next = given.next;
    const file = new URL(import.meta.url);
    this.workers = Array.from({ length: count }, () => new Worker(file, { workerData: given }));
  }

  async search(threads: number): Promise<Answer[]> {
    this.next[0] = 0;
    return Promise.all(
      this.workers.slice(0, threads).map(async (worker) => {
        const answer = once(worker, "message");
        worker.postMessage("search");
        return (await answer)[0] as Answer;
      }),
    );
  }
}

/** Whether the pieces one after another are the matches of each rule, row by row. */
function equal(answers: readonly Answer[], wanted: readonly Matches[]): boolean {
  return wanted.every((all, rule) => {
    const pieces = answers
      .flatMap(({ found }) => found)
      .filter(([of]) => of === rule)
      .flatMap(([, rows, pieces]) => pieces.map(([part, piece]) => ({ part, rows, ...piece })))
      .sort((a, b) => a.part - b.part);
    let at = 0;
    for (const { rows, from, count } of pieces)
      for (let i = from * all.width; i < (from + count) * all.width; i++)
        if (rows[i] !== all.rows[at++]) return false;
    return at === all.count * all.width;
  });
}

async function measure(iterations: number, rounds: number, warmup: number): Promise<object> {
  const workload = open("math");
  workload.begin();
  runner(workload, "simple", iterations).run();
  const { graph } = workload;
  const rules = workload.rules.map(({ left, slots, rootSlots }) => ({ left, slots, rootSlots }));
  const queries = rules.map(({ left, ...options }) => new Query(graph, left, options));
  const outs = rules.map(({ slots }) => new Matches(slots));
  const freezing = performance.now();
  const snapshot = graph.freeze();
  const frozen = performance.now() - freezing;
  const next = new Int32Array(new SharedArrayBuffer(4));
  const pool = new Pool({ snapshot, rules, next }, 2);
  const ms: number[][] = [];
  let same = true;
  for (let round = 0; round < rounds + warmup; round++) {
    const times: number[] = [];
    const from = performance.now();
    for (const [i, query] of queries.entries()) {
      outs[i]?.clear();
      query.search(outs[i] as Matches);
    }
    times.push(performance.now() - from);
    for (const threads of [1, 2]) {
      const from = performance.now();
      const answers = await pool.search(threads);
      times.push(
        performance.now() - from,
        answers.reduce((sum, { cpu }) => sum + cpu, 0),
      );
      same &&= equal(answers, outs);
    }
    if (round >= warmup) ms.push(times);
  }
  for (const worker of pool.workers) await worker.terminate();
  return {
    ...{
      nodes: graph.nodeCount,
      classes: graph.classCount,
      frozen,
      bytes: snapshot.words.byteLength,
    },
    matches: outs.reduce((sum, { count }) => sum + count, 0),
    ...{ same, columns: ["query", "one", "one, CPU", "two", "two, CPU"], ms },
  };
}

if (isMainThread) {
  const [iterations = 0, rounds = 0, warmup = 0] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await measure(iterations, rounds, warmup)));
} else {
  const search = work(workerData as Given);
  parentPort?.on("message", () => parentPort?.postMessage(search()));
}
