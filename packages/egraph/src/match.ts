import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { Id } from "./ids.ts";

/** What conditions and computed right sides see of a match. Valid only during the call it is passed to. */
export class Match<D> {
  /** The graph. Conditions must not change it. */
  readonly graph: EGraph<D>;
  private readonly rule: string;
  private readonly slots: ReadonlyMap<string, number>;
  private readonly rootSlot: number | undefined;
  private row: Int32Array = new Int32Array(0);
  private base = 0;

  constructor(
    graph: EGraph<D>,
    rule: string,
    slots: ReadonlyMap<string, number>,
    rootSlot: number | undefined,
  ) {
    this.graph = graph;
    this.rule = rule;
    this.slots = slots;
    this.rootSlot = rootSlot;
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

  /** The canonical id of the class that the (first) left side matched. Throws where {@link class} would. */
  get root(): Id {
    if (this.rootSlot === undefined)
      throw new EGraphError(
        "variable",
        `rule "${this.rule}": a condition of some variables may not see the root; make it a function of all`,
      );
    return this.graph.find(this.row[this.base + this.rootSlot] as number);
  }

  /** The facts about the class of a variable. */
  data(variable: string): D {
    return this.graph.data(this.class(variable));
  }
}
