/** How often the processor time is looked at, which takes as long as some searches for a rule. */
const EVERY_MS = 10;

/** Milliseconds of processor time of this process, threads included, at most some old. */
export function cpuClock(): () => number {
  let looked = -Infinity;
  let ms = 0;
  return () => {
    const now = performance.now();
    if (now - looked < EVERY_MS) return ms;
    looked = now;
    const { user, system } = process.cpuUsage();
    ms = (user + system) / 1000;
    return ms;
  };
}
