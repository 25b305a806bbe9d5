// Costs against time as one picture, without anything from outside.

/** A strategy's costs, as they fell. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [seconds: number, cost: number])[];
}

const WIDTH = 300;
const HEIGHT = 190;
const MARGIN = 34;
const ACROSS = 3;
const COLOURS = [
  "#4269d0",
  "#efb118",
  "#ff725c",
  "#6cc5b0",
  "#3ca951",
  "#ff8ab7",
  "#a463f2",
  "#97bbf5",
  "#9c6b4e",
  "#9498a0",
];

/** A panel for each net: time across, from a hundredth of a second and each step ten times the last; cost over the best of all up. */
export function drawCurves(panels: readonly { title: string; curves: readonly Curve[] }[]): string {
  const names = panels[0]?.curves.map(({ name }) => name) ?? [];
  const rows = Math.ceil(panels.length / ACROSS);
  const [width, height] = [ACROSS * WIDTH, rows * HEIGHT + 50];
  const drawn = panels.map(({ title, curves }, i) => {
    const [x, y] = [(i % ACROSS) * WIDTH, Math.floor(i / ACROSS) * HEIGHT];
    return `<g transform="translate(${x} ${y})">${panel(title, curves)}</g>`;
  });
  const legend = names.map((name, i) => {
    const x = MARGIN + (i % 5) * 175;
    const y = rows * HEIGHT + 16 + Math.floor(i / 5) * 18;
    return `<path d="M${x} ${y}h18" stroke="${colour(i)}" stroke-width="3"/><text x="${x + 24}" y="${y + 4}">${escaped(name)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...drawn,
    ...legend,
    "</svg>\n",
  ].join("\n");
}

function panel(title: string, curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points).filter(([, cost]) => cost < Infinity);
  const [least, most] = [
    Math.min(...points.map((p) => p[1])),
    Math.max(...points.map((p) => p[1])),
  ];
  const last = Math.max(1, ...points.map(([seconds]) => seconds));
  const [inner, tall] = [WIDTH - MARGIN - 12, HEIGHT - 2 * MARGIN];
  const x = (seconds: number): number =>
    MARGIN + (inner * Math.log(Math.max(seconds, 0.01) / 0.01)) / Math.log(last / 0.01);
  const y = (cost: number): number => MARGIN + tall * (1 - (cost - least) / (most - least || 1));
  const lines = curves.map(({ points: own }, i) => {
    const [first, ...rest] = own.filter(([, cost]) => cost < Infinity);
    if (!first) return "";
    const steps = rest.map(([seconds, cost]) => `H${x(seconds).toFixed(1)}V${y(cost).toFixed(1)}`);
    const path = `M${x(first[0]).toFixed(1)} ${y(first[1]).toFixed(1)}${steps.join("")}H${x(last).toFixed(1)}`;
    return `<path d="${path}" fill="none" stroke="${colour(i)}" stroke-width="1.6" stroke-opacity=".85"/>`;
  });
  const ticks = [0.01, 0.1, 1, 10, 100].filter((t) => t <= last);
  const axis = `M${MARGIN} ${MARGIN}V${MARGIN + tall}h${inner}`;
  return [
    `<text x="${MARGIN}" y="18" font-weight="bold">${escaped(title)}</text>`,
    `<path d="${axis}" fill="none" stroke="#888"/>`,
    ...ticks.map(
      (t) => `<text x="${x(t)}" y="${HEIGHT - MARGIN + 14}" text-anchor="middle">${t} s</text>`,
    ),
    `<text x="${MARGIN + 3}" y="${MARGIN - 4}">${percent(most, least)}</text>`,
    `<text x="${MARGIN + 3}" y="${MARGIN + tall - 4}">${least.toPrecision(4)} µs</text>`,
    ...lines,
  ].join("\n");
}

const colour = (i: number): string => COLOURS[i % COLOURS.length] as string;
const percent = (cost: number, least: number): string =>
  `+${((100 * (cost - least)) / (least || 1)).toFixed(1)} %`;
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
