import type { EGraph } from "./egraph.ts";
import type { ArgId, OpId } from "./ids.ts";
import { BLOCK, BUILT, CLASS_LIMIT, CODE, NODE_LIMIT, ROWS, WATCHED } from "./kernel/layout.ts";
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

/** Rows that are handed to the kernel at once: few enough to stay in the cache. */
const BATCH = 2048;

/** The right side of a rule: builds templates from matches and unites them with what matched. */
export class Action {
  // biome-ignore lint/suspicious/noExplicitAny: an action does not look at the facts of the graph
  private readonly graph: EGraph<any>;
  /** Where its program lies in the column of code. */
  private readonly program: number;

  // biome-ignore lint/suspicious/noExplicitAny: an action does not look at the facts of the graph
  constructor(graph: EGraph<any>, unions: readonly Union[]) {
    this.graph = graph;
    const nodes: number[][] = [];
    /** Appends what a template needs; returns how it is referred to. */
    const build = (template: Template): number => {
      if (template.kind === "variable") return template.slot;
      const { op, arg = 0, argSlot = -1 } = template;
      const children = template.children.map(build);
      const symbol = graph.symbol(op, children.length);
      return ~(nodes.push([symbol, argSlot < 0 ? arg : ~argSlot, ...children]) - 1);
    };
    const made = unions.flatMap(({ slot, template }) => [slot, build(template)]);
    const code = [nodes.length, ...nodes.flat(), unions.length, ...made];
    graph.reserveBuilt((BUILT + nodes.length) * BLOCK);
    this.program = graph.heap.append(CODE, code);
  }

  /** Applies the rows from `from` up to `to`; returns the row it stopped before, `to` when it did all. */
  apply(matches: Matches, from: number, to: number, options: ApplyOptions = {}): number {
    const { graph } = this;
    const { heap } = graph;
    const { width } = matches;
    const { reason = -1, nodes = Infinity, classes = Infinity, stop } = options;
    let row = from;
    while (row < to && !stop?.()) {
      const count = Math.min(BATCH, to - row);
      heap.resize(ROWS, 0);
      heap.append(ROWS, matches.rows.subarray(row * width, (row + count) * width));
      const { words } = heap;
      words[NODE_LIMIT] = Math.min(nodes, 0x7fffffff);
      words[CLASS_LIMIT] = Math.min(classes, 0x7fffffff);
      words[WATCHED] = graph.isWatched ? 1 : 0;
      const first = reason < 0 ? -1 : reason + row - from;
      let done: number;
      try {
        done = heap.kernel.apply(this.program, width, 0, count, first);
      } finally {
        heap.resize(ROWS, 0);
        graph.settle();
      }
      row += done;
      if (done < count) break;
    }
    return row;
  }
}
