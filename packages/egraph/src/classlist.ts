import { Column } from "./column.ts";
import type { Id, NodeId } from "./ids.ts";
import type { Trail } from "./trail.ts";

/**
 * The e-nodes of each class as an intrusive circular list. A union exchanges the successors of two
 * members, one of each class, which splices the circles. Rebuilding puts the lists of merged classes
 * into creation order, without dead nodes; the root, being the oldest, then begins its list.
 */
export class ClassLists {
  readonly next: Column;
  private scratch: Int32Array = new Int32Array(64);

  constructor(trail: Trail) {
    this.next = new Column(trail);
  }

  /** Appends an e-node, alone in its list. */
  push(node: NodeId): void {
    this.next.push(node);
  }

  /** Splices the lists of two classes. */
  splice(a: Id, b: Id): void {
    const next = this.next;
    const afterA = next.data[a] as number;
    next.set(a, next.data[b] as number);
    next.set(b, afterA);
  }

  /** Puts the list of a class in order, keeping the members that `keep` accepts; returns them. */
  order(root: Id, keep: (node: NodeId) => boolean): Int32Array {
    const next = this.next;
    let count = 0;
    let node = root;
    do {
      if (keep(node)) {
        if (count === this.scratch.length) {
          const grown = new Int32Array(count * 2);
          grown.set(this.scratch);
          this.scratch = grown;
        }
        this.scratch[count++] = node;
      }
      node = next.data[node] as number;
    } while (node !== root);
    const members = this.scratch.subarray(0, count).sort();
    for (let i = 0; i < count; i++) {
      const member = members[i] as number;
      const after = members[i + 1 < count ? i + 1 : 0] as number;
      if (next.data[member] !== after) next.set(member, after);
    }
    return members;
  }
}
