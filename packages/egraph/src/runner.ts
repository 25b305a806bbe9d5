import { Action } from "./action.ts";
import { checkBinding } from "./binding.ts";
import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import { type ExplainOptions, explain, explainExtraction } from "./explain/explain.ts";
import type { Journal } from "./explain/journal.ts";
import type { Proof } from "./explain/proof.ts";
import type { Extraction } from "./extract/extraction.ts";
import type { Id } from "./ids.ts";
import { Gauge, type Limits } from "./limits.ts";
import { Matches } from "./matches.ts";
import { Query } from "./query.ts";
import type { Rule } from "./rule.ts";
import { backoff, type Schedule, type Scheduler } from "./schedule.ts";
import { type IterationStats, Report, type RuleStats, type StopReason } from "./stats.ts";
import { guardsOf } from "./twins.ts";

/** Options of a {@link Runner}. */
export interface RunnerOptions {
  /** {@link backoff} unless said. */
  readonly scheduler?: Scheduler;
  /** See there for what holds unless said. */
  readonly limits?: Limits;
  /** Ends the run when `aborted`: an AbortSignal, or a look at shared memory that another thread writes to. */
  readonly signal?: { readonly aborted: boolean };
  /**
   * Whether rules are searched only where something changed since they last ran, once each has been searched
   * everywhere; not rules whose right side or `whenApplied` is a function. The graph grows to the same, fewer matches
   * are found again, applied and reported, and so schedulers that count matches decide otherwise. False unless said.
   */
  readonly incremental?: boolean;
  /** Milliseconds on a clock that never goes back; `performance.now` unless said. */
  readonly clock?: () => number;
  /**
   * Called before the rows from `from` up to `to` of a rule's matches are applied: the reason of the first
   * one's unions, those of the next count up; -1: none. None unless said.
   */
  readonly reasons?: (rule: Rule, matches: Matches, from: number, to: number) => number;
  /** Notes the reasons, in place of `reasons`, so that {@link Runner.explain} can tell. One journal per graph. */
  readonly journal?: Journal;
}

interface Entry {
  // biome-ignore lint/suspicious/noExplicitAny: a runner does not look at the facts of the graph here
  readonly graph: EGraph<any>;
  readonly rule: Rule;
  readonly query: Query;
  readonly action: Action | undefined;
  readonly out: Matches;
}

/** Rows applied one by one between two looks at all limits. */
const PAUSE = 64;

/**
 * Equality saturation: iterations that search all rules, apply all matches and rebuild, so that the graph grows
 * as egg's does. Limits are looked at while a rule searches and before each match is applied; the graph is
 * rebuilt whenever a method returns, and when it throws, unless an analysis refuses that.
 */
export class Runner<D = undefined> {
  private readonly graph: EGraph<D>;
  private readonly entries: readonly Entry[];
  private readonly schedule: Schedule;
  private readonly gauge: Gauge;
  private readonly incremental: boolean;
  /** Bytes of the matches of all rules, but of the one that is searched: summing them at each look takes long where rules are many. */
  private held = 0;
  /** The matches of the rule that is searched. */
  private growing: Matches | undefined;
  /** Whether the last iteration ended as it should; none has yet. */
  private whole = false;
  private readonly clock: () => number;
  private readonly reasons: RunnerOptions["reasons"];
  private readonly journal: Journal | undefined;
  private readonly iterations: IterationStats[] = [];
  private stopped: StopReason | undefined;

