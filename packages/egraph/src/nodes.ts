import { Column } from "./column.ts";
import type { ArgId, Id, NodeId, OpId } from "./ids.ts";
import type { Trail } from "./trail.ts";

/**
 * The e-nodes: one record `[op, arg, child…]` each, back to back in `words`, found through `at`. A dead
 * node, that is one that became congruent to an older node, has the complement of its operator there,
 * so that no comparison of operators ever finds it.
 *
 * `given` holds the children as they were given, in that order; canonicalisation and the sorting of
 * commutative children touch `words` only. Slot k of `given` belongs to node n when
 * `at[n] - 2n <= k < at[n + 1] - 2(n + 1)`, which needs no further array.
 */
export class NodeStore {
  readonly at: Column;
  readonly words: Column;
  readonly given: Column;

  constructor(trail: Trail) {
    this.at = new Column(trail);
    this.words = new Column(trail, 256);
    this.given = new Column(trail, 128);
    this.at.push(0);
  }

  /** Nodes created, dead ones included. */
  get created(): number {
    return this.at.length - 1;
  }

  /** Appends a record; `key` are its children in stored order, `given` as they were given. */
  append(op: OpId, arg: ArgId, key: Int32Array, given: Int32Array, arity: number): NodeId {
    const node = this.created;
    const words = this.words;
    const end = words.length;
    words.reserve(end + 2 + arity);
    const record = words.data;
    record[end] = op;
    record[end + 1] = arg;
    for (let i = 0; i < arity; i++) record[end + 2 + i] = key[i] as number;
    words.length = end + 2 + arity;
    const slots = this.given;
    const slot = slots.length;
    slots.reserve(slot + arity);
    for (let i = 0; i < arity; i++) slots.data[slot + i] = given[i] as number;
    slots.length = slot + arity;
    this.at.push(words.length);
    return node;
  }

  /** The operator; of a dead node too. */
  op(node: NodeId): OpId {
    const word = this.words.data[this.at.data[node] as number] as number;
    return word < 0 ? ~word : word;
  }

  isLive(node: NodeId): boolean {
    return (this.words.data[this.at.data[node] as number] as number) >= 0;
  }

  kill(node: NodeId): void {
    const at = this.at.data[node] as number;
    this.words.set(at, ~(this.words.data[at] as number));
  }

  arg(node: NodeId): ArgId {
    return this.words.data[(this.at.data[node] as number) + 1] as number;
  }

  arity(node: NodeId): number {
    const at = this.at.data;
    return (at[node + 1] as number) - (at[node] as number) - 2;
  }

  /** The child as it was last canonicalised. */
  child(node: NodeId, i: number): Id {
    return this.words.data[(this.at.data[node] as number) + 2 + i] as number;
  }

  /** Position in `given` of the first child. */
  slot(node: NodeId): number {
    return (this.at.data[node] as number) - 2 * node;
  }
}
