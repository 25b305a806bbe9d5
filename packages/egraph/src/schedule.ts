import { EGraphError } from "./error.ts";

/** Decides, iteration by iteration, which rules of a run may act. Asked in the order of the rules. */
export interface Schedule {
  /** Matches a rule may have in this iteration; with more it is not applied. Undefined: it is not searched. */
  allowance(rule: number, iteration: number): number | undefined;
  /** Told that a rule has more matches than its allowance. */
  exceeded(rule: number, iteration: number): void;
  /** The iteration from which on a rule may act again; 0 when it was never held back. */
  bannedUntil(rule: number): number;
  /** Asked when an iteration changed nothing, whether that is the end. */
  mayStop(iteration: number): boolean;
}

/** A way to schedule the rules of these names. */
export type Scheduler = (rules: readonly string[]) => Schedule;

/** Every rule in every iteration, as egg's `SimpleScheduler`. */
export function simple(): Scheduler {
  return () => ({
    allowance: () => Number.POSITIVE_INFINITY,
    exceeded: () => {},
    bannedUntil: () => 0,
    mayStop: () => true,
  });
}

/** When {@link backoff} bans a rule, and for how long. */
export interface BackoffLimits {
  /** Matches a rule may have; twice as many after each ban. 1000 unless said; Infinity: it is never banned. */
  readonly matchLimit?: number;
  /** Iterations of its first ban; each ban is twice as long as the one before. 5 unless said. */
  readonly banLength?: number;
}

/** Options of {@link backoff}. */
export interface BackoffOptions extends BackoffLimits {
  /** Other limits for rules of these names. */
  readonly rules?: ReadonlyMap<string, BackoffLimits>;
}

/**
 * Exponential back-off, as egg's `BackoffScheduler`: a rule with too many matches is not applied and banned for
 * some iterations; each ban doubles its limit and its next ban. When nothing changes while rules are banned,
 * all bans are shortened so that the next one to end ends at once.
 */
export function backoff(options: BackoffOptions = {}): Scheduler {
  for (const limits of [options, ...(options.rules?.values() ?? [])]) check(limits);
  return (rules) => new Backoff(rules.map((name) => ({ ...options, ...options.rules?.get(name) })));
}

function check({ matchLimit = 0, banLength = 0 }: BackoffLimits): void {
  if (!(matchLimit >= 0))
    throw new EGraphError("option", `matchLimit is a number of matches ≥ 0, not ${matchLimit}`);
  if (!(Number.isSafeInteger(banLength) && banLength >= 0))
    throw new EGraphError("option", `banLength is a whole number of iterations, not ${banLength}`);
}

class Backoff implements Schedule {
  private readonly rules: { limit: number; ban: number; until: number }[];

  constructor(limits: readonly BackoffLimits[]) {
    this.rules = limits.map(({ matchLimit = 1000, banLength = 5 }) => ({
      limit: matchLimit,
      ban: banLength,
      until: 0,
    }));
  }

  allowance(rule: number, iteration: number): number | undefined {
    const { limit, until } = this.of(rule);
    return iteration < until ? undefined : limit;
  }

  exceeded(rule: number, iteration: number): void {
    const state = this.of(rule);
    state.until = iteration + state.ban;
    state.limit *= 2;
    state.ban *= 2;
  }

  bannedUntil(rule: number): number {
    return this.of(rule).until;
  }

  mayStop(iteration: number): boolean {
    const banned = this.rules.filter(({ until }) => until > iteration);
    if (banned.length === 0) return true;
    const skipped = Math.min(...banned.map(({ until }) => until)) - iteration;
    for (const state of banned) state.until -= skipped;
    return false;
  }

  private of(rule: number): { limit: number; ban: number; until: number } {
    return this.rules[rule] as { limit: number; ban: number; until: number };
  }
}
