import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { Id } from "./ids.ts";

/** What conditions and computed right sides see of a match. Valid only during the call it is passed to. */
export class Match<D> {
  /** The graph. Conditions must not change it. */
  readonly graph: EGraph<D>;
  private readonly rule: string;
  private readonly slots: ReadonlyMap<string, number>;
  private row: Int32Array = new Int32Array(0);
  private base = 0;

  constructor(graph: EGraph<D>, rule: string, slots: ReadonlyMap<string, number>) {
    this.graph = graph;
    this.rule = rule;
    this.slots = slots;
  }

  /** Looks at another match. @internal */
  at(row: Int32Array, base: number): this {
    this.row = row;
    this.base = base;
    return this;
  }

  /** The canonical id of the class of a variable (`"?a"`). Throws an {@link EGraphError} `variable` for others. */
  class(variable: string): Id {
    const slot = this.slots.get(variable);
    if (slot === undefined)
      throw new EGraphError(
        "variable",
        `rule "${this.rule}": a condition asks for ${variable}, but may see ${[...this.slots.keys()].join(", ") || "nothing"}`,
      );
    return this.graph.find(this.row[this.base + slot] as number);
  }

  /** The facts about the class of a variable. */
  data(variable: string): D {
    return this.graph.data(this.class(variable));
  }
}
