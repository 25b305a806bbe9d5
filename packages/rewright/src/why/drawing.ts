import { number } from "../cli/print.ts";
import type { PricedGraph, PricedNode } from "./graph-cost.ts";
import { layersOf } from "./layers.ts";
import { escaped } from "./markup.ts";

/**
 * Of a drawing, in pixels: the side of the dearest operator's square at most, the height of all squares together, the least room for a row, between
 * rows and columns, and for a letter.
 */
const size = { most: 120, tall: 6000, row: 15, gap: 9, column: 18, letter: 6.3 };

/** Pixels of a square's side for the root of a cost, so that areas are costs; few where many operators cost about the same. */
export function scaleOf(before: PricedGraph, after: PricedGraph | null): number {
  let most = 0;
  let tall = 0;
  for (const graph of [before, after]) {
    let own = 0;
    for (const { cost } of graph?.nodes ?? []) {
      if (cost === Infinity) continue;
      most = Math.max(most, Math.sqrt(cost));
      own += Math.sqrt(cost);
    }
    tall = Math.max(tall, own);
  }
  return most > 0 ? Math.min(size.most / most, size.tall / tall) : 0;
}

/** How a program is drawn: to which scale, and which operators are marked as what. */
export interface Look {
  readonly scale: number;
  readonly unit: string;
  readonly marked: ReadonlySet<number>;
  readonly mark: "gone" | "come";
}

/** A square by its middle. */
interface Box {
  readonly node: PricedNode;
  readonly layer: number;
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** The program from its inputs down: each operator a square, and beside it what it is. */
export function drawing({ nodes }: PricedGraph, look: Look): string {
  const boxes: Box[] = [];
  let width = 0;
  let y = 0;
  for (const [layer, own] of layersOf(nodes).entries()) {
    const sides = own.map(({ cost }) =>
      Math.max(2, cost < Infinity ? Math.sqrt(cost) * look.scale : size.most),
    );
    const height = Math.max(size.row, ...sides);
    // One below the other where a layer has one operator: the first stands where the largest square would have its middle, with room for lines to its left.
    let x = 0;
    for (const [i, node] of own.entries()) {
      const side = sides[i] as number;
      const middle = x + (i === 0 ? size.most : Math.max(side, size.row)) / 2;
      boxes[node.index] = { node, layer, x: middle, y: y + height / 2, side };
      const label = [...labelText(node, look.unit)].length * size.letter;
      x = middle + side / 2 + 6 + label + size.column;
    }
    width = Math.max(width, x);
    y += height + size.gap;
  }
  const lines = boxes.flatMap((box) =>
    box.node.from.map((from) => lineOf(boxes[from] as Box, box)),
  );
  const [w, h] = [Math.ceil(width), Math.ceil(y)];
  return `<svg role="img" aria-label="program" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">
<path d="${lines.join("")}"/>
${boxes.map((box) => boxText(box, look)).join("\n")}
</svg>`;
}

const short = (value: number): string => String(Math.round(value * 10) / 10);

/** From the foot of one square to the head of another; past what lies between them, to the left. */
function lineOf(from: Box, to: Box): string {
  const [x1, y1] = [from.x, from.y + from.side / 2];
  const [x2, y2] = [to.x, to.y - to.side / 2];
  const far = to.layer - from.layer - 1;
  const bow = far === 0 ? 0 : Math.min(size.most / 2, 14 + 3 * far);
  const third = (y2 - y1) / 3;
  return `M${short(x1)} ${short(y1)}C${short(x1 - bow)} ${short(y1 + third)} ${short(x2 - bow)} ${short(y2 - third)} ${short(x2)} ${short(y2)}`;
}

function costText({ cost, share }: PricedNode, unit: string): string {
  if (cost === 0) return "";
  return `${number(cost)} ${unit}${share >= 5e-4 ? `, ${(100 * share).toFixed(1)} %` : ""}`;
}

function labelText(node: PricedNode, unit: string): string {
  return `${node.op} ${costText(node, unit)}`;
}

function boxText({ node, x, y, side }: Box, { unit, marked, mark }: Look): string {
  const kind = node.bound === null || node.bound === "nothing" ? "unknown" : node.bound;
  const title = `#${node.index} ${node.op}: ${node.shapes}\n${costText(node, unit) || "costs nothing"}${partsText(node, unit)}`;
  const sign = marked.has(node.index) ? ` ${mark}` : "";
  const cost = `<tspan class="cost">${escaped(costText(node, unit))}</tspan>`;
  return `<g><title>${escaped(title)}</title><rect class="${kind}${sign}" x="${short(x - side / 2)}" y="${short(y - side / 2)}" width="${short(side)}" height="${short(side)}"/><text x="${short(x + side / 2 + 6)}" y="${short(y + 4)}">${escaped(node.op)} ${cost}</text></g>`;
}

function partsText({ parts }: PricedNode, unit: string): string {
  if (!parts) return "";
  const { launch, arithmetic, memory } = parts;
  return `\nstarting it ${number(launch)} ${unit}, arithmetic ${number(arithmetic)} ${unit}, memory ${number(memory)} ${unit}`;
}
