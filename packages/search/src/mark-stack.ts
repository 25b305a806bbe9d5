import type { Mark } from "@rewright/plugin";

/** Marks that may be held at once: those in front of one that is restored are dropped, so a strategy that restores needs few. */
const MOST = 2 ** 18;

/** The marks of a session, innermost last, and what each of them saves. */
export class MarkStack<Saved> {
  readonly #entries: { readonly mark: Mark; saved: Saved }[] = [];
  readonly #issued = new WeakSet<object>();

  /** A mark for what is saved. Throws an Error where there are far too many. */
  push(saved: Saved): Mark {
    if (this.#entries.length === MOST)
      throw new Error(
        `made ${MOST} marks and never restored an older one, which drops those after it`,
      );
    const mark = Object.freeze({}) as Mark;
    this.#issued.add(mark);
    this.#entries.push({ mark, saved });
    return mark;
  }

  /**
   * Returns to what `mark` saves: by `back`, which gives what is to be saved from now on. The mark stays and may be restored again; those made
   * after it are gone. Throws an Error on any other.
   */
  restore(mark: Mark, back: (saved: Saved) => Saved): void {
    const index = this.#entries.findLastIndex((entry) => entry.mark === mark);
    const entry = this.#entries[index];
    if (!entry) throw new Error(this.#complaint(mark));
    this.#entries.length = index + 1;
    entry.saved = back(entry.saved);
  }

  #complaint(mark: Mark): string {
    const known = typeof mark === "object" && mark !== null && this.#issued.has(mark);
    return known
      ? "restored a mark out of order: an older mark was restored since, which dropped this one; make a new mark after each restore of an older one"
      : "restored a mark that this session did not make; only what `mark()` returned can be restored";
  }
}
