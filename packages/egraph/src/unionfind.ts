import { Column } from "./column.ts";
import type { Id } from "./ids.ts";
import type { Trail } from "./trail.ts";

/**
 * Union-find in which the oldest id of a class is its root, so that canonical ids and everything
 * ordered by them do not depend on the order of unions. Paths are halved as they are walked, except
 * below the innermost mark, where each halving would have to be logged.
 */
export class UnionFind {
  readonly parent: Column;

  constructor(trail: Trail) {
    this.parent = new Column(trail);
  }

  /** Appends an id, `parent` being itself (a new class) or an older id (a member of its class). */
  push(parent: Id): void {
    this.parent.push(parent);
  }

  /** The root of the class of `id`. */
  find(id: Id): Id {
    const data = this.parent.data;
    const floor = this.parent.floor;
    let x = id;
    let up = data[x] as number;
    while (up !== x) {
      const next = data[up] as number;
      if (x >= floor) data[x] = next;
      x = up;
      up = next;
    }
    return x;
  }

  /** Puts the class of the root `younger` under the root `older`. */
  link(older: Id, younger: Id): void {
    this.parent.set(younger, older);
  }
}
