import { CONGRUENCE } from "../proof.ts";
import type { Application, Describe } from "./application.ts";
import type { Bridges } from "./bridge.ts";
import { type Goal, type Guide, type Stretch, turned } from "./goal.ts";
import { Instance } from "./instance.ts";
import type { Source } from "./source.ts";

/** The rule of unions without a reason. */
const GIVEN = "given";

/** The ways along the equations of a graph, as they were made. */
export class Equations implements Guide {
  private readonly source: Source;
  private readonly bridges: Bridges;
  private readonly describe: Describe;
  private readonly ways = new Map<number, readonly Stretch[]>();

  constructor(source: Source, bridges: Bridges, describe: Describe) {
    this.source = source;
    this.bridges = bridges;
    this.describe = describe;
  }

  /** The way between two ids that was there first. */
  way(goal: Goal & { readonly kind: "equal" }): Stretch[] {
    return this.source.forest
      .path(goal.from, goal.to)
      .flatMap((step) => (step < 0 ? turned(this.along(~step)) : this.along(step)));
  }

  /** The way along an equation, from its first id to its second. */
  along(equation: number): readonly Stretch[] {
    let way = this.ways.get(equation);
    if (!way) {
      way = this.find(equation);
      this.ways.set(equation, way);
    }
    return way;
  }

  private find(equation: number): Stretch[] {
    const { source, bridges } = this;
    const { forest } = source;
    const [from, to] = [forest.from(equation), forest.to(equation)];
    const reason = forest.reason(equation);
    if (reason === CONGRUENCE) {
      const bridge = bridges.congruence(from, to, equation);
      return [{ kind: "bridge", bridge, forward: true }];
    }
    const application: Application = reason < 0 ? { rule: GIVEN } : this.describe(reason);
    const roots = application.sides?.length ?? 1;
    for (const forward of [true, false])
      for (let root = 0; root < roots; root++) {
        const instance = new Instance(application, root, from, to);
        const [near, far] = forward
          ? [instance.left, instance.right]
          : [instance.right, instance.left];
        const there = bridges.find(from, near, equation);
        const back = there && bridges.find(to, far, equation);
        if (!back) continue;
        return [
          { kind: "bridge", bridge: there, forward: true },
          { kind: "rule", instance, forward },
          { kind: "bridge", bridge: back, forward: false },
        ];
      }
    throw new Error(
      `reason ${reason} is described as an application of ${application.rule} that does not make ${from} and ${to} equal: its sides are not what was united`,
    );
  }
}
