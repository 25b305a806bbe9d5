import type { SearchStrategy, Session } from "@rewright/plugin";
import type { Limits } from "./budget.ts";
import { lend } from "./lease.ts";
import { messageOf, SearchError } from "./search-error.ts";

/** How long after the end of its time a strategy that waits for something may take to come back. */
const GRACE_MS = 1_000;
/** The longest that a timer can wait. */
const FOREVER_MS = 2 ** 31 - 1;

/**
 * Lets a strategy drive a session to its end. Throws a `SearchError` that names the strategy when it throws, when it was
 * written for another version of the contract, or when it still waits for something well after its time was over.
 */
export async function drive(
  strategy: SearchStrategy,
  session: Session,
  limits: Limits,
): Promise<void> {
  const blame = `strategy \`${strategy.name}\``;
  if (strategy.kind !== "strategy" || strategy.spec !== 1) {
    const what = `a ${strategy.kind} for spec ${strategy.spec}`;
    throw new SearchError(blame, `is ${what}; this host runs strategies for spec 1`);
  }
  const overdue = deadline(limits);
  const lease = lend(session);
  try {
    await Promise.race([strategy.search(lease.session), overdue.passed]);
  } catch (caught) {
    if (caught instanceof SearchError) throw caught;
    throw new SearchError(blame, messageOf(caught), { cause: caught });
  } finally {
    overdue.cancel();
    lease.end();
  }
}

function deadline(limits: Limits): { passed: Promise<never>; cancel(): void } {
  const { signal, seconds } = limits;
  const { promise, reject } = Promise.withResolvers<never>();
  const fail = (): void =>
    reject(new Error("is still waiting for something although its time is over"));
  // The run's clock may be another one, such as processor time, which goes slower.
  const wait = (): NodeJS.Timeout =>
    setTimeout(due, Math.min(Math.max(0, seconds * 1000 - limits.ms), FOREVER_MS));
  const due = (): void => {
    timer = limits.ms >= seconds * 1000 ? setTimeout(fail, GRACE_MS) : wait();
  };
  let timer = wait();
  const abort = (): void => {
    clearTimeout(timer);
    timer = setTimeout(fail, GRACE_MS);
  };
  signal.addEventListener("abort", abort);
  const cancel = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
  return { passed: promise, cancel };
}
