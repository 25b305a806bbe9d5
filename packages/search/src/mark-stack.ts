import type { Mark } from "@rewright/plugin";
import type { Mark as GraphMark } from "egraph-ts";
import type { Program } from "./extractor.ts";
import type { Fullness, World } from "./world.ts";

interface Entry {
  readonly mark: Mark;
  readonly world: World;
  graphMark: GraphMark;
  readonly state: number;
  readonly fullness: Fullness;
  readonly error: number;
  readonly applications: number;
  readonly program: Program | undefined;
}

/** The marks of a session, innermost last. They may lie in several worlds: to restore one is to return to its world. */
export class MarkStack {
  readonly #entries: Entry[] = [];
  readonly #issued = new WeakSet<object>();

  /** Remembers this state, and the program extracted from it, if one was. */
  push(world: World, program: Program | undefined): Mark {
    const mark = Object.freeze({}) as Mark;
    this.#issued.add(mark);
    world.marking();
    this.#entries.push({
      mark,
      world,
      graphMark: world.terms.egraph.mark(),
      state: world.state,
      fullness: world.fullness,
      error: world.error,
      applications: world.applications.length,
      program,
    });
    return mark;
  }

  /**
   * Returns to the state that `mark` remembers. The mark stays and may be restored again; those made after it are gone.
   * Throws an Error on any other.
   */
  restore(mark: Mark): { world: World; program: Program | undefined } {
    const index = this.#entries.findLastIndex((entry) => entry.mark === mark);
    const entry = this.#entries[index];
    if (!entry) throw new Error(this.#complaint(mark));
    this.#entries.length = index + 1;
    const { world } = entry;
    const { egraph } = world.terms;
    egraph.restore(entry.graphMark);
    entry.graphMark = egraph.mark(); // The engine closes a mark that it restores; a session's stays.
    world.applications.truncate(entry.applications, world.created);
    world.restored(entry);
    return { world, program: entry.program };
  }

  #complaint(mark: Mark): string {
    const known = typeof mark === "object" && mark !== null && this.#issued.has(mark);
    return known
      ? "restored a mark out of order: an older mark was restored since, which dropped this one; make a new mark after each restore of an older one"
      : "restored a mark that this session did not make; only what `mark()` returned can be restored";
  }
}
