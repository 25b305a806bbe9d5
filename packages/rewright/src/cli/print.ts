import { styleText } from "node:util";
import type { Basis, FileReport, Side } from "../report.ts";

/** Digits in groups of three: 50,000. */
export const count = (n: number): string => Math.round(n).toLocaleString("en-US");

/** Three significant digits, no exponent for what people time. */
export function number(n: number): string {
  if (n === 0 || !Number.isFinite(n)) return String(n);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(n))));
  return digits > 6 ? n.toExponential(1) : n.toFixed(Math.min(digits, 6));
}

/** A bound, as rule files state it; rounded up where it is a sum. */
const bound = (n: number): string => String(Number((n * (1 - 1e-12)).toPrecision(6)));

/** Seconds or milliseconds, whichever reads better. */
const duration = (ms: number): string =>
  ms < 1000 ? `${number(ms)} ms` : `${number(ms / 1000)} s`;

const measured = (side: Side): string =>
  side.ms === null
    ? "–"
    : `${number(side.ms)} ms${side.spread ? ` (${number(side.spread[0])}–${number(side.spread[1])})` : ""}`;

const bold = (text: string, color: boolean): string =>
  color ? styleText("bold", text, { validateStream: false }) : text;
const green = (text: string, color: boolean): string =>
  color ? styleText("green", text, { validateStream: false }) : text;

const stops: Readonly<Record<string, string>> = {
  saturated: "saturated: no rule has anything to add",
  satisfied: "the strategy was satisfied",
  nodes: "the limit on e-nodes was reached",
  seconds: "the time was up",
  iterations: "the limit on rounds was reached",
  bytes: "the limit on memory was reached",
  aborted: "interrupted",
  failed: "a plugin failed",
};

/** What predictions rest on. */
export function basis({ rank, ...rest }: Basis): string {
  const ranked = rank === null ? "" : `; whole programs ranked by ${rank}`;
  return `${figures(rest)}${ranked}`;
}

function figures({ calibrated, unfit }: Omit<Basis, "rank">): string {
  if (calibrated) return `measured on this machine on ${calibrated.date.slice(0, 10)}`;
  if (!unfit) return "shipped figures";
  return `shipped figures; ${unfit.file} is not used: ${unfit.why}; \`rewright calibrate\` makes another`;
}

/** What happened, for people. */
export function describe(report: FileReport, color: boolean): string {
  const { before, after, search } = report;
  const lines: string[] = [];
  const row = (name: string, text: string): void => {
    lines.push(`  ${name.padEnd(11)}${text}`);
  };
  lines.push(
    bold(report.output === null ? report.input : `${report.input} → ${report.output}`, color),
  );
  row("operators", `${count(before.nodes)} → ${count(after.nodes)}`);
  row(
    "predicted",
    `${number(before.predicted)} ${report.unit} → ${number(after.predicted)} ${report.unit}  (${report.backend})`,
  );
  row("costs", basis(report.costs));
  if (before.ms !== null) {
    const threads = report.threads === 1 ? "one thread" : `${report.threads} threads`;
    row(
      "measured",
      `${measured(before)} → ${measured(after)}  (median and middle half, ${threads})`,
    );
  } else row("measured", "not timed");
  if (report.gained && report.speedup !== null && report.interval !== null) {
    const [low, high] = report.interval;
    row(
      "speed-up",
      `${green(`${report.speedup.toFixed(2)}x`, color)}  (95 % interval ${low.toFixed(2)}–${high.toFixed(2)}; both sides with all of ONNX Runtime's own optimisations)`,
    );
  } else if (report.gained)
    row("speed-up", `${report.predictedSpeedup.toFixed(2)}x predicted, not timed`);
  if (report.gained)
    row(
      "difference",
      `at most ${report.maxAbs.toExponential(1)} absolute, ${report.maxRel.toExponential(1)} of the largest output`,
    );
  if (report.error.spent > 0)
    row(
      "error",
      `at most ${bound(report.error.spent)} by inexact rules, of ${bound(report.error.allowed)} allowed; ${report.maxAbs.toExponential(1)} seen`,
    );
  else if (report.error.allowed > 0)
    row("error", `nothing inexact was done, of ${bound(report.error.allowed)} allowed`);
  row(
    "search",
    `${report.strategy}, ${stops[report.stopped] ?? report.stopped}; ${count(search.nodes)} e-nodes in ${count(search.classes)} classes, ${duration(search.ms)}`,
  );
  for (const note of search.notes) row("", note);
  if (report.defaults.open > 0)
    row(
      "inputs",
      `${count(report.defaults.open)} have a default that callers may replace, so nothing was computed from them; if nobody does, --fixed-inputs makes them constants`,
    );
  else if (report.defaults.fixed > 0)
    row(
      "inputs",
      `${count(report.defaults.fixed)} that have a default are constants: the written model has no such inputs`,
    );
  if (report.inlined > 0)
    row("branches", `${count(report.inlined)} taken in, their conditions being known beforehand`);
  const assumed = Object.entries(report.assumed);
  if (assumed.length > 0)
    row(
      "sizes",
      `${assumed.map(([d, n]) => `${d} = ${n}`).join(", ")}  (priced and timed at; the model holds for every size)`,
    );
  for (const { why, rules } of report.dropped) {
    row("dropped", why);
    for (const rule of rules) lines.push(`             ${rule}`);
  }
  const used = report.rules.filter((r) => r.used);
  if (used.length > 0) {
    lines.push(bold("rules that made the difference", color));
    const width = Math.max(...used.map((r) => r.name.length));
    for (const r of used) {
      lines.push(`  ${r.name.padEnd(width)}  ${r.file}:${r.line}  fired ${count(r.fired)}`);
      if (r.within > 0) lines.push(`  ${" ".repeat(width)}  within ${bound(r.within)} each time`);
      for (const assumed of r.assumes) lines.push(`  ${" ".repeat(width)}  assuming ${assumed}`);
    }
  }
  return lines.join("\n");
}

/** The last line: what became of the output. */
export function verdict(report: FileReport): string {
  if (report.stopped === "aborted" && report.output === null)
    return "interrupted: nothing was written";
  const early =
    report.stopped === "aborted" ? "interrupted: the best so far, verified, was written; " : "";
  if (report.output === null)
    return report.gained
      ? "a better model was found; name a file with -o to have it written"
      : `${early}nothing gained`;
  const beside = report.data === null ? "" : `, its weights in ${report.data}`;
  const why = beside === "" ? "" : ": one file holds at most 2 GiB";
  if (report.gained) return `${early}wrote ${report.output}${beside}${why}`;
  return report.same
    ? `${early}nothing gained: ${report.output} is the input, byte for byte`
    : `${early}nothing gained: ${report.output} is the input${beside || ", its weights included"}${why}`;
}
