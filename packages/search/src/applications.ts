import type { Id, NodeId } from "egraph-ts";

/** One application of a rule that changed the e-graph. Its number is the reason given to the unions it made. */
export interface Application {
  /** The rule's index in the session. */
  readonly rule: number;
  /** The classes that the left side's roots matched, as they were called at that time. */
  readonly roots: readonly Id[];
  /** The classes of its variables, as they were called at that time: what it built is over these. */
  readonly variables: ReadonlyMap<string, Id>;
  /** E-nodes from this one on were not there yet. */
  readonly first: NodeId;
  /** What it takes for granted: the conditions behind `assuming` that were not known to hold, as written. */
  readonly assumed: readonly string[];
}

/** The applications made so far, in order. Undone by truncation, as the e-graph is by its trail. */
export class Applications {
  readonly #made: Application[] = [];
  readonly #creator: (number | undefined)[] = [];

  get length(): number {
    return this.#made.length;
  }

  /** The application of this number. */
  at(number: number): Application | undefined {
    return this.#made[number];
  }

  /** Records an application, and that it created the e-nodes from its `first` up to, not including, `end`. */
  add(application: Application, end: NodeId): void {
    const number = this.#made.push(application) - 1;
    for (let node = application.first; node < end; node++) this.#creator[node] = number;
  }

  /** Which application created the e-node, if one did. */
  creator(node: NodeId): number | undefined {
    return this.#creator[node];
  }

  /** Forgets the applications numbered `length` and above, and the creators of e-nodes from `end` on. */
  truncate(length: number, end: NodeId): void {
    this.#made.length = length;
    if (this.#creator.length > end) this.#creator.length = end;
  }
}
