import type { Mark } from "@rewright/plugin";
import type { Position } from "./position.ts";
import type { Edge } from "./state.ts";

/**
 * The way that the last simulation took down the tree, with a mark at each state: the next one makes only those moves anew in which it differs. What
 * it passes of the same way changes nothing in the session until it has to stand somewhere.
 */
export class Way {
  readonly #position: Position;
  readonly #edges: Edge[] = [];
  /** Of the state before each edge, and of the last one. */
  readonly #marks: Mark[];
  /** The session has gone on from the last state. */
  #strayed = false;

  /** Begins at the session's present state. */
  constructor(position: Position) {
    this.#position = position;
    this.#marks = [position.session.mark()];
  }

  /** Takes the session to the state after so many edges of the way, and forgets those behind. */
  stand(depth: number): void {
    if (depth === this.#edges.length && !this.#strayed) return;
    this.#position.session.restore(this.#marks[depth] as Mark);
    this.#edges.length = depth;
    this.#marks.length = depth + 1;
    this.#strayed = false;
  }

  /** Follows an edge from the state after so many others. Returns whether its move leads anywhere; where it does not, the session stands before it. */
  follow(depth: number, edge: Edge): boolean {
    if (this.#edges[depth] === edge) return true;
    this.stand(depth);
    if (!this.#position.make(edge.move)) return false;
    this.#edges.push(edge);
    this.#marks.push(this.#position.session.mark());
    return true;
  }

  /** Says that the session will go on from where it stands, off the way. */
  stray(): void {
    this.#strayed = true;
  }
}
