import { Column } from "./column.ts";
import type { Id, NodeId } from "./ids.ts";
import type { NodeStore } from "./nodes.ts";
import type { Trail } from "./trail.ts";

/**
 * The e-nodes of each class as an intrusive circular list. A union exchanges the successors of two
 * members, one of each class, which splices the circles. Rebuilding puts the lists of merged classes
 * into creation order, without dead nodes; the root, being the oldest, then begins its list.
 */
export class ClassLists {
  readonly next: Column;
  /** The members of the class that was put in order last. */
  ordered: Int32Array = new Int32Array(64);

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

  /** Puts the list of a class in order, without dead nodes; returns how many are left, in `ordered`. */
  order(root: Id, store: NodeStore): number {
    const next = this.next;
    const links = next.data;
    const at = store.at.data;
    const words = store.words.data;
    let count = 0;
    let isAscending = true;
    let node = root;
    do {
      if ((words[at[node] as number] as number) >= 0) {
        if (count === this.ordered.length) this.grow();
        if (count > 0 && node < (this.ordered[count - 1] as number)) isAscending = false;
        this.ordered[count++] = node;
      }
      node = links[node] as number;
    } while (node !== root);
    const members = this.ordered;
    if (!isAscending) sortAscending(members, count);
    for (let i = 0; i < count; i++) {
      const member = members[i] as number;
      const after = members[i + 1 < count ? i + 1 : 0] as number;
      if (links[member] !== after) next.set(member, after);
    }
    return count;
  }

  private grow(): void {
    const grown = new Int32Array(this.ordered.length * 2);
    grown.set(this.ordered);
    this.ordered = grown;
  }
}

/** Sorts the first entries: by insertion where they are few, as nearly always. */
function sortAscending(items: Int32Array, count: number): void {
  if (count > 24) {
    items.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const item = items[i] as number;
    let j = i - 1;
    for (; j >= 0 && (items[j] as number) > item; j--) items[j + 1] = items[j] as number;
    items[j + 1] = item;
  }
}
