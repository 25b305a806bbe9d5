/** Milliseconds of processor time that this process has used: unlike time on the wall, other processes hardly move it. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What the yardstick takes on an idle machine of 2023, in milliseconds. */
const NOMINAL = 4;
const STEPS = 4_000_000;

/** Arithmetic that no cache or collector has a part in. */
function yardstick(): number {
  let state = 1;
  for (let i = 0; i < STEPS; i++) state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state;
}

/** How much slower than usual this machine is at present; 1 at least. */
export function slowness(): number {
  const times = Array.from({ length: 3 }, () => {
    const begin = cpuMs();
    const end = yardstick();
    return end >= 0 ? cpuMs() - begin : Number.NaN; // looked at, so that it has to be computed
  });
  return Math.max(1, Math.min(...times) / NOMINAL);
}

/** What came of a measurement that depends on the machine: `late` lies within what a busy machine may be to blame for. */
export type Pace = "met" | "late" | "missed";

/** Beyond the limit by less than this, the machine gets the benefit of the doubt. */
const DOUBT = 4;

/** Judges a time against a limit, both in milliseconds. */
export function pace(ms: number, limit: number): Pace {
  if (ms <= limit) return "met";
  return ms <= limit * DOUBT * slowness() ? "late" : "missed";
}
