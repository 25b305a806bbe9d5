import type { Id } from "../ids.ts";
import type { Bridge } from "./bridge.ts";
import type { Sketch } from "./instance.ts";
import type { Source } from "./source.ts";

/** Where sketches are in the graph as it is now. */
export class Occurrences {
  private readonly source: Source;
  /** Per class: its e-nodes by operator, argument and canonical children. */
  private readonly tables = new Map<Id, Map<string, Id>>();

  constructor(source: Source) {
    this.source = source;
  }

  /** The e-node that a sketch is, or the id it names; undefined where it is not in the graph. */
  locate(sketch: Sketch): Id | undefined {
    if (sketch.kind === "id") return sketch.id;
    const classes = this.classesOf(sketch.children);
    const root = classes && this.source.lookup(sketch.op, sketch.arg, classes);
    if (root === undefined || root < 0) return undefined;
    return this.table(root).get(this.key(sketch.op, sketch.arg, classes as Id[]));
  }

  /** The bridge from an id to a sketch that is in its class. */
  bridge(from: Id, to: Sketch): Bridge | undefined {
    if (to.kind === "id") return { kind: "equal", from, to: to.id };
    const node = this.locate(to);
    return node === undefined ? undefined : this.over(from, node, to);
  }

  /** The bridge from an id to a sketch over an e-node that is congruent to it. */
  over(from: Id, node: Id, to: Sketch & { readonly kind: "node" }): Bridge | undefined {
    const { source } = this;
    const given = source.children(node);
    const have = given.map((child) => source.find(child));
    const want = this.classesOf(to.children);
    if (!want) return undefined;
    const straight = want.every((id, i) => id === have[i]);
    const open = [...want.keys()];
    const order: number[] = [];
    const bridges: Bridge[] = [];
    for (const [i, child] of given.entries()) {
      const at = straight ? 0 : open.findIndex((wanted) => want[wanted] === have[i]);
      const [partner] = at < 0 ? [] : open.splice(at, 1);
      if (partner === undefined) return undefined;
      const bridge = this.bridge(child, to.children[partner] as Sketch);
      if (!bridge) return undefined;
      order.push(partner);
      bridges.push(bridge);
    }
    return { kind: "node", from, node, children: bridges, order: straight ? undefined : order };
  }

  private classesOf(sketches: readonly Sketch[]): Id[] | undefined {
    const classes: Id[] = [];
    for (const sketch of sketches) {
      const id = this.locate(sketch);
      if (id === undefined) return undefined;
      classes.push(this.source.find(id));
    }
    return classes;
  }

  private table(root: Id): Map<string, Id> {
    let table = this.tables.get(root);
    if (!table) {
      const { source } = this;
      table = new Map();
      for (const node of source.nodes(root)) {
        const classes = source.children(node).map((child) => source.find(child));
        table.set(this.key(source.op(node), source.arg(node), classes), node);
      }
      this.tables.set(root, table);
    }
    return table;
  }

  private key(op: number, arg: number, classes: readonly Id[]): string {
    const order = this.source.isCommutative(op) ? classes.toSorted((a, b) => a - b) : classes;
    return `${op} ${arg} ${order.join(" ")}`;
  }
}
