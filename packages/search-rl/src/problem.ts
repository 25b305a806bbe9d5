import type { Mark, Session } from "@rewright/plugin";
import { Walk } from "./walk.ts";

/** Something to practise on. */
export interface Problem {
  readonly name: string;
  /**
   * A session at its start, the same each time. It is used for many episodes, each from its start by `restore`: give it a generous
   * budget, in nodes and iterations rather than in seconds if training is to be repeated. When that is spent, the next one is opened.
   */
  open(): Session;
}

/** Problems whose sessions stay open from one episode to the next. */
export class Practice {
  readonly problems: readonly Problem[];
  readonly #limit: number;
  readonly #open = new Map<Problem, { readonly walk: Walk; readonly start: Mark }>();

  /** @param limit of the moves that are looked at in a state */
  constructor(problems: readonly Problem[], limit: number) {
    if (problems.length === 0) throw new RangeError("there are no problems to practise on");
    this.problems = problems;
    this.#limit = limit;
  }

  /** From now on, sessions are opened anew. */
  close(): void {
    this.#open.clear();
  }

  /** A problem at its start. */
  begin(problem: Problem): Walk {
    const known = this.#open.get(problem);
    if (known && !known.walk.session.spent.all) {
      known.walk.session.restore(known.start);
      known.walk.begin();
      return known.walk;
    }
    const walk = new Walk(problem.open(), this.#limit);
    walk.begin();
    this.#open.set(problem, { walk, start: walk.session.mark() });
    return walk;
  }
}
