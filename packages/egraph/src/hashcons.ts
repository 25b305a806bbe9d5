import { hashNode } from "./hash.ts";
import { type ArgId, MAX_NODES, type NodeId, type OpId } from "./ids.ts";
import type { NodeStore } from "./nodes.ts";
import { MAX_INDEX, type Trail, type Undoable } from "./trail.ts";

const TAG = 0xff000000 | 0;
const ID = 0x00ffffff;

/**
 * Hash-consing by open addressing with linear probing. A word is 0 or 8 bits of the hash and 24 bits of
 * node id + 1; the tag spares nearly every look at a record that would not match. The table is insert
 * only: the slot of a node whose children were canonicalised stays behind, stale, until the next rehash.
 * So undoing in reverse order is setting slots back to 0.
 */
export class Hashcons implements Undoable {
  private slots: Int32Array = new Int32Array(256);
  private used = 0;
  private marked = false;
  private readonly outgrown: { slots: Int32Array; used: number }[] = [];
  private readonly store: NodeStore;
  private readonly trail: Trail;
  private readonly kind: number;

  constructor(store: NodeStore, trail: Trail) {
    this.store = store;
    this.trail = trail;
    this.kind = trail.register(this);
  }

  /** The live node with this key, or -1. */
  find(hash: number, op: OpId, arg: ArgId, key: Int32Array, arity: number): NodeId {
    const slots = this.slots;
    const mask = slots.length - 1;
    const at = this.store.at.data;
    const words = this.store.words.data;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = slots[slot] as number;
      if (word === 0) return -1;
      if (((word ^ hash) & TAG) !== 0) continue;
      const node = (word & ID) - 1;
      const record = at[node] as number;
      if (words[record] !== op || words[record + 1] !== arg) continue;
      if ((at[node + 1] as number) - record - 2 !== arity) continue;
      let i = 0;
      while (i < arity && words[record + 2 + i] === key[i]) i++;
      if (i === arity) return node;
    }
  }

  /** Inserts a node that is not there. */
  insert(hash: number, node: NodeId): void {
    if (node > MAX_NODES)
      throw new RangeError(
        `an e-graph holds at most ${MAX_NODES} e-nodes, counted as created; lower the node budget of the search`,
      );
    if (this.used * 5 >= this.slots.length * 3) this.rehash(node);
    const slot = this.place(hash, node);
    this.used++;
    if (this.marked) this.trail.log(this.kind, slot, 0);
  }

  private place(hash: number, node: NodeId): number {
    const slots = this.slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = (hash & TAG) | (node + 1);
    return slot;
  }

  /** Makes room and drops stale slots. `except` is a node that is being inserted. */
  private rehash(except: NodeId): void {
    const { at, words, created } = {
      at: this.store.at.data,
      words: this.store.words.data,
      created: this.store.created,
    };
    let live = 0;
    for (let node = 0; node < created; node++)
      if ((words[at[node] as number] as number) >= 0) live++;
    let capacity = this.slots.length;
    while (live * 5 >= capacity * 2) capacity *= 2;
    if (this.marked) {
      this.outgrown.push({ slots: this.slots, used: this.used });
      this.trail.log(this.kind, MAX_INDEX, 0);
    }
    this.slots = new Int32Array(capacity);
    this.used = 0;
    for (let node = 0; node < created; node++) {
      const record = at[node] as number;
      const op = words[record] as number;
      if (op < 0 || node === except) continue;
      const arity = (at[node + 1] as number) - record - 2;
      this.place(hashNode(op, words[record + 1] as number, words, record + 2, arity), node);
      this.used++;
    }
  }

  get length(): number {
    return 0;
  }

  undo(index: number, old: number): void {
    if (index === MAX_INDEX) {
      const kept = this.outgrown.pop() as { slots: Int32Array; used: number };
      this.slots = kept.slots;
      this.used = kept.used;
    } else {
      this.slots[index] = old;
      this.used--;
    }
  }

  truncate(): void {
    this.marked = this.trail.depth > 0;
    if (!this.marked) this.outgrown.length = 0;
  }

  get bytes(): number {
    let bytes = this.slots.byteLength;
    for (const kept of this.outgrown) bytes += kept.slots.byteLength;
    return bytes;
  }

  /** The words of the table, for tests of undoing. @internal */
  get state(): Int32Array {
    return this.slots;
  }
}
