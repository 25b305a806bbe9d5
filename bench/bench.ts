// What a benchmark is, and the one form that results take.
import { execFileSync } from "node:child_process";
import { arch, cpus, platform } from "node:os";

/** One comparison: what we do beside what a peer does, in one run. */
export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  /** Above 1: ours is better. */
  readonly ratio: number;
  /** The ratio's spread. */
  readonly low: number;
  readonly high: number;
  /** Measured with `--quick`. */
  readonly quick?: boolean;
  readonly [further: string]: unknown;
}

/** A benchmark: measures and yields its rows as they come. */
export interface Bench {
  /** Whom we are compared with, and what the ratio is; the line above the table. */
  readonly about: string;
  /** Further fields of the rows that the tables show. */
  readonly columns?: readonly string[];
  /** The rows are alike, so that the mean of their ratios says something. */
  readonly mean?: boolean;
  run(options: {
    readonly quick: boolean;
    readonly seed: number;
    /** What to measure, where the benchmark is a list; all of it when empty. */
    readonly names: readonly string[];
    /** A file of formulas to take in place of those that come with it, where the benchmark takes any. */
    readonly exprs?: string;
  }): AsyncIterable<Row>;
}

/** The content of a results file. */
export interface Results {
  readonly bench: string;
  readonly about: string;
  readonly columns: readonly string[];
  readonly date: string;
  readonly machine: string;
  readonly commit: string;
  readonly mean?: boolean;
  readonly rows: readonly Row[];
}

/** This machine, in words. */
export function machine(): string {
  const all = cpus();
  return `${all.length} x ${all[0]?.model.trim() ?? "unknown"}, ${platform()} ${arch()}, Node ${process.versions.node}`;
}

/** The commit that is measured, with a mark where the tree differs from it. */
export function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : "+");
  } catch {
    return "unknown";
  }
}

const digits = (n: unknown): string => {
  if (typeof n !== "number") return n === null || n === undefined ? "–" : String(n);
  if (Number.isInteger(n)) return n.toLocaleString("en-US");
  if (n !== 0 && Math.abs(n) < 1e-3) return n.toExponential(1);
  return n.toPrecision(3).includes("e") ? n.toFixed(0) : n.toPrecision(3);
};

/** The rows as a Markdown table, which reads well on a terminal, too. Quick ones are marked where others are not. */
export function table(rows: readonly Row[], columns: readonly string[]): string {
  const head = ["name", "ours", "peer", "unit", "ratio", "spread", ...columns];
  const isMixed = rows.some((r) => !r.quick);
  const body = rows.map((r) => [
    r.quick && isMixed ? `${r.name} (quick)` : r.name,
    digits(r.ours),
    digits(r.peer),
    r.unit,
    r.ratio.toFixed(2),
    `${r.low.toFixed(2)}–${r.high.toFixed(2)}`,
    ...columns.map((c) => digits(r[c])),
  ]);
  const widths = head.map((h, i) =>
    Math.max(h.length, ...body.map((r) => (r[i] as string).length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((c, i) => (i === 0 || i === 3 ? c.padEnd(widths[i] as number) : c.padStart(widths[i] as number))).join(" | ")} |`;
  const rule = `|${widths.map((w, i) => (i === 0 || i === 3 ? "-".repeat(w + 2) : `${"-".repeat(w + 1)}:`)).join("|")}|`;
  return [line(head), rule, ...body.map(line)].join("\n");
}

/** The geometric mean of the ratios, in words; nothing where the rows are not alike. Rows that could not be measured are left out, and counted. */
export function meanLine(rows: readonly Row[], mean = false): string {
  const good = rows.filter(({ ours }) => ours > 0);
  if (!mean || good.length === 0) return "";
  const value = Math.exp(good.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / good.length);
  const failed = rows.length - good.length;
  return `\n\nGeometric mean of the ${good.length} ratios: ${value.toFixed(2)}${failed > 0 ? `; ${failed} could not be measured` : ""}.`;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