  /** Throws an {@link EGraphError} `option` for limits that are none, and `rule` for rules that cannot run together. */
  constructor(graph: EGraph<D>, rules: readonly Rule[], options: RunnerOptions = {}) {
    this.graph = graph;
    this.clock = options.clock ?? ((): number => performance.now());
    this.journal = options.journal;
    this.reasons = options.journal?.reasons ?? options.reasons;
    this.entries = rules.map((rule) => entry(graph, rule));
    const names = rules.map(({ name }) => name);
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name))
        throw new EGraphError("rule", `there are two rules "${name}": give each a name of its own`);
      seen.add(name);
    }
    this.incremental = options.incremental ?? false;
    this.schedule = (options.scheduler ?? backoff())(names);
    const matchBytes = (): number => this.held + (this.growing?.rows.byteLength ?? 0);
    this.gauge = new Gauge(graph, options.limits ?? {}, options.signal, this.clock, matchBytes);
  }

  /** Why two ids are equal, see {@link explain}. Throws an {@link EGraphError} `option` where there is no journal. */
  explain(a: Id, b: Id, options: ExplainOptions = {}): Proof {
    return explain(this.graph, a, b, this.chronicle(), options);
  }

  /** How what was extracted came from the term of an id, see {@link explainExtraction}. Throws as {@link explain}. */
  explainExtraction(original: Id, extraction: Extraction, options: ExplainOptions = {}): Proof {
    return explainExtraction(this.graph, original, extraction, this.chronicle(), options);
  }

  private chronicle(): Journal {
    if (!this.journal)
      throw new EGraphError(
        "option",
        "this runner keeps no journal to explain by: make it with { journal: new Journal(graph) }",
      );
    return this.journal;
  }

  /** Iterates until it stops; returns {@link stats}. */
  run(): Report {
    while (this.step());
    return this.stats();
  }

  /** What happened until now. */
  stats(): Report {
    return new Report(this.stopped, [...this.iterations]);
  }

  /** One iteration, unless the run is over; whether it goes on. */
  step(): boolean {
    if (this.stopped) return false;
    const { graph, gauge } = this;
    gauge.start();
    this.held = this.entries.reduce((sum, { out }) => sum + out.rows.byteLength, 0);
    this.growing = undefined;
    if (!graph.clean) graph.rebuild();
    if (gauge.between(this.iterations.length)) return this.end();
    const iteration = this.iterations.length;
    const [nodes, classes] = [graph.nodeCount, graph.classCount];
    const rules = this.entries.map(({ rule }) => blank(rule.name));
    this.begin();
    if (this.search(iteration, rules)) this.applyAll(rules);
    const began = this.clock();
    graph.rebuild();
    this.iterations.push({
      nodes: graph.nodeCount,
      classes: graph.classCount,
      rebuildMs: this.clock() - began,
      rules,
    });
    if (gauge.passed) return this.end();
    this.whole = true;
    const idle =
      rules.every(({ unions }) => unions === 0) &&
      this.schedule.mayStop(iteration) &&
      nodes === graph.nodeCount &&
      classes === graph.classCount;
    if (idle) {
      this.stopped = "saturated";
      return false;
    }
    return gauge.between(this.iterations.length) ? this.end() : true;
  }

  private end(): boolean {
    this.stopped = this.gauge.passed;
    return false;
  }

  /** Fills the matches of all rules; false when a limit was passed. */
  private search(iteration: number, stats: readonly RuleStats[]): boolean {
    const { entries, gauge, schedule } = this;
    const stop = (): boolean => gauge.now();
    for (const { out } of entries) out.clear();
    for (const [i, { query, out }] of entries.entries()) {
      const rule = stats[i] as RuleStats;
      const allowance = schedule.allowance(i, iteration);
      if (allowance === undefined) {
        rule.banned = 1;
        rule.bannedUntil = schedule.bannedUntil(i);
        continue;
      }
      const began = this.clock();
      this.held -= out.rows.byteLength;
      this.growing = out;
      const room = gauge.room(out);
      const limit = Math.min(allowance + 1, gauge.limits.matches + 1, room);
      const fresh = this.incremental && this.isPure(i);
      rule.matches = query.search(out, { limit, stop, fresh });
      rule.searchMs = this.clock() - began;
      this.held += out.rows.byteLength;
      this.growing = undefined;
      if (rule.matches > allowance) {
        schedule.exceeded(i, iteration);
        rule.bannedUntil = schedule.bannedUntil(i);
        out.clear();
      } else if (rule.matches > gauge.limits.matches) gauge.passed ??= "matches";
      else if (rule.matches >= room) gauge.passed ??= "bytes";
      if (gauge.now()) return false;
    }
    return true;
  }

  /** Whether what a rule does depends on its match alone. */
  private isPure(entry: number): boolean {
    const { rule, action } = this.entries[entry] as Entry;
    return action !== undefined && !rule.condition;
  }

  /** Makes sure that what an iteration that failed has searched is searched again. */
  private begin(): void {
    if (!this.whole) for (const { query } of this.entries) query.forget();
    this.whole = false;
  }

  private applyAll(stats: readonly RuleStats[]): void {
    try {
      for (const [i, entry] of this.entries.entries()) {
        if (entry.out.count === 0) continue;
        const rule = stats[i] as RuleStats;
        const { nodeCount, classCount } = this.graph;
        const began = this.clock();
        rule.applied = this.apply(entry);
        rule.applyMs = this.clock() - began;
        rule.nodes = this.graph.nodeCount - nodeCount;
        // Each new e-node brings a class, each union takes one away.
        rule.unions = rule.nodes - (this.graph.classCount - classCount);
        if (this.gauge.now()) return;
      }
    } catch (error) {
      // What an analysis refuses, it may refuse again while rebuilding: the first error is the one to know.
      try {
        this.graph.rebuild();
      } catch {}
      throw error;
    }
  }

  /** Applies the matches of a rule until a limit is passed; how many it applied. */
  private apply({ rule, action, out }: Entry): number {
    const { gauge } = this;
    const { nodes, classes } = gauge.limits;
    const reason = this.reasons?.(rule, out, 0, out.count) ?? -1;
    const stop = (): boolean => gauge.now();
    if (action && !rule.condition)
      return action.apply(out, 0, out.count, { reason, nodes, classes, stop });
    let applied = 0;
    for (let row = 0; row < out.count; row++) {
      if (row % PAUSE === 0 ? gauge.now() : gauge.size()) break;
      if (this.applyRow(rule, action, out, row, reason < 0 ? -1 : reason + row)) applied++;
    }
    return applied;
  }

  /** Applies one match, if it meets the condition that is tested only now; whether it did. */
  private applyRow(
    rule: Rule,
    action: Action | undefined,
    out: Matches,
    row: number,
    reason: number,
  ): boolean {
    const { graph } = this;
    const [rows, base] = [out.rows, row * out.width];
    let does = rule.condition?.(rows, base) ?? true;
    if (does && action) action.apply(out, row, row + 1, { reason });
    else if (does && typeof rule.right === "function") {
      const built = rule.right(rows, base);
      does = built !== undefined;
      if (built !== undefined)
        graph.union(rows[base + (rule.rootSlots[0] as number)] as number, built, reason);
    }
    return does;
  }
}

/** What was made for a rule: made once, also where the rule runs again, as after {@link EGraph.clear}. */
const entries = new WeakMap<Rule, Entry>();

// biome-ignore lint/suspicious/noExplicitAny: neither queries nor actions look at the facts of the graph
function entry(graph: EGraph<any>, rule: Rule): Entry {
  const known = entries.get(rule);
  if (known?.graph === graph) return known;
  const { left, rootSlots, slots, right } = rule;
  try {
    checkBinding(graph, rule);
    const made = {
      graph,
      rule,
      query: new Query(graph, left, { slots, rootSlots, guards: guardsOf(rule) }),
      action: typeof right === "function" ? undefined : new Action(graph, right),
      out: new Matches(slots),
    };
    entries.set(rule, made);
    return made;
  } catch (error) {
    if (error instanceof EGraphError && error.code !== "id") throw error;
    throw new EGraphError("rule", `rule "${rule.name}": ${(error as Error).message}`);
  }
}

function blank(rule: string): RuleStats {
  return {
    rule,
    matches: 0,
    applied: 0,
    unions: 0,
    nodes: 0,
    searchMs: 0,
    applyMs: 0,
    banned: 0,
    bannedUntil: 0,
  };
}
