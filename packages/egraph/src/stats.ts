import type { LimitName } from "./limits.ts";

/** Why a run ended: nothing changed any more, a limit was passed, or its signal called it off. */
export type StopReason = LimitName | "saturated";

/** What a rule did in an iteration, or in all of them. Times are in milliseconds. */
export interface RuleStats {
  readonly rule: string;
  /** Rows found; when a rule had too many, those found until that was known. */
  matches: number;
  /** Rows whose right side was built. */
  applied: number;
  /** Unions that made two classes one. */
  unions: number;
  /** E-nodes that did not exist before. Some may turn out to be equal when the graph is rebuilt. */
  nodes: number;
  searchMs: number;
  applyMs: number;
  /** Iterations it was kept from acting in, by its ban. */
  banned: number;
  /** The iteration from which on it may act again, when it is banned. */
  bannedUntil: number;
}

/** What happened in an iteration. */
export interface IterationStats {
  /** E-nodes afterwards. */
  readonly nodes: number;
  /** E-classes afterwards. */
  readonly classes: number;
  readonly rebuildMs: number;
  /** In the order of the rules. */
  readonly rules: readonly RuleStats[];
}

/** What a run did, and why it ended: which rule blows up, where the time goes. */
export class Report {
  /** Undefined while it is not over. */
  readonly stop: StopReason | undefined;
  readonly iterations: readonly IterationStats[];

  constructor(stop: StopReason | undefined, iterations: readonly IterationStats[]) {
    this.stop = stop;
    this.iterations = iterations;
  }

  /** Each rule over all iterations, those that added the most e-nodes first, then those with most matches. */
  get rules(): RuleStats[] {
    const sums = new Map<string, RuleStats>();
    for (const { rules } of this.iterations)
      for (const stats of rules) {
        const sum = sums.get(stats.rule);
        if (sum) add(sum, stats);
        else sums.set(stats.rule, { ...stats });
      }
    return [...sums.values()].sort((a, b) => b.nodes - a.nodes || b.matches - a.matches);
  }

  /** A table: a line for each rule that matched, was banned or took 1 % of the time, and how the graph grew. */
  toString(): string {
    const last = this.iterations.at(-1);
    const rebuild = this.iterations.reduce((sum, { rebuildMs }) => sum + rebuildMs, 0);
    const { rules } = this;
    const total = rules.reduce((sum, rule) => sum + time(rule), rebuild);
    const rows = rules
      .filter((rule) => rule.matches + rule.banned > 0 || time(rule) > total / 100)
      .map((stats) => [
        stats.rule,
        ...[stats.matches, stats.applied, stats.unions, stats.nodes].map(String),
        ...[stats.searchMs, stats.applyMs].map((ms) => ms.toFixed(1)),
        String(stats.banned),
      ]);
    return [
      `${this.stop ?? "running"} after ${this.iterations.length} iterations: ${last?.nodes ?? 0} nodes, ${last?.classes ?? 0} classes; rebuilding took ${rebuild.toFixed(1)} ms`,
      ...table([HEADER, ...rows]),
      `nodes by iteration: ${this.iterations.map(({ nodes }) => nodes).join(" ")}`,
    ].join("\n");
  }
}

const HEADER: readonly string[] = [
  "rule",
  "matches",
  "applied",
  "unions",
  "nodes",
  "search ms",
  "apply ms",
  "banned",
];

function time({ searchMs, applyMs }: RuleStats): number {
  return searchMs + applyMs;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column] as string).length), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      )
      .join("  "),
  );
}

function add(sum: RuleStats, stats: RuleStats): void {
  sum.matches += stats.matches;
  sum.applied += stats.applied;
  sum.unions += stats.unions;
  sum.nodes += stats.nodes;
  sum.searchMs += stats.searchMs;
  sum.applyMs += stats.applyMs;
  sum.banned += stats.banned;
  sum.bannedUntil = stats.bannedUntil;
}
