import type { NodeId, OpId } from "./ids.ts";

/** The e-nodes of each operator, in creation order; dead nodes stay until compaction: readers skip them. */
export class NodeLists {
  readonly items: Int32Array[] = [];
  readonly counts: number[] = [];

  /** Makes an empty list for every operator below `operators`. */
  cover(operators: number): void {
    while (this.items.length < operators) {
      this.items.push(new Int32Array(16));
      this.counts.push(0);
    }
  }

  push(op: OpId, node: NodeId): void {
    let list = this.items[op] as Int32Array;
    const count = this.counts[op] as number;
    if (count === list.length) {
      const grown = new Int32Array(count * 2);
      grown.set(list);
      list = this.items[op] = grown;
    }
    list[count] = node;
    this.counts[op] = count + 1;
  }

  /** Takes back the newest node; returns whether it was in the list at all. */
  pop(op: OpId, node: NodeId): boolean {
    const count = this.counts[op] as number;
    if (count === 0 || (this.items[op] as Int32Array)[count - 1] !== node) return false;
    this.counts[op] = count - 1;
    return true;
  }

  /** Drops the nodes that `keep` refuses. */
  compact(keep: (node: NodeId) => boolean): void {
    for (let op = 0; op < this.items.length; op++) {
      const list = this.items[op] as Int32Array;
      const count = this.counts[op] as number;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const node = list[i] as number;
        if (keep(node)) list[kept++] = node;
      }
      this.counts[op] = kept;
    }
  }

  get bytes(): number {
    let bytes = 0;
    for (const list of this.items) bytes += list.byteLength;
    return bytes;
  }
}
