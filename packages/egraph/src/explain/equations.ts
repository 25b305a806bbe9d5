import type { Id } from "../ids.ts";
import { CONGRUENCE } from "../proof.ts";
import type { Application, Describe } from "./application.ts";
import type { Bridges } from "./bridge.ts";
import { type Hop, turned } from "./hop.ts";
import { Instance } from "./instance.ts";
import type { Source } from "./source.ts";

/** The rule of unions without a reason. */
const GIVEN = "given";

/** The hops that a graph recorded: its equations. */
export class Equations {
  private readonly source: Source;
  private readonly bridges: Bridges;
  private readonly describe: Describe;
  private readonly hops = new Map<number, Hop>();

  constructor(source: Source, bridges: Bridges, describe: Describe) {
    this.source = source;
    this.bridges = bridges;
    this.describe = describe;
  }

  /** The way between two ids that was there first. */
  way(from: Id, to: Id): Hop[] {
    const path = this.source.forest.path(from, to);
    return path.map((step) => (step < 0 ? turned(this.hop(~step)) : this.hop(step)));
  }

  /** The hop along an equation, from its first id to its second. */
  hop(equation: number): Hop {
    let hop = this.hops.get(equation);
    if (!hop) {
      hop = this.find(equation);
      this.hops.set(equation, hop);
    }
    return hop;
  }

  private find(equation: number): Hop {
    const { source, bridges } = this;
    const { forest } = source;
    const [from, to] = [forest.from(equation), forest.to(equation)];
    const reason = forest.reason(equation);
    if (reason === CONGRUENCE)
      return { kind: "congruent", from, to, bridge: bridges.congruence(from, to, equation) };
    const application: Application = reason < 0 ? { rule: GIVEN } : this.describe(reason);
    const roots = application.sides?.length ?? 1;
    for (const forward of [true, false])
      for (let root = 0; root < roots; root++) {
        const instance = new Instance(application, root, from, to);
        const { left, right } = instance;
        const near = bridges.find(from, forward ? left : right, equation);
        const far = near && bridges.find(to, forward ? right : left, equation);
        if (far) return { kind: "rule", from, to, instance, forward, near, far };
      }
    throw new Error(
      `reason ${reason} is described as an application of ${application.rule} that does not make ${from} and ${to} equal: its sides are not what was united`,
    );
  }
}
