import type { EGraph } from "./egraph.ts";
import type { ArgId, Id, OpId } from "./ids.ts";
import type { Matches } from "./matches.ts";

/** What to build from a match: data, so that it can be done in bulk. */
export type Template = TemplateVariable | TemplateNode;

/** The class that a slot holds. */
export interface TemplateVariable {
  readonly kind: "variable";
  /** A slot of the match row. */
  readonly slot: number;
}

/** An e-node. */
export interface TemplateNode {
  readonly kind: "node";
  readonly op: OpId;
  /** Its argument; 0 when neither this nor `argSlot` is given. */
  readonly arg?: ArgId;
  /** The slot that holds its argument. */
  readonly argSlot?: number;
  readonly children: readonly Template[];
}

/** A class and what is built to be united with it. */
export interface Union {
  /** The slot that holds the class. */
  readonly slot: number;
  readonly template: Template;
}

/** Options of {@link Action.apply}. */
export interface ApplyOptions {
  /** The reason of the first row's unions; the next rows count up. -1: none. */
  readonly reason?: number;
  /** It stops before a row when the graph has more e-nodes than this. */
  readonly nodes?: number;
  /** It stops before a row when the graph has more classes than this. */
  readonly classes?: number;
  /** Asked now and then, at least every few thousand rows, whether to stop. */
  readonly stop?: () => boolean;
}

/** Rows between two questions whether to stop. */
const PAUSE = 64;

type Build = (rows: Int32Array, base: number) => Id;

/** The right side of a rule: builds templates from matches and unites them with what matched. */
export class Action {
  // biome-ignore lint/suspicious/noExplicitAny: an action does not look at the facts of the graph
  private readonly graph: EGraph<any>;
  private readonly unions: readonly { readonly slot: number; readonly build: Build }[];

  // biome-ignore lint/suspicious/noExplicitAny: an action does not look at the facts of the graph
  constructor(graph: EGraph<any>, unions: readonly Union[]) {
    this.graph = graph;
    this.unions = unions.map(({ slot, template }) => ({ slot, build: this.builder(template) }));
  }

  /** Applies the rows from `from` up to `to`; returns the row it stopped before, `to` when it did all. */
  apply(matches: Matches, from: number, to: number, options: ApplyOptions = {}): number {
    const { graph } = this;
    const { reason = -1, nodes = Infinity, classes = Infinity, stop } = options;
    for (let row = from; row < to; row++) {
      if (graph.nodeCount > nodes || graph.classCount > classes) return row;
      if ((row - from) % PAUSE === 0 && stop?.()) return row;
      const { rows, width } = matches;
      const base = row * width;
      for (const { slot, build } of this.unions)
        graph.union(
          rows[base + slot] as number,
          build(rows, base),
          reason < 0 ? -1 : reason + row - from,
        );
    }
    return to;
  }

  private builder(template: Template): Build {
    if (template.kind === "variable") {
      const { slot } = template;
      return (rows, base) => rows[base + slot] as number;
    }
    const { graph } = this;
    const { op, arg = 0, argSlot = -1 } = template;
    const parts = template.children.map((child) => this.builder(child));
    const children = new Int32Array(parts.length);
    return (rows, base) => {
      for (let i = 0; i < parts.length; i++) children[i] = (parts[i] as Build)(rows, base);
      return graph.add(op, argSlot < 0 ? arg : (rows[base + argSlot] as number), children);
    };
  }
}
