import type { Program } from "@rewright/autodiff";
import type { Observation } from "@rewright/plugin";
import type { Size } from "./size.ts";

/** Added to the score of what must not be chosen: its probability is 0, and it moves no other. */
const CLOSED = -1e9;

/** Writes an observation into a program's inputs, filled up to the program's size. */
export function feed(
  program: Program,
  size: Size,
  { nodes, nodeWidth, edges, moves, moveWidth, moveNodes }: Observation,
  closed: ReadonlySet<number>,
): void {
  const count = nodes.length / nodeWidth;
  const spare = size.nodes - 1;
  program.input("nodes").fill(0, nodes.length).set(nodes);
  program
    .input("share")
    .fill(0, count)
    .fill(1 / Math.max(1, count), 0, count);
  const from = program.input("from").fill(spare);
  const to = program.input("to").fill(spare);
  for (let e = 0; 2 * e < edges.length; e++) {
    from[e] = edges[2 * e] as number;
    to[e] = edges[2 * e + 1] as number;
  }
  program
    .input("moves")
    .fill(0, moves.length, size.moves * moveWidth)
    .set(moves);
  const linkNode = program.input("linkNode").fill(spare);
  const linkMove = program.input("linkMove").fill(size.moves - 1);
  let link = 0;
  for (const [move, touched] of moveNodes.entries()) {
    for (const node of touched) {
      linkNode[link] = node;
      linkMove[link++] = move;
    }
  }
  const mask = program.input("closed").fill(0, 0, moveNodes.length);
  // The last column is stopping, which is always open.
  mask.fill(CLOSED, moveNodes.length, size.moves).fill(0, size.moves);
  for (const move of closed) mask[move] = CLOSED;
}
