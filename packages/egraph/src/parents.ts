import { Column } from "./column.ts";
import type { Id, NodeId } from "./ids.ts";
import type { Trail } from "./trail.ts";

/**
 * For each class the e-nodes that have it as a child, as a singly linked list of links in creation
 * order. There is one link for each child slot (see {@link NodeStore}), so a node that has a class as a
 * child twice is there twice, and links of dead nodes stay: readers skip them.
 */
export class ParentLists {
  /** First and last link of a class, -1 for none. */
  readonly head: Column;
  readonly tail: Column;
  /** Per link: the parent and the link after it. */
  readonly node: Column;
  readonly next: Column;

  constructor(trail: Trail) {
    this.head = new Column(trail);
    this.tail = new Column(trail);
    this.node = new Column(trail, 128);
    this.next = new Column(trail, 128);
  }

  /** Appends a class without parents. */
  pushClass(): void {
    this.head.push(-1);
    this.tail.push(-1);
  }

  /** Appends the next link: `parent` has the class `child` as a child; -1: a link in no list. */
  pushLink(parent: NodeId, child: Id): void {
    const link = this.node.length;
    this.node.push(parent);
    this.next.push(-1);
    if (child < 0) return;
    const last = this.tail.data[child] as number;
    if (last < 0) this.head.set(child, link);
    else this.next.set(last, link);
    this.tail.set(child, link);
  }

  /** Appends the links of one class to those of another; the first class keeps its own as a segment. */
  concat(into: Id, from: Id): void {
    const first = this.head.data[from] as number;
    if (first < 0) return;
    const last = this.tail.data[into] as number;
    if (last < 0) this.head.set(into, first);
    else this.next.set(last, first);
    this.tail.set(into, this.tail.data[from] as number);
  }
}
