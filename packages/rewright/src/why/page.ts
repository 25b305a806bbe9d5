import { count, number } from "../cli/print.ts";
import { drawing, scaleOf } from "./drawing.ts";
import type { Explanation } from "./explanation.ts";
import { missingFrom, type PricedGraph } from "./graph-cost.ts";
import { escaped } from "./markup.ts";
import type { RuleTrial } from "./rule-trial.ts";

/** An explanation as one page of HTML: needs nothing else, runs no script, asks no network. */
export function pageOf(found: Explanation): string {
  const { before, after, unit } = found;
  const scale = scaleOf(before, after);
  const gone = new Set(after && missingFrom(before, after).map(({ index }) => index));
  const come = new Set(after && missingFrom(after, before).map(({ index }) => index));
  const faster = after ? ` · ${(before.cost / after.cost).toFixed(2)}x` : "";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(found.model)} on ${escaped(found.backend)}</title>
<style>${style}</style>
<header>
<h1>${escaped(found.model)}</h1>
<p>Predicted on <b>${escaped(found.backend)}</b>: ${totalOf(before, unit)}${after ? ` → ${totalOf(after, unit)}<b>${faster}</b>` : "; nothing cheaper was found"}.
${costsOf(found)}</p>
<p class="legend">The area of an operator is its cost, on one scale for both programs. ${legend()}${after ? ` <span class="key gone"></span>only before <span class="key come"></span>only after` : ""}</p>
${bars(before, after, unit)}
</header>
<main>
<section><h2>Before</h2>${drawing(before, { scale, unit, marked: gone, mark: "gone" })}</section>
${after ? `<section><h2>After</h2>${drawing(after, { scale, unit, marked: come, mark: "come" })}</section>` : ""}
</main>
<section><h2>Rules that fired</h2>${rulesOf(found)}</section>
${found.trials.length > 0 ? `<section><h2>Rules asked about</h2>${found.trials.map((trial) => trialOf(trial, unit)).join("\n")}</section>` : ""}
<section><h2>Costs by operator</h2>${kindsOf(before, after, unit)}</section>
</html>
`;
}

const colors: Readonly<Record<string, readonly [color: string, words: string]>> = {
  arithmetic: ["#d9822b", "bound by arithmetic"],
  memory: ["#3b7dd8", "by memory"],
  launch: ["#8a8f98", "by starting it"],
  unknown: ["#5fa777", "not known by what"],
};

const style = `
:root { color-scheme: light dark; --line: light-dark(#c9ced6, #4a4f57); --text: light-dark(#1c1e21, #e6e8eb); --dim: light-dark(#5d636c, #9aa1ab); }
body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; color: var(--text); }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.2rem 0 .4rem; }
main { display: flex; gap: 2rem; flex-wrap: wrap; align-items: flex-start; } main section { flex: 1 1 30rem; min-width: 0; overflow-x: auto; }
svg { display: block; } svg text { font: 11px system-ui, sans-serif; fill: var(--text); } svg .cost { fill: var(--dim); }
path { fill: none; stroke: var(--line); }
rect.gone { stroke: #c43d3d; stroke-width: 2; } rect.come { stroke: #2b9a4a; stroke-width: 2; }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .8em; vertical-align: -.05em; }
.key.gone { outline: 2px solid #c43d3d; } .key.come { outline: 2px solid #2b9a4a; }
${Object.entries(colors)
  .map(([name, [color]]) => `.${name} { fill: ${color}; background: ${color}; }`)
  .join("\n")}
.bar { display: flex; height: 1.6rem; margin: .3rem 0; max-width: 60rem; } .bar span { overflow: hidden; font-size: 11px; line-height: 1.6rem; text-indent: .3em; color: #1c1e21; white-space: nowrap; }
table { border-collapse: collapse; } td, th { padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.unused { color: var(--dim); } code { font-size: .93em; } .dim { color: var(--dim); }
`;

function legend(): string {
  return Object.entries(colors)
    .map(([name, [, words]]) => `<span class="key ${name}"></span>${words}`)
    .join(" ");
}

/** Both programs as bars on one scale, kinds of operators the dearest first. */
function bars(before: PricedGraph, after: PricedGraph | null, unit: string): string {
  const most = Math.max(before.cost, after?.cost ?? 0);
  const kinds = [...sumsOf(before, after).keys()];
  const one = (graph: PricedGraph, name: string): string => {
    const sums = Map.groupBy(graph.nodes, ({ op }) => op);
    const parts = kinds.map((op, i) => {
      const nodes = sums.get(op) ?? [];
      const cost = nodes.reduce((sum, node) => sum + node.cost, 0);
      const share = most > 0 && most < Infinity ? (100 * cost) / most : 0;
      const title = `${op}: ${number(cost)} ${unit} in ${count(nodes.length)}`;
      const hue = (i * 137) % 360;
      return `<span title="${escaped(title)}" style="width:${share.toFixed(3)}%;background:hsl(${hue} 45% 62%)">${share > 6 ? escaped(op) : ""}</span>`;
    });
    return `<div class="bar" role="img" aria-label="${name}">${parts.join("")}</div>`;
  };
  return one(before, "before") + (after ? one(after, "after") : "");
}

function totalOf({ nodes, cost, whole }: PricedGraph, unit: string): string {
  const sum = `${number(cost)} ${escaped(unit)} in ${count(nodes.length)} operators`;
  return whole === null ? sum : `${sum} (as the runtime will run it ${number(whole)})`;
}

function costsOf({ costs, assumed, strategy }: Explanation): string {
  const parts = [
    costs.calibrated
      ? `Costs were measured on this machine on ${escaped(costs.calibrated.date.slice(0, 10))}.`
      : "Costs rest on shipped figures.",
    `Searched by ${escaped(strategy)}.`,
  ];
  const sizes = Object.entries(assumed).map(([name, size]) => `${escaped(name)} = ${size}`);
  if (sizes.length > 0) parts.push(`Sizes: ${sizes.join(", ")}.`);
  return parts.join(" ");
}

function rulesOf({ rules }: Explanation): string {
  if (rules.length === 0) return "<p>None.</p>";
  const rows = rules.map(
    ({ name, file, line, fired, used }) =>
      `<tr${used ? "" : ' class="unused"'}><td><code>${escaped(name)}</code></td><td class="n">${count(fired)}</td><td>${used ? "the result rests on it" : ""}</td><td><code>${escaped(file)}:${line}</code></td></tr>`,
  );
  return `<table><tr><th>rule</th><th class="n">fired</th><th></th><th>where</th></tr>${rows.join("")}</table>`;
}

function trialOf({ name, file, line, verdict, inModel, guard }: RuleTrial, unit: string): string {
  const rows = inModel.flatMap(({ before, after, removed, added }, i) => [
    `<tr><td>place ${i + 1}</td><td class="n">${number(before)} → ${number(after)} ${escaped(unit)}</td><td>for the whole</td></tr>`,
    ...[
      ...removed.map((node) => ["−", node] as const),
      ...added.map((node) => ["+", node] as const),
    ].map(
      ([sign, node]) =>
        `<tr class="dim"><td>${sign} ${escaped(node.op)}</td><td class="n">${number(node.cost)} ${escaped(unit)}</td><td><code>${escaped(node.shapes)}</code></td></tr>`,
    ),
  ]);
  const asks = guard.length > 0 ? ` It asks for <code>${escaped(guard.join(" and "))}</code>.` : "";
  return `<h3><code>${escaped(name)}</code> <span class="dim"><code>${escaped(file)}:${line}</code></span></h3><p>${escaped(verdict)}.${asks}</p>${rows.length > 0 ? `<table>${rows.join("")}</table>` : ""}`;
}

/** What the kinds of operators cost in all, before and after, and how many there are; the dearest first. */
function sumsOf(
  before: PricedGraph,
  after: PricedGraph | null,
): ReadonlyMap<
  string,
  readonly [before: number, after: number, count: number, countAfter: number]
> {
  const sums = new Map<
    string,
    [before: number, after: number, count: number, countAfter: number]
  >();
  for (const [side, graph] of [before, after].entries())
    for (const { op, cost } of graph?.nodes ?? []) {
      const sum = sums.get(op) ?? [0, 0, 0, 0];
      sum[side === 0 ? 0 : 1] += cost;
      sum[side === 0 ? 2 : 3]++;
      sums.set(op, sum);
    }
  return new Map([...sums].sort(([, a], [, b]) => Math.max(b[0], b[1]) - Math.max(a[0], a[1])));
}

/** What each kind of operator costs in all. */
function kindsOf(before: PricedGraph, after: PricedGraph | null, unit: string): string {
  const rows = [...sumsOf(before, after)].map(
    ([op, [cost, then, many, manyThen]]) =>
      `<tr><td>${escaped(op)}</td><td class="n">${count(many)}</td><td class="n">${number(cost)}</td>${after ? `<td class="n">${count(manyThen)}</td><td class="n">${number(then)}</td>` : ""}</tr>`,
  );
  const head = `<tr><th>operator</th><th class="n">number</th><th class="n">${escaped(unit)}</th>${after ? `<th class="n">after</th><th class="n">${escaped(unit)}</th>` : ""}</tr>`;
  return `<table>${head}${rows.join("")}</table>`;
}
