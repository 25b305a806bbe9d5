/** One thing to time. */
type Task = () => Promise<unknown>;

/** Times of single runs, in milliseconds; run `i` of one task stood next to run `i` of the other. */
export interface PairedTimes {
  readonly wall: readonly [Float64Array, Float64Array];
  readonly cpu: readonly [Float64Array, Float64Array];
}

/**
 * Processor time of the process, in milliseconds: exact to a microsecond where `threadCpuUsage` moves by scheduler ticks,
 * and little but the caller's own thread runs in this process.
 */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Runs two tasks by turns, the order changing from pair to pair, until `milliseconds` have gone by and `samples` pairs are there.
 * A drift of the machine's speed then falls on both alike.
 */
export async function stopwatch(
  tasks: readonly [Task, Task],
  limits: { readonly milliseconds: number; readonly samples: number },
): Promise<PairedTimes> {
  const fastest = await warmUp(tasks, limits.milliseconds * 0.05);
  // A sample lasts a millisecond or more, so that reading the clocks is lost in it.
  const batches = fastest.map((ms) => Math.ceil(Math.min(1000, Math.max(1, 1 / ms))));
  const wall: [number[], number[]] = [[], []];
  const cpu: [number[], number[]] = [[], []];
  const begin = performance.now();
  for (
    let pair = 0;
    pair < limits.samples || performance.now() - begin < limits.milliseconds;
    pair++
  ) {
    for (const turn of [0, 1]) {
      const side = ((turn + pair) & 1) as 0 | 1;
      const batch = batches[side] as number;
      const cpuBefore = processorTime();
      const before = performance.now();
      for (let i = 0; i < batch; i++) await tasks[side]();
      wall[side].push((performance.now() - before) / batch);
      cpu[side].push((processorTime() - cpuBefore) / batch);
    }
  }
  return {
    wall: [Float64Array.from(wall[0]), Float64Array.from(wall[1])],
    cpu: [Float64Array.from(cpu[0]), Float64Array.from(cpu[1])],
  };
}

/** The first runs allocate. Returns the milliseconds of each task's fastest one. */
async function warmUp(tasks: readonly [Task, Task], milliseconds: number): Promise<number[]> {
  const begin = performance.now();
  const fastest = tasks.map(() => Infinity);
  for (let round = 0; round < 2 || performance.now() - begin < milliseconds; round++) {
    for (const [side, task] of tasks.entries()) {
      const before = performance.now();
      await task();
      fastest[side] = Math.min(fastest[side] as number, performance.now() - before);
    }
  }
  return fastest.map((ms) => Math.max(ms, 1e-3));
}
