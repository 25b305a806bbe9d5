import * as L from "./kernel/layout.ts";
import { childAt } from "./kernel/links.ts";
import type { GraphReader } from "./reader.ts";

/**
 * All e-nodes of a graph in arrays, class by class in creation order: for what goes over the whole graph again and again, such as a
 * pricing of every class. Its arrays are used again, so that listing a graph of some hundred e-nodes takes microseconds.
 */
export class Listing {
  /** How many e-nodes are listed. */
  count = 0;
  /** The e-nodes. */
  nodes: Int32Array = new Int32Array(256);
  /** Of each, its class: the canonical id. */
  classes: Int32Array = new Int32Array(256);
  /** Of each, where its children end in `children`, and those of the next one begin. */
  ends: Int32Array = new Int32Array(256);
  /** The canonical ids of the children. */
  children: Int32Array = new Int32Array(512);

  /** Lists the live e-nodes of a graph, which must be rebuilt. */
  take(graph: GraphReader): void {
    const { words, created } = graph;
    this.makeRoom(created);
    const { nodes, classes, ends, children } = this;
    const records = words[L.RECORD] as number;
    const symbols = words[L.SYMBOLS] as number;
    let count = 0;
    let end = 0;
    for (let id = 0; id < created; id++) {
      if (words[records + id * L.STRIDE + L.PARENT] !== id) continue;
      let node = id;
      do {
        const record = records + node * L.STRIDE;
        const symbol = words[record + L.SYMBOL] as number;
        if (symbol >= 0 && (symbol & L.SUBSUMED) === 0) {
          const arity = words[symbols + symbol * L.SYMBOL_STRIDE + L.ARITY] as number;
          for (let i = 0; i < arity; i++) {
            let child = words[records + childAt(2 * node + i)] as number;
            for (;;) {
              const up = words[records + child * L.STRIDE + L.PARENT] as number;
              if (up === child) break;
              child = up;
            }
            children[end++] = child;
          }
          nodes[count] = node;
          classes[count] = id;
          ends[count++] = end;
        }
        node = words[record + L.NEXT] as number;
      } while (node !== id);
    }
    this.count = count;
  }

  /** For so many ids, each of which is an e-node or has room for two more children of one. */
  private makeRoom(ids: number): void {
    if (ids <= this.nodes.length) return;
    const length = 2 * ids;
    this.nodes = new Int32Array(length);
    this.classes = new Int32Array(length);
    this.ends = new Int32Array(length);
    this.children = new Int32Array(2 * length);
  }
}
