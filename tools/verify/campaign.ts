/** Many random models, one after the other, and the sum of what became of them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../../packages/dsl/src/index.ts";
import { modelOf } from "../../packages/onnx/src/index.ts";
import { listing } from "./listing.ts";
import { Oracle } from "./oracle.ts";
import { reduced } from "./reduction.ts";
import { dialects, shipped } from "./rewriting.ts";
import { trial } from "./trial.ts";

/** Which models. */
export interface Campaign {
  readonly count: number;
  readonly seed: number;
  /** Only models around rules whose name this pattern fits. */
  readonly rule: string;
  /** The share of models that ONNX Runtime runs as well. */
  readonly runtime: number;
  /** Every so many-th model, from this one on. A model is made anew by its number, seed and rule. */
  readonly step: number;
  readonly first: number;
  /** Where models that fail are left. */
  readonly keep: string;
}

/** What became of them. */
export interface Tally {
  models: number;
  /** The number of the model that comes next. */
  next: number;
  /** What each mismatch is, for people. */
  readonly faults: string[];
  /** By rule, how many matches changed anything. */
  readonly fired: Map<string, number>;
  readonly compared: Map<string, number>;
}

/** An empty tally. */
export function tally(next = 0): Tally {
  return {
    models: 0,
    next,
    faults: [],
    fired: new Map(shipped.map(({ name }) => [name, 0])),
    compared: new Map(),
  };
}

/** Adds counts to counts. */
export function count(into: Map<string, number>, more: Iterable<readonly [string, number]>): void {
  for (const [name, n] of more) into.set(name, (into.get(name) ?? 0) + n);
}

/** Whose turn it is to be grown around. */
interface Turns {
  next(): Rule;
  /** Takes note of what has fired. */
  heed(fired: ReadonlyMap<string, number>): void;
}

/** Every other turn goes round; the others are those of the rules that have fired least for as often as they had a turn. */
function turns(rules: readonly Rule[]): Turns {
  const had = new Map(rules.map((rule) => [rule.name, 0]));
  let made = 0;
  const seldomest = (): Rule =>
    rules.reduce((least, rule) =>
      (had.get(rule.name) as number) < (had.get(least.name) as number) ? rule : least,
    );
  return {
    next: () => {
      const rule = made % 2 === 0 ? (rules[(made / 2) % rules.length] as Rule) : seldomest();
      made++;
      // A turn counts, so that rules that cannot fire do not take them all.
      count(had, [[rule.name, 1]]);
      return rule;
    },
    heed: (fired) => {
      for (const [name, times] of fired) if (had.has(name)) count(had, [[name, times]]);
    },
  };
}

/** A seed of its own for each model: streams of neighbouring seeds begin alike. (The finalizer of MurmurHash3.) */
function mixed(seed: number, model: number): number {
  let hash = Math.imul(seed, 0x9e3779b1) ^ model;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Models between two reports. */
const PACE = 100;

/** Makes, rewrites and compares the models, and reports what has become of them since it last did. */
export async function campaign(
  { count: all, seed, rule: pattern, runtime, step, first, keep }: Campaign,
  report: (since: Tally) => void,
): Promise<void> {
  const around = shipped.filter(({ name }) => new RegExp(pattern).test(name));
  if (around.length === 0) throw new Error(`no rule is called ${pattern}`);
  const oracle = runtime > 0 ? new Oracle() : undefined;
  let sum = tally(first);
  const tell = (): void => {
    report(sum);
    sum = tally(sum.next);
  };
  const fault = (text: string): void => {
    sum.faults.push(text);
    tell();
  };
  const turn = turns(around);
  // Instances are drawn until one is well-shaped: what is thrown by the thousand needs no trace.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  for (let i = first; i < all; i += step) {
    const rule = turn.next();
    const own = mixed(seed, i);
    // The share must not depend on the number of rules, nor on that of the threads.
    const judge = ((i * 2654435761) >>> 0) / 2 ** 32 < runtime ? oracle : undefined;
    const model = `model ${i} of seed ${seed}, around ${rule.name}`;
    if (sum.models >= PACE) tell();
    sum.next = i + step;
    try {
      const done = await trial(rule, shipped, own, judge);
      if (!done) continue;
      sum.models++;
      count(sum.fired, done.fired);
      turn.heed(done.fired);
      count(
        sum.compared,
        done.compared.map((comparison) => [comparison, 1] as const),
      );
      if (!done.fault) continue;
      const small = await reduced(done.fault, shipped, own, judge);
      mkdirSync(keep, { recursive: true });
      const file = join(keep, `${seed}-${i}.onnx`);
      writeFileSync(file, modelOf(small.graph, { dialects }));
      fault(
        `${model} (${small.comparison}): ${small.why}\n` +
          `  by ${small.rules.map(({ name }) => name).join(", ") || "no rule"}\n  ${listing(small).join("\n  ")}\n  written to ${file}`,
      );
    } catch (error) {
      Error.stackTraceLimit = stackTraceLimit;
      const again = await trial(rule, shipped, own, judge).catch((reason: unknown) => reason);
      Error.stackTraceLimit = 0;
      const seen = again instanceof Error ? again : error;
      fault(`${model}: ${seen instanceof Error ? seen.stack : seen}`);
    }
  }
  Error.stackTraceLimit = stackTraceLimit;
  tell();
  await oracle?.close();
}
